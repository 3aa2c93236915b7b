"""The OpenAPI document, out of the operations and their models.

PYTHONPATH=functions python -m hubsync.api.contract.document     prints it, as `make openapi` writes it
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from hubsync.api.contract import (
    accounts,
    commands,
    connections,
    deployed,
    deployment,
    exports,
    identity,
    plans,
    records,
    trials,
)
from hubsync.api.contract.operation import Operation

OPERATIONS: tuple[Operation, ...] = (
    *commands.OPERATIONS,
    *deployed.OPERATIONS,
    *trials.OPERATIONS,
    *records.OPERATIONS,
    *plans.OPERATIONS,
    *exports.OPERATIONS,
    *connections.OPERATIONS,
    *accounts.OPERATIONS,
    *identity.OPERATIONS,
    *deployment.OPERATIONS,
)

TAGS = {
    "syncs": "What is kept in step: saved as a document, turned off and on, compared, tried, deleted.",
    "records": "How each record stands, why, and what can be done about it.",
    "plans": "What saving or restarting would do. A plan is ordered, made in the background, and kept for a day.",
    "exports": "Lists of records as files. One is ordered, made in the background, and kept for a week.",
    "connections": "The accounts that syncs read and write.",
    "apps": "The applications that can be synced, with their object types and fields.",
    "notifications": "What the people who run a sync were told.",
    "sign-in": "Who may come in: people of the deployment's user pool, and machines with a client of their own.",
    "deployment": "The API itself.",
}

NAMES = {
    "name": "The sync's name.",
    "record": "A record: the id of its entry, the one that it has on either side, or an identifier such as its email.",
    "plan": "The plan's id, as it was told when the plan was ordered.",
    "export": "The export's id, as it was told when it was ordered.",
    "connection": "The connection's name.",
    "object": "An object type, in the application's own word.",
    "app": "The application's key.",
}
"""What stands in paths."""

PROBLEMS = {
    400: "The request cannot be read.",
    401: "Nobody is signed in: the token is missing, wrong or expired.",
    403: "The caller's role is not enough, or the token is not one for this API.",
    404: "It is not there.",
    409: "Not now: the remedy says what to do first.",
    412: "It is not what the header If-Match says any more.",
    413: "The body is larger than 1 MB, or the answer would be larger than 4 MB.",
    422: "The document has faults; nothing was saved.",
    429: "More requests come in than the deployment takes in a second; API Gateway says so by itself.",
    502: "The application needs a person, or answers in a way that it should not.",
    503: "The application cannot be asked now; the header Retry-After says when.",
}

ABOUT = (
    "Manages a deployment of hubsync. Whoever calls is signed in, a person or a machine, and has a role: a viewer "
    "looks, an operator runs what is set up, an admin sets up; each operation names the one that it needs. "
    "Errors are application/problem+json, with a remedy. Answers may get further keys; pass over those you do not know."
)

BEFORE_US = frozenset({401, 403, 413, 429})
"""What API Gateway answers by itself, in words of its own, before the API is asked."""

NEVER_OURS = frozenset({429})
"""What nobody else answers."""

SCHEMAS = "#/components/schemas/"
PROBLEM_JSON = "application/problem+json"
PARAMETER = re.compile(r"{(\w+)}")


def document(*, closed: bool = False) -> dict[str, Any]:
    """The document. `closed` says of every answer that it has no keys beyond those that are told, for tests."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "hubsync",
            "version": "1",
            "summary": "Keeps HubSpot and any other application in step.",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "An access token of the deployment's user pool; GET /v1/sign-in says where.",
                }
            },
            "parameters": {
                "idempotencyKey": {
                    "name": "Idempotency-Key",
                    "in": "header",
                    "description": "The same key with the same request within a day does nothing more, and is answered "
                    "the same; with another request it is refused (409).",
                    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
                },
                "ifMatch": {
                    "name": "If-Match",
                    "in": "header",
                    "description": "The ETag of what is edited; it is refused (412) if somebody else edited it since.",
                    "schema": {"type": "string"},
                },
            },
            "headers": {"etag": {"description": "Names this version, for If-Match.", "schema": {"type": "string"}}},
            "schemas": _schemas(closed),
            "responses": {str(status): _problem(status) for status in PROBLEMS},
        },
    }


