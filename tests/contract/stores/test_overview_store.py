"""What people look at, read together, in every implementation."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest

from hubsync.model.connection import Connection
from hubsync.model.entry import Half
from hubsync.model.identifier import Claim
from hubsync.model.message import PageKey
from hubsync.model.outage import Outage, OutageKind
from hubsync.model.record import RecordRef
from hubsync.model.schema import FieldSchema, ObjectSchema, Option
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, PhaseProgress, Sync
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.index_port import PutAlias, PutClaim, PutEntry
from hubsync.stores.overview import Dossier, Standing
from hubsync.stores.ports import CountChange, SchemaSnapshot
from tests.contract.stores.stores_under_test import SYNC, Stores, lone
from tests.contract.stores.test_settings_store import CONNECTION
from tests.contract.stores.test_settings_store import SYNC as CONTACTS

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000
HUBSPOT = replace(CONNECTION, id="hubspot-1", app="hubspot", version=1)
ORBIT = replace(CONNECTION, version=1)
ENDS = {("hubspot-1", "contacts"), ("orbit-1", "people")}
PEOPLE = ObjectSchema("people", {"mail": FieldSchema("mail")}, "contact")


def saved(stores: Stores, *, name: str = "contacts", sync_id: str = SYNC, comparison: int = 0) -> Sync:
    """A stored sync of generation 3 between the two accounts, as it is stored."""
    sync = replace(CONTACTS, id=sync_id, name=name, generation=3, comparison=comparison)
    assert stores.syncs.put_sync(sync)
    return replace(sync, version=1)


def put(stores: Stores, *connections: Connection) -> None:
    """Store connections."""
    for each in connections:
        assert stores.connections.put_connection(replace(each, version=0))


def standing(stores: Stores, sync: Sync) -> Standing:
    """How one sync stands."""
    (found,) = stores.overview.standings([sync])
    return found


def dossier(stores: Stores, record: str, known: Iterable[tuple[str, str]] = ()) -> Dossier:
    """The dossier of a record of `contacts`."""
    found = stores.overview.dossier("contacts", record, known=frozenset(known))
    assert found is not None
    return found


class TestStandings:
    """How syncs stand."""

    def test_of_a_sync_of_which_nothing_is_stored(self, stores: Stores) -> None:
        sync = saved(stores)
        found = standing(stores, sync)
        assert (found.sync, found.accounts, found.outages, found.progress) == (sync, {}, {}, {})
        assert found.counts.by_status == {}

    def test_its_accounts_and_their_outages(self, stores: Stores) -> None:
        put(stores, HUBSPOT, ORBIT, replace(ORBIT, id="another"))
        for name in ("orbit-1", "another"):
            stores.outages.put_outage(Outage(name, OutageKind.UNREACHABLE, NOW, NOW, NOW))
        found = standing(stores, saved(stores))
        assert found.accounts == {Side.HUBSPOT: HUBSPOT, Side.APP: ORBIT}
        assert found.outages == {"orbit-1": stores.outages.outage("orbit-1")}

    def test_the_phases_of_its_last_runs(self, stores: Stores) -> None:
        for generation in (2, 3):
            opened = PhaseProgress(Phase.INDEX_HUBSPOT, generation, started_at=generation, total=generation)
            stores.ledger.open_phase(SYNC, opened, None)
        stores.ledger.expect(SYNC, PageKey(NOW, Phase.COMPARE_APP, 0), ["1", "2"], last=True, total=None, now=NOW)
        sync = saved(stores, comparison=NOW)
        assert standing(stores, sync).progress == {
            Phase.INDEX_HUBSPOT: stores.ledger.progress(SYNC, 3, Phase.INDEX_HUBSPOT),
            Phase.COMPARE_APP: stores.ledger.progress(SYNC, NOW, Phase.COMPARE_APP),
        }
        assert standing(stores, replace(sync, comparison=0)).progress.keys() == {Phase.INDEX_HUBSPOT}

    def test_its_counts_over_all_buckets(self, stores: Stores) -> None:
        changes = [
            CountChange(sync_id, bucket, None, status, str(order))
            for order, (sync_id, bucket, status) in enumerate(
                [
                    (SYNC, "00", RecordStatus.IN_SYNC),
                    (SYNC, "15", RecordStatus.IN_SYNC),
                    (SYNC, "07", RecordStatus.FAILING),
                    ("another", "00", RecordStatus.IN_SYNC),
                ]
            )
        ]
        stores.counts.apply(changes)
        assert standing(stores, saved(stores)).counts.by_status == {"in_sync": 2, "failing": 1}

    def test_each_of_many_gets_its_own(self, stores: Stores) -> None:
        syncs = [saved(stores, name=f"sync {at}", sync_id=f"s{at}") for at in range(9)]
        stores.counts.apply([CountChange(f"s{at}", "00", None, RecordStatus.QUEUED, f"{at}") for at in range(1, 9)])
        found = stores.overview.standings([*reversed(syncs)])
        assert [each.sync for each in found] == [*reversed(syncs)]
        assert [each.counts.total for each in found] == [1] * 8 + [0]
        assert list(stores.overview.standings([])) == []


class TestDossier:
    """One record."""

    @pytest.fixture(autouse=True)
    def world(self, stores: Stores) -> None:
        """A pair made for a contact, a lone person, and a contact whose id is that of a person as well."""
        saved(stores)
        put(stores, HUBSPOT, ORBIT)
        stores.index.write(
            [
                PutEntry(lone(1, app=Half("p1"))),
                PutAlias(SYNC, RecordRef(Side.APP, "p1"), "h-1"),
                PutEntry(lone(2, Side.APP)),
                PutEntry(lone(2)),
                PutEntry(lone(3, app=Half("p3"))),
                PutAlias(SYNC, RecordRef(Side.APP, "p4"), "h-3"),
            ]
        )

    @pytest.mark.parametrize(
        ("record", "entry"),
        [
            ("h-1", "h-1"),
            ("1", "h-1"),
            ("p1", "h-1"),
            ("a-2", "a-2"),
            ("2", "h-2"),  # HubSpot's record comes before the app's
            ("p3", None),  # no alias leads there
            ("p4", None),  # the alias is of a record that the entry is not about any more
            ("nobody", None),
            ("h-9", None),
        ],
    )
    def test_a_record_by_what_somebody_calls_it(self, stores: Stores, record: str, entry: str | None) -> None:
        found = dossier(stores, record)
        assert [each.id for each in found.entries] == ([entry] if entry else [])
        again = dossier(stores, record)
        assert again == found, "what is remembered leads to the same"

    def test_all_that_hold_an_identifier(self, stores: Stores) -> None:
        """Only where the text is no id; and by the keys of the sync as it is now."""
        stores.index.write([PutClaim(SYNC, Claim("k1", "h-1", "h-3")), PutClaim(SYNC, Claim("k2", app="a-2"))])
        stores.index.write([PutClaim(SYNC, Claim("free")), PutClaim(SYNC, Claim("gone", "h-99"))])

        def found(text: str) -> list[str]:
            keys = {1: ("k1", "nobody's"), 2: ("k2", "free", "gone"), 3: ("k1", "k2")}
            seen = stores.overview.dossier("contacts", text, lambda sync: keys[sync.version])
            return [] if seen is None else [entry.id for entry in seen.entries]

        for entries in (["h-1", "h-3"], ["a-2"], ["h-1", "h-3", "a-2"]):
            assert found("ana@example.com") == entries
            assert found("p1") == ["h-1"]
            stored = stores.syncs.named("contacts")
            assert stored is not None
            stores.syncs.put_sync(stored)

    def test_the_sync_and_its_accounts(self, stores: Stores) -> None:
        for _ in range(2):
            found = dossier(stores, "h-1")
            assert found.sync == stores.syncs.named("contacts")
            assert found.accounts == {Side.HUBSPOT: HUBSPOT, Side.APP: ORBIT}
            stores.syncs.put_sync(replace(found.sync, problem="It is as it is now."))

    def test_the_schemas_that_are_not_known(self, stores: Stores) -> None:
        stores.schemas.put_schema(SchemaSnapshot("orbit-1", PEOPLE, NOW))
        assert list(dossier(stores, "h-1").schemas) == [SchemaSnapshot("orbit-1", PEOPLE, NOW, 1)]
        assert list(dossier(stores, "h-1", ENDS).schemas) == []

    def test_no_sync_of_that_name(self, stores: Stores) -> None:
        assert stores.overview.dossier("nothing", "h-1") is None

    def test_a_name_that_another_sync_has_by_now(self, stores: Stores) -> None:
        assert dossier(stores, "h-1").sync.id == SYNC
        stores.syncs.delete_sync(SYNC)
        assert stores.overview.dossier("contacts", "h-1") is None
        saved(stores, sync_id="later")
        found = dossier(stores, "h-1")
        assert (found.sync.id, found.entries) == ("later", ())


@pytest.mark.parametrize(
    ("record", "most"), [("h-1", 1), ("1", 1), ("app-1", 2), ("ana@example.com", 2), ("nobody", 1)]
)
def test_one_record_costs_one_request_and_what_leads_to_it_another(
    dynamodb: DynamoStores, requests: Counter[str], record: str, most: int
) -> None:
    saved(dynamodb)
    put(dynamodb, HUBSPOT, ORBIT)
    dynamodb.schemas.put_schema(SchemaSnapshot("orbit-1", PEOPLE, NOW))
    dynamodb.index.write([PutEntry(lone(1, app=Half("app-1"))), PutAlias(SYNC, RecordRef(Side.APP, "app-1"), "h-1")])
    dynamodb.index.write([PutEntry(lone(2)), PutClaim(SYNC, Claim("k", "h-1", "h-2"))])
    dynamodb.syncs.named("contacts")
    requests.clear()
    found = dynamodb.overview.dossier("contacts", record, lambda _: ("k",) if "@" in record else ())
    assert found is not None
    assert bool(found.entries) == (record != "nobody")
    assert requests == {"BatchGetItem": most}


def test_four_syncs_cost_about_one_request(dynamodb: DynamoStores, requests: Counter[str]) -> None:
    syncs = [saved(dynamodb, name=f"sync {at}", sync_id=f"s{at}", comparison=NOW) for at in range(8)]
    dynamodb.overview.standings(syncs[:1])
    assert requests == {"BatchGetItem": 1}
    requests.clear()
    dynamodb.overview.standings(syncs)
    assert requests == {"BatchGetItem": 2}


def test_what_exceeds_an_item_is_left_to_the_store_of_schemas(dynamodb: DynamoStores) -> None:
    saved(dynamodb)
    letters = random.Random(5)
    options = tuple(Option(f"{letters.getrandbits(256):x}", f"{letters.getrandbits(256):x}") for _ in range(12_000))
    vast = ObjectSchema("people", {"sku": FieldSchema("sku", options=options)})
    dynamodb.schemas.put_schema(SchemaSnapshot("orbit-1", vast, NOW))
    assert list(dossier(dynamodb, "h-1").schemas) == []
    assert dynamodb.schemas.schema("orbit-1", "people") == SchemaSnapshot("orbit-1", vast, NOW, 1)
