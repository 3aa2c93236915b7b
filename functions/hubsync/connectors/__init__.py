"""What talks to HubSpot and to the other applications; httpx is imported in here and nowhere else."""
