"""A person's hands in the two simulated applications, through their admin APIs: seed, read, edit, count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import httpx

from infra.demo.checker.rules import Rules, Side
from infra.demo.checker.world import Row, World
from infra.demo.data.mess import Fields

API_VERSION = "2026-09"
SEEDED_AT_ONCE = 500

OWN_PROPERTIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "contacts": (
        {"name": "birthday", "label": "Birthday", "type": "date", "fieldType": "date"},
        {"name": "crm_score", "label": "CRM score", "type": "number", "fieldType": "number"},
    ),
    "companies": ({"name": "founded_on", "label": "Founded on", "type": "date", "fieldType": "date"},),
}
"""What this HubSpot account's admin has added to HubSpot's own properties."""


class Hands(Protocol):
    """What a person can do in an application, and what its operator can count."""

    def seed(self, kind: str, rows: Iterable[Fields]) -> None:
        """Add records that were always there."""
        ...

    def rows(self, kind: str) -> list[Row]:
        """Every living record: id and fields, in the application's order."""
        ...

    def create(self, kind: str, fields: Fields) -> str:
        """Create a record as a person; its id."""
        ...

    def edit(self, kind: str, record_id: str, fields: Fields) -> None:
        """Edit a record as a person."""
        ...

    def delete(self, kind: str, record_id: str) -> None:
        """Delete a record as a person."""
        ...

    def calls(self) -> int:
        """How many API calls were made, the admin API's not counted."""
        ...

    def writes(self) -> int:
        """How many of them wrote a record."""
        ...


class HubSpot:
    """The simulated HubSpot account. Empty properties are left out of rows."""

    def __init__(self, url: str, token: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, transport=transport)
        self._token = token

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def define(self) -> None:
        """Add the account's own properties, as its admin would."""
        headers = {"Authorization": f"Bearer {self._token}"}
        for kind, properties in OWN_PROPERTIES.items():
            for prop in properties:
                body = {"groupName": "information", **prop}
                url = f"/crm/properties/{API_VERSION}/{kind}"
                _checked(self._http.post(url, json=body, headers=headers))

    def seed(self, kind: str, rows: Iterable[Fields]) -> None:
        """Add records that were always there."""
        full = [{name: value for name, value in row.items() if value is not None} for row in rows]
        for start in range(0, len(full), SEEDED_AT_ONCE):
            body = {"records": full[start : start + SEEDED_AT_ONCE]}
            _checked(self._http.post(f"/_admin/records/{kind}", json=body))

    def rows(self, kind: str) -> list[Row]:
        """Every living record by ascending id."""
        found = _checked(self._http.get(f"/_admin/records/{kind}"))["records"]
        return sorted(((row["id"], row["properties"]) for row in found), key=lambda row: int(row[0]))

    def create(self, kind: str, fields: Fields) -> str:
        """Create a record as a person; its id."""
        return str(_checked(self._http.post(f"/_admin/records/{kind}", json={"properties": fields}))["id"])

    def edit(self, kind: str, record_id: str, fields: Fields) -> None:
        """Edit a record as a person."""
        _checked(self._http.patch(f"/_admin/records/{kind}/{record_id}", json={"properties": fields}))

    def delete(self, kind: str, record_id: str) -> None:
        """Archive a record as a person."""
        _checked(self._http.delete(f"/_admin/records/{kind}/{record_id}"))

    def reset(self) -> None:
        """Start counting anew."""
        _checked(self._http.delete("/_admin/counts"))

    def calls(self) -> int:
        """How many API calls were made."""
        return int(_checked(self._http.get("/_admin/counts"))["total"])

    def writes(self) -> int:
        """How many record writes the API carried out."""
        return sum(_checked(self._http.get("/_admin/counts"))["writesByType"].values())


class App:
    """The simulated Orbit CRM. Rows have nested fields under dotted names."""

    def __init__(self, url: str, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, transport=transport)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def seed(self, kind: str, rows: Iterable[Fields]) -> None:
        """Add records that were always there."""
        nested = [_nested(row) for row in rows]
        for start in range(0, len(nested), SEEDED_AT_ONCE):
            _checked(self._http.post("/_admin/seed", json={kind: nested[start : start + SEEDED_AT_ONCE]}))

    def rows(self, kind: str) -> list[Row]:
        """Every record in list order."""
        return [(row["id"], _flat(row)) for row in _checked(self._http.get(f"/_admin/records/{kind}"))[kind]]

    def create(self, kind: str, fields: Fields) -> str:
        """Create a record as a person; its id."""
        return str(_checked(self._http.post(f"/_admin/records/{kind}", json=_nested(fields)))["id"])

    def edit(self, kind: str, record_id: str, fields: Fields) -> None:
        """Edit a record as a person."""
        _checked(self._http.patch(f"/_admin/records/{kind}/{record_id}", json=_nested(fields)))

    def delete(self, kind: str, record_id: str) -> None:
        """Delete a record as a person."""
        _checked(self._http.delete(f"/_admin/records/{kind}/{record_id}"))

    def send_webhooks_to(self, url: str) -> None:
        """Tell the app where its webhooks go, as a person does in its settings; the secret stays as it is."""
        _checked(self._http.put("/_admin/webhooks", json={"url": url, "active": True}))

    def lose_next_webhook(self) -> None:
        """The next event never arrives."""
        _checked(self._http.put("/_admin/webhooks", json={"faults": {"lose_next": 1}}))

    def lost_webhooks(self) -> int:
        """How many events were lost so far."""
        return int(_checked(self._http.get("/_admin/outbox"))["counts"].get("lost", 0))

    def calls(self) -> int:
        """How many API calls were made."""
        return int(_checked(self._http.get("/_admin/calls"))["total"])

    def writes(self) -> int:
        """How many of them were to write a record, whatever came of it."""
        kinds: Mapping[str, int] = _checked(self._http.get("/_admin/calls"))["by_kind"]
        return sum(n for kind, n in kinds.items() if kind.rpartition(".")[2] in ("create", "update", "delete"))


def world(rules: Rules, hubspot: Hands, app: Hands) -> World:
    """What both applications hold of one sync's objects, cut down to the fields that the checker looks at."""

    def cut(side: Side, rows: list[Row]) -> list[Row]:
        return [(key, {name: fields.get(name) for name in rules.fields(side)}) for key, fields in rows]

    left, right = hubspot.rows(rules.hubspot_object), app.rows(rules.app_object)
    return World.of(cut("hubspot", left), cut("app", right))


def _nested(fields: Fields) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in fields.items():
        group, _, last = name.rpartition(".")
        (body.setdefault(group, {}) if group else body)[last] = value
    return body


def _flat(body: Mapping[str, Any]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, Mapping):
            fields |= {f"{name}.{inner}": item for inner, item in value.items()}
        else:
            fields[name] = value
    return fields


def _checked(response: httpx.Response) -> Any:
    """The JSON of a good answer; raises `RuntimeError` with the refusal's own words."""
    if response.is_error:
        request = response.request
        raise RuntimeError(
            f"{request.method} {request.url.path} was refused with {response.status_code}: {response.text[:300]}"
        )
    return response.json() if response.content else None
