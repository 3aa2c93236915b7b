"""The sentences in which decisions are explained. None holds a customer's value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hubsync.engine.context import Context, Standing
from hubsync.model.decision import FieldWin, Patch
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory, WarningCode

FORGOTTEN = "The record is gone, and so is what was known of it."
DELETED = "The record was deleted in {side}."
DELETED_REMEDY = (
    "Restore it there, have it made again with `hubsync restore`, or leave it: nothing comes back by itself."
)
ERASED = Failure(
    FailureCategory.DELETED,
    "The record was deleted in HubSpot for privacy's sake; what was known of it is erased.",
    "Nothing makes it again. Delete it in the app as well, if it is to be forgotten there.",
)
NO_EMAIL = "The contact has no valid email address."
MISSING_IDENTIFIER = "The record has nothing that it could be matched by."
MISSING_KEY = "The record has no {fields}, and nothing else may match it."
DUPLICATE = "Another record with the same {kind} is in sync already."
DIRECTION = "The sync's direction makes no new records in {side}."
STAGE = "The record is in a stage of {side} that is not mapped."
LIFECYCLE = "The contact's lifecycle stage is none of those that this sync covers."
FILTER = "The record does not match the filter of {side}."
FILTERS = "Neither record matches the filter of its side."
WAITING = "It waits for its turn in the initial sync."
CREATE = "Created in {side}, where it had no counterpart."
CONFLICT = "Another record has the same {kind} already."
CONFLICT_REMEDY = "Change the {kind} of one of the two, or merge them."
WARNINGS = {
    WarningCode.OWNER_UNKNOWN: (
        "The owner has no counterpart with the same email on the other side.",
        "Invite that person there, or give the record another owner.",
    )
}
IN_STEP = "Both sides agree."


def name(side: Side) -> str:
    """A side, as people call it."""
    return "HubSpot" if side is Side.HUBSPOT else "the app"


def pair(patches: Mapping[Side, Patch], wins: Sequence[FieldWin], context: Context, waiting: int = 0) -> str:
    """What is done to a bound pair: which fields go where, and what else is worth knowing."""
    parts = [
        f"{(many := len(patch.fields))} field{'s' * (many != 1)} to {name(side)}" for side, patch in patches.items()
    ]
    resolution = context.resolution
    if resolution.standing is Standing.MATCH:
        parts.insert(0, f"matched by {resolution.by or 'external id'}")
        if resolution.overruled is not None:
            parts.append(f"the {resolution.overruled} named another record, the {resolution.by} counts")
    contested = sum(win.contested and "both sides" in win.why for win in wins)
    if contested:
        parts.append(f"{_many(contested, 'field')} had changed on both sides")
    if waiting:
        parts.append(f"waiting: {_many(waiting, 'link')}, until the record at the other end is in sync")
    sentence = "; ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}." if parts else IN_STEP


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
