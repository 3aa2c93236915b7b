"""HubSpot's connector, written by hand because HubSpot is one half of every sync."""
