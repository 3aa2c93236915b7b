"""What a person, a checker or a test does to the account, past token, limits and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from infra.local.hubspot import properties, records
from infra.local.hubspot.account import Account
from infra.local.hubspot.associations import End, Label
from infra.local.hubspot.counts import Counts
from infra.local.hubspot.errors import ApiError, invalid
from infra.local.hubspot.faults import Fault, Faults
from infra.local.hubspot.limits import PLANS, Limiter, Limits
from infra.local.hubspot.record import IMPORT, PERSON, Record
from infra.local.hubspot.rules import changes_for
from infra.local.hubspot.settings import Settings
from infra.local.hubspot.tokens import Tokens
from infra.local.hubspot.webhooks import Webhooks
from infra.local.parts.rewrites import Rewrite


class Control:
    """The account with its faults, limits and tokens, and the verbs of the people who use it.

    `clock` gives epoch milliseconds. Changes by people obey the account's definitions and unique values, as the
    user interface makes them, and raise `ApiError` otherwise.
    """

    def __init__(
        self,
        clock: Callable[[], int],
        random: Random,
        token: str,
        limits: Limits | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._clock = clock
        self._random = random
        self._token = token
        self.limiter = Limiter(limits or PLANS["free"], random)
        self.faults = Faults(random)
        self.webhooks = Webhooks(clock, Random(0))  # its own chance, so that nobody else's changes with it
        self.account = Account(clock, random, settings or Settings(), webhooks=self.webhooks)
        self.tokens = Tokens(token, self.account.settings, random)

    @property
    def settings(self) -> Settings:
        """What can be turned while it runs."""
        return self.account.settings

    @property
    def rewrites(self) -> list[Rewrite]:
        """The account's workflows that write over what was just edited."""
        return self.account.rewrites

    @property
    def calls(self) -> Counts:
        """What was counted since the last reset."""
        return self.account.counts

    def reset(self) -> None:
        """An empty account, no faults, no counts; settings and limits stay."""
        self.account = Account(self._clock, self._random, self.settings, webhooks=self.webhooks)
        self.tokens = Tokens(self._token, self.account.settings, self._random)
        self.faults.clear()
        self.limiter.reset()

    def seed(self, type_name: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
        """Import many records fast, values as given (emails in lower case); the ids. Unique values must be unique.

        A row may set `hs_object_id`, `createdate` and the modified date. Searches see seeded records at once.
        """
        table = self.account.table(type_name)
        return [records.create(self.account, table, row, IMPORT).id for row in rows]

    def create(self, type_name: str, values: Mapping[str, Any]) -> int:
        """A person makes a record; its id."""
        record = records.create(self.account, self.account.table(type_name), values, PERSON)
        records.run_workflows(self.account)
        return record.id

    def edit(self, type_name: str, record_id: int, values: Mapping[str, Any], *, hidden: bool = False) -> None:
        """A person changes a record; with `hidden`, HubSpot itself does, read-only properties included."""
        writer = replace(PERSON, system=True) if hidden else PERSON
        records.update(self.account, self.account.table(type_name), self.record(type_name, record_id), values, writer)
        records.run_workflows(self.account)

    def edit_all(self, type_name: str, values: Mapping[str, Any]) -> None:
        """A person's bulk edit: every live record bears one and the same modified millisecond."""
        table, now = self.account.table(type_name), self._clock()
        for record in table.live.values():
            changes = changes_for(self.account, table, values, PERSON, record)
            table.write(record, changes, now, PERSON, self.account.visible_at(now))

    def archive(self, type_name: str, record_id: int) -> None:
        """A person deletes a record."""
        table = self.account.table(type_name)
        records.archive(self.account, table, self.record(type_name, record_id), PERSON)

    def restore(self, type_name: str, record_id: int) -> None:
        """A person takes a record out of the bin."""
        records.restore(self.account, self.account.table(type_name), record_id)

    def merge(self, type_name: str, primary: int, other: int) -> int:
        """A person merges two records; the surviving, new id."""
        table = self.account.table(type_name)
        pair = self.record(type_name, primary), self.record(type_name, other)
        return records.merge(self.account, table, *pair, PERSON).id

    def gdpr_delete(self, type_name: str, record_id: int) -> None:
        """A person's right to be forgotten."""
        table = self.account.table(type_name)
        record = table.live.get(record_id) or table.bin.get(record_id) or self.record(type_name, record_id)
        records.purge(self.account, table, record, PERSON)

    def associate(self, left_type: str, left: int, right_type: str, right: int, label: str | None = None) -> None:
        """A person associates two records, perhaps under a label."""
        ends = self._end(left_type, left), self._end(right_type, right)
        self.account.link(*ends, self._labels(ends, label))

    def dissociate(self, left_type: str, left: int, right_type: str, right: int, label: str | None = None) -> None:
        """A person takes an association away, whatever its labels, or its `label` alone."""
        ends = self._end(left_type, left), self._end(right_type, right)
        self.account.unlink(*ends, None if label is None else self._labels(ends, label))

    def define_label(self, left_type: str, right_type: str, name: str) -> None:
        """A person makes a label for associations from one type to another."""
        left, right = (self.account.table(each).kind.name for each in (left_type, right_type))
        self.account.associations.define(left, right, name)

    def _labels(self, ends: tuple[End, End], name: str | None) -> list[Label]:
        """The label of this name, if one is named; raises `ApiError` where there is none."""
        if name is None:
            return []
        found = [one for one in self.account.associations.known(*(end.type_name for end in ends)) if one.name == name]
        if not found:
            raise invalid(f"There is no association label {name} from {ends[0].type_name} to {ends[1].type_name}")
        return found

    def associations(self, left_type: str, right_type: str) -> dict[tuple[int, int], list[int]]:
        """Every association from one type to another: the two ids, and the type ids of its labels. For checkers."""
        left, right = self.account.table(left_type), self.account.table(right_type)
        return {
            (one, other): [label.type_id for label in labels]
            for one in left.ids
            for other, labels in self.account.associations.of(End(left.kind.name, one), right.kind.name)
        }

    def _end(self, type_name: str, record_id: int) -> End:
        return End(self.account.table(type_name).kind.name, self.record(type_name, record_id).id)

    def define(self, type_name: str, body: Mapping[str, Any]) -> None:
        """A person defines a property; `body` as in `POST /crm/properties`."""
        properties.create(self.account.table(type_name), dict(body), self._clock())

    def redefine(self, type_name: str, name: str, **changes: Any) -> None:
        """A person, or HubSpot itself, changes a property's definition; `changes` are fields of `Property`."""
        kind = self.account.table(type_name).kind
        kind.add([replace(kind.properties[name], **changes)])

    def fail(self, kind: str, path: str = "", **details: Any) -> None:
        """Switch a fault on; see `Fault`."""
        self.faults.add(Fault.of({"kind": kind, "path": path, **details}))

    def record(self, type_name: str, record_id: int) -> Record:
        """A live record; raises `ApiError` 404. An id that was merged away finds the survivor."""
        table = self.account.table(type_name)
        record = table.live.get(table.survivor(record_id))
        if record is None:
            raise ApiError(404, "OBJECT_NOT_FOUND", f"No {table.kind.singular} {record_id}")
        return record

    def records(self, type_name: str, *, archived: bool = False) -> dict[int, dict[str, str]]:
        """Every live (or archived) record's values by id; empty values are left out. For checkers."""
        table = self.account.table(type_name)
        table.empty_bin(self._clock())
        chosen = table.bin if archived else table.live
        return {record_id: dict(chosen[record_id].properties) for record_id in sorted(chosen)}
