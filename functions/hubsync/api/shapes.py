"""The JSON that the API answers with, chosen key by key: no secret, no hash, no customer value."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypeAlias

from hubsync.api.filters import filters_shape
from hubsync.engine import sentences
from hubsync.model.association import Association
from hubsync.model.comparison import ComparisonReport
from hubsync.model.connection import ConnectionStatus
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Side
from hubsync.model.stages import StageMap
from hubsync.model.status import RecordStatus, RecordWarning
from hubsync.model.sync import PhaseProgress, Suspension, Sync
from hubsync.services.manage.apply import Applied
from hubsync.services.manage.view import ConnectionView, SyncView
from hubsync.services.outages import sentence
from hubsync.stores.ports import Notification

Json: TypeAlias = "dict[str, object]"


def applied(result: Applied) -> Json:
    """What a document did, or would do."""
    return {
        "dry": result.dry,
        "connections": [{"name": name, "change": change} for name, change in result.connections.items()],
        "syncs": [{**brief(planned.sync), "change": planned.change} for planned in result.syncs],
    }


def brief(sync: Sync) -> Json:
    """A sync in a line."""
    return {
        "name": sync.name,
        "id": sync.id,
        "status": sync.status,
        "phase": sync.phase,
        "generation": sync.generation,
        "problem": sync.problem,
    }


def full(view: SyncView) -> Json:
    """A sync with its settings, progress and counts."""
    sync = view.sync
    return {
        **brief(sync),
        "kind": sync.kind,
        **{side: {"connection": sync.connection(side), "object": sync.object_type(side)} for side in Side},
        "direction": sync.direction,
        "default": sync.default_side,
        "conflict": sync.conflict,
        "require_email": sync.require_email,
        "phone_region": sync.phone_region,
        "filters": filters_shape(sync.filters),
        "lifecycle": {"covers": sync.lifecycle.covers, "default": sync.lifecycle.default},
        "marketing_contacts": sync.marketing_contacts,
        "brake": None if sync.brake is None else asdict(sync.brake),
        "weighed": sync.weighed,
        "trying": sync.trying,
        "pipelines": None if sync.stages is None else pipelines(sync.stages),
        "notify": list(sync.notify),
        "history_days": sync.history_days,
        "saved_at": sync.saved_at,
        "match": [
            {"by": key.kind, "hubspot": list(key.fields(Side.HUBSPOT)), "app": list(key.fields(Side.APP))}
            for key in sync.match_keys
        ],
        "mappings": [mapping(each) for each in sync.mappings],
        "associations": [association(each) for each in sync.associations],
        "problems": [problem(each, sync) for each in sync.suspended],
        "events": None if sync.event_template is None else {"template": sync.event_template},
        "troubled": [{"connection": each.connection.id, **standing(each)} for each in view.troubled],
        "progress": [progress(each) for each in view.progress],
        "counts": {status: view.counts.by_status.get(status, 0) for status in RecordStatus},
        "total": view.counts.total,
    }


def mapping(each: FieldMapping) -> Json:
    """One pair of fields."""
    return {
        "number": each.number,
        **fields(each),
        "transform": each.transform,
        "direction": each.direction,
        "clears": each.clears,
        "winner": each.winner,
        "required": each.required,
        "several": list(each.several),
        "options": {pair.hubspot: pair.app for pair in each.options},
    }


def pipelines(stages: StageMap) -> list[Json]:
    """Which pipelines and stages go together, by their ids, in the document's own form (rule 5.2)."""
    both = dict.fromkeys((pair.hubspot_pipeline, pair.app_pipeline) for pair in stages.pairs)
    return [
        {
            "hubspot": hubspot,
            "app": app or None,
            "stages": {
                pair.hubspot_stage: pair.app_stage
                for pair in stages.pairs
                if (pair.hubspot_pipeline, pair.app_pipeline) == (hubspot, app)
            },
        }
        for hubspot, app in both
    ]


def association(each: Association) -> Json:
    """The links to the records of another sync, which `via` names by its id (rule 6.1)."""
    return {
        "number": each.number,
        "hubspot": each.hubspot_type,
        "app": each.app_field,
        "via": each.via,
        "label": each.label,
        "many": each.many,
        "direction": each.direction,
        "unlink": each.unlink,
    }


