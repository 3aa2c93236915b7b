"""Faults that a person or a test switches on: refused calls, lost answers, webhooks that go astray."""

from __future__ import annotations

import random
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from typing import Any, Self


@dataclass(slots=True)
class Fault:
    """What happens to the next calls of a kind.

    `kind` is a pattern over kinds of calls (`people.*`). `status` is the answer given; None loses the answer. With
    `after` the request is carried out first. `times` counts down, None lasts until cleared. `retry_after` is in
    seconds, and sent as a header.
    """

    kind: str = "*"
    status: int | None = None
    after: bool = False
    times: int | None = 1
    probability: float = 1.0
    retry_after: int | None = None

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Self:
        """From JSON; raises `ValueError` on an unknown setting."""
        _known(cls, settings)
        return cls(**settings)


class Faults:
    """The faults that are on, first come first served."""

    def __init__(self, randomness: random.Random) -> None:
        self._randomness = randomness
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Switch every fault off."""
        self.active.clear()

    def strike(self, kind: str) -> Fault | None:
        """The fault that meets this call, if any; counts it."""
        for fault in self.active:
            if not fnmatchcase(kind, fault.kind):
                continue
            if fault.probability < 1 and self._randomness.random() >= fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.active.remove(fault)
            return fault
        return None


@dataclass(slots=True)
class WebhookFaults:
    """What happens to events on their way: `lose`, `double`, `delay` are probabilities of each.

    `lose_next` loses that many for certain. A delayed event leaves `delay_from` to `delay_to` milliseconds later.
    `reorder` shuffles what is due.
    """

    lose_next: int = 0
    lose: float = 0.0
    double: float = 0.0
    delay: float = 0.0
    delay_from: int = 1_000
    delay_to: int = 10_000
    reorder: bool = False

    @classmethod
    def of(cls, settings: dict[str, Any]) -> Self:
        """From JSON; raises `ValueError` on an unknown setting."""
        _known(cls, settings)
        return cls(**settings)


def _known(kind: type[Fault | WebhookFaults], settings: dict[str, Any]) -> None:
    names = {field.name for field in fields(kind)}
    if unknown := sorted(settings.keys() - names):
        raise ValueError(f"Unknown fault setting {', '.join(unknown)}; known are {', '.join(sorted(names))}.")
