"""The routes of pipelines, stages and owners."""

from __future__ import annotations

from typing import Any

from infra.local.http import Response
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.errors import not_found
from infra.local.hubspot.objects import paged
from infra.local.hubspot.pipelines import Pipeline, Stage, add_stage, one, stage_from


def _all(call: Call) -> dict[str, Pipeline]:
    return call.account.pipelines.setdefault(call.table.kind.name, {})


def _pipeline(call: Call) -> Pipeline:
    return one(_all(call), call.args["pipeline"])


def _stage(call: Call) -> Stage:
    stage = _pipeline(call).stages.get(call.args["stage"])
    if stage is None:
        raise not_found(f"No stage {call.args['stage']}")
    return stage


def _list(call: Call) -> Response:
    ordered = sorted(_all(call).values(), key=lambda pipeline: (pipeline.order, pipeline.id))
    return Response(200, {"results": [pipeline.api() for pipeline in ordered]})


def _read(call: Call) -> Response:
    return Response(200, _pipeline(call).api())


def _create(call: Call) -> Response:
    body = call.json()
    pipeline = _built(call, str(body.get("pipelineId") or _new_id(call)), body)
    _all(call)[pipeline.id] = pipeline
    return Response(201, pipeline.api())


def _built(call: Call, pipeline_id: str, body: dict[str, Any]) -> Pipeline:
    now = call.account.clock()
    label, order = str(body.get("label", "")), int(body.get("displayOrder", 0))
    pipeline = Pipeline(pipeline_id, label, order, {}, now, now)
    for item in body.get("stages") or ():
        add_stage(pipeline, stage_from(item, _new_id(call), call.table.kind.name, now))
    return pipeline


def _new_id(call: Call) -> str:
    return str(call.account.random.randrange(10_000_000, 99_999_999))


def _replace(call: Call) -> Response:
    pipeline = _pipeline(call)
    _all(call)[pipeline.id] = _built(call, pipeline.id, call.json())
    return _read(call)


def _change(call: Call) -> Response:
    pipeline, body = _pipeline(call), call.json()
    pipeline.label = str(body.get("label", pipeline.label))
    pipeline.order = int(body.get("displayOrder", pipeline.order))
    pipeline.updated = call.account.clock()
    return Response(200, pipeline.api())


def _delete(call: Call) -> Response:
    del _all(call)[_pipeline(call).id]
    return Response(204)


def _stages(call: Call) -> Response:
    return Response(200, {"results": _pipeline(call).api()["stages"]})


def _create_stage(call: Call) -> Response:
    stage = stage_from(call.json(), _new_id(call), call.table.kind.name, call.account.clock())
    return Response(201, add_stage(_pipeline(call), stage).api())


def _read_stage(call: Call) -> Response:
    return Response(200, _stage(call).api())


def _change_stage(call: Call) -> Response:
    stage, body = _stage(call), call.json()
    stage.label = str(body.get("label", stage.label))
    stage.order = int(body.get("displayOrder", stage.order))
    stage.metadata |= {str(name): str(value) for name, value in (body.get("metadata") or {}).items()}
    stage.updated = call.account.clock()
    return Response(200, stage.api())


def _delete_stage(call: Call) -> Response:
    del _pipeline(call).stages[_stage(call).id]
    return Response(204)


def _owners(call: Call) -> Response:
    email, after = call.request.first("email"), call.request.first("after") or "0"
    limit, archived = call.limit(100, 500), call.flag("archived")
    found = [
        owner
        for _, owner in sorted(call.account.owners.items())
        if owner.archived == archived and email in (None, "", owner.email) and owner.id >= int(after)
    ]
    following = found[limit].id if len(found) > limit else None
    return Response(200, paged([owner.api() for owner in found[:limit]], following))


def _owner(call: Call) -> Response:
    by_user = call.request.first("idProperty") == "userId"
    for owner in call.account.owners.values():
        if call.args["id"] == str(owner.user_id if by_user else owner.id):
            return Response(200, owner.api())
    raise not_found("resource not found")


_PATH = "/crm/pipelines/{type}"
_ONE, _STAGES = _PATH + "/{pipeline}", _PATH + "/{pipeline}/stages"
_READ, _WRITE = "crm.objects.{type}.read", "crm.schemas.{type}.write"
ROUTES = (
    Route("GET", _PATH, _list, _READ),
    Route("POST", _PATH, _create, _WRITE),
    Route("GET", _ONE, _read, _READ),
    Route("PUT", _ONE, _replace, _WRITE),
    Route("PATCH", _ONE, _change, _WRITE),
    Route("DELETE", _ONE, _delete, _WRITE),
    Route("GET", _STAGES, _stages, _READ),
    Route("POST", _STAGES, _create_stage, _WRITE),
    Route("GET", _STAGES + "/{stage}", _read_stage, _READ),
    Route("PATCH", _STAGES + "/{stage}", _change_stage, _WRITE),
    Route("DELETE", _STAGES + "/{stage}", _delete_stage, _WRITE),
    Route("GET", "/crm/owners", _owners, "crm.objects.owners.read"),
    Route("GET", "/crm/owners/{id}", _owner, "crm.objects.owners.read"),
)
