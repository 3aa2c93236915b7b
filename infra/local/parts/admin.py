"""The admin API under `/_admin/`, for a stage, a demo and a checker; needs no token, is never counted or refused.

| call | body | answer |
|---|---|---|
| `GET /_admin/health` | | `{"app": name}` |
| `POST /_admin/seed` | `{object: [record, …]}` | `{object: [id, …]}`; fires no webhooks |
| `GET /_admin/records/{object}` | | `{object: [record, …]}`, all, in creation order |
| `POST /_admin/records/{object}` | record | record; as a person: fires webhooks, skips format checks |
| `PATCH /_admin/records/{object}/{id}` | part of a record | record; as a person |
| `DELETE /_admin/records/{object}/{id}` | | 204; as a person |
| `POST /_admin/happen/{id}` | `{"event", "subject", "id"?}` | `{"id"}`; happens to a person, if the app tells |
| `GET`, `POST`, `DELETE /_admin/faults` | `Fault`, or a list of them | what is on |
| `GET`, `POST`, `DELETE /_admin/rewrites` | `Rewrite`, or a list of them | what is on |
| `GET`, `DELETE /_admin/calls` | | `{"total", "by_kind", "by_status"}` |
| `PUT /_admin/limits` | `{"calls": 100, "window": 1000}` (ms; 0 calls: none) | the same |
| `GET`, `PUT /_admin/webhooks` | `{"url", "secret", "active", "faults": WebhookFaults}`, any of them | state |
| `GET`, `DELETE /_admin/outbox` | | `{"pending": [event, …], "counts"}`; DELETE loses them |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from infra.local.http import Request, Response
from infra.local.parts.errors import DuplicateError, GoneError, InvalidError, MissingError, RecordError
from infra.local.parts.faults import Fault, WebhookFaults
from infra.local.parts.gate import Gate
from infra.local.parts.outbox import Outbox
from infra.local.parts.rewrites import Rewrite

PREFIX = "/_admin/"


class Administered(Protocol):
    """A simulated app that the admin API can serve."""

    name: str
    gate: Gate
    outbox: Outbox
    rewrites: list[Rewrite]

    def seed(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Any]]:
        """Add records that were always there; the new ids by object."""
        ...

    def records(self, kind: str) -> list[Mapping[str, Any]]:
        """All records of an object in creation order."""
        ...

    def create(self, kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Create a record as a person would."""
        ...

    def edit(self, kind: str, key: Any, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Edit a record as a person would."""
        ...

    def delete(self, kind: str, key: Any) -> None:
        """Delete a record as a person would."""
        ...


def administer(app: Administered, request: Request) -> Response:
    """Answer a request under `/_admin/`; errors are 4xx with `{"error": sentence}`."""
    subject, *rest = request.path.removeprefix(PREFIX).strip("/").split("/")
    action = _ACTIONS.get((request.method, subject, len(rest)))
    if action is None:
        return _refused(404, f"The admin API has no {request.method} {request.path}.")
    try:
        return action(app, request, rest)
    except (GoneError, MissingError) as error:
        return _refused(404, str(error))
    except DuplicateError as error:
        return Response(409, {"error": str(error), "existing_id": error.existing_id})
    except InvalidError as error:
        return Response(422, {"error": str(error), "errors": [asdict(item) for item in error.errors]})
    except (RecordError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        return _refused(400, f"The admin API cannot do that: {error}")


def _refused(status: int, message: str) -> Response:
    return Response(status, {"error": message.encode(errors="replace").decode()})


def _mapping(request: Request) -> dict[str, Any]:
    body = request.json()
    if not isinstance(body, dict):
        raise TypeError("the body must be a JSON object.")
    return body


def _health(app: Administered, _request: Request, _rest: list[str]) -> Response:
    return Response(200, {"app": app.name})


def _seed(app: Administered, request: Request, _rest: list[str]) -> Response:
    return Response(201, app.seed(_mapping(request)))


def _records(app: Administered, _request: Request, rest: list[str]) -> Response:
    return Response(200, {rest[0]: app.records(rest[0])})


def _create(app: Administered, request: Request, rest: list[str]) -> Response:
    return Response(201, app.create(rest[0], _mapping(request)))


def _edit(app: Administered, request: Request, rest: list[str]) -> Response:
    return Response(200, app.edit(rest[0], rest[1], _mapping(request)))


def _delete(app: Administered, _request: Request, rest: list[str]) -> Response:
    app.delete(rest[0], rest[1])
    return Response(204)


def _happen(app: Administered, request: Request, rest: list[str]) -> Response:
    body, happen = _mapping(request), getattr(app, "happen", None)
    if happen is None:
        raise ValueError(f"{app.name} tells nothing of what happens to people.")
    return Response(201, {"id": happen(rest[0], body["event"], body["subject"], own_id=body.get("id"))})


def _faults(app: Administered, _request: Request, _rest: list[str]) -> Response:
    return Response(200, {"faults": [asdict(fault) for fault in app.gate.faults.active]})


def _add_faults(app: Administered, request: Request, rest: list[str]) -> Response:
    body = request.json()
    for fault in [Fault.of(item) for item in (body if isinstance(body, list) else [body])]:
        app.gate.faults.add(fault)
    return _faults(app, request, rest)


def _clear_faults(app: Administered, request: Request, rest: list[str]) -> Response:
    app.gate.faults.clear()
    return _faults(app, request, rest)


def _rewrites(app: Administered, _request: Request, _rest: list[str]) -> Response:
    return Response(200, {"rewrites": [asdict(rewrite) for rewrite in app.rewrites]})


def _add_rewrites(app: Administered, request: Request, rest: list[str]) -> Response:
    body = request.json()
    app.rewrites += [Rewrite.of(item) for item in (body if isinstance(body, list) else [body])]
    return _rewrites(app, request, rest)


def _clear_rewrites(app: Administered, request: Request, rest: list[str]) -> Response:
    app.rewrites.clear()
    return _rewrites(app, request, rest)


def _calls(app: Administered, _request: Request, _rest: list[str]) -> Response:
    counts, statuses = app.gate.counts, app.gate.statuses
    return Response(200, {"total": counts.total(), "by_kind": dict(counts), "by_status": dict(statuses)})


def _reset_calls(app: Administered, request: Request, rest: list[str]) -> Response:
    app.gate.reset_counts()
    return _calls(app, request, rest)


def _limits(app: Administered, request: Request, _rest: list[str]) -> Response:
    body, limit = _mapping(request), app.gate.limit
    limit.calls = int(body.get("calls", limit.calls))
    limit.window = int(body.get("window", limit.window))
    return Response(200, {"calls": limit.calls, "window": limit.window})


def _webhooks(app: Administered, _request: Request, _rest: list[str]) -> Response:
    outbox = app.outbox
    return Response(200, {"url": outbox.url, "active": outbox.active, "faults": asdict(outbox.faults)})


def _set_webhooks(app: Administered, request: Request, rest: list[str]) -> Response:
    body, outbox = _mapping(request), app.outbox
    if unknown := body.keys() - {"url", "secret", "active", "faults"}:
        raise ValueError(f"unknown webhook setting {', '.join(sorted(unknown))}.")
    if "faults" in body:
        outbox.faults = WebhookFaults.of(body["faults"])
    outbox.configure(body.get("url", outbox.url), body.get("secret"), body.get("active", outbox.active))
    return _webhooks(app, request, rest)


def _outbox(app: Administered, _request: Request, _rest: list[str]) -> Response:
    pending = [item.event for item in app.outbox.pending]
    return Response(200, {"pending": pending, "counts": dict(app.outbox.counts)})


def _lose_outbox(app: Administered, request: Request, rest: list[str]) -> Response:
    app.outbox.clear()
    return _outbox(app, request, rest)


_ACTIONS: Mapping[tuple[str, str, int], Callable[[Administered, Request, list[str]], Response]] = {
    ("GET", "health", 0): _health,
    ("POST", "seed", 0): _seed,
    ("GET", "records", 1): _records,
    ("POST", "records", 1): _create,
    ("PATCH", "records", 2): _edit,
    ("DELETE", "records", 2): _delete,
    ("POST", "happen", 1): _happen,
    ("GET", "faults", 0): _faults,
    ("POST", "faults", 0): _add_faults,
    ("DELETE", "faults", 0): _clear_faults,
    ("GET", "rewrites", 0): _rewrites,
    ("POST", "rewrites", 0): _add_rewrites,
    ("DELETE", "rewrites", 0): _clear_rewrites,
    ("GET", "calls", 0): _calls,
    ("DELETE", "calls", 0): _reset_calls,
    ("PUT", "limits", 0): _limits,
    ("GET", "webhooks", 0): _webhooks,
    ("PUT", "webhooks", 0): _set_webhooks,
    ("GET", "outbox", 0): _outbox,
    ("DELETE", "outbox", 0): _lose_outbox,
}
