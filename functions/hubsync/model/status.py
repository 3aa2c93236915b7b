"""The one status that every record has, and what explains it (rules 8.1 to 8.3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RecordStatus(StrEnum):
    """Exactly one of these, at any time (rule 8.1)."""

    PENDING = "pending"
    QUEUED = "queued"
    IN_SYNC = "in_sync"
    FAILING = "failing"
    EXCLUDED = "excluded"


class FailureCategory(StrEnum):
    """Why a record fails (rule 8.2)."""

    PERMISSION = "permission"
    REQUIRED_MISSING = "required_value_missing"
    INVALID_VALUE = "invalid_value"
    OPTION_MISSING = "option_missing"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    READ_ONLY = "read_only_field"
    UNIQUE_CONFLICT = "unique_conflict"
    DELETED = "deleted_on_the_other_side"
    ASSOCIATION_MISSING = "association_missing"
    NOT_FOUND = "not_found"
    APP_RULE = "refused_by_the_app"
    FLIP_FLOP = "flip_flop"
    UNEXPECTED = "unexpected"


EXPLAINED_BY_SCHEMA = frozenset(
    {
        FailureCategory.OPTION_MISSING,
        FailureCategory.READ_ONLY,
        FailureCategory.REQUIRED_MISSING,
        FailureCategory.WRONG_TYPE,
        FailureCategory.TOO_LONG,
        FailureCategory.INVALID_VALUE,
        FailureCategory.NOT_FOUND,
    }
)
"""Failures that a changed schema would explain, and mend (rule 8.4)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record fails, in a sentence without customer values, and what a person can do about it.

    `field` is the mapped field that is to blame, where one is.
    """

    category: FailureCategory
    sentence: str
    remedy: str
    field: str | None = None


class WarningCode(StrEnum):
    """What a person should know of a record that does not fail."""

    OWNER_UNKNOWN = "owner_unknown"


@dataclass(frozen=True, slots=True)
class RecordWarning:
    """One field of a record that could not be carried, while the others were. `number` is the mapping's."""

    number: int
    code: WarningCode


class ExclusionReason(StrEnum):
    """Why a record is left out (rule 8.3)."""

    FILTER = "filter"
    NO_EMAIL = "no_email"
    MISSING_IDENTIFIER = "missing_identifier"
    STAGE_NOT_MAPPED = "stage_not_mapped"
    DUPLICATE = "duplicate"
    DIRECTION = "direction"
