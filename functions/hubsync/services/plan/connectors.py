"""Connectors for a rehearsal: reads go to the application, writes are noted down and answered as it would answer."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hubsync.connectors.port import (
    ChangedPages,
    ChangeFeed,
    Connector,
    Create,
    Directory,
    Features,
    Page,
    Pipelines,
    Refused,
    Update,
    WebhookReader,
    WriteResult,
    Written,
)
from hubsync.model.app import AppObject
from hubsync.model.association import as_shown
from hubsync.model.connection import Connection
from hubsync.model.record import Record, RecordRef, Value, is_empty
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory
from hubsync.services.plan.writes import WriteBook
from hubsync.services.ports import Connectors

REMEMBERED = 2_000
"""Records whose values are kept for the differences: more than one look handles, and far fewer than a plan reads."""

MADE_UP = "new-"
"""How the id of a record begins that only the rehearsal has made."""


@dataclass(slots=True)
class RehearsalConnector:
    """One account of one application, which is read and never written to.

    What was created or changed here reads so afterwards. A record that was created has an id of its own, `new-1`. Of
    what the application itself would refuse only a missing required value is known beforehand; its further rules and
    its defaults are not played.
    """

    inner: Connector
    side: Side
    book: WriteBook
    features: Features = field(init=False)
    _schemas: dict[str, ObjectSchema] = field(default_factory=dict)
    _made: dict[str, Record] = field(default_factory=dict)
    _by_external_id: dict[str, str] = field(default_factory=dict)
    _changed: dict[str, dict[str, Value]] = field(default_factory=dict)
    _read: OrderedDict[str, Mapping[str, Value]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.features = self.inner.features

    def schema(self, object_type: str) -> ObjectSchema:
        """See the port. Read once: a plan shows one moment."""
        if object_type not in self._schemas:
            self._schemas[object_type] = self.inner.schema(object_type)
        return self._schemas[object_type]

    def prepare(self, object_types: Sequence[str]) -> None:
        """Nothing is made ready: that would be a write."""

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        """See the port. What was created here is not in the list, as it would come behind everything listed."""
        page = self.inner.list_page(object_type, fields, cursor, limit)
        return replace(page, records=tuple(self._shown(page.records)))

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        """See the port."""
        asked = [record_id for record_id in ids if record_id not in self._made]
        found = dict(self.inner.read(object_type, asked, fields)) if asked else {}
        found = dict(zip(found, self._shown(found.values()), strict=True))
        return {**found, **{record_id: self._made[record_id] for record_id in ids if record_id in self._made}}

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        """See the port."""
        mine = {each: self._made[self._by_external_id[each]] for each in external_ids if each in self._by_external_id}
        asked = [each for each in external_ids if each not in mine]
        found = dict(self.inner.find_created(object_type, asked, fields)) if asked else {}
        return {**dict(zip(found, self._shown(found.values()), strict=True)), **mine}

    def search(self, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Sequence[Record]:
        """See the port. What was made here is known to the overlay of the index."""
        return self.inner.search(object_type, wanted, fields)

    def create(self, object_type: str, inputs: Sequence[Create]) -> Sequence[WriteResult]:
        """Note records down as made, unless they lack a value that the application requires. The same external id makes
        nothing twice.
        """
        required = [name for name, each in self.schema(object_type).fields.items() if each.required]
        return [_refused(each, required) or self._create(replace(each, fields=_shown(each.fields))) for each in inputs]

    def update(self, object_type: str, inputs: Sequence[Update]) -> Sequence[WriteResult]:  # noqa: ARG002 - the port's
        """Note changed fields down."""
        return [self._update(replace(each, fields=_shown(each.fields))) for each in inputs]

    def _create(self, each: Create) -> Written:
        known = self._by_external_id.get(each.external_id)
        if known is not None:
            return Written(self._made[known])
        record_id = f"{MADE_UP}{len(self._made) + 1}"
        record = Record(RecordRef(self.side, record_id), dict(each.fields), each.external_id)
        self._made[record_id], self._by_external_id[each.external_id] = record, record_id
        self.book.note(record.ref, None, each.fields)
        return Written(record, created=True)

    def _update(self, each: Update) -> Written:
        before = self._made[each.id].fields if each.id in self._made else self._read.get(each.id, {})
        self.book.note(RecordRef(self.side, each.id), before, each.fields)
        after = {**before, **each.fields}
        if each.id in self._made:
            self._made[each.id] = replace(self._made[each.id], fields=after)
        else:
            self._changed.setdefault(each.id, {}).update(each.fields)
            self._remember(each.id, after)
        return Written(Record(RecordRef(self.side, each.id), after))

    def _shown(self, records: Iterable[Record]) -> Iterable[Record]:
        """Records as they would read after what was written here."""
        for record in records:
            changed = self._changed.get(record.ref.id)
            shown = replace(record, fields={**record.fields, **changed}) if changed else record
            self._remember(record.ref.id, shown.fields)
            yield shown

    def _remember(self, record_id: str, fields: Mapping[str, Value]) -> None:
        self._read[record_id] = fields
        self._read.move_to_end(record_id)
        while len(self._read) > REMEMBERED:
            self._read.popitem(last=False)


def _shown(fields: Mapping[str, Value]) -> dict[str, Value]:
    """What is written, as the application would show it."""
    return {name: as_shown(name, value) for name, value in fields.items()}


def _refused(each: Create, required: Iterable[str]) -> Refused | None:
    """The application's answer to a record that lacks what it requires."""
    missing = next((name for name in required if is_empty(each.fields.get(name))), None)
    if missing is None:
        return None
    sentence = f"{missing} is required, and it would be empty."
    remedy = "Fill it in, or map a field that is always filled."
    return Refused(Failure(FailureCategory.REQUIRED_MISSING, sentence, remedy, missing))


@dataclass(slots=True)
class RehearsalConnectors:
    """Makes connectors for a rehearsal (`Connectors`); one for each side, however often it is asked for.

    A webhook or a poll has no place in it.
    """

    inner: Connectors
    accounts: Mapping[str, Side]
    book: WriteBook
    _made: dict[str, RehearsalConnector] = field(default_factory=dict)

    def connector(self, connection: Connection, *, bulk: bool) -> Connector:
        """The connector of an account. Whoever asks first says whether it leaves the last of the budget to people."""
        if connection.id not in self._made:
            inner = self.inner.connector(connection, bulk=bulk)
            self._made[connection.id] = RehearsalConnector(inner, self.accounts[connection.id], self.book)
        return self._made[connection.id]

    def feed(self, connection: Connection) -> ChangeFeed | None:  # noqa: ARG002 - the port's
        """None: nothing is polled."""
        return None

    def changed(self, connection: Connection, object_type: str) -> ChangedPages | None:  # noqa: ARG002 - the port's
        """None: nothing is polled."""
        return None

    def directory(self, connection: Connection) -> Directory | None:
        """Its users: they are only read."""
        return self.inner.directory(connection)

    def pipelines(self, connection: Connection, object_type: str) -> Pipelines | None:
        """Its pipelines: they are only read."""
        return self.inner.pipelines(connection, object_type)

    def webhooks(self, connection: Connection) -> WebhookReader | None:  # noqa: ARG002 - the port's
        """None: no webhook is read."""
        return None

    def apps(self) -> Mapping[str, str]:
        """The applications there are."""
        return self.inner.apps()

    def objects(self, app: str) -> Sequence[AppObject]:
        """The object types of an application."""
        return self.inner.objects(app)
