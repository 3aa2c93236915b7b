"""A person's hands in the two simulated applications, through their admin APIs: seed, read, edit, count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import httpx

from infra.demo.checker.world import Row
from infra.demo.data.mess import Fields
from infra.demo.own import PROPERTIES, RENEWALS

API_VERSION = "2026-09"
SEEDED_AT_ONCE = 500


class Hands(Protocol):
    """What a person can do in an application, and what its operator can count."""

    def seed(self, kind: str, rows: Iterable[Fields]) -> list[str]:
        """Add records that were always there; their ids."""
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
        """Add the account's own properties and pipeline, as its admin would."""
        headers = {"Authorization": f"Bearer {self._token}"}
        _checked(self._http.post(f"/crm/pipelines/{API_VERSION}/deals", json=RENEWALS, headers=headers))
        for kind, properties in PROPERTIES.items():
            for prop in properties:
                body = {"groupName": "information", **prop}
                url = f"/crm/properties/{API_VERSION}/{kind}"
                _checked(self._http.post(url, json=body, headers=headers))

    def seed(self, kind: str, rows: Iterable[Fields]) -> list[str]:
        """Add records that were always there; their ids."""
        full = [{name: value for name, value in row.items() if value is not None} for row in rows]
        ids: list[int] = []
        for start in range(0, len(full), SEEDED_AT_ONCE):
            body = {"records": full[start : start + SEEDED_AT_ONCE]}
            ids += _checked(self._http.post(f"/_admin/records/{kind}", json=body))["ids"]
        return [str(key) for key in ids]

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

    def link(self, kind: str, record_id: str, to: str, target_id: str) -> None:
        """Associate two records as a person."""
        body = {"from": {"type": kind, "id": record_id}, "to": {"type": to, "id": target_id}}
        _checked(self._http.post("/_admin/associations", json=body))

    def links(self, kind: str, to: str) -> dict[str, tuple[str, ...]]:
        """Every record's associations with records of the type `to`, by ascending id."""
        found: dict[str, tuple[str, ...]] = {}
        for one in _checked(self._http.get(f"/_admin/associations/{kind}/{to}")):
            found[one["from"]] = (*found.get(one["from"], ()), one["to"])
        return found

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

    def seed(self, kind: str, rows: Iterable[Fields]) -> list[str]:
        """Add records that were always there; their ids."""
        nested = [_nested(row) for row in rows]
        ids: list[str] = []
        for start in range(0, len(nested), SEEDED_AT_ONCE):
            body = {kind: nested[start : start + SEEDED_AT_ONCE]}
            ids += _checked(self._http.post("/_admin/seed", json=body))[kind]
        return ids

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
