"""The records of one object with the rules every change obeys, whoever makes it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Generic, Literal

from infra.local.parts.errors import DuplicateError, FieldError, GoneError, InvalidError, MissingError, StaleError
from infra.local.parts.fields import ObjectType, clean, incomplete
from infra.local.parts.rewrites import Rewrite, rewritten
from infra.local.parts.table import Id, Row, Table

Verb = Literal["created", "updated", "deleted"]


class Collection(Generic[Id]):
    """Creates, edits and deletes the records of one object, and announces each change that changed something.

    `render` makes the served body of a row; `announce` is told of every change, by the API as by a person, after it
    was made. `exists(object, id)` answers for references to other objects. `rewrites` are the account's workflows: they
    write once a change is made, so that its own answer does not show what they wrote.
    """

    def __init__(
        self,
        kind: ObjectType,
        *,
        clock: Callable[[], int],
        new_id: Callable[[], Id],
        render: Callable[[Row[Id]], Mapping[str, Any]],
        announce: Callable[[ObjectType, Verb, Row[Id]], None],
        exists: Callable[[str, Any], bool],
        rewrites: Sequence[Rewrite] = (),
    ) -> None:
        self.kind = kind
        self.table: Table[Id] = Table(kind.searchable)
        self._clock = clock
        self._new_id: Callable[[], Id] = new_id
        self._render: Callable[[Row[Id]], Mapping[str, Any]] = render
        self._announce: Callable[[ObjectType, Verb, Row[Id]], None] = announce
        self._exists = exists
        self._rewrites = rewrites
        self._number = 0
        self._gone: set[Id] = set()

    def read(self, key: Id) -> Row[Id]:
        """The row of an id. Raises `MissingError`, or `GoneError` once it was deleted."""
        row = self.table.get(key)
        if row is not None:
            return row
        if key in self._gone:
            raise GoneError(f"{self.kind.singular} {key} was deleted.")
        raise MissingError(f"There is no {self.kind.singular} {key}.")

    def create(self, body: Mapping[str, Any], *, strict: bool = True) -> Row[Id]:
        """Add a record. Raises `InvalidError`, `DuplicateError`."""
        row = self._new(body, strict=strict)
        self.table.put(row)
        self._announce(self.kind, "created", row)
        self._set_off(row, [name for name, value in row.values.items() if value is not None])
        return row

    def edit(self, key: Id, body: Mapping[str, Any], *, version: int | None = None, strict: bool = True) -> Row[Id]:
        """Change some fields; None clears. A change that changes nothing leaves the row, its time and version alone.

        Raises `MissingError`, `GoneError`, `StaleError` where `version` is not the record's, `InvalidError`,
        `DuplicateError`.
        """
        row = self.read(key)
        if row.archived:
            raise GoneError(f"{self.kind.singular} {key} is archived.")
        if version is not None and version != row.version:
            raise StaleError(f"{self.kind.singular} {key} has changed: it is at version {row.version}.")
        changed, errors = clean(self.kind, body, strict=strict)
        values = {**row.values, **changed}
        self._check(values, changed, changed.keys(), errors, strict=strict)
        self._unique(values, key)
        differing = [name for name, value in changed.items() if not same(row.values[name], value)]
        if not differing:
            return row
        row = self._replace(replace(row, values=values), "updated")
        self._set_off(row, differing)
        return row

    def remove(self, key: Id) -> None:
        """Delete a record for good; its external id is free again."""
        row = self.read(key)
        self.table.remove(key)
        self._gone.add(key)
        self._announce(self.kind, "deleted", row)

    def archive(self, key: Id) -> Row[Id]:
        """Put a record away: it can still be read, no longer found or changed. Doing it twice changes nothing."""
        row = self.read(key)
        return row if row.archived else self._replace(replace(row, archived=True), "deleted")

    def seed(self, bodies: Iterable[Mapping[str, Any]]) -> list[Id]:
        """Add many records that were always there: unchecked, as old data is, and announced to nobody."""
        rows: list[Row[Id]] = []
        taken: set[str] = set()
        for body in bodies:
            row = self._new(body, strict=False)
            external = row.values[self.kind.external]
            if external is not None and external.casefold() in taken:
                raise InvalidError(FieldError(self.kind.external, "duplicate", f"The seed holds {external} twice."))
            if external is not None:
                taken.add(external.casefold())
            rows.append(row)
        self.table.extend(rows)
        return [row.id for row in rows]

    def _new(self, body: Mapping[str, Any], *, strict: bool) -> Row[Id]:
        changed, errors = clean(self.kind, body, strict=strict)
        values = {n: f.default for n, f in self.kind.fields.items() if not f.read_only} | changed
        self._check(values, changed, values.keys(), errors, strict=strict)
        self._unique(values, None)
        now = self._clock()
        self._number += 1
        row: Row[Id] = Row(self._new_id(), self._number, now, now, 1, values, {})
        return replace(row, body=self._render(row))

    def _set_off(self, row: Row[Id], edited: Sequence[str]) -> None:
        changes = rewritten(self._rewrites, self.kind.name, edited, row.values)
        if changes:
            self._replace(replace(row, values={**row.values, **changes}), "updated")

    def _replace(self, row: Row[Id], verb: Verb) -> Row[Id]:
        row = replace(row, updated=max(self._clock(), row.updated), version=row.version + 1)
        row = replace(row, body=self._render(row))
        self.table.put(row)
        self._announce(self.kind, verb, row)
        return row

    def _check(
        self,
        values: Mapping[str, Any],
        changed: Mapping[str, Any],
        touched: Container[str],
        errors: list[FieldError],
        *,
        strict: bool,
    ) -> None:
        for name, value in changed.items():
            target = self.kind.fields[name].refers_to
            named = value if isinstance(value, list) else [value]
            if target is not None and any(one is not None and not self._exists(target, one) for one in named):
                errors.append(FieldError(name, "not_found", f"{name} names no record of {target}."))
        # What is missing is told only once the rest is right: a value that was refused is not a missing one.
        if strict and not errors:
            errors += incomplete(self.kind, values, touched)
        if errors:
            raise InvalidError(*errors)

    def _unique(self, values: Mapping[str, Any], own: Id | None) -> None:
        external = values[self.kind.external]
        if external is None:
            return
        for row in self.table.find(self.kind.external, external):
            if row.id != own:
                raise DuplicateError(self.kind.external, row.id)


def same(one: Any, other: Any) -> bool:
    """Whether two values are one and the same in JSON: `True` is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
