"""How the pipelines and stages of HubSpot go with the app's (rule 5.2)."""

from __future__ import annotations

from dataclasses import dataclass

from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Side

Place = tuple[str, str]
"""A pipeline and a stage of it, by their ids; the pipeline is empty in an application that has only one."""


@dataclass(frozen=True, slots=True)
class StagePair:
    """A stage of HubSpot and the app's that it goes with."""

    hubspot_pipeline: str
    hubspot_stage: str
    app_pipeline: str
    app_stage: str

    def place(self, side: Side) -> Place:
        """The pipeline and stage on `side`."""
        if side is Side.HUBSPOT:
            return self.hubspot_pipeline, self.hubspot_stage
        return self.app_pipeline, self.app_stage


@dataclass(frozen=True, slots=True)
class StageMap:
    """Which stage goes with which, and in which fields they stand.

    Pipeline and stage are one value, with one baseline under `number`, which is the map's own like a mapping's. A stage
    of HubSpot has one stage of the app; several may have the same, of which the first is the way back.
    """

    number: int
    hubspot_stage_field: str
    app_stage_field: str
    hubspot_pipeline_field: str | None = None
    app_pipeline_field: str | None = None
    pairs: tuple[StagePair, ...] = ()

    def stage_field(self, side: Side) -> str:
        """The field that holds the stage on `side`."""
        return self.hubspot_stage_field if side is Side.HUBSPOT else self.app_stage_field

    def pipeline_field(self, side: Side) -> str | None:
        """The field that holds the pipeline on `side`, where there is one."""
        return self.hubspot_pipeline_field if side is Side.HUBSPOT else self.app_pipeline_field

    def fields(self, side: Side) -> tuple[str, ...]:
        """Both of them."""
        pipeline = self.pipeline_field(side)
        return (self.stage_field(side),) if pipeline is None else (self.stage_field(side), pipeline)

    @property
    def mapping(self) -> FieldMapping:
        """The map as the engine merges it: one field, both ways."""
        return FieldMapping(self.number, self.hubspot_stage_field, self.app_stage_field)
