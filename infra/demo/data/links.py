"""Who is linked to whom before any sync: in HubSpot, in the app, or in both, and now and then to somebody else."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from infra.demo.data.deals import OURS_ALONE
from infra.demo.data.mess import Fields

Rows = Mapping[str, Sequence[Fields]]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link between two rows of one side, by their objects and their places in the lists."""

    side: Literal["hubspot", "app"]
    source: str
    row: int
    target: str
    to: int


def links(dice: random.Random, hubspot: Rows, app: Rows) -> list[LinkRow]:
    """Links of deals to contacts and companies, and of some contacts to companies.

    In HubSpot a deal may have two contacts; in the app everything has one at most.
    """
    found: list[LinkRow] = []
    for (source, target), share in OURS.items():
        most = 2 if (source, target) == ("deals", "contacts") else 1
        for row in _some(dice, hubspot[source], share):
            number = most if dice.random() < 0.1 else 1
            targets = dice.sample(range(len(hubspot[target])), min(number, len(hubspot[target])))
            found += [LinkRow("hubspot", source, row, target, to) for to in targets]
    for (source, target), share in THEIRS.items():
        for row in _some(dice, app[source], share):
            found.append(LinkRow("app", source, row, target, dice.randrange(len(app[target]))))
    return found + _to_nobody(dice, hubspot, app, found)


OURS = {("deals", "contacts"): 0.45, ("deals", "companies"): 0.40, ("contacts", "companies"): 0.08}
THEIRS = {
    ("opportunities", "people"): 0.45,
    ("opportunities", "organisations"): 0.40,
    ("people", "organisations"): 0.08,
}
"""Which share of the records has a link, by the objects at both ends."""


def _some(dice: random.Random, rows: Sequence[Fields], share: float) -> list[int]:
    return [at for at in range(len(rows)) if dice.random() < share]


def _to_nobody(dice: random.Random, hubspot: Rows, app: Rows, found: Sequence[LinkRow]) -> list[LinkRow]:
    """Links to contacts without an email: these stay out of the sync, and so the links wait.

    They are given to deals that are synced themselves, and that neither side links to anybody else.
    """
    without = [at for at, fields in enumerate(hubspot["contacts"]) if not fields["email"]]
    taken = {link.row for link in found if (link.source, link.target) == ("deals", "contacts")}
    named = Counter(_name(fields["dealname"]) for fields in hubspot["deals"])
    elsewhere = {_name(fields["title"]) for fields in app["opportunities"]}
    free = [
        at
        for at, fields in enumerate(hubspot["deals"])
        if at not in taken
        and (fields["pipeline"], fields["dealstage"]) not in OURS_ALONE
        and named[_name(fields["dealname"])] == 1
        and _name(fields["dealname"]) not in elsewhere
    ]
    rows = dice.sample(free, min(len(without), len(free)))
    return [LinkRow("hubspot", "deals", row, "contacts", to) for row, to in zip(rows, without, strict=False)]


def _name(title: str) -> str:
    return title.strip().casefold()
