"""Pipelines and stages as one value that flows like any other (rule 5.2).

Two places are the same when HubSpot's goes with the app's: they are compared as the app's. A stage that goes with none
has a form of its own, equal to no other, and is never written. An empty stage is an empty value.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from hubsync.engine.transform import UNREADABLE
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.side import Side
from hubsync.model.stages import Place, StageMap
from hubsync.model.sync import Sync


def place_of(stages: StageMap, record: Record) -> Place | None:
    """The pipeline and stage that a record is in; None where its stage is empty."""
    side = record.ref.side
    stage = record.fields.get(stages.stage_field(side))
    if is_empty(stage):
        return None
    name = stages.pipeline_field(side)
    pipeline = None if name is None else record.fields.get(name)
    return "" if is_empty(pipeline) else str(pipeline), str(stage)


def raw(stages: StageMap, record: Record) -> Value:
    """Pipeline and stage as one raw value, for the baseline."""
    place = place_of(stages, record)
    return None if place is None else list(place)


def form(stages: StageMap, record: Record) -> str | None:
    """The form in which the two sides' places are compared; None for an empty one."""
    place = place_of(stages, record)
    if place is None:
        return None
    target = place if record.ref.side is Side.APP else counterpart(stages, place, Side.APP)
    if target is None or not is_mapped(stages, record):
        return UNREADABLE + json.dumps(place)
    return json.dumps(target)


def counterpart(stages: StageMap, place: Place, side: Side) -> Place | None:
    """The place on `side` that goes with one on the other; None where none does."""
    return next((pair.place(side) for pair in stages.pairs if pair.place(side.other) == place), None)


def is_mapped(stages: StageMap, record: Record) -> bool:
    """Whether a record is in a stage that goes with one of the other side."""
    place = place_of(stages, record)
    return place is not None and counterpart(stages, place, record.ref.side.other) is not None


def fields_at(stages: StageMap, place: Place, side: Side) -> dict[str, Value]:
    """What to write to bring a record of `side` to a place."""
    pipeline = stages.pipeline_field(side)
    fields: dict[str, Value] = {stages.stage_field(side): place[1]}
    return fields if pipeline is None else {**fields, pipeline: place[0]}


def off_the_map(sync: Sync, records: Sequence[Record]) -> Side | None:
    """The side whose record of a pair is in a stage that is not mapped, if one is. A side that nothing enters from has
    no say, and neither has an empty stage: the other side's fills it.
    """
    stages = sync.stages
    if stages is None:
        return None
    for record in records:
        if not sync.direction.writes(record.ref.side.other) or place_of(stages, record) is None:
            continue
        if not is_mapped(stages, record):
            return record.ref.side
    return None
