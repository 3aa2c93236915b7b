"""`python -m infra.demo`: shows everything and ends with 1 if anything is not as it must be."""

from __future__ import annotations

import sys
import time

from infra.demo.options import parse
from infra.demo.play import play
from infra.demo.show import Screen

SHOWN_FAULTS = 20


def main() -> int:
    """Run the demo; the exit code: 0 all is well, 1 something is off, 130 interrupted."""
    options = parse(sys.argv[1:])
    screen = Screen()
    begun = time.monotonic()
    try:
        faults = play(options, screen)
    except KeyboardInterrupt:
        screen.bad("Interrupted.")
        return 130
    except Exception as error:  # noqa: BLE001  (whatever it is, the person is told and the exit code says so)
        screen.bad(f"{type(error).__name__}: {error}")
        return 1
    for fault in faults[:SHOWN_FAULTS]:
        screen.bad(fault)
    if len(faults) > SHOWN_FAULTS:
        screen.bad(f"… and {len(faults) - SHOWN_FAULTS:,} more.")
    seconds = time.monotonic() - begun
    if faults:
        screen.bad(f"The demo failed after {seconds:.0f} s with seed {options.seed}: {len(faults):,} faults.")
        return 1
    screen.good(f"Done in {seconds:.0f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
