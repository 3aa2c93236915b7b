"""What becomes of one field of a bound pair, said a second time: from the rules of section 2, in plain ifs.

It imports nothing of hubsync, knows no hashes and no canonical forms, and so can be wrong only in its own way.
"""

from __future__ import annotations

from dataclasses import dataclass

UNKNOWN = "never in sync"
"""A baseline that there is not: the pair's first match, or a new mapping."""


@dataclass(frozen=True, slots=True)
class Case:
    """One field: what each side held when last in sync, what it holds now, and the settings.

    A value of None is an empty field. Directions are `two_way`, `to_hubspot`, `to_app`; `default` names a side.
    `winner` is the field's own: a side or `newest`. `newer` names the side whose record was modified later, None if
    neither was; it counts only where `newest` is the sync's policy or the field's winner.
    """

    was_in_hubspot: str | None
    was_in_app: str | None
    in_hubspot: str | None
    in_app: str | None
    direction: str = "two_way"
    field_direction: str = "two_way"
    default: str = "hubspot"
    clears: bool = False
    newest: bool = False
    winner: str | None = None
    newer: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What both sides hold afterwards, and the side whose own value was written over in a conflict, if one was."""

    in_hubspot: str | None
    in_app: str | None
    overruled: str | None = None


def expected(case: Case) -> Outcome:
    """What the rules say."""
    untouched = Outcome(case.in_hubspot, case.in_app)
    if case.in_hubspot == case.in_app:
        return untouched  # 2.6
    if UNKNOWN in (case.was_in_hubspot, case.was_in_app):
        return _conflict(case)  # 2.3, at first match
    hubspot_changed = case.in_hubspot != case.was_in_hubspot
    app_changed = case.in_app != case.was_in_app
    if hubspot_changed and app_changed:
        return _conflict(case)  # 2.3, a later edit of both
    if hubspot_changed:
        if case.in_hubspot is None and not case.clears:
            return untouched  # 2.5
        return Outcome(case.in_hubspot, case.in_hubspot) if _may_write_app(case) else untouched  # 2.2, 2.4, 2.9
    if app_changed:
        if case.in_app is None and not case.clears:
            return untouched  # 2.5
        return Outcome(case.in_app, case.in_app) if _may_write_hubspot(case) else untouched  # 2.2, 2.4, 2.9
    return untouched  # 2.5, 2.9: what differs and was left alone is left alone until somebody changes it


def _conflict(case: Case) -> Outcome:
    """2.3, 2.4, 2.7: one value stands, and an empty one never does."""
    winner = case.default
    if case.winner in ("hubspot", "app"):
        winner = case.winner
    elif (case.newest or case.winner == "newest") and case.newer is not None:
        winner = case.newer
    if case.in_hubspot is None:
        winner = "app"
    if case.in_app is None:
        winner = "hubspot"
    if winner == "hubspot":
        if not _may_write_app(case):
            return Outcome(case.in_hubspot, case.in_app)
        return Outcome(case.in_hubspot, case.in_hubspot, "app" if case.in_app is not None else None)
    if not _may_write_hubspot(case):
        return Outcome(case.in_hubspot, case.in_app)
    return Outcome(case.in_app, case.in_app, "hubspot" if case.in_hubspot is not None else None)


def _may_write_hubspot(case: Case) -> bool:
    return case.direction in ("two_way", "to_hubspot") and case.field_direction in ("two_way", "to_hubspot")


def _may_write_app(case: Case) -> bool:
    return case.direction in ("two_way", "to_app") and case.field_direction in ("two_way", "to_app")
