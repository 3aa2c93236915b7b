"""The first act: both syncs' initial sync, watched phase by phase."""

from __future__ import annotations

import time
from collections.abc import Sequence

from rich.progress import BarColumn, Progress, TaskID, TextColumn

from infra.demo.api import Api, PhaseView, SyncView
from infra.demo.show import Screen

PHASES = {
    "index_hubspot": "index HubSpot",
    "sync_app": "index and sync the app",
    "sync_hubspot": "sync HubSpot",
}
LOOK_EVERY = 0.5


def watch(api: Api, names: Sequence[str], screen: Screen, patience: float) -> list[str]:
    """Show the initial sync of some syncs until they are active; what went wrong, in sentences.

    `patience` is for how many seconds nothing may move before it is given up.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.completed:>6,.0f} of {task.total:<6,.0f}"),
        TextColumn("[cyan]{task.fields[pace]}"),
    )
    moved, seen = time.monotonic(), ""
    with Progress(*columns, console=screen.console) as progress:
        bars = _Bars(progress, names)
        while True:
            views = api.syncs()
            for name in names:
                if name in views:
                    bars.update(views[name])
            waiting = [name for name in names if name not in views or views[name].status != "active"]
            stalled = [views[name] for name in waiting if name in views and views[name].status == "stalled"]
            if stalled:
                return [f"The initial sync of {view.name} stalled: {view.problem}" for view in stalled]
            if not waiting:
                return []
            now = str([(name, views[name].status, views[name].progress) for name in names if name in views])
            if now != seen:
                moved, seen = time.monotonic(), now
            elif time.monotonic() - moved > patience:
                return [_unfinished(name, views.get(name), patience) for name in waiting]
            time.sleep(LOOK_EVERY)


class _Bars:
    """A bar for each phase of each sync, with its pace by the system's own clock."""

    def __init__(self, progress: Progress, names: Sequence[str]) -> None:
        self._progress = progress
        self._bars: dict[tuple[str, str], TaskID] = {
            (name, phase): progress.add_task(f"{name}: {label}", total=0, pace="")
            for name in names
            for phase, label in PHASES.items()
        }

    def update(self, view: SyncView) -> None:
        """Bring a sync's bars to where it is."""
        for phase in view.progress:
            bar = self._bars.get((view.name, phase.phase))
            if bar is not None:
                self._move(bar, phase)

    def _move(self, bar: TaskID, phase: PhaseView) -> None:
        # What is expected may be less than what comes: an application's total is a snapshot.
        total = phase.settled if phase.done else max(phase.total or 0, phase.seen)
        self._progress.update(bar, total=total, completed=phase.settled, pace=_pace(phase))


def _pace(phase: PhaseView) -> str:
    """`120/s in 17 s`, from the start of the phase to its end or to now."""
    if not phase.started_at or not phase.settled:
        return ""
    seconds = max(0.1, ((phase.finished_at or time.time() * 1000) - phase.started_at) / 1000)
    return f"{phase.settled / seconds:,.0f}/s in {seconds:.0f} s"


def _unfinished(name: str, view: SyncView | None, patience: float) -> str:
    if view is None:
        return f"The sync {name} is not there after {patience:.0f} s."
    phases = "; ".join(f"{item.phase}: {item.settled} of {item.seen} settled" for item in view.progress) or "no phase"
    return (
        f"The initial sync of {name} is not done, and for {patience:.0f} s nothing moved: "
        f"it is {view.status} ({phases}). {view.problem or 'Look at worker and state machine.'}"
    )
