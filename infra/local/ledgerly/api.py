"""Ledgerly's public API: routes, the key, and its answers to what is refused."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from infra.local.http import Request, Response
from infra.local.ledgerly import objects
from infra.local.ledgerly.listing import listing
from infra.local.parts.collection import Collection
from infra.local.parts.errors import (
    DuplicateError,
    FieldError,
    GoneError,
    InvalidError,
    MissingError,
    RecordError,
)
from infra.local.parts.gate import Gate
from infra.local.parts.table import Row

Act = Callable[[], Response]


class Account(Protocol):
    """What the API needs of the simulator behind it."""

    token: str
    gate: Gate
    collections: dict[str, Collection[int]]


def refuse(status: int, code: str, message: str) -> Response:
    """An error in Ledgerly's shape; the word in `Error` is in camel case here."""
    return Response(status, {"Error": code.title().replace("_", ""), "Message": message, "Details": []})


class Api:
    """Answers the calls of `/api/2.0/`."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def handle(self, request: Request) -> Response:
        """Answer one call; it is counted whatever comes of it."""
        kind, act = self._route(request)
        return self._account.gate.through(kind, lambda: self._carry_out(request, act))

    def _carry_out(self, request: Request, act: Act) -> Response:
        key = request.headers.get("x-ledgerly-key", "")
        if not hmac.compare_digest(key.encode(), self._account.token.encode()):
            return refuse(401, "unauthorized", "The header X-Ledgerly-Key is missing or holds no known key.")
        try:
            return act()
        except RecordError as error:
            return _answer(error)

    def _route(self, request: Request) -> tuple[str, Act]:
        method = request.method
        match request.path.strip("/").split("/"):
            case ["api", "2.0", "account"] if method == "GET":
                account = {"AccountID": 7, "Name": "Example Ltd"}
                return "account.get", lambda: Response(200, {"Account": account})
            case ["api", "2.0", "fields", name] if method == "GET" and name in objects.KINDS:
                fields = objects.schema(objects.KINDS[name])
                return "fields.get", lambda: Response(200, {"Fields": fields})
            case ["api", "2.0", name] if name in objects.KINDS and method == "GET":
                return listing(request, self._account.collections[name])
            case ["api", "2.0", name] if name in objects.KINDS and method == "POST":
                return f"{name}.create", lambda: _create(request, self._account.collections[name])
            case ["api", "2.0", name, key] if name in objects.KINDS and re.fullmatch(r"[0-9]{1,18}", key):
                return self._on_one(request, name, int(key))
        sentence = f"Ledgerly has no {method} {request.path}."
        return "unknown", lambda: refuse(404, "no_such_resource", sentence)

    def _on_one(self, request: Request, name: str, key: int) -> tuple[str, Act]:
        collection = self._account.collections[name]
        match request.method:
            case "GET":
                return f"{name}.get", lambda: _one(collection, collection.read(key))
            case "PUT" | "POST":
                return f"{name}.update", lambda: _update(request, collection, key)
            case "DELETE":
                return f"{name}.archive", lambda: _one(collection, collection.archive(key))
        sentence = f"{request.method} is not possible here."
        return "unknown", lambda: refuse(405, "method_not_allowed", sentence)


def _create(request: Request, collection: Collection[int]) -> Response:
    return _one(collection, collection.create(_record(request, collection)))


def _update(request: Request, collection: Collection[int], key: int) -> Response:
    return _one(collection, collection.edit(key, _record(request, collection)))


def _one(collection: Collection[int], row: Row[int]) -> Response:
    return Response(200, {f"{collection.kind.singular}s": [row.body]})


def _record(request: Request, collection: Collection[int]) -> Mapping[str, Any]:
    envelope = collection.kind.singular
    try:
        body = request.json()
    except (ValueError, RecursionError):
        body = None
    record = body.get(envelope) if isinstance(body, dict) else None
    if not isinstance(record, dict):
        raise InvalidError(FieldError(envelope, "invalid_json", f'The body must be {{"{envelope}": {{…}}}}.'))
    return record


def _answer(error: RecordError) -> Response:
    match error:
        case InvalidError(errors=found):
            return _invalid(found)
        case DuplicateError(field=field, existing_id=existing):
            details = [{"Field": field, "Reason": str(error)}]
            body = {"Error": "Duplicate", "Message": str(error), "Details": details, "ExistingID": existing}
            return Response(409, body)
        case GoneError():
            return refuse(404, "archived", str(error))
        case MissingError():
            return refuse(404, "not_found", str(error))
    return refuse(400, "bad_request", str(error))


def _invalid(found: Sequence[FieldError]) -> Response:
    details = [{"Field": item.field, "Reason": item.message} for item in found]
    message = "Something in the request is not valid; see Details."
    return Response(400, {"Error": "ValidationFailed", "Message": message, "Details": details})
