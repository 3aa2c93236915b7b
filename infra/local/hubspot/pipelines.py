"""Pipelines and their stages, and the owners of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.hubspot.errors import invalid, not_found
from infra.local.hubspot.times import iso

MAX_STAGES = 100


@dataclass(slots=True)
class Stage:
    """One stage. A deal stage carries `probability` in its metadata, as a string."""

    id: str
    label: str
    order: int
    metadata: dict[str, str]
    created: int = 0
    updated: int = 0

    def api(self) -> dict[str, Any]:
        """As an answer shows it."""
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": self.order,
            "metadata": dict(self.metadata),
            "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
            "archived": False,
        }


@dataclass(slots=True)
class Pipeline:
    """One pipeline of an object type."""

    id: str
    label: str
    order: int
    stages: dict[str, Stage] = field(default_factory=dict)
    created: int = 0
    updated: int = 0

    def api(self) -> dict[str, Any]:
        """As an answer shows it, stages in their order."""
        return {
            "id": self.id,
            "label": self.label,
            "displayOrder": self.order,
            "stages": [stage.api() for stage in sorted(self.stages.values(), key=lambda s: (s.order, s.id))],
            "createdAt": iso(self.created),
            "updatedAt": iso(self.updated),
            "archived": False,
        }


def stage_from(body: Mapping[str, Any], stage_id: str, type_name: str, now: int) -> Stage:
    """A stage from a body; a deal stage without a probability is refused."""
    metadata = {str(name): str(value) for name, value in (body.get("metadata") or {}).items()}
    if type_name == "deals" and "probability" not in metadata:
        raise invalid("A deal stage needs metadata.probability, a string from 0.0 to 1.0")
    return Stage(
        str(body.get("stageId") or stage_id),
        str(body.get("label", "")),
        int(body.get("displayOrder", 0)),
        metadata,
        now,
        now,
    )


def add_stage(pipeline: Pipeline, stage: Stage) -> Stage:
    """Put a stage into a pipeline; raises a 400 for the hundred-and-first."""
    if len(pipeline.stages) >= MAX_STAGES and stage.id not in pipeline.stages:
        raise invalid(f"A pipeline has at most {MAX_STAGES} stages")
    pipeline.stages[stage.id] = stage
    return stage


def one(pipelines: Mapping[str, Pipeline], pipeline_id: str) -> Pipeline:
    """The pipeline of this id; raises a 404."""
    if pipeline_id not in pipelines:
        raise not_found(f"No pipeline {pipeline_id}")
    return pipelines[pipeline_id]


def defaults() -> dict[str, dict[str, Pipeline]]:
    """The pipelines of a new account, by object type."""
    deals = Pipeline("default", "Sales Pipeline", 0)
    for order, (stage_id, label, probability) in enumerate(
        (
            ("appointmentscheduled", "Appointment Scheduled", "0.2"),
            ("qualifiedtobuy", "Qualified To Buy", "0.4"),
            ("presentationscheduled", "Presentation Scheduled", "0.6"),
            ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
            ("contractsent", "Contract Sent", "0.9"),
            ("closedwon", "Closed Won", "1.0"),
            ("closedlost", "Closed Lost", "0.0"),
        )
    ):
        closed = "true" if probability in ("1.0", "0.0") else "false"
        deals.stages[stage_id] = Stage(stage_id, label, order, {"probability": probability, "isClosed": closed})
    tickets = Pipeline("0", "Support Pipeline", 0)
    for order, label in enumerate(("New", "Waiting on contact", "Waiting on us", "Closed")):
        state = "CLOSED" if label == "Closed" else "OPEN"
        tickets.stages[str(order + 1)] = Stage(str(order + 1), label, order, {"ticketState": state})
    leads = Pipeline("lead-pipeline-id", "Lead pipeline", 0)
    for order, label in enumerate(("New", "Attempting", "Connected", "Qualified", "Unqualified")):
        stage_id = f"{label.lower()}-stage-id"
        leads.stages[stage_id] = Stage(stage_id, label, order, {})
    return {"deals": {"default": deals}, "tickets": {"0": tickets}, "leads": {"lead-pipeline-id": leads}}


@dataclass(frozen=True, slots=True)
class Owner:
    """A user to whom records are assigned, by `id`; `user_id` is another number and assigns nothing."""

    id: int
    user_id: int
    email: str
    first_name: str
    last_name: str
    archived: bool = False

    def api(self) -> dict[str, Any]:
        """As an answer shows it."""
        return {
            "id": str(self.id),
            "userId": None if self.archived else self.user_id,
            "userIdIncludingInactive": self.user_id,
            "email": self.email,
            "type": "PERSON",
            "firstName": self.first_name,
            "lastName": self.last_name,
            "createdAt": iso(0),
            "updatedAt": iso(0),
            "archived": self.archived,
            "teams": [],
        }


def default_owners() -> dict[int, Owner]:
    """The owners of a new account."""
    owners = (
        Owner(41629779, 7001, "olga@example.com", "Olga", "Owner"),
        Owner(41629780, 7002, "pedro@example.com", "Pedro", "Propietario"),
        Owner(41629781, 7003, "left@example.com", "Lena", "Left", archived=True),
    )
    return {owner.id: owner for owner in owners}
