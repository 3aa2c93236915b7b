"""Orbit's public API: routes, credentials, and its answers to what is refused."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.crm import objects
from infra.local.crm.idempotency import Answers, ReusedKeyError
from infra.local.crm.listing import listing
from infra.local.crm.settings import Pipeline, User
from infra.local.http import Request, Response
from infra.local.parts.collection import Collection
from infra.local.parts.errors import (
    DuplicateError,
    FieldError,
    GoneError,
    InvalidError,
    MissingError,
    RecordError,
    StaleError,
)
from infra.local.parts.gate import Gate
from infra.local.parts.outbox import Outbox
from infra.local.parts.table import Row


class Account(Protocol):
    """What the API needs of the simulator behind it."""

    token: str
    scopes: set[str]
    clock: Callable[[], int]
    gate: Gate
    outbox: Outbox
    users: dict[str, User]
    pipelines: dict[str, Pipeline]
    collections: dict[str, Collection[str]]


@dataclass(frozen=True, slots=True)
class _Call:
    """One routed request: its kind for counts and faults, the scope it needs, and what carries it out."""

    kind: str
    scope: str | None
    act: Callable[[], Response]


def refuse(status: int, code: str, message: str, field: str | None = None, **more: Any) -> Response:
    """An error in Orbit's shape."""
    return errors(status, FieldError(field, code, message), **more)


def errors(status: int, *found: FieldError, **more: Any) -> Response:
    """Several errors in Orbit's shape; `more` stands beside them."""
    return Response(
        status, {"errors": [{"field": e.field, "code": e.code, "message": e.message} for e in found], **more}
    )


class Api:
    """Answers the calls of `/v1/`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._answers = Answers(account.clock)

    def handle(self, request: Request) -> Response:
        """Answer one call; it is counted whatever comes of it."""
        call = self._route(request)
        return self._account.gate.through(call.kind, lambda: self._carry_out(request, call))

    def _carry_out(self, request: Request, call: _Call) -> Response:
        authorization = request.headers.get("authorization", "")
        if not hmac.compare_digest(authorization.encode(), f"Bearer {self._account.token}".encode()):
            return refuse(401, "unauthorised", "The bearer token is missing or not known.")
        if call.scope is not None and call.scope not in self._account.scopes:
            return refuse(403, "forbidden", f"The token lacks the scope {call.scope}.")
        try:
            return call.act()
        except ReusedKeyError:
            message = "This Idempotency-Key was used with another request."
            return refuse(422, "idempotency_key_reused", message)
        except RecordError as error:
            return _answer(error)

    def _route(self, request: Request) -> _Call:
        method = request.method
        match request.path.strip("/").split("/"):
            case ["v1", "me"] if method == "GET":
                return _Call("me.get", None, self._me)
            case ["v1", "webhooks"] if method in ("GET", "PUT", "DELETE"):
                return _Call(f"webhooks.{method.lower()}", None, lambda: self._webhooks(request))
            case ["v1", "users"] if method == "GET":
                return _Call("users.list", "users:read", self._users)
            case ["v1", "pipelines"] if method == "GET":
                return _Call("pipelines.list", "opportunities:read", self._pipelines)
            case ["v1", "schema", name] if method == "GET" and name in objects.KINDS:
                schema = objects.schema(objects.KINDS[name])
                return _Call("schema.get", f"{name}:read", lambda: Response(200, {"data": schema}))
            case ["v1", name] if name in objects.KINDS and method in ("GET", "POST"):
                return self._on_all(request, name)
            case ["v1", name, key] if name in objects.KINDS and method in ("GET", "PATCH", "DELETE"):
                return self._on_one(request, name, key)
        sentence = f"Orbit has no {method} {request.path}."
        return _Call("unknown", None, lambda: refuse(404, "no_such_route", sentence))

    def _on_all(self, request: Request, name: str) -> _Call:
        collection = self._account.collections[name]
        if request.method == "POST":
            return _Call(f"{name}.create", f"{name}:write", lambda: self._create(request, collection))
        way, read = listing(request, collection)
        return _Call(f"{name}.{way}", f"{name}:read", read)

    def _on_one(self, request: Request, name: str, key: str) -> _Call:
        collection = self._account.collections[name]
        if request.method == "GET":
            return _Call(f"{name}.get", f"{name}:read", lambda: _record(200, collection.read(key)))
        if request.method == "DELETE":
            return _Call(f"{name}.delete", f"{name}:write", lambda: _delete(collection, key))
        return _Call(f"{name}.update", f"{name}:write", lambda: _update(request, collection, key))

    def _create(self, request: Request, collection: Collection[str]) -> Response:
        return self._answers.once(request, lambda: _record(201, collection.create(_object(request))))

    def _me(self) -> Response:
        return Response(200, {"data": {"account_id": "acc_01example", "name": "Example Ltd"}})

    def _users(self) -> Response:
        return Response(200, {"data": [user.api() for user in self._account.users.values()]})

    def _pipelines(self) -> Response:
        ordered = enumerate(self._account.pipelines.values())
        return Response(200, {"data": [pipeline.api(position) for position, pipeline in ordered]})

    def _webhooks(self, request: Request) -> Response:
        outbox = self._account.outbox
        if request.method == "DELETE":
            outbox.configure(None)
            return Response(204)
        if request.method == "PUT":
            body = _object(request)
            url, secret, active = body.get("url"), body.get("secret"), body.get("active", True)
            if not isinstance(url, str) or not url.isascii() or not url.startswith(("http://", "https://")):
                raise InvalidError(FieldError("url", "invalid_format", "url must be a URL."))
            if not isinstance(secret, str | None) or not isinstance(active, bool):
                raise InvalidError(FieldError("secret", "wrong_type", "secret is text, active true or false."))
            outbox.configure(url, secret, active)
        return Response(200, {"data": {"url": outbox.url, "active": outbox.active}})


def _record(status: int, row: Row[str]) -> Response:
    return Response(status, {"data": row.body}, {"ETag": objects.etag(row.version)})


def _delete(collection: Collection[str], key: str) -> Response:
    collection.remove(key)
    return Response(204)


def _update(request: Request, collection: Collection[str], key: str) -> Response:
    body = _object(request)
    row = collection.read(key)
    wanted = request.headers.get("if-match", "*").strip()
    if wanted != "*" and wanted.strip('"') != objects.etag(row.version).strip('"'):
        raise StaleError(f"{collection.kind.singular} {key} is at {row.body['etag']}, not at {wanted}.")
    return _record(200, collection.edit(key, body))


def _object(request: Request) -> Mapping[str, Any]:
    try:
        body = request.json()
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise InvalidError(FieldError(None, "invalid_json", "The body must be a JSON object."))
    return body


def _answer(error: RecordError) -> Response:
    match error:
        case InvalidError(errors=found):
            malformed = any(item.code in ("invalid_json", "invalid_query") for item in found)
            return errors(400 if malformed else 422, *found)
        case DuplicateError():
            return refuse(409, "duplicate", str(error), error.field, existing_id=error.existing_id)
        case GoneError():
            return refuse(410, "gone", str(error))
        case StaleError():
            return refuse(412, "precondition_failed", str(error))
        case MissingError():
            return refuse(404, "not_found", str(error))
    return refuse(400, "bad_request", str(error))
