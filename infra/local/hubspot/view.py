"""Records as answers show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.hubspot.account import Account
from infra.local.hubspot.associations import End
from infra.local.hubspot.record import Record
from infra.local.hubspot.schema import ObjectType
from infra.local.hubspot.table import Table
from infra.local.hubspot.times import iso


@dataclass(frozen=True, slots=True)
class View:
    """Which properties, histories and associations of each record an answer shows."""

    kind: ObjectType
    names: tuple[str, ...]
    histories: tuple[str, ...] = ()
    associated: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        table: Table,
        asked: Iterable[str] = (),
        histories: Iterable[str] = (),
        associated: Iterable[str] = (),
    ) -> View:
        """What was asked for, or the default properties; undefined names are left out without a word."""
        kind = table.kind
        wanted = {*kind.always, *(tuple(asked) or kind.defaults)}
        defined = tuple(sorted(name for name in wanted if kind.live(name)))
        return cls(kind, defined, tuple(name for name in histories if kind.live(name)), tuple(associated))

    def show(self, record: Record, account: Account) -> dict[str, Any]:
        """One live or archived record."""
        shown = self.version(record, record.properties)
        if record.archived_at is not None:
            shown["archived"], shown["archivedAt"] = True, iso(record.archived_at)
        if self.histories:
            shown["propertiesWithHistory"] = {name: _history(record, name) for name in self.histories}
        if self.associated:
            found = _associations(self.kind, record, self.associated, account)
            if found:
                shown["associations"] = found
        return shown

    def version(self, record: Record, properties: Mapping[str, str]) -> dict[str, Any]:
        """One version of a record, perhaps an older one: the search index lags."""
        get = properties.get
        return {
            "id": str(record.id),
            "properties": {name: get(name) for name in self.names},
            "createdAt": properties[self.kind.created],
            "updatedAt": properties[self.kind.modified],
            "archived": False,
        }


def _history(record: Record, name: str) -> list[dict[str, Any]]:
    return [
        {
            "value": version.changes[name],
            "timestamp": iso(version.moment),
            "sourceType": version.writer.type,
            "sourceId": version.writer.id,
        }
        for version in record.history(name)
    ]


def _associations(kind: ObjectType, record: Record, names: Sequence[str], account: Account) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in names:
        other = account.table(name).kind
        results = []
        for record_id, labels in account.associations.of(End(kind.name, record.id), other.name):
            for label in labels:
                type_name = f"{kind.singular}_to_{other.singular}"
                if label.name:
                    type_name += f"_{label.name.lower()}"
                results.append({"id": str(record_id), "type": type_name})
        if results:
            found[other.name] = {"results": results}
    return found
