"""What stands in DynamoDB's items: packing, codec, schema versions, times to live; and what its stream tells."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.model.connection import Connection
from hubsync.model.entry import Intent
from hubsync.model.identifier import Claim
from hubsync.model.mapping import FieldMapping
from hubsync.model.message import PageKey
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import ObjectKind, Phase, PhaseProgress, Sync
from hubsync.stores.dynamodb.codec import decode, encode
from hubsync.stores.dynamodb.packing import pack_fingerprints, pack_intents, unpack_fingerprints, unpack_intents
from hubsync.stores.dynamodb.schema import UnknownSchemaError
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.dynamodb.stream import count_change
from hubsync.stores.index_port import DeleteEntry, PutClaim, PutEntry
from hubsync.stores.layout import bucket_of
from hubsync.stores.ports import CountChange, CountMark, Notification
from tests.contract.stores.stores_under_test import SYNC, lone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000
DAY = 86_400

hashes = st.binary(min_size=8, max_size=8)
numbers = st.integers(0, 65_535)


class TestPacking:
    """Hashes in as few bytes as they need."""

    @given(st.dictionaries(numbers, hashes))
    def test_fingerprints_come_back(self, fingerprints: dict[int, bytes]) -> None:
        packed = pack_fingerprints(fingerprints)
        assert len(packed) == 10 * len(fingerprints)
        assert unpack_fingerprints(packed) == fingerprints

    @given(
        st.lists(
            st.builds(
                Intent,
                st.sampled_from(Side),
                st.dictionaries(numbers, st.lists(hashes, max_size=3).map(tuple), max_size=4),
                st.booleans(),
            ),
            max_size=3,
        ).map(tuple)
    )
    def test_intents_come_back(self, intents: tuple[Intent, ...]) -> None:
        assert unpack_intents(pack_intents(intents)) == intents

    def test_the_same_fingerprints_are_the_same_bytes(self) -> None:
        assert pack_fingerprints({2: b"2" * 8, 1: b"1" * 8}) == pack_fingerprints({1: b"1" * 8, 2: b"2" * 8})

    def test_a_hash_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValueError, match="8 bytes, not 7"):
            pack_fingerprints({1: b"1234567"})


class TestCodec:
    """An item of the release before can be read, and one with an optional field more."""

    def test_missing_fields_get_their_defaults_and_unknown_ones_are_passed_over(self) -> None:
        text = json.dumps(
            {
                "id": "s1",
                "name": "Contacts",
                "kind": "contact",
                "hubspot_connection": "h",
                "app_connection": "a",
                "hubspot_object": "contacts",
                "app_object": "people",
                "direction": "two_way",
                "mappings": [{"number": 1, "hubspot_field": "email", "app_field": "mail", "colour": "blue"}],
                "match_keys": [],
                "colour": "blue",
            }
        )
        expected = Sync(
            *("s1", "Contacts", ObjectKind.CONTACT, "h", "a", "contacts", "people", Direction.TWO_WAY),
            mappings=(FieldMapping(1, "email", "mail"),),
            match_keys=(),
            hash_key=b"k",
            version=3,
        )
        assert decode(Sync, text, hash_key=b"k", version=3) == expected

    def test_secrets_stay_out_of_the_text(self) -> None:
        connection = Connection("c", "orbit", b"sealed", webhook_secret=b"sealed")
        text = encode(connection, without=frozenset({"token", "webhook_secret", "version"}))
        assert "sealed" not in text
        assert decode(Connection, text, token=b"t", webhook_secret=None) == Connection("c", "orbit", b"t")


class TestSchema:
    """An item of a newer release is refused: stored again by this one, it would lose what this one cannot see."""

    @pytest.mark.parametrize("sort_key", ["e#h-1", "c#k"])
    def test_of_the_index(self, client: DynamoDBClient, dynamodb: DynamoStores, sort_key: str) -> None:
        dynamodb.index.write([PutEntry(lone(1)), PutClaim(SYNC, Claim("k", "h-1"))])
        self.raise_schema(client, dynamodb._index_table, sort_key)
        with pytest.raises(UnknownSchemaError, match="deploy the newer release"):
            dynamodb.index.entries(SYNC, ["h-1"]) and dynamodb.index.claims(SYNC, ["k"])

    def test_of_the_state(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        dynamodb.connections.put_connection(Connection("c", "orbit", b"t"))
        self.raise_schema(client, dynamodb._state_table, "c")
        with pytest.raises(UnknownSchemaError):
            dynamodb.connections.connection("c")
        with pytest.raises(UnknownSchemaError):
            dynamodb.connections.connections()

    def raise_schema(self, client: DynamoDBClient, table: str, sort_key: str) -> None:
        """Let a newer release have written an item."""
        (item,) = (item for item in client.scan(TableName=table)["Items"] if item["sk"]["S"] == sort_key)
        client.put_item(TableName=table, Item={**item, "schema": {"N": "2"}})


class TestTimeToLive:
    """What is of use for a time only goes by itself."""

    def test_an_empty_claim_goes_after_a_day_and_a_held_one_stays(
        self, client: DynamoDBClient, dynamodb: DynamoStores
    ) -> None:
        dynamodb.index.write([PutClaim(SYNC, Claim("k", "h-1", claimed_at=NOW))])
        assert self.expiries(client, dynamodb._index_table) == [None]
        dynamodb.index.write([PutClaim(SYNC, Claim("k", claimed_at=NOW, version=1))])
        assert self.expiries(client, dynamodb._index_table) == [NOW // 1000 + DAY]
        dynamodb.index.write([PutClaim(SYNC, Claim("k", app="a-1", claimed_at=NOW, version=2))])
        assert self.expiries(client, dynamodb._index_table) == [None]

    def test_ledger_budgets_and_notifications_go(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        dynamodb.ledger.open_phase(SYNC, PhaseProgress(Phase.SYNC_APP, 1, started_at=NOW), "token")
        dynamodb.ledger.expect(SYNC, PageKey(1, Phase.SYNC_APP, 1), ["a"], last=True, total=None, now=NOW)
        dynamodb.budgets.take("k", 1, per_second=1, burst=1, reserve=0, now=NOW)
        dynamodb.budgets.block("k2", NOW)
        dynamodb.notifications.add_notification(Notification(SYNC, NOW, "Title", "Text."))
        expiries = self.expiries(client, dynamodb._state_table)
        assert sorted(expiry - NOW // 1000 for expiry in expiries if expiry) == [
            *(DAY, DAY),
            *(30 * DAY, 30 * DAY),
            90 * DAY,
        ]

    def test_settings_stay(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        dynamodb.connections.put_connection(Connection("c", "orbit", b"t"))
        assert self.expiries(client, dynamodb._state_table) == [None]

    def expiries(self, client: DynamoDBClient, table: str) -> list[int | None]:
        """When the items of a table go, in epoch seconds."""
        items = client.scan(TableName=table)["Items"]
        return [int(item["expires_at"]["N"]) if "expires_at" in item else None for item in items]


class TestStream:
    """The stream of the table counts what its entries do."""

    def test_a_life_is_counted(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        failing, in_sync = RecordStatus.FAILING, RecordStatus.IN_SYNC
        dynamodb.index.write([PutEntry(lone(1, status=failing)), PutClaim(SYNC, Claim("k", "h-1"))])
        dynamodb.index.transact([PutEntry(lone(1, status=in_sync, version=1)), PutEntry(lone(2))])
        dynamodb.index.write([PutEntry(lone(2, status=in_sync, version=1)), DeleteEntry(lone(1, version=2))])
        changes = [change for record in self.records(client, dynamodb) if (change := count_change(record))]
        assert {change.sync_id for change in changes} == {SYNC}
        statuses = [(change.before, change.after) for change in changes]
        assert statuses[0] == (None, failing)
        assert sorted(statuses[1:3], key=str) == [(failing, in_sync), (None, RecordStatus.PENDING)]
        assert len(statuses) == 5
        dynamodb.counts.apply(changes)
        assert dynamodb.counts.counts(SYNC).by_status == {in_sync: 1}

    def test_a_recount_mends_what_the_stream_lost(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        """Of two entries in one bucket only the marks' word is heard; the mark goes when the sync is deleted."""
        dynamodb.index.write([PutEntry(lone(1, status=RecordStatus.FAILING))])
        bucket = bucket_of(lone(1).id)
        dynamodb.index.recount(SYNC, bucket, "night")
        changes = [change for record in self.records(client, dynamodb) if (change := count_change(record))]
        assert [type(change) for change in changes] == [CountChange, CountMark, CountMark]
        dynamodb.counts.apply(changes[1:])
        assert dynamodb.counts.counts(SYNC).by_status == {RecordStatus.FAILING: 1}
        assert dynamodb.index.walk(SYNC, None, 10).entries == (lone(1, status=RecordStatus.FAILING, version=1),)
        assert dynamodb.index.purge(SYNC, 10)
        gone = [change for record in self.records(client, dynamodb) if (change := count_change(record))]
        assert [type(change) for change in gone[3:]] == [CountChange]

    def records(self, client: DynamoDBClient, dynamodb: DynamoStores) -> list[dict[str, Any]]:
        """All records of the table's stream, as Lambda would be given them."""
        import boto3

        streams = boto3.client(
            "dynamodbstreams", endpoint_url=client.meta.endpoint_url, region_name=client.meta.region_name
        )
        arn = client.describe_table(TableName=dynamodb._index_table)["Table"]["LatestStreamArn"]
        records: list[dict[str, Any]] = []
        for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
            iterator = streams.get_shard_iterator(
                StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
            records += streams.get_records(ShardIterator=iterator)["Records"]
        streams.close()
        return records


class TestSeveralWorkers:
    """Several workers on the same items."""

    def test_a_budget_grants_no_more_than_there_is(self, dynamodb: DynamoStores) -> None:
        granted: list[float] = []

        def draw() -> None:
            take = partial(dynamodb.budgets.take, "k", 1, per_second=1, burst=10, reserve=0, now=NOW)
            granted.extend(take() for _ in range(8))

        self.at_once([draw] * 4)
        assert granted.count(0) <= 10
        assert dynamodb.budgets.take("k", 1, per_second=1, burst=10, reserve=0, now=NOW + 40_000) == 0

    def test_a_page_settled_from_many_hands_is_counted_once(self, dynamodb: DynamoStores) -> None:
        page = PageKey(1, Phase.SYNC_APP, 1)
        ids = [str(number) for number in range(24)]
        dynamodb.ledger.expect(SYNC, page, ids, last=True, total=None, now=NOW)

        def hand(number: int) -> Any:
            return lambda: [dynamodb.ledger.settle(SYNC, page, ids[at : at + 3], NOW) for at in range(number, 24, 3)]

        self.at_once([hand(0), hand(0), hand(1), hand(2)])
        progress = dynamodb.ledger.progress(SYNC, 1, Phase.SYNC_APP)
        assert progress == replace(
            PhaseProgress(Phase.SYNC_APP, 1, started_at=NOW, finished_at=NOW, closed=True),
            seen=24,
            settled=24,
            pages=1,
            pages_done=1,
        )

    def test_who_fills_a_page_behind_another_ones_back_counts_it(self, dynamodb: DynamoStores) -> None:
        """Each of two saw a page that would not be full: the one whose update comes last has to notice."""
        page = PageKey(1, Phase.SYNC_APP, 1)
        dynamodb.ledger.expect(SYNC, page, ["a", "b"], last=True, total=None, now=NOW)
        events = dynamodb.state.connection.client.meta.events
        answers: list[bool] = []

        def cut_in(**_: Any) -> None:
            events.unregister("before-call.dynamodb.UpdateItem", cut_in)
            answers.append(dynamodb.ledger.settle(SYNC, page, ["b"], NOW))

        events.register("before-call.dynamodb.UpdateItem", cut_in)
        answers.append(dynamodb.ledger.settle(SYNC, page, ["a"], NOW))
        assert answers == [False, True]

    def test_a_slow_counter_does_not_undo_what_a_faster_one_counted(self, dynamodb: DynamoStores) -> None:
        changes = [CountChange(SYNC, "00", None, RecordStatus.PENDING, str(order)) for order in range(2)]
        events = dynamodb.state.connection.client.meta.events

        def cut_in(**_: Any) -> None:
            events.unregister("before-call.dynamodb.PutItem", cut_in)
            dynamodb.counts.apply(changes)

        events.register("before-call.dynamodb.PutItem", cut_in)
        dynamodb.counts.apply(changes[:1])
        assert dynamodb.counts.counts(SYNC).by_status == {RecordStatus.PENDING: 2}

    def test_one_of_many_gets_the_slot(self, dynamodb: DynamoStores) -> None:
        won: list[bool] = []
        self.at_once(
            [
                lambda number=number: won.extend(dynamodb.index.write([PutClaim(SYNC, Claim("k", f"h-{number}"))]))
                for number in range(4)
            ]
        )
        assert sorted(won) == [False, False, False, True]

    def at_once(self, works: list[Any]) -> None:
        """Do all of these at once; an error in one of them is raised here."""
        with ThreadPoolExecutor(len(works)) as pool:
            for future in [pool.submit(work) for work in works]:
                future.result()
