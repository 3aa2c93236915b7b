"""Which records of a side may enter a sync (rule 5.1): conditions on fields, joined by *all* and *any*."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hubsync.model.schema import FieldType
from hubsync.model.side import Side


class Operator(StrEnum):
    """What a condition asks of a field's value. Which of them a field takes depends on its type."""

    EQUALS = "equals"
    NOT_EQUALS = "not_equals"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    STARTS_WITH = "starts_with"
    ENDS_WITH = "ends_with"
    IS_KNOWN = "is_known"
    IS_UNKNOWN = "is_unknown"
    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    BETWEEN = "between"
    BEFORE = "before"
    AFTER = "after"
    ON = "on"
    IS_TRUE = "is_true"
    IS_FALSE = "is_false"


class Joined(StrEnum):
    """How the parts of a group go together."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. `type` is the field's type when the sync was saved, `values` are in that type's normal form."""

    field: str
    operator: Operator
    type: FieldType = FieldType.TEXT
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups of which all, or at least one, must hold."""

    joined: Joined = Joined.ALL
    conditions: tuple[Condition, ...] = ()
    groups: tuple[Group, ...] = ()

    def fields(self) -> tuple[str, ...]:
        """The names of the fields that are asked for, each once."""
        names = dict.fromkeys(condition.field for condition in self.conditions)
        names.update(dict.fromkeys(name for group in self.groups for name in group.fields()))
        return tuple(names)


@dataclass(frozen=True, slots=True)
class Filters:
    """A filter for each side, each for the records that come from there; a side without one lets all of them in.

    `strict` moves a pair out again once neither of its records matches.
    """

    hubspot: Group | None = None
    app: Group | None = None
    strict: bool = False

    def of(self, side: Side) -> Group | None:
        """The filter of `side`."""
        return self.hubspot if side is Side.HUBSPOT else self.app

    def fields(self, side: Side) -> tuple[str, ...]:
        """The names of the fields of `side` that its filter asks for."""
        group = self.of(side)
        return () if group is None else group.fields()