@cache
def text() -> str:
    """The document as it is served and committed."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


def _paths() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for each in OPERATIONS:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return paths


def _operation(each: Operation) -> dict[str, Any]:
    parameters = [
        {"name": name, "in": "path", "required": True, "description": NAMES[name], "schema": {"type": "string"}}
        for name in PARAMETER.findall(each.path)
    ]
    parameters += [
        {"name": one.name, "in": "query", "description": one.words, "schema": dict(one.schema)} for one in each.query
    ]
    if each.matched:
        parameters.append({"$ref": "#/components/parameters/ifMatch"})
    if each.acts:
        parameters.append({"$ref": "#/components/parameters/idempotencyKey"})
    answers: dict[str, Any] = {
        str(status): {
            "description": HTTPStatus(status).phrase + ".",
            **({"headers": {"ETag": {"$ref": "#/components/headers/etag"}}} if each.tagged else {}),
            "content": {"application/json": _ref(model)},
        }
        for status, model in each.answers.items()
    }
    for status in sorted(_problems(each)):
        answers[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return {
        "operationId": each.id,
        "tags": [each.tag],
        "summary": each.summary,
        "description": " ".join(filter(None, (each.words, _needs(each)))),
        "security": [] if each.open else [{"token": [] if each.role is None else [each.role.value]}],
        **({"parameters": parameters} if parameters else {}),
        **(
            {"requestBody": {"required": True, "content": {"application/json": _ref(each.body)}}}
            if each.body is not None
            else {}
        ),
        "responses": answers,
    }


def _needs(each: Operation) -> str:
    if each.open:
        return "Open to anybody."
    return "Needs no role, only that one is signed in." if each.role is None else f"Needs the role {each.role}."


def _problems(each: Operation) -> set[int]:
    """Also those that come from API Gateway, from the guard, from a path that leads nowhere, from a key and a tag."""
    general = (429, *(() if each.open else (401, 403, 413)), *((404,) if "{" in each.path else ()))
    return {*each.problems, *general, *((400, 409) if each.acts else ()), *((400, 412) if each.matched else ())}


def _problem(status: int) -> dict[str, Any]:
    model = deployment.RefusedDocument if status == HTTPStatus.UNPROCESSABLE_ENTITY else deployment.Problem
    content = {} if status in NEVER_OURS else {PROBLEM_JSON: _ref(model)}
    if status in BEFORE_US:
        content["application/json"] = _ref(deployment.Refused)
    return {"description": PROBLEMS[status], "content": content}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": SCHEMAS + model.__name__}}


def _schemas(closed: bool) -> Mapping[str, Any]:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {
        (deployment.Problem, "serialization"): None,
        (deployment.RefusedDocument, "serialization"): None,
        (deployment.Refused, "serialization"): None,
    }
    for each in OPERATIONS:
        models |= dict.fromkeys((model, "serialization") for model in each.answers.values())
        if each.body is not None:
            models[each.body, "validation"] = None
    found = models_json_schema(list(models), ref_template=SCHEMAS + "{model}")[1]["$defs"]
    return {name: _plain(schema, closed) for name, schema in sorted(found.items())}


def _plain(schema: Mapping[str, Any], closed: bool) -> Mapping[str, Any]:
    """A schema without the titles that say no more than the names; its words in one line."""
    plain = {key: _untitled(value) if key == "properties" else value for key, value in schema.items() if key != "title"}
    if "description" in plain:
        plain["description"] = " ".join(str(plain["description"]).split())
    if closed and "properties" in plain:
        plain.setdefault("additionalProperties", False)
    return plain


def _untitled(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: {key: value for key, value in each.items() if key != "title"} for name, each in properties.items()}


if __name__ == "__main__":
    sys.stdout.write(text())
