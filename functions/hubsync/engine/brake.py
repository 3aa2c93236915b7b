"""Whether a run has to stop before it writes, and ask (rule 1.10)."""

from __future__ import annotations

from hubsync.model.brake import Brake, Weight
from hubsync.model.side import Side

NAMES = {Side.HUBSPOT: "in HubSpot", Side.APP: "in the app"}

TO_RELEASE = (
    "`hubsync plan {name}` shows what it would write; `hubsync on {name} --confirm` lets it run. Or change the sync "
    "and apply it again: then it is weighed again."
)
"""What a person can do about a run that is held; `name` is the sync's."""


def held(brake: Brake | None, weight: Weight) -> str | None:
    """Why a run of this weight is held, in a sentence or two; None if it may go on.

    A run that could not be weighed in full is held whatever was found: nobody knows what it would change. Just as much
    as the brake says may still be changed.
    """
    if brake is None:
        return None
    if weight.problem is not None:
        return f"It could not be weighed what the run would change. {weight.problem}"
    if not _exceeds(brake, weight):
        return None
    return (
        f"The run would change {weight.changed:,} of {weight.records:,} records: {_what(weight)}. "
        f"The brake is {_limit(brake)}."
    )


def _exceeds(brake: Brake, weight: Weight) -> bool:
    many = brake.records is not None and weight.changed > brake.records
    much = brake.share is not None and weight.changed > brake.share * weight.records
    return many or much


def _what(weight: Weight) -> str:
    done = {"created": weight.created, "changed": weight.updated}
    parts = [f"{done[verb][side]:,} {verb} {NAMES[side]}" for side in Side for verb in done if done[verb].get(side)]
    return ", ".join(parts)


def _limit(brake: Brake) -> str:
    limits = [f"{brake.records:,} records"] if brake.records is not None else []
    limits += [f"{brake.share * 100:g} % of them"] if brake.share is not None else []
    return " or ".join(limits)
