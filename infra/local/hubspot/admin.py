"""The admin API under `/_admin/`: seed, read, edit as a person, faults, counts, settings. No token, never counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from typing import Any

from infra.local.http import Request, Response
from infra.local.hubspot.control import Control
from infra.local.hubspot.errors import ApiError, invalid, not_found
from infra.local.hubspot.faults import Fault
from infra.local.hubspot.limits import PLANS
from infra.local.hubspot.times import iso
from infra.local.parts.rewrites import Rewrite

Body = Mapping[str, Any]


class Admin:
    """Turns admin requests into calls of the `Control`."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._settings: dict[tuple[str, str], Callable[[Body], Any]] = {
            ("GET", "counts"): lambda _: self._control.calls.api(),
            ("DELETE", "counts"): lambda _: self._control.calls.reset(),
            ("GET", "faults"): lambda _: [asdict(fault) for fault in self._control.faults.active],
            ("POST", "faults"): lambda body: self._control.faults.add(Fault.of(body)),
            ("DELETE", "faults"): lambda _: self._control.faults.clear(),
            ("GET", "rewrites"): lambda _: [asdict(rewrite) for rewrite in self._control.rewrites],
            ("POST", "rewrites"): self._add_rewrite,
            ("DELETE", "rewrites"): lambda _: self._control.rewrites.clear(),
            ("GET", "settings"): lambda _: asdict(self._control.settings),
            ("PATCH", "settings"): self._change_settings,
            ("GET", "limits"): lambda _: asdict(self._control.limiter.limits),
            ("PATCH", "limits"): self._change_limits,
            ("GET", "events"): lambda _: list(self._control.account.events.values()),
            ("POST", "associations"): lambda body: self._control.associate(*_ends(body)),
            ("DELETE", "associations"): lambda body: self._control.dissociate(*_ends(body)),
            ("PUT", "webhooks"): self._set_webhooks,
            ("POST", "reset"): lambda _: self._control.reset(),
            ("GET", "health"): lambda _: {"status": "up", "types": sorted(self._control.account.tables)},
        }

    def handle(self, request: Request) -> Response:
        """Answer one admin request: 200 with JSON, 204 without, or HubSpot's own error."""
        parts = request.path.strip("/").split("/")[1:]
        try:
            body = _body(request)
            if parts[:1] == ["records"]:
                result = self._records(request, parts[1:], body)
            elif parts[:1] == ["associations"] and request.method == "GET" and len(parts) == 3:
                result = self._associations(parts[1], parts[2])
            else:
                act = self._settings.get((request.method, "/".join(parts)))
                if act is None:
                    raise not_found(f"No admin route {request.method} {request.path}")
                result = act(body)
        except ApiError as error:
            return Response(error.status, error.body("admin"))
        return Response(204) if result is None else Response(200, result)

    def _records(self, request: Request, parts: list[str], body: Body) -> Any:
        """`records/{type}[/{id}[/restore|merge|gdpr-delete]]`."""
        if len(parts) == 1:
            if request.method == "GET":
                return self._all(parts[0])
            if request.method == "POST":
                if "records" in body:
                    return {"ids": self._control.seed(parts[0], body["records"])}
                return {"id": self._control.create(parts[0], body.get("properties", {}))}
            if request.method == "PATCH":
                return self._control.edit_all(parts[0], body.get("properties", {}))
        if len(parts) in (2, 3) and parts[1].isdecimal():
            return self._one(request.method, parts[0], int(parts[1]), parts[2:], body)
        raise not_found(f"No admin route {request.method} {request.path}")

    def _one(self, method: str, type_name: str, record_id: int, verb: list[str], body: Body) -> Any:
        match (method, *verb):
            case ("GET",):
                return _plain(record_id, self._control.record(type_name, record_id).properties)
            case ("PATCH",):
                hidden = bool(body.get("hidden", False))
                return self._control.edit(type_name, record_id, body.get("properties", {}), hidden=hidden)
            case ("DELETE",):
                return self._control.archive(type_name, record_id)
            case ("POST", "restore"):
                return self._control.restore(type_name, record_id)
            case ("POST", "gdpr-delete"):
                return self._control.gdpr_delete(type_name, record_id)
            case ("POST", "merge"):
                return {"id": self._control.merge(type_name, record_id, int(str(body.get("other", 0))))}
        raise not_found(f"No admin route {method} for a record")

    def _all(self, type_name: str) -> dict[str, Any]:
        table = self._control.account.table(type_name)
        return {
            "records": [_plain(i, values) for i, values in self._control.records(type_name).items()],
            "archived": [
                {**_plain(i, values), "archivedAt": iso(table.bin[i].archived_at or 0)}
                for i, values in self._control.records(type_name, archived=True).items()
            ],
            "merged": {str(old): str(table.survivor(old)) for old in table.merged},
        }

    def _associations(self, left: str, right: str) -> list[dict[str, Any]]:
        found = self._control.associations(left, right).items()
        return [{"from": str(one), "to": str(other), "typeIds": labels} for (one, other), labels in found]

    def _add_rewrite(self, body: Body) -> None:
        try:
            self._control.rewrites.append(Rewrite.of(body))
        except (TypeError, ValueError) as error:
            raise invalid(f"The admin API cannot do that: {error}") from error

    def _set_webhooks(self, body: Body) -> None:
        webhooks = self._control.webhooks
        webhooks.signed_url = body.get("signed_url")
        webhooks.outbox.configure(body.get("url"), str(body.get("secret", "")))

    def _change_settings(self, body: Body) -> None:
        self._control.settings.change(body)

    def _change_limits(self, body: Body) -> None:
        limits = self._control.limiter.limits
        wanted = {**asdict(PLANS[body["plan"]])} if body.get("plan") in PLANS else {}
        wanted |= {name: value for name, value in body.items() if name != "plan"}
        unknown = sorted(set(wanted) - {item.name for item in fields(limits)})
        if unknown or (body.get("plan") and body["plan"] not in PLANS):
            raise invalid(f"Unknown limits {unknown or body['plan']}; plans are {sorted(PLANS)}")
        for name, value in wanted.items():
            setattr(limits, name, value)


def _ends(body: Body) -> tuple[str, int, str, int, str | None]:
    left, right = body.get("from", {}), body.get("to", {})
    if not all(isinstance(end, Mapping) and {"type", "id"} <= set(end) for end in (left, right)):
        raise invalid('An association needs {"from": {"type", "id"}, "to": {"type", "id"}}')
    return str(left["type"]), int(left["id"]), str(right["type"]), int(right["id"]), body.get("label")


def _plain(record_id: int, values: Mapping[str, str]) -> dict[str, Any]:
    return {"id": str(record_id), "properties": dict(values)}


def _body(request: Request) -> Body:
    try:
        body = request.json()
    except ValueError as error:
        raise invalid(f"Invalid input JSON: {error}") from error
    if body is not None and not isinstance(body, Mapping):
        raise invalid("Invalid input JSON: an object is needed")
    return body or {}
