"""One look: read both sides, compare with the index, decide, act, write down (docs/protocol.md has the picture).

`gather` finds entries and reads records, `stand` says who is whom from the claims, `act` takes leases and writes,
`commit` writes down what was done, `look` is the sequence of them.
"""
