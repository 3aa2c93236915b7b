"""The stage under the demo: a fresh one in a folder of its own, and down again whatever happens."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from infra.local import deployment
from infra.local import stage as local
from infra.local.stage_info import StageInfo

Say = Callable[[str], None]


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
            say(f"The stage still runs. Look at it with: HUBSYNC_HOME={home} hubsync status")
            say(f"Take it down with: HUBSYNC_HOME={home} hubsync stage down")
        else:
            _down(home, say)
        signal.signal(signal.SIGTERM, before)


def _down(home: Path, say: Say) -> None:
    # A second Ctrl-C must not leave half of the stage behind.
    impatient = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        if StageInfo.load(home) is not None:
            local.down(home, say)
        shutil.rmtree(home, ignore_errors=True)
    finally:
        signal.signal(signal.SIGINT, impatient)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def environment(info: StageInfo) -> dict[str, str]:
    """What a command needs in order to speak with this stage."""
    return {**os.environ, "HUBSYNC_HOME": info.home}
