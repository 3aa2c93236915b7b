"""Reads which pipelines and stages go together out of a document, or finds them by their names (rule 5.2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TypeVar

from hubsync.model.directory import Pipeline, Stage
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.stages import StageMap, StagePair
from hubsync.model.sync import ObjectKind
from hubsync.services.manage.document import Fault, PipelineSpec, SyncSpec, suggestion

Named = TypeVar("Named", Pipeline, Stage)
PerSide = Mapping[Side, Sequence[Pipeline]]

WORD = re.compile(r"\w+")


def has_stages(spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> bool:
    """Whether a sync maps stages: of deals always, of others where the document says so or both sides have them."""
    if spec.pipelines is not None or schemas[Side.HUBSPOT].kind == ObjectKind.DEAL:
        return True
    return all(schema.stage_field is not None for schema in schemas.values())


def check_stages(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], found: PerSide) -> Iterator[Fault]:
    """Everything that is wrong with a sync's pipelines; `path` is the sync's, `found` are the pipelines there are."""
    for mapping in spec.mappings:
        for side in Side:
            if mapping.field(side) in _fields(schemas[side]):
                yield Fault(
                    f"{path}.mappings[{mapping.at}].{side}",
                    f"{mapping.field(side)} is kept in step by the map of pipelines and stages.",
                    "Leave this mapping out, and map the stages under pipelines.",
                )
    reading = _Reading(f"{path}.pipelines", found, schemas[Side.APP].pipeline_field is not None)
    pairs = reading.pairs(spec.pipelines)
    yield from reading.faults
    if not pairs and not reading.faults:
        yield Fault(
            f"{path}.pipelines",
            "No stage of HubSpot bears a name like one of the app's, so nothing would be synced.",
            "Map the stages by hand, e.g. pipelines: [{hubspot: default, stages: {closedwon: Won}}].",
        )


def plan_stages(spec: SyncSpec, schemas: Mapping[Side, ObjectSchema], found: PerSide, number: int) -> StageMap:
    """The map to store with the sync, of a spec without faults."""
    hubspot, app = schemas[Side.HUBSPOT], schemas[Side.APP]
    pairs = tuple(_Reading("", found, app.pipeline_field is not None).pairs(spec.pipelines))
    return StageMap(
        number, hubspot.stage_field or "", app.stage_field or "", hubspot.pipeline_field, app.pipeline_field, pairs
    )


def unreadable(side: Side, object_type: str, why: str) -> str:
    """Why stages cannot be mapped at all."""
    return f"The pipelines of {object_type} in {'HubSpot' if side is Side.HUBSPOT else 'the app'} cannot be read: {why}"


def alike(hubspot: Sequence[Named], app: Sequence[Named]) -> list[tuple[Named, Named]]:
    """The pairs whose names are alike: first those with the same words, then those of which one has all the words of
    the other, side by side. Each is paired once; what is like nothing is left out.
    """
    found: list[tuple[Named, Named]] = []
    for like in (_same, _within):
        for one, other in product(hubspot, app):
            taken = any(one is pair[0] or other is pair[1] for pair in found)
            if not taken and like(_words(one.label), _words(other.label)):
                found.append((one, other))
    return found


def _words(label: str) -> str:
    return f" {' '.join(WORD.findall(label.casefold()))} "


def _same(one: str, other: str) -> bool:
    return one == other != "  "


def _within(one: str, other: str) -> bool:
    return bool(one.strip() and other.strip()) and (one in other or other in one)


def _fields(schema: ObjectSchema) -> tuple[str | None, ...]:
    return schema.stage_field, schema.pipeline_field


@dataclass(slots=True)
class _Reading:
    """Resolves names to ids and collects what cannot be resolved."""

    path: str
    found: PerSide
    apart: bool
    faults: list[Fault] = field(default_factory=list)

    def pairs(self, specs: tuple[PipelineSpec, ...] | None) -> list[StagePair]:
        """The pairs of stages; without specs all are found by their names."""
        if specs is None:
            return [
                StagePair(hubspot.id, left.id, self._id(app), right.id)
                for hubspot, app in self._likely()
                for left, right in alike(hubspot.stages, app.stages)
            ]
        pairs: list[StagePair] = []
        for at, spec in enumerate(specs):
            pairs += self._mapped(f"{self.path}[{at}]", spec)
        first: dict[tuple[str, str], StagePair] = {}
        for pair in pairs:
            if first.setdefault(pair.place(Side.HUBSPOT), pair) != pair:
                self._fault(
                    self.path,
                    f"The stage {pair.hubspot_stage} of {pair.hubspot_pipeline} is mapped to two stages of the app.",
                    "Leave one of them out.",
                )
        return pairs

    def _likely(self) -> list[tuple[Pipeline, Pipeline]]:
        """Pipelines with names alike; the only ones of both sides go together whatever they are called."""
        hubspot, app = self.found[Side.HUBSPOT], self.found[Side.APP]
        if len(hubspot) == len(app) == 1:
            return [(hubspot[0], app[0])]
        return alike(hubspot, app)

    def _mapped(self, path: str, spec: PipelineSpec) -> list[StagePair]:
        hubspot = self._named(f"{path}.hubspot", spec.hubspot, self.found[Side.HUBSPOT], "pipeline")
        app = self._app(path, spec)
        if hubspot is None or app is None:
            return []
        if spec.stages is None:
            return [
                StagePair(hubspot.id, left.id, self._id(app), right.id)
                for left, right in alike(hubspot.stages, app.stages)
            ]
        pairs = []
        for left_name, right_name in spec.stages.items():
            where = f"{path}.stages.{left_name}"
            left = self._named(where, left_name, hubspot.stages, "stage in HubSpot")
            right = self._named(where, right_name, app.stages, "stage in the app")
            if left is not None and right is not None:
                pairs.append(StagePair(hubspot.id, left.id, self._id(app), right.id))
        return pairs

    def _app(self, path: str, spec: PipelineSpec) -> Pipeline | None:
        """The app's pipeline; it need not be named where there is one only."""
        pipelines = self.found[Side.APP]
        if spec.app is not None:
            return self._named(f"{path}.app", spec.app, pipelines, "pipeline")
        if len(pipelines) == 1:
            return pipelines[0]
        names = ", ".join(pipeline.label for pipeline in pipelines)
        self._fault(f"{path}.app", "app is missing.", f"Name one of the app's pipelines: {names}.")
        return None

    def _id(self, app: Pipeline) -> str:
        """The app's pipeline as its records name it: not at all, where there is no field for it."""
        return app.id if self.apart else ""

    def _named(self, path: str, name: str, among: Sequence[Named], what: str) -> Named | None:
        """What is called `name`, by id or by what people read."""
        for one in among:
            if name.strip().casefold() in (one.id.casefold(), one.label.casefold()):
                return one
        choices = [one.label for one in among]
        self._fault(path, f"There is no {what} called {name}.", suggestion(name, choices))
        return None

    def _fault(self, path: str, reason: str, remedy: str) -> None:
        self.faults.append(Fault(path, reason, remedy))
