"""The JSON of single records. Only here do customers' values leave the applications and the history."""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.api.shapes import Json, fields, record
from hubsync.model.entry import IndexEntry
from hubsync.model.history import HistoryEvent
from hubsync.services.manage.addresses import Address
from hubsync.services.manage.record import FieldView, RecordView
from hubsync.services.manage.restore import Review
from hubsync.services.manage.retry import Retried
from hubsync.services.manage.values import RecordNow, SideNow

__all__ = ["Json", "addresses", "record", "record_view", "retried", "review", "values"]


def record_view(view: RecordView) -> Json:
    """One record: how it stands, each mapped field on both sides as it is now, and its history, newest first."""
    return {
        **record(view.entry, view.sync),
        "next": {"action": view.decision.action, "reason": view.decision.reason},
        "fields": [_field(each) for each in view.fields],
        "history": [_event(each) for each in view.history],
    }


def values(found: Sequence[RecordNow], unknown: Sequence[str]) -> Json:
    """Names and values of some entries as they are now."""
    return {"records": [_now(each) for each in found], "unknown": list(unknown)}


def addresses(entry: IndexEntry, found: Sequence[Address]) -> Json:
    """Where people look at the records of an entry."""
    shown = [
        {"side": each.side, "id": each.record_id, "url": each.url, "problem": each.problem, "remedy": each.remedy}
        for each in found
    ]
    return {"id": entry.id, "addresses": shown}


def retried(result: Retried, following: str | None) -> Json:
    """How many records are looked at again. Where there are more, `next` is the cursor to ask again with."""
    return {"records": result.records, "unknown": list(result.unknown), "next": following}


def review(result: Review, following: str | None, *, confirmed: bool) -> Json:
    """What a restore makes again. `token` and `count` go back to confirm it, with the cursor that was sent. `next` is
    the cursor of what is behind.
    """
    return {
        "target": result.target,
        "count": result.count,
        "token": result.token,
        "records": [record(entry, result.sync) for entry in result.entries],
        "left": list(result.left),
        "next": following,
        "confirmed": confirmed,
    }


def _now(each: RecordNow) -> Json:
    return {
        "id": each.entry.id,
        **{side: _side(now) for side, now in each.sides.items()},
        "fields": [
            {**fields(mapping), "hubspot_value": hubspot, "app_value": app} for mapping, hubspot, app in each.fields
        ],
    }


def _side(now: SideNow | None) -> Json | None:
    return None if now is None else {"name": now.name, "gone": now.gone}


def _field(each: FieldView) -> Json:
    return {
        **fields(each.mapping),
        "hubspot_value": each.hubspot,
        "app_value": each.app,
        "state": each.state,
        "target": each.target,
    }


def _event(each: HistoryEvent) -> Json:
    """One write. `at` is epoch ms."""
    return {
        "at": each.key.at,
        "side": each.key.side,
        "create": each.create,
        "outcome": each.outcome,
        "cause": each.cause,
        "correlation_id": each.correlation_id,
        "generation": each.generation,
        "reason": each.reason,
        "fields": {
            name: {"before": change.before, "after": change.after, "winner": change.winner, "why": change.why}
            for name, change in each.fields.items()
        },
    }
