"""The brake of a sync, and what a run that is about to be made weighs (rule 1.10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubsync.model.side import Side


@dataclass(frozen=True, slots=True)
class Brake:
    """How much a run may change before it stops and asks: so many `records`, or a `share` of all of them (0 < share ≤
    1). None is no limit; where both are given, the run is held as soon as it exceeds either.
    """

    records: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """What a run would do, as its plan found it: of so many `records`, a pair counted once, so many `changed`.

    `created` and `updated` are by side. `problem` says why the plan is not the whole truth, None if it is. `plan` is
    the id of the plan that shows the differences, where one was stored.
    """

    changed: int = 0
    records: int = 0
    created: Mapping[Side, int] = field(default_factory=dict)
    updated: Mapping[Side, int] = field(default_factory=dict)
    problem: str | None = None
    plan: str | None = None
