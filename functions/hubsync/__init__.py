"""hubsync keeps HubSpot and any other application in step, on its owner's AWS account."""
