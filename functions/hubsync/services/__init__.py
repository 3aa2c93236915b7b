"""The use cases, between the ports. No AWS and no HTTP in here."""
