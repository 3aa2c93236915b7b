"""What the stores ask of DynamoDB: how many requests, and how large the items are."""

from __future__ import annotations

import math
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from hubsync.engine.identify import claim_key
from hubsync.model.entry import Half
from hubsync.model.identifier import Claim, Identifier, IdentifierKind, Waiter
from hubsync.model.message import PageKey
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase
from hubsync.services.manage.recognise import identified
from hubsync.stores.dynamodb.budgets import DynamoBudgetStore
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.index_port import PutAlias, PutClaim, PutEntry, PutWaiter
from hubsync.stores.layout import BUCKETS, bucket_of
from tests.contract.stores.stores_under_test import SYNC, lone
from tests.simulation.syncs import contacts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000


def size(value: dict[str, Any]) -> int:
    """The bytes of one attribute value (DynamoDB developer guide, "Item sizes and formats")."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "B":
            return len(content)
        case "N":
            return math.ceil(len(content.lstrip("-")) / 2) + 1
        case "L":
            return 3 + sum(1 + size(one) for one in content)
        case "M":
            return 3 + sum(1 + len(name) + size(one) for name, one in content.items())
    return 1


def item_size(item: dict[str, Any]) -> int:
    """The bytes of an item."""
    return sum(len(name.encode()) + size(value) for name, value in item.items())


class TestSizes:
    """A write unit pays for 1 KB."""

    def test_thirty_mappings_on_both_sides_fit_into_one_write_unit(
        self, client: DynamoDBClient, dynamodb: DynamoStores
    ) -> None:
        hashes = {number: number.to_bytes(8) for number in range(1, 31)}
        email = "0123456789abcdef0123456789abcdef"
        entry = lone(
            12_345_678_901,
            hubspot=Half("12345678901", hashes, (email,)),
            app=Half("5b2f0c52-5f3b-4a4e-9d0e-2d9f3f1f8c11", hashes, (email,)),
            status=RecordStatus.IN_SYNC,
            reason="Both sides hold the same values.",
            generation=12,
            inputs="0123456789abcdef",
            since=NOW,
            settled_at=NOW,
        )
        dynamodb.index.write([PutEntry(entry)])
        (item,) = client.scan(TableName=dynamodb._index_table)["Items"]
        assert item_size(item) <= 1024

    def test_fifty_links_beside_ten_mappings_fit_as_well(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        hashes = {number: number.to_bytes(8) for number in range(1, 11)}
        links = {11: tuple(number.to_bytes(8) for number in range(50))}
        entry = lone(1, hubspot=Half("1", hashes), app=Half("2", hashes), status=RecordStatus.IN_SYNC, links=links)
        dynamodb.index.write([PutEntry(replace(entry, waiting_links=3))])
        (item,) = client.scan(TableName=dynamodb._index_table)["Items"]
        assert item_size(item) <= 1024

    def test_an_item_in_sync_is_not_in_the_sparse_index(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        dynamodb.index.write([PutEntry(lone(1, status=RecordStatus.FAILING))])
        dynamodb.index.write([PutEntry(lone(1, status=RecordStatus.IN_SYNC, version=1))])
        (item,) = client.scan(TableName=dynamodb._index_table)["Items"]
        assert not {"gsi_pk", "gsi_sk"} & item.keys()

    def test_every_item_says_its_kind_and_schema(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        dynamodb.index.write(
            [
                PutEntry(lone(1)),
                PutClaim(SYNC, Claim("k", "h-1")),
                PutAlias(SYNC, RecordRef(Side.APP, "1"), "h-1"),
                PutWaiter(SYNC, Waiter("k", Side.APP, "1", "a-1")),
            ]
        )
        items = client.scan(TableName=dynamodb._index_table)["Items"]
        kinds = sorted((item["kind"]["S"], item["schema"]["N"], item["sk"]["S"]) for item in items)
        assert kinds == [
            ("alias", "1", "r#app#1"),
            ("claim", "1", "c#k"),
            ("entry", "1", "e#h-1"),
            ("waiter", "1", "w#k#app#1"),
        ]

    def test_ids_that_ascend_spread_over_the_buckets(self) -> None:
        spread = Counter(bucket_of(f"h-{12_000_000_000 + number}") for number in range(16_000))
        assert sorted(spread) == list(BUCKETS)
        assert max(spread.values()) < 1_100


class TestRequests:
    """How many requests a method needs."""

    def test_looking_up_a_hundred_records(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        hubspot = [RecordRef(Side.HUBSPOT, str(number)) for number in range(100)]
        app = [RecordRef(Side.APP, str(number)) for number in range(100)]
        dynamodb.index.write([PutEntry(lone(number, app=Half(str(number)))) for number in range(100)])
        dynamodb.index.write([PutAlias(SYNC, ref, f"h-{ref.id}") for ref in app])
        requests.clear()
        assert len(dynamodb.index.find(SYNC, hubspot)) == 100
        assert requests == {"BatchGetItem": 1}
        requests.clear()
        assert len(dynamodb.index.find(SYNC, app)) == 100
        assert requests == {"BatchGetItem": 3}

    def test_writing_and_reading_a_hundred_items(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        index = dynamodb.index
        keys = [f"k{number}" for number in range(100)]
        index.write([PutEntry(lone(number)) for number in range(100)])
        assert requests == {"BatchExecuteStatement": 4}
        requests.clear()
        index.write([PutClaim(SYNC, Claim(key, "h-1")) for key in keys])
        index.claims(SYNC, keys)
        index.entries(SYNC, [f"h-{number}" for number in range(100)])
        index.waiters(SYNC, "k", Side.APP)
        assert requests == {"BatchExecuteStatement": 4, "BatchGetItem": 2, "Query": 1}
        requests.clear()
        index.transact([PutEntry(lone(number, version=1)) for number in range(50)])
        assert requests == {"TransactWriteItems": 1}

    def test_whoever_holds_an_identifier(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        """The claim, the line behind a slot that somebody holds, and all their entries together."""
        sync = replace(contacts(), id=SYNC)
        key = claim_key(sync.hash_key, Identifier(IdentifierKind.EMAIL, "ana@example.com"))
        dynamodb.index.write([PutEntry(lone(number)) for number in (1, 2)])
        waiter = Waiter(key, Side.HUBSPOT, "1", "h-2")
        dynamodb.index.write([PutClaim(SYNC, Claim(key, "h-1")), PutWaiter(SYNC, waiter)])
        requests.clear()
        assert [entry.id for entry in identified(dynamodb.index, sync, "ana@example.com", line=True)] == ["h-1", "h-2"]
        assert requests == {"BatchGetItem": 2, "Query": 1}
        requests.clear()
        assert identified(dynamodb.index, sync, "nobody@example.com", line=True) == []
        assert requests == {"BatchGetItem": 1}
        requests.clear()
        assert identified(dynamodb.index, sync, "nobody", line=True) == []
        assert not requests

    def test_whole_syncs(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        index = dynamodb.index
        index.write([PutEntry(lone(number)) for number in range(100)])
        requests.clear()
        index.walk(SYNC, None, 200)
        assert requests == {"Query": 16}
        requests.clear()
        index.by_status(SYNC, RecordStatus.PENDING, None, 10)
        assert requests == {"Query": 4}
        requests.clear()
        index.purge(SYNC, 200)
        assert requests["Query"] == 16
        assert requests["BatchWriteItem"] <= 16

    @pytest.mark.parametrize("limit", [1, 50, 200])
    def test_seeking_a_status_that_few_have(self, dynamodb: DynamoStores, requests: Counter[str], limit: int) -> None:
        """However few they are, and however many records there are: no more than a whole walk of a small sync."""
        index = dynamodb.index
        index.write([PutEntry(lone(number, status=RecordStatus.FAILING)) for number in range(2_000)])
        requests.clear()
        index.walk(SYNC, None, limit, RecordStatus.IN_SYNC)
        assert requests["Query"] <= 16

    def test_a_list_by_status_asks_no_shard_for_much_more_than_its_share(
        self, client: DynamoDBClient, dynamodb: DynamoStores, requests: Counter[str]
    ) -> None:
        index = dynamodb.index
        index.write([PutEntry(lone(number, status=RecordStatus.FAILING, since=number)) for number in range(400)])
        requests.clear()
        read: list[int] = []

        def note(parsed: Any, **_: Any) -> None:
            read.append(parsed["Count"])

        client.meta.events.register("after-call.dynamodb.Query", note)
        page = index.by_status(SYNC, RecordStatus.FAILING, None, 100)
        client.meta.events.unregister("after-call.dynamodb.Query", note)
        assert [entry.since for entry in page.entries] == [*reversed(range(300, 400))]
        assert requests["Query"] == 4
        assert sum(read) <= 160

    def test_a_list_by_status_whose_newest_stand_in_one_shard(
        self, dynamodb: DynamoStores, requests: Counter[str]
    ) -> None:
        index = dynamodb.index
        together = [number for number in range(1_000) if int(bucket_of(f"h-{number}")) % 4 == 1][:100]
        index.write([PutEntry(lone(number, status=RecordStatus.FAILING, since=number)) for number in together])
        requests.clear()
        page = index.by_status(SYNC, RecordStatus.FAILING, None, 90)
        assert [entry.since for entry in page.entries] == [*reversed(together)][:90]
        assert requests["Query"] == 6

    def test_no_batch_has_two_writes_of_one_item(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        """The emulator would take such a batch, DynamoDB refuses it."""
        writes = [PutEntry(lone(number, version=version)) for version in range(3) for number in range(5)]
        assert dynamodb.index.write(writes) == [True] * 15
        assert requests == {"BatchExecuteStatement": 3}

    def test_aliases_are_stored_before_their_entries(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        """A crash in between must not leave an entry that its record does not lead to."""
        dynamodb.index.write([PutEntry(lone(1, app=Half("1"))), PutAlias(SYNC, RecordRef(Side.APP, "1"), "h-1")])
        assert list(requests) == ["BatchWriteItem", "BatchExecuteStatement"]

    def test_reads_are_consistent(self, client: DynamoDBClient, dynamodb: DynamoStores) -> None:
        """All but those of the sparse index, which cannot be."""
        reads: list[tuple[str, bool]] = []

        def note(params: dict[str, Any], model: Any, **_: Any) -> None:
            tables = params.get("RequestItems", {"": params})
            reads.extend((model.name, table.get("ConsistentRead", False)) for table in tables.values())

        client.meta.events.register("provide-client-params.dynamodb", note)
        index = dynamodb.index
        index.find(SYNC, [RecordRef(Side.APP, "1")])
        index.claims(SYNC, ["k"])
        index.waiters(SYNC, "k", Side.APP)
        index.walk(SYNC, None, 10)
        index.purge(SYNC, 10)
        client.meta.events.unregister("provide-client-params.dynamodb", note)
        assert set(reads) == {("BatchGetItem", True), ("Query", True)}

    def test_nothing_asked_nothing_sent(self, dynamodb: DynamoStores, requests: Counter[str]) -> None:
        index = dynamodb.index
        index.find(SYNC, [])
        index.write([])
        index.transact([])
        assert not requests

    @pytest.fixture
    def state_requests(self, dynamodb: DynamoStores) -> Counter[str]:
        """Requests of pynamodb's client."""
        sent: Counter[str] = Counter()

        def note(model: Any, **_: Any) -> None:
            sent[model.name] += 1

        dynamodb.state.connection.client.meta.events.register("before-call.dynamodb", note)
        return sent

    def test_a_page_of_a_hundred_references(self, dynamodb: DynamoStores, state_requests: Counter[str]) -> None:
        page = PageKey(1, Phase.SYNC_APP, 1)
        ids = [str(number) for number in range(100)]
        dynamodb.ledger.expect(SYNC, page, ids, last=False, total=None, now=NOW)
        assert state_requests == {"TransactWriteItems": 1}
        state_requests.clear()
        dynamodb.ledger.settle(SYNC, page, ids[:50], NOW)
        assert state_requests == {"GetItem": 1, "UpdateItem": 1}
        state_requests.clear()
        dynamodb.ledger.settle(SYNC, page, ids, NOW)
        assert state_requests == {"GetItem": 2, "TransactWriteItems": 1}

    def test_permission_for_all_calls_of_a_message(self, dynamodb: DynamoStores, state_requests: Counter[str]) -> None:
        dynamodb.budgets.take("k", 5, per_second=10, burst=20, reserve=0, now=NOW)
        assert state_requests == {"GetItem": 1, "PutItem": 1}

    def test_a_budget_that_nobody_else_draws_on_is_not_read_again(
        self, dynamodb: DynamoStores, state_requests: Counter[str]
    ) -> None:
        """Until somebody does: then it is read again, as often as there are others."""

        def take(budgets: DynamoBudgetStore, now: int = NOW) -> float:
            return budgets.take("k", 1, per_second=10, burst=5, reserve=0, now=now)

        mine, others = dynamodb.budgets, DynamoBudgetStore(dynamodb.state)
        assert [take(mine), take(mine)] == [0, 0]
        state_requests.clear()
        assert [take(mine), take(mine)] == [0, 0]
        assert state_requests == {"PutItem": 2}
        assert take(others) == 0
        state_requests.clear()
        assert take(mine) == pytest.approx(0.1), "five were granted, whoever asked"
        assert state_requests == {"PutItem": 1, "GetItem": 1}, "it learns so from the update"
        assert [take(others, NOW + 100), take(mine, NOW + 200), take(others, NOW + 300)] == [0, 0, 0]
        state_requests.clear()
        assert take(mine, NOW + 400) == 0
        assert state_requests == {"GetItem": 1, "PutItem": 1}

    def test_a_block_is_heeded_by_who_was_alone(self, dynamodb: DynamoStores, state_requests: Counter[str]) -> None:
        def take(now: int) -> float:
            return dynamodb.budgets.take("k", 1, per_second=10, burst=5, reserve=0, now=now)

        assert [take(NOW), take(NOW), take(NOW)] == [0, 0, 0]
        DynamoBudgetStore(dynamodb.state).block("k", NOW + 5_000)
        assert take(NOW) == 5
        assert take(NOW + 5_000) == 0


def test_who_needs_the_index_alone_does_not_import_pynamodb() -> None:
    """It would add 160 ms to every cold start."""
    code = "import sys, hubsync.stores.dynamodb.stores; sys.exit('pynamodb' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False).returncode
        == 0
    )
