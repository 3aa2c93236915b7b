"""The verbs: transform, identify, resolve, merge, decide. Pure: no I/O, no clock, no randomness, no logging."""
