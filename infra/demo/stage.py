"""The stage under the demo: a fresh one in a folder of its own, and down again whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from infra.local import deployment
from infra.local import stage as local
from infra.local.stage_info import StageInfo

Say = Callable[[str], None]

HUBSYNC = Path(sys.executable).with_name("hubsync")
LOGS = deployment.ROOT / ".hubsync" / "demo-logs"
"""Where the logs of the last stage stay once it is down."""


@contextmanager
def fresh_stage(say: Say, *, keep: bool) -> Iterator[StageInfo]:
    """Bring a stage up and, unless it is to be kept, down again: at the end, on an error, on Ctrl-C, on SIGTERM."""
    home = Path(tempfile.mkdtemp(prefix="hubsync-demo-"))
    before = signal.signal(signal.SIGTERM, _interrupt)
    # Synthesis takes longer than the rest of `up`; what it makes depends on the code alone and may be shared.
    options = local.StageOptions(home=home, synth_cache=deployment.ROOT / ".hubsync" / "synth")
    try:
        yield local.up(options, say)
    finally:
        if keep and local.status(home) is not None:
            say("The stage still runs. Look at it and take it down with")
            say(f"  HUBSYNC_HOME={home} {HUBSYNC} status")
            say(f"  HUBSYNC_HOME={home} {HUBSYNC} stage down")
        else:
            _down(home, say)
        signal.signal(signal.SIGTERM, before)


def _down(home: Path, say: Say) -> None:
    # A second Ctrl-C must not leave half of the stage behind.
    impatient = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        if StageInfo.load(home) is not None:
            local.down(home, say)
        if (home / "logs").exists():
            shutil.rmtree(LOGS, ignore_errors=True)
            shutil.copytree(home / "logs", LOGS)
        shutil.rmtree(home, ignore_errors=True)
    finally:
        for number, handler in impatient.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def environment(info: StageInfo) -> dict[str, str]:
    """What a command needs in order to speak with this stage, and with no other deployment that a person has set."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("HUBSYNC_", "HUBSPOT_", "ORBIT_"))
    }
    return {**kept, "HUBSYNC_HOME": info.home}
