"""What both simulated apps, Orbit and Ledgerly, are built from: records, faults, limits, an outbox, an admin API.

Nothing here knows a route, a field name or a signature of either app.
"""
