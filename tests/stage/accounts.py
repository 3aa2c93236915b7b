"""A person's hands and eyes in the simulated applications, through their admin APIs; nothing of it is counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

Body = dict[str, Any]
Rows = dict[str, Body]


class HubSpotAccount:
    """The contacts of the simulated HubSpot."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_admin", timeout=30)

    def clear(self) -> None:
        """An empty account without faults or counts, whose searches see everything at once and whose token is
        good; webhooks go nowhere.
        """
        self.admin("PUT", "webhooks", {})
        self.admin("POST", "reset")
        self.admin("PATCH", "settings", {"search_lag_ms": 0, "revoked": False})

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def seed(self, rows: Iterable[Body]) -> list[str]:
        """Contacts that were always there; their ids."""
        return [str(key) for key in self.admin("POST", "records/contacts", {"records": list(rows)})["ids"]]

    def create(self, fields: Body) -> str:
        """A person makes a contact; its id."""
        return str(self.admin("POST", "records/contacts", {"properties": fields})["id"])

    def edit(self, record_id: str, **fields: str) -> None:
        """A person edits a contact."""
        self.admin("PATCH", f"records/contacts/{record_id}", {"properties": fields})

    def rows(self) -> Rows:
        """Every living contact by its email; there must not be two of one."""
        found = self.admin("GET", "records/contacts")["records"]
        return by_name(({**row["properties"], "id": row["id"]} for row in found), "email")

    def calls(self) -> int:
        """How often the API was called."""
        return int(self.admin("GET", "counts")["total"])

    def writes(self) -> int:
        """How many records the API wrote, each as often as it was written."""
        return sum(self.admin("GET", "counts")["writesByType"].values())

    def forget_calls(self) -> None:
        """Start counting anew."""
        self.admin("DELETE", "counts")

    def forget(self, record_id: str) -> None:
        """A person deletes a contact for privacy's sake. A webhook tells of it."""
        self.admin("POST", f"records/contacts/{record_id}/gdpr-delete")

    def events(self) -> list[Body]:
        """What apps logged on timelines."""
        events: list[Body] = self.admin("GET", "events")
        return events

    def fail(self, kind: str, path: str, **details: Any) -> None:
        """Switch a fault on (`infra.local.hubspot.faults.Fault`)."""
        self.admin("POST", "faults", {"kind": kind, "path": path, **details})

    def heal(self) -> None:
        """Switch every fault off."""
        self.admin("DELETE", "faults")

    def admin(self, method: str, path: str, body: Body | None = None) -> Any:
        """A call of the admin API."""
        return _call(self._http, method, path, body)


class AppAccount:
    """The records of one object of a simulated app; `key` is the field that holds an id, `email` the one of emails."""

    def __init__(self, url: str, kind: str, *, key: str, email: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_admin", timeout=30)
        self.kind, self._key, self._email = kind, key, email

    def clear(self) -> None:
        """An empty account without faults or counts, whose webhooks go nowhere."""
        self.admin("PUT", "webhooks", {"url": None, "active": False, "faults": {}})
        self.admin("DELETE", "faults")
        self.admin("DELETE", "outbox")
        for row in self._all():
            self.delete(str(row[self._key]))
        self.forget_calls()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def seed(self, rows: Iterable[Body]) -> list[str]:
        """Records that were always there; their ids."""
        return [str(key) for key in self.admin("POST", "seed", {self.kind: list(rows)})[self.kind]]

    def create(self, fields: Body) -> str:
        """A person makes a record; its id. A webhook tells of it."""
        return str(self.admin("POST", f"records/{self.kind}", fields)[self._key])

    def edit(self, record_id: str, **fields: Any) -> None:
        """A person edits a record. A webhook tells of it."""
        self.admin("PATCH", f"records/{self.kind}/{record_id}", fields)

    def delete(self, record_id: str) -> None:
        """A person deletes a record. A webhook tells of it."""
        self.admin("DELETE", f"records/{self.kind}/{record_id}")

    def happen(self, record_id: str, **event: str) -> str:
        """Something happens to a person: `event`, `subject`, and perhaps an `id` that was told before; its id."""
        return str(self.admin("POST", f"happen/{record_id}", event)["id"])

    def rows(self) -> Rows:
        """Every living record by its email, its id under `id`; there must not be two of one."""
        living = (row for row in self._all() if row.get("Status") != "ARCHIVED")
        return by_name(({**row, "id": str(row[self._key])} for row in living), self._email)

    def calls(self, *verbs: str) -> int:
        """How often the API was called, for anything or to `create`, `update`, `get`, `list`, …"""
        kinds: Mapping[str, int] = self.admin("GET", "calls")["by_kind"]
        return sum(number for kind, number in kinds.items() if not verbs or kind.rpartition(".")[2] in verbs)

    def writes(self) -> int:
        """How often it was called to write something."""
        return self.calls("create", "update", "delete")

    def forget_calls(self) -> None:
        """Start counting anew."""
        self.admin("DELETE", "calls")

    def fail(self, kind: str, status: int | None, **details: Any) -> None:
        """Switch a fault on (`infra.local.parts.faults.Fault`)."""
        self.admin("POST", "faults", {"kind": kind, "status": status, **details})

    def heal(self) -> None:
        """Switch every fault off."""
        self.admin("DELETE", "faults")

    def outbox(self) -> Mapping[str, int]:
        """What became of the webhook events: `delivered`, `lost`, `doubled`, …"""
        counts: Mapping[str, int] = self.admin("GET", "outbox")["counts"]
        return counts

    def admin(self, method: str, path: str, body: Body | None = None) -> Any:
        """A call of the admin API."""
        return _call(self._http, method, path, body)

    def _all(self) -> list[Body]:
        rows: list[Body] = self.admin("GET", f"records/{self.kind}")[self.kind]
        return rows


def by_name(rows: Iterable[Body], field: str) -> Rows:
    """Rows by a field that names them; fails where two rows have the same name."""
    found: Rows = {}
    for row in rows:
        name = row.get(field) or f"without {field}: {row['id']}"
        assert name not in found, f"there are two records of {name}"
        found[name] = row
    return found


def _call(client: httpx.Client, method: str, path: str, body: Body | None) -> Any:
    answer = client.request(method, path, json=body)
    assert not answer.is_error, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json() if answer.content else None