def problem(each: Suspension, sync: Sync) -> Json:
    """A mapping that is suspended: where in `mappings`, why, and what can be done (rule 4.1)."""
    at = next(at for at, one in enumerate(sync.mappings) if one.number == each.number)
    return {"path": f"mappings[{at}].{each.side}", "reason": each.reason, "remedy": each.remedy}


def fields(each: FieldMapping) -> Json:
    """The names of a mapping's fields on both sides; a list where several are joined."""
    names = {side: each.fields(side) for side in Side}
    return {side: found[0] if len(found) == 1 else list(found) for side, found in names.items()}


def progress(each: PhaseProgress) -> Json:
    """How far a phase is. Times are epoch ms; `total` is the number of records expected, if it is known."""
    return {
        "phase": each.phase,
        "seen": each.seen,
        "settled": each.settled,
        "pages": each.pages,
        "pages_done": each.pages_done,
        "total": each.total,
        "done": each.done,
        "started_at": each.started_at or None,
        "finished_at": each.finished_at,
    }


def comparison(each: ComparisonReport) -> Json:
    """What the last comparison found (rule 1.6). `run` is its start and its number; times are epoch ms.

    `empty` is the side that suddenly looked empty, so that nothing there was believed to be deleted.
    """
    return {
        "run": each.run,
        "finished_at": each.finished_at,
        "empty": each.empty,
        "total": asdict(each.total),
        "phases": [{"phase": phase.phase, **asdict(phase.tally)} for phase in each.phases],
    }


def record(entry: IndexEntry, sync: Sync) -> Json:
    """One record or bound pair: where it is on both sides, how it stands and why.

    `drifted` names the pairs of fields whose two values differ and are left alone (rules 2.5, 2.9), never the values.
    `waiting_links` counts the links that are made once the record at their other end is bound (rule 6.1).
    """
    return {
        "id": entry.id,
        "status": entry.status,
        "hubspot_id": entry.hubspot.record_id,
        "app_id": entry.app.record_id,
        "reason": entry.reason,
        "failure": None
        if entry.failure is None
        else {
            "category": entry.failure.category,
            "sentence": entry.failure.sentence,
            "remedy": entry.failure.remedy,
            "field": entry.failure.field,
        },
        "exclusion": entry.exclusion,
        "drifted": [
            fields(each)
            for each in (*sync.mappings, *([sync.stages.mapping] if sync.stages is not None else ()))
            if each.number in entry.drifted
        ]
        + [
            {"hubspot": each.field(Side.HUBSPOT), "app": each.app_field}
            for each in sync.associations
            if each.number in entry.drifted
        ],
        "warnings": [warning(each, sync) for each in entry.warnings],
        "waiting_links": entry.waiting_links,
        "since": entry.since,
    }


def warning(each: RecordWarning, sync: Sync) -> Json:
    """A field of a record that could not be carried, and what can be done."""
    sentence, remedy = sentences.WARNINGS[each.code]
    names = next((fields(mapping) for mapping in sync.mappings if mapping.number == each.number), {})
    return {"code": each.code, **names, "sentence": sentence, "remedy": remedy}


def notification(each: Notification) -> Json:
    """A sentence for people. `at` is epoch ms."""
    return {"sync_id": each.sync_id, "at": each.at, "title": each.title, "text": each.text}


def connection(view: ConnectionView) -> Json:
    """One account; of its secrets only whether there are any."""
    each = view.connection
    return {
        "name": each.id,
        "app": each.app,
        "base_url": each.base_url,
        "limit": None if each.limit is None else {"calls": each.limit, "seconds": each.limit_seconds},
        "webhooks": each.webhook_secret is not None,
        **standing(view),
    }


def standing(view: ConnectionView) -> Json:
    """How an account stands (rule 1.9): active, `unreachable` or `throttled`, or it needs a person, and why.

    `since` and `until` are of an outage: when it was first met, when it is asked again at the earliest; epoch ms.
    """
    each, outage = view.connection, view.outage
    if outage is None or each.status is not ConnectionStatus.ACTIVE:
        return {"status": each.status, "problem": each.problem, "since": None, "until": None}
    return {"status": outage.kind, "problem": sentence(outage), "since": outage.since, "until": outage.until}
