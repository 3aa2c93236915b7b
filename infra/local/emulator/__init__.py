"""The AWS emulator, mended where it differs from AWS in something that hubsync relies on.

`python -m infra.local.emulator --port N --home DIR` runs ministack after replacing a few of its functions. Every mend
is a small function that names the difference; `mends.MENDS` lists them. A new release of the emulator is taken up by
running the stage's tests: a mend that no longer fits raises at start and says what is gone.
"""
