"""Which field types go with each other, which way, and by what transform (rules 4.2 and 4.3).

The table is the data below; `docs/fields.md` shows it to people. A transform is lossy where a value that came back
would not compare equal to the one that went; it may go one way and never two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hubsync.model.mapping import Transform
from hubsync.model.schema import FieldType
from hubsync.model.side import Side

TEXTS = frozenset({FieldType.TEXT, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})
"""Whatever people type. All of these go into each other."""

TWO_WAY: Mapping[frozenset[FieldType], Transform] = {
    frozenset({FieldType.TEXT}): Transform.TEXT,
    frozenset({FieldType.EMAIL}): Transform.EMAIL,
    frozenset({FieldType.EMAIL, FieldType.TEXT}): Transform.EMAIL,
    frozenset({FieldType.PHONE}): Transform.PHONE,
    frozenset({FieldType.PHONE, FieldType.TEXT}): Transform.PHONE,
    frozenset({FieldType.URL}): Transform.TEXT,
    frozenset({FieldType.URL, FieldType.TEXT}): Transform.TEXT,
    frozenset({FieldType.EMAIL, FieldType.PHONE}): Transform.TEXT,
    frozenset({FieldType.EMAIL, FieldType.URL}): Transform.TEXT,
    frozenset({FieldType.PHONE, FieldType.URL}): Transform.TEXT,
    frozenset({FieldType.NUMBER}): Transform.NUMBER,
    frozenset({FieldType.DATE}): Transform.DATE,
    frozenset({FieldType.DATE, FieldType.DATETIME}): Transform.DATE,
    frozenset({FieldType.DATETIME}): Transform.DATETIME,
    frozenset({FieldType.BOOLEAN}): Transform.BOOLEAN,
    frozenset({FieldType.OPTION}): Transform.OPTION,
    frozenset({FieldType.OPTIONS}): Transform.OPTION,
    frozenset({FieldType.OPTION, FieldType.OPTIONS}): Transform.OPTION,
    frozenset({FieldType.OWNER}): Transform.OWNER,
}
"""The pairs of types that go both ways, and the transform that is taken where the mapping names none."""

INTO_TEXT: Mapping[FieldType, Transform] = {
    FieldType.NUMBER: Transform.TEXT,
    FieldType.DATE: Transform.TEXT,
    FieldType.DATETIME: Transform.TEXT,
    FieldType.BOOLEAN: Transform.TEXT,
    FieldType.OPTIONS: Transform.LABELS,
    FieldType.OWNER: Transform.OWNER_NAME,
}
"""What goes into a field of text, one way. A calculation and a score of HubSpot are numbers."""

FROM_HUBSPOT = frozenset({FieldType.OPTIONS})
"""What goes into text from HubSpot only."""

ACCEPTS: Mapping[Transform, frozenset[FieldType]] = {
    Transform.TEXT: TEXTS,
    Transform.EMAIL: TEXTS,
    Transform.PHONE: TEXTS,
    Transform.E164: TEXTS,
    Transform.DOMAIN: TEXTS,
    Transform.FULL_NAME: TEXTS,
    Transform.NUMBER: frozenset({FieldType.NUMBER}),
    Transform.DATE: frozenset({FieldType.DATE, FieldType.DATETIME}),
    Transform.DATETIME: frozenset({FieldType.DATE, FieldType.DATETIME}),
    Transform.BOOLEAN: frozenset({FieldType.BOOLEAN}),
    Transform.OPTION: frozenset({FieldType.OPTION, FieldType.OPTIONS}),
    Transform.LABELS: frozenset(),
    Transform.OWNER: frozenset({FieldType.OWNER}),
    Transform.OWNER_NAME: frozenset(),
}
"""The types of the two fields that a mapping may name a transform for. A field of text that is only written may take
the transform of the other field's type besides."""

WORDS: Mapping[FieldType, str] = {
    FieldType.TEXT: "text",
    FieldType.EMAIL: "an email address",
    FieldType.PHONE: "a phone number",
    FieldType.NUMBER: "a number",
    FieldType.DATE: "a date",
    FieldType.DATETIME: "a date and time",
    FieldType.BOOLEAN: "yes or no",
    FieldType.OPTION: "one option",
    FieldType.OPTIONS: "several options",
    FieldType.OWNER: "an owner",
    FieldType.REFERENCE: "another record",
    FieldType.URL: "a web address",
}
"""What a field of a type holds, as people say it."""

TIME_OF_DAY = "the time of day"
LOSSES: Mapping[Transform, Mapping[tuple[FieldType, FieldType], str]] = {
    Transform.DATE: {
        (FieldType.DATETIME, FieldType.DATETIME): TIME_OF_DAY,
        **{(FieldType.DATETIME, text): TIME_OF_DAY for text in TEXTS},
    },
    Transform.DATETIME: {(FieldType.DATETIME, FieldType.DATE): TIME_OF_DAY},
    Transform.LABELS: {(FieldType.OPTIONS, text): "which option a text was" for text in TEXTS},
    Transform.OWNER_NAME: {(FieldType.OWNER, text): "who a name was" for text in TEXTS},
}
"""By transform, from which type into which type something is lost, and what.

A date that goes with a date and time by their day (`DATE`) is not lossy: the time of day stays where it stands for as
long as the day does.
"""


@dataclass(frozen=True, slots=True)
class Ends:
    """The types of a mapping's two fields."""

    hubspot: FieldType
    app: FieldType

    def type(self, side: Side) -> FieldType:
        """The type on `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    @property
    def both(self) -> frozenset[FieldType]:
        """The two types."""
        return frozenset({self.hubspot, self.app})


def carries(ends: Ends, target: Side) -> bool:
    """Whether values may go to `target` at all."""
    source = ends.type(target.other)
    if ends.both in TWO_WAY:
        return True
    return (
        ends.type(target) in TEXTS
        and source in INTO_TEXT
        and (source not in FROM_HUBSPOT or target.other is Side.HUBSPOT)
    )


def default_for(ends: Ends, targets: Iterable[Side]) -> Transform:
    """The transform of a mapping that names none; TEXT for fields that do not go with each other."""
    if ends.both in TWO_WAY:
        return TWO_WAY[ends.both]
    sources = {ends.type(side.other) for side in targets if ends.type(side) in TEXTS}
    return next((INTO_TEXT[source] for source in sources if source in INTO_TEXT), Transform.TEXT)


def takes(transform: Transform, ends: Ends, target: Side) -> bool:
    """Whether `transform` can carry values to `target`."""
    source = ends.type(target.other)
    if ends.both <= ACCEPTS[transform]:
        return True
    if ends.type(target) not in TEXTS or source not in INTO_TEXT:
        return False
    return transform is INTO_TEXT[source] or source in ACCEPTS[transform]


def loses(transform: Transform, ends: Ends, target: Side) -> str | None:
    """What is lost on the way to `target`; None if nothing is, so that the mapping may go both ways."""
    return LOSSES.get(transform, {}).get((ends.type(target.other), ends.type(target)))
