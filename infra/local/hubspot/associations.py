"""Which records are associated, under which labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

DEFINED = "HUBSPOT_DEFINED"
OWN = "USER_DEFINED"


class Label(NamedTuple):
    """One association type: HubSpot's or the account's own. `name` None is the unlabelled one."""

    category: str
    type_id: int
    name: str | None = None


class End(NamedTuple):
    """One end of an association."""

    type_name: str
    record_id: int


_PAIRS: tuple[tuple[str, str, int, int, str | None], ...] = (
    ("contacts", "companies", 279, 280, None),
    ("contacts", "companies", 1, 2, "Primary"),
    ("deals", "contacts", 3, 4, None),
    ("deals", "companies", 341, 342, None),
    ("deals", "companies", 5, 6, "Primary"),
    ("contacts", "tickets", 15, 16, None),
    ("tickets", "companies", 339, 340, None),
    ("tickets", "companies", 26, 25, "Primary"),
    ("tasks", "contacts", 204, 203, None),
    ("tasks", "companies", 192, 191, None),
    ("tasks", "deals", 216, 215, None),
    ("invoices", "contacts", 177, 178, None),
)
_ONE = frozenset({1, 5, 26})
"""Type ids of which a record has one at most: the primary company of a contact, a deal and a ticket."""


@dataclass(slots=True)
class Associations:
    """All associations of an account; each stands on both of its ends."""

    labels: dict[tuple[str, str], list[Label]] = field(default_factory=dict)
    _inverse: dict[Label, Label] = field(default_factory=dict)
    _links: dict[End, dict[str, dict[int, set[Label]]]] = field(default_factory=dict)
    _next_type: int = 1001

    def __post_init__(self) -> None:
        for left, right, there, back, name in _PAIRS:
            self._define(left, right, Label(DEFINED, there, name), Label(DEFINED, back, name))

    def define(self, left: str, right: str, name: str) -> tuple[Label, Label]:
        """A label of the account's own, and its inverse."""
        there, back = Label(OWN, self._new_type(), name), Label(OWN, self._new_type(), name)
        self._define(left, right, there, back)
        return there, back

    def known(self, left: str, right: str) -> list[Label]:
        """The labels from one type to another; the unlabelled one comes first, and is made where none was."""
        labels = self.labels.get((left, right), [])
        if not any(label.name is None for label in labels):
            self._define(left, right, Label(DEFINED, self._new_type()), Label(DEFINED, self._new_type()))
            labels = self.labels[left, right]
        return sorted(labels, key=lambda label: (label.name is not None, label.category, label.type_id))

    def find(self, left: str, right: str, type_id: int) -> Label | None:
        """The label with this type id, if it leads from `left` to `right`."""
        return next((label for label in self.known(left, right) if label.type_id == type_id), None)

    def link(self, left: End, right: End, labels: Iterable[Label]) -> None:
        """Associate two records; every association is also an unlabelled one, a primary replaces the one before."""
        plain = self.known(left.type_name, right.type_name)[0]
        for label in (plain, *labels):
            inverse = self._inverse[label]
            if label.type_id in _ONE:
                self._clear_primary(left, right.type_name, label)
            elif inverse.type_id in _ONE:
                self._clear_primary(right, left.type_name, inverse)
            self._add(left, right, label)
            self._add(right, left, inverse)

    def replace(self, left: End, right: End, labels: Iterable[Label]) -> None:
        """PUT: these labels, and no others."""
        self.unlink(left, right)
        self.link(left, right, labels)

    def unlink(self, left: End, right: End, labels: Iterable[Label] | None = None) -> None:
        """Take labels away, or, without `labels`, the whole association."""
        for label in list(self.between(left, right)) if labels is None else list(labels):
            self._drop(left, right, label)
            self._drop(right, left, self._inverse[label])

    def between(self, left: End, right: End) -> set[Label]:
        """The labels of one association, seen from `left`."""
        return self._links.get(left, {}).get(right.type_name, {}).get(right.record_id, set())

    def of(self, end: End, other_type: str) -> list[tuple[int, list[Label]]]:
        """The associated ids of one type in ascending order, each with its labels."""
        found = self._links.get(end, {}).get(other_type, {})
        return [(i, sorted(labels, key=lambda label: label.type_id)) for i, labels in sorted(found.items())]

    def all_of(self, end: End) -> Iterator[tuple[End, list[Label]]]:
        """Everything associated with a record."""
        for other_type in sorted(self._links.get(end, {})):
            for record_id, labels in self.of(end, other_type):
                yield End(other_type, record_id), labels

    def move(self, old: End, new: End) -> None:
        """A merge: what hung on `old` hangs on `new`; a primary that `new` already has stays."""
        for other, labels in list(self.all_of(old)):
            self.unlink(old, other)
            held = {label.type_id for _, present in self.of(new, other.type_name) for label in present}
            taken = held & _ONE
            self.link(new, other, [label for label in labels if label.type_id not in taken])

    def forget(self, end: End) -> None:
        """A record is gone, and so are its associations."""
        for other, _ in list(self.all_of(end)):
            self.unlink(end, other)

    def _define(self, left: str, right: str, there: Label, back: Label) -> None:
        self._inverse[there], self._inverse[back] = back, there
        self.labels.setdefault((left, right), []).append(there)
        self.labels.setdefault((right, left), []).append(back)

    def _new_type(self) -> int:
        self._next_type += 1
        return self._next_type - 1

    def _clear_primary(self, left: End, other_type: str, label: Label) -> None:
        for record_id, labels in self.of(left, other_type):
            if label in labels:
                self.unlink(left, End(other_type, record_id), [label])

    def _add(self, left: End, right: End, label: Label) -> None:
        ends = self._links.setdefault(left, {}).setdefault(right.type_name, {})
        ends.setdefault(right.record_id, set()).add(label)

    def _drop(self, left: End, right: End, label: Label) -> None:
        ends = self._links.get(left, {}).get(right.type_name, {})
        labels = ends.get(right.record_id, set())
        labels.discard(label)
        if not labels:
            ends.pop(right.record_id, None)
