"""What a manifest says of an application's users and of the pipelines of its object types."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from hubsync.connectors.declarative.paging import Params
from hubsync.connectors.declarative.part import Part, Scalar
from hubsync.connectors.declarative.paths import Expression, reader
from hubsync.connectors.declarative.rows import RowsManifest, rows
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http
from hubsync.model.directory import Owner, Pipeline, Stage


class ActiveManifest(Part):
    """How a user shows that it is active."""

    path: Expression
    equals: Scalar = True


class OwnersManifest(RowsManifest):
    """The list of users to whom records can be assigned. Inside hubsync an id is text, whatever it is there."""

    id: Expression = "id"
    email: Expression = "email"
    name: Expression | None = None
    active: ActiveManifest | None = None

    def read(self, http: Http, params: Params) -> tuple[Owner, ...]:
        """Every user."""
        return tuple(self._owner(row) for row in rows(http, self, params=params, kind="owners"))

    def _owner(self, row: Any) -> Owner:
        active = self.active is None or reader(self.active.path)(row) == self.active.equals
        name = reader(self.name)(row) if self.name is not None else None
        return Owner(_id(self.id, row, "user"), str(reader(self.email)(row) or ""), str(name or ""), active)


class GivenStage(Part):
    """A stage that every account of the application has."""

    id: str
    label: str = ""


class GivenPipeline(Part):
    """A pipeline that every account of the application has."""

    id: str
    label: str = ""
    stages: tuple[GivenStage, ...] = Field(min_length=1)


class StagesManifest(Part):
    """Where the stages are: in each pipeline's own row at `records`, or, with `list`, in a list of their own.

    There `pipeline` leads from a stage to its pipeline's id. `order` leads to a number that sorts them.
    """

    records: Expression | None = None
    list: RowsManifest | None = None
    pipeline: Expression | None = None
    id: Expression = "id"
    label: Expression = "label"
    order: Expression | None = None

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.records is None) == (self.list is None) or (self.list is None) != (self.pipeline is None):
            raise ValueError("give either `records`, or `list` and `pipeline`")
        return self


class PipelineListManifest(RowsManifest):
    """The list of the pipelines of an object type."""

    id: Expression = "id"
    label: Expression = "label"
    order: Expression | None = None
    stages: StagesManifest

    def read(self, http: Http, params: Params, object_type: str) -> tuple[Pipeline, ...]:
        """The pipelines with their stages. One call, or two where stages are a list of their own; more for pages."""
        found = rows(http, self, params=params, kind=f"pipelines {object_type}")
        apart = self.stages.list
        others = None if apart is None else rows(http, apart, params=params, kind=f"stages {object_type}")
        return tuple(
            Pipeline(_id(self.id, row, "pipeline"), _label(self.label, row), self._stages(row, others))
            for row in _sorted(found, self.order)
        )

    def _stages(self, row: Any, others: Sequence[Any] | None) -> tuple[Stage, ...]:
        spec = self.stages
        if others is not None:
            own = _id(self.id, row, "pipeline")
            mine = [stage for stage in others if _id(spec.pipeline or "", stage, "stage's pipeline") == own]
        else:
            mine = reader(spec.records or "")(row) or []
        return tuple(
            Stage(_id(spec.id, stage, "stage"), _label(spec.label, stage)) for stage in _sorted(mine, spec.order)
        )


class PipelinesManifest(Part):
    """The pipelines of an object type: the same in every account (`given`), or asked for (`list`).

    `stage` is the field that holds a record's stage, `pipeline` the one that holds its pipeline; an application that
    has one pipeline only needs none.
    """

    stage: str
    pipeline: str | None = None
    given: Annotated[tuple[GivenPipeline, ...], Field(min_length=1)] | None = None
    list: PipelineListManifest | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.given is None) == (self.list is None):
            raise ValueError("give either `given` or `list`")
        if self.pipeline is None and self.given is not None and len(self.given) > 1:
            raise ValueError("several pipelines need the field `pipeline` that tells them apart")
        return self

    def read(self, http: Http, params: Params, object_type: str) -> tuple[Pipeline, ...]:
        """The pipelines with their stages."""
        if self.list is not None:
            return self.list.read(http, params, object_type)
        return tuple(
            Pipeline(
                pipeline.id,
                pipeline.label or pipeline.id,
                tuple(Stage(stage.id, stage.label or stage.id) for stage in pipeline.stages),
            )
            for pipeline in self.given or ()
        )


def _sorted(found: Sequence[Any], order: str | None) -> Sequence[Any]:
    if order is None:
        return found
    place = reader(order)

    def key(row: Any) -> float:
        number = place(row)
        return number if isinstance(number, int | float) else math.inf

    return sorted(found, key=key)


def _id(expression: str, row: Any, what: str) -> str:
    found = reader(expression)(row)
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise ConnectorBugError(f"A {what} has no id where the manifest says it is.")
    return str(found)


def _label(expression: str, row: Any) -> str:
    return str(reader(expression)(row) or "")
