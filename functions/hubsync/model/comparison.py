"""What a comparison found and repaired (rule 1.6)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of records. `differed` showed something else than their baseline, `missing` were unknown to the index or,
    of those indexed, in no list. Of these some were `repaired` (written, or bound to their partner), some `created` on
    the other side, found `deleted`, or `failed`; what could not be looked at now is `put_off` and follows by itself.
    """

    differed: int = 0
    missing: int = 0
    repaired: int = 0
    created: int = 0
    deleted: int = 0
    failed: int = 0
    put_off: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Tally)))


@dataclass(frozen=True, slots=True)
class PhaseTally:
    """What one phase of a comparison found."""

    phase: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The last comparison of a sync. `run` is its start in epoch ms; `finished_at` is None while it runs.

    `empty` is the side that suddenly looked empty, so that nothing there was believed to be deleted.
    """

    run: int
    phases: tuple[PhaseTally, ...] = ()
    finished_at: int | None = None
    empty: str | None = None

    @property
    def total(self) -> Tally:
        """All phases together."""
        total = Tally()
        for each in self.phases:
            total = total.plus(each.tally)
        return total

    def of(self, phase: str) -> Tally:
        """What a phase found; nothing if it has not come to its end."""
        return next((each.tally for each in self.phases if each.phase == phase), Tally())

    def with_phase(self, phase: str, tally: Tally) -> ComparisonReport:
        """With what a phase found. The first word counts: a page that is delivered again finds all of it mended."""
        if any(each.phase == phase for each in self.phases):
            return self
        return replace(self, phases=(*self.phases, PhaseTally(phase, tally)))
