"""The routes of documents: what is deployed, as one, and what one may say. How one is written: the inverse of reading.

What stands at its default is left out, so that a person reads what was decided.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from hubsync.api.bodies import (
    AssociationBody,
    Body,
    BrakeBody,
    ClauseBody,
    ConnectionBody,
    EventsBody,
    FiltersBody,
    LifecycleBody,
    LimitBody,
    MappingBody,
    MappingsBody,
    MatchBody,
    PipelineBody,
    SyncBody,
)
from hubsync.services.manage.deployed import Deployed
from hubsync.services.manage.document import ClauseSpec, ConnectionSpec, Document, FiltersSpec, MappingSpec, SyncSpec

Part = dict[str, object]


def add_deployed(app: APIGatewayHttpResolver, deployed: Deployed) -> None:
    """Add the routes."""

    @app.get("/v1/document")
    def document() -> Part:
        found = deployed()
        return {"document": write_document(found.document), "secrets": found.secrets}

    @app.get("/v1/syncs.schema.json")
    def schema() -> Response[str]:
        from hubsync.api.contract.schema import text  # it needs models that no other route does

        return Response(200, "application/json", text())


def write_document(document: Document) -> Part:
    """A document as JSON. Tokens and secrets that it has are left out, never written."""
    return {
        "connections": {name: _connection(spec) for name, spec in document.connections.items()},
        "syncs": {name: _sync(spec) for name, spec in document.syncs.items()},
    }


def _said(kind: type[Body], **given: object) -> Part:
    """The settings that are not what saying nothing means, under the names that the document gives them."""
    part: Part = {}
    for name, field in kind.model_fields.items():
        if name in given and given[name] != field.get_default():
            part[field.alias or name] = given[name]
    return part


def _connection(spec: ConnectionSpec) -> Part:
    limit = None if spec.limit is None else _said(LimitBody, **asdict(spec.limit))
    return _said(ConnectionBody, app=spec.app, base_url=spec.base_url, limit=limit)


def _sync(spec: SyncSpec) -> Part:
    ends = {side: None if end is None else asdict(end) for side, end in (("hubspot", spec.hubspot), ("app", spec.app))}
    parts: dict[str, object] = {
        "filters": _filters(spec.filters),
        "notify": list(spec.notify),
        "match": [_said(MatchBody, hubspot=each.hubspot, app=each.app) for each in spec.match],
        "associations": [
            _said(
                AssociationBody,
                hubspot=each.hubspot,
                app=each.app,
                via=each.via,
                label=each.label,
                direction=each.direction,
                unlink=each.unlink,
            )
            for each in spec.associations
        ],
    }
    return _said(
        SyncBody,
        **ends,
        direction=spec.direction,
        default=spec.default,
        conflict=spec.conflict,
        require_email=spec.require_email,
        phone_region=spec.phone_region,
        pipelines=None
        if spec.pipelines is None
        else [_said(PipelineBody, hubspot=each.hubspot, app=each.app, stages=each.stages) for each in spec.pipelines],
        lifecycle=None if spec.lifecycle is None else _said(LifecycleBody, **asdict(spec.lifecycle)),
        marketing_contacts=spec.marketing_contacts,
        brake=None if spec.brake is None else _said(BrakeBody, **asdict(spec.brake)),
        draft=spec.draft,
        enabled=spec.enabled,
        history_days=spec.history_days,
        mappings=_mappings(spec),
        events=None if spec.event_template is None else _said(EventsBody, template=spec.event_template),
        **{name: part for name, part in parts.items() if part},
    )


def _filters(spec: FiltersSpec) -> Part:
    hubspot, app = (None if test is None else _clause(test) for test in (spec.hubspot, spec.app))
    return _said(FiltersBody, hubspot=hubspot, app=app, strict=spec.strict)


def _clause(spec: ClauseSpec) -> Part:
    groups = {name: tests for name, tests in (("all", spec.all), ("any", spec.any)) if tests is not None}
    return _said(
        ClauseBody,
        field=spec.field,
        operator=spec.operator,
        value=spec.value,
        **{name: [_clause(test) for test in tests] for name, tests in groups.items()},
    )


def _mappings(spec: SyncSpec) -> object:
    listed = [_mapping(each) for each in spec.mappings]
    if spec.defaults is None:
        return listed
    parts: Mapping[str, object] = {"apart": list(spec.defaults.apart), "add": listed}
    return _said(MappingsBody, **{name: part for name, part in parts.items() if part}) or "default"


def _mapping(spec: MappingSpec) -> Part:
    ends = {
        side: list(names) if len(names) > 1 else names[0]
        for side, names in (("hubspot", (spec.hubspot, *spec.more_hubspot)), ("app", (spec.app, *spec.more_app)))
    }
    return _said(
        MappingBody,
        **ends,
        transform=spec.transform,
        direction=spec.direction,
        clears=spec.clears,
        winner=spec.winner,
        options={pair.hubspot: pair.app for pair in spec.options},
    )
