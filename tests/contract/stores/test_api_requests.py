"""What the management API asks of DynamoDB: so many requests for each route, for thirty records as for three thousand.

Every request is counted that leaves either client of the two tables, whatever it is: each page of a query is one, and
so is a batch or a transaction, however many items it has. What is sent again because the table was busy is not counted.
The applications are made up, and so none of their calls draws from the shared budget of calls (a read and a write for
each); neither plans nor exports are made here, which other functions do. An `Idempotency-Key` costs two requests more.

The process is warm, as nearly always: it has heard of the syncs by name, and has both schemas. The last tests are about
one that is cold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from hubsync.api.contract.document import document
from hubsync.model.export import Export, ExportFormat
from hubsync.model.history import EventKey, HistoryEvent
from hubsync.model.message import PageKey
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Sync, SyncStatus, Trial
from hubsync.services.history import History
from hubsync.services.manage.view import SYNCS_AT_ONCE
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.index_port import PutAlias
from hubsync.stores.layout import BUCKETS
from hubsync.stores.memory import MemoryStores
from hubsync.stores.memory.exports import MemoryFileStore
from hubsync.stores.ports import CountChange, Notification
from tests.benchmarks.indexed import FIRST, entries, fill
from tests.contract.stores.stores_under_test import Fresh
from tests.unit.api.api_client import Answer, Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_fakes import FakeIds
from tests.unit.services.manage_world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

SIZES = (30, 3_000)
OTHERS = tuple(f"team{number}" for number in range(1, 6))
"""Five more syncs, each with an account of its own."""

CONTACTS = "/v1/syncs/contacts"
LONELY, PAIR = f"h-{FIRST + 1}", f"h-{FIRST}"
"""Entries: of the second nothing was ever written, of the first much was."""

RUN = 1_000_000
"""The number of the last comparison."""

Words = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """One request, and how many requests of the tables it may cost. `names` stand in the path.

    What does a `lot` of work has less to do where there is less.
    """

    route: str
    most: int
    body: Any = None
    names: Words = field(default_factory=dict)
    query: Words = field(default_factory=dict)
    statuses: tuple[int, ...] = (200,)
    lot: bool = False
    words: str = ""

    def __str__(self) -> str:
        return f"{self.route} {self.words}".strip()


class Stored:
    """The stores of a deployment, with files in memory."""

    def __init__(self, stores: DynamoStores) -> None:
        self._stores = stores
        self.files = MemoryFileStore()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stores, name)


class Filled:
    """An API over two tables."""

    def __init__(self, client: DynamoDBClient, stores: DynamoStores) -> None:
        self.sent: Counter[str] = Counter()
        for each in (client, stores.state.connection.client):
            each.meta.events.register("before-call.dynamodb", self._note, unique_id=f"count-{id(self)}")
        self._client = client
        self.dynamodb = stores
        self.world = World(cast("MemoryStores", Stored(stores)))
        self.world.making = self.world.made_exports.making = False
        self.call = Client(self.world)
        self.plan_id = ""

    def fill(self, number: int) -> Filled:
        """So many records of two of six syncs, and much else in proportion."""
        assert self.call("POST", "/v1/apply", everything()).status == 200
        tried = Trial((RecordRef(Side.APP, "1"),), SyncStatus.DRAFT, 1)
        for name in ("contacts", *OTHERS):
            status = SyncStatus.OFF if name == "team5" else SyncStatus.ACTIVE
            sync = replace(self.sync(name), status=status, indexed=tuple(Side), comparison=RUN, trial=tried)
            assert self.dynamodb.syncs.put_sync(sync)
        for name, records in (("contacts", number), ("team3", number // 4)):
            fill(self._client, self.dynamodb._index_table, entries(self.sync(name).id, records))
        sync_id = self.sync("contacts").id
        aliases = [PutAlias(sync_id, RecordRef(Side.APP, f"p{at}"), f"h-{FIRST + at}") for at in range(10)]
        self.dynamodb.index.write(aliases)
        self._counts(self.sync("contacts"), number)
        self._ledger(self.sync("contacts"), number)
        self._told(self.sync("contacts"), number)
        self.plan_id = self.call("POST", f"{CONTACTS}/plan").json["plans"][0]["id"]
        for path in (CONTACTS, f"{CONTACTS}/records/{PAIR}", "/v1/document"):  # nothing is cold any more
            assert self.call("GET", path).status == 200
        return self

    def close(self) -> None:
        """Count no more."""
        for each in (self._client, self.dynamodb.state.connection.client):
            each.meta.events.unregister("before-call.dynamodb", unique_id=f"count-{id(self)}")

    def _note(self, model: Any, **_: Any) -> None:
        self.sent[model.name] += 1

    def sync(self, name: str) -> Sync:
        """One sync as it is."""
        found = self.dynamodb.syncs.named(name)
        assert found is not None
        return found

    def cost(self, asked: Asked) -> Counter[str]:
        """What a request sends to the tables."""
        self.sent.clear()
        answer = self.ask(asked)
        sent = Counter(self.sent)
        assert answer.status in asked.statuses, answer.json
        return sent

    def ask(self, asked: Asked) -> Answer:
        """The answer to a request."""
        method, path = asked.route.split(" ")
        for name, value in {**DEFAULT_NAMES, "plan": self.plan_id, **asked.names}.items():
            path = path.replace(f"{{{name}}}", value)
        return self.call(method, path, asked.body, **asked.query)

    def _counts(self, sync: Sync, number: int) -> None:
        statuses = list(RecordStatus)
        changes = [
            CountChange(sync.id, BUCKETS[at % 16], None, statuses[at % len(statuses)], f"{at}") for at in range(number)
        ]
        self.dynamodb.counts.apply(changes)

    def _ledger(self, sync: Sync, number: int) -> None:
        """Phases of so many records, in pages of a hundred, of which the last one is still open."""
        runs = [(phase, sync.generation) for phase in INITIAL_PHASES] + [(phase, RUN) for phase in COMPARISON_PHASES]
        for phase, run in runs:
            for page in range(number // 100 + 1):
                key, ids = PageKey(run, phase, page), [f"{page}-{at}" for at in range(100)]
                self.dynamodb.ledger.expect(sync.id, key, ids, last=False, total=number, now=self.world.clock.now())

    def _told(self, sync: Sync, number: int) -> None:
        """A history of the pair, notifications, and exports."""
        now = self.world.clock.now()
        history = History(self.dynamodb.history, self.world.vault, FakeIds())
        keys = [EventKey(sync.id, PAIR, now + at, at, Side.APP) for at in range(number // 10)]
        history.add(sync, [HistoryEvent(key, "webhook", "c1", 1, "It was edited.") for key in keys])
        for at in range(number // 40):
            title = f"Comparison of {sync.name}"
            self.dynamodb.notifications.add_notification(Notification(sync.id, now + at, title, "All is well."))
        for at in range(1, 2 + number // 40):
            self.dynamodb.exports.put_export(Export(f"e{at:05}", now, sync.id, sync.name, ExportFormat.CSV))


def everything(others: tuple[str, ...] = OTHERS) -> dict[str, Any]:
    """A document with six syncs, and a connection that none of them uses."""
    connections = {**DOCUMENT["connections"], "spare": DOCUMENT["connections"]["orbit"]}
    syncs = dict(DOCUMENT["syncs"])
    for name in others:
        connections[f"orbit-{name}"] = DOCUMENT["connections"]["orbit"]
        app = {"connection": f"orbit-{name}", "object": "people"}
        syncs[name] = {**DOCUMENT["syncs"]["contacts"], "app": app}
    return {"connections": connections, "syncs": syncs}


def edited(name: str) -> dict[str, Any]:
    """The settings of a sync with one that differs."""
    found: dict[str, Any] = {**everything()["syncs"][name], "phone_region": "DE"}
    return found


DEFAULT_NAMES = {
    "name": "contacts",
    "record": LONELY,
    "connection": "orbit",
    "object": "people",
    "app": "orbit",
    "export": "e00001",
}

ONE, COUNTED, LISTED = 3, 2, 17
"""What one record, the counts of a sync, and a page of a list may cost at most."""

LIST, RECORD = "GET /v1/syncs/{name}/records", "GET /v1/syncs/{name}/records/{record}"

READING = (
    Asked("GET /v1/syncs", 3, words="six"),
    Asked("GET /v1/syncs/{name}", COUNTED),
    Asked("GET /v1/syncs/{name}/comparison", 2),
    Asked(LIST, LISTED, words="all"),
    *(
        Asked(LIST, LISTED, query={"status": status, "limit": limit}, words=f"{limit} {status}")
        for status in RecordStatus
        for limit in ("1", "50", "200")
    ),
    Asked(LIST, 4, query={"search": PAIR}, words="searched by entry"),
    Asked(LIST, 4, query={"search": "p7"}, words="searched by the app's id"),
    Asked(LIST, 6, query={"search": "ana@example.com"}, words="searched in vain"),
    Asked("POST /v1/syncs/{name}/records/values", 4, {"ids": [PAIR, LONELY]}),
    Asked(RECORD, ONE, words="to which nothing was written"),
    Asked(RECORD, ONE, names={"record": PAIR}, words="to which much was written"),
    Asked(RECORD, ONE, names={"record": str(FIRST)}, words="by HubSpot's id"),
    Asked(RECORD, ONE, names={"record": "p0"}, words="by the app's id"),
    Asked(RECORD, ONE, names={"record": "no@example.com"}, statuses=(404,), words="that there is not"),
    Asked(f"{RECORD}/explain", 14),
    Asked(f"{RECORD}/addresses", 2, names={"record": "p0"}),
    Asked("GET /v1/syncs/{name}/trial", 3, names={"name": "team4"}),
    Asked("GET /v1/document", 9, words="of six syncs"),
    Asked("POST /v1/diff", 18, everything(), words="of six syncs"),
    Asked("GET /v1/plans/{plan}", 1),
    Asked("GET /v1/exports", 1),
    Asked("GET /v1/exports", 1, query={"limit": "200"}, words="200"),
    Asked("GET /v1/exports/{export}", 1),
    Asked("GET /v1/notifications", 1),
    Asked("GET /v1/notifications", 1, query={"limit": "200"}, words="200"),
    Asked("GET /v1/connections", 2),
    Asked("GET /v1/connections/{connection}", 2),
    Asked("GET /v1/connections/{connection}/objects/{object}", 1),
    Asked("GET /v1/apps", 0),
    Asked("GET /v1/apps/{app}", 0),
    Asked("GET /v1/sign-in", 0),
    Asked("GET /v1/me", 0),
    Asked("GET /v1/health", 0),
    Asked("GET /v1/openapi.json", 0),
    Asked("GET /v1/syncs.schema.json", 0),
)
ACTING = (
    Asked("POST /v1/syncs/{name}/retry", 5, {"ids": [PAIR, "p7"]}, words="of some"),
    Asked("POST /v1/syncs/{name}/retry", 5, {"ids": "all"}, words="of all"),
    Asked("POST /v1/syncs/{name}/restore", 4, {"target": "app", "ids": ["p8"]}, words="of some"),
    Asked("POST /v1/syncs/{name}/restore", 5, {"target": "app", "ids": "all"}, words="of all"),
    Asked("POST /v1/plan", 6, {"connections": {}, "syncs": {"contacts": edited("contacts")}}, statuses=(202,)),
    Asked("POST /v1/syncs/{name}/plan", 6, statuses=(202,)),
    Asked("POST /v1/syncs/{name}/exports", 3, {"values": True}, statuses=(202,)),
    Asked("POST /v1/apply", 9, everything(), words="of nothing new"),
    Asked("POST /v1/apply", 5, {"syncs": {"team1": edited("team1")}}, words="of one sync"),
    Asked("PUT /v1/syncs/{name}", 5, edited("team2"), {"name": "team2"}),
    Asked("POST /v1/syncs/{name}/compare", 1),
    Asked("POST /v1/syncs/{name}/off", 3, names={"name": "team1"}),
    Asked("POST /v1/syncs/{name}/on", 2, names={"name": "team1"}),
    Asked("POST /v1/syncs/{name}/restart", 2, names={"name": "team1"}),
    Asked("POST /v1/syncs/{name}/trial", 2, {"records": ["hubspot:1"]}, {"name": "team5"}, statuses=(202,)),
    Asked("PUT /v1/connections/{connection}", 2, DOCUMENT["connections"]["orbit"], {"connection": "orbit-team4"}),
    Asked("PATCH /v1/connections/{connection}", 4, {"token": "another"}, {"connection": "orbit-team4"}),
    Asked("DELETE /v1/connections/{connection}", 3, names={"connection": "spare"}),
    Asked("DELETE /v1/syncs/{name}", 37, names={"name": "team3"}, statuses=(200, 202), lot=True),
)
ASKED = (*READING, *ACTING)


@pytest.fixture(scope="module")
def filled(client: DynamoDBClient, fresh: Fresh) -> Iterator[dict[int, Filled]]:
    """An API over few records, and one over many."""
    with fresh() as few, fresh() as many:
        made = {number: Filled(client, stores).fill(number) for number, stores in zip(SIZES, (few, many), strict=True)}
        yield made
        for each in made.values():
            each.close()


def test_every_route_has_a_bound() -> None:
    routes = {f"{method.upper()} {path}" for path, found in document()["paths"].items() for method in found}
    assert routes == {asked.route for asked in ASKED}


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_a_request_costs_no_more_for_more_records(filled: dict[int, Filled], asked: Asked) -> None:
    """So few are less than any page, so that nothing stops early; of so many no page is without a next one."""
    few, many = (each.cost(asked) for each in filled.values())
    assert few.total() <= asked.most, few
    assert many.total() <= (asked.most if asked.lot else few.total()), many


def test_four_more_syncs_in_the_list_cost_one_request_more_up_to_a_page(filled: dict[int, Filled]) -> None:
    """A hundred of them, each between two accounts, come in pages."""
    asked, one = READING[0], filled[SIZES[0]]
    before, contacts = one.cost(asked).total(), one.sync("contacts")
    for at in range(94):
        more = replace(contacts, id=f"more{at}", name=f"more {at}", app_connection=f"orbit{at}", version=0)
        assert one.dynamodb.syncs.put_sync(more)
    cost = one.cost(asked).total()
    for at in range(94):
        one.dynamodb.syncs.delete_sync(f"more{at}")
    assert cost <= before + (SYNCS_AT_ONCE - 6) / 4
    assert cost <= LISTED


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/v1/syncs", 3),
        (CONTACTS, COUNTED),
        (f"{CONTACTS}/records", LISTED),
        (f"{CONTACTS}/records/{PAIR}", ONE),
        (f"{CONTACTS}/records/{FIRST}", ONE),
        (f"{CONTACTS}/records/p0", ONE + 1),
    ],
)
def test_a_process_that_has_just_begun(client: DynamoDBClient, filled: dict[int, Filled], path: str, most: int) -> None:
    """It finds the sync first, once; only a record by the app's own id costs more for it than one record may."""
    stores = filled[SIZES[1]].dynamodb
    cold = Filled(client, DynamoStores(client, stores._index_table, stores._state_table))
    answer = cold.call("GET", path)
    cold.close()
    cold.dynamodb.state.connection.client.close()
    assert answer.status == 200
    assert cold.sent.total() <= most, cold.sent
