"""What the stores do when DynamoDB is busy: parts are sent again at growing pauses, transactions wait for others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from pynamodb.exceptions import PynamoDBException

from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.stores.dynamodb.index import DynamoIndexStore
from hubsync.stores.dynamodb.pauses import PAUSES
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.dynamodb.table import StateTable
from hubsync.stores.index_port import DeleteEntry, PutAlias, PutEntry
from hubsync.stores.layout import bucket_of
from tests.contract.stores.stores_under_test import SYNC, lone

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000


class TestBusyTable:
    """Parts that the table had no capacity for are sent again, at growing pauses; in the end boto's error is raised."""

    @pytest.fixture
    def pauses(self) -> list[float]:
        """What was slept."""
        return []

    @pytest.fixture
    def index(self, client: DynamoDBClient, pauses: list[float]) -> DynamoIndexStore:
        """A store on a table that only answers what it is told to."""
        return DynamoIndexStore(client, "index", pauses.append)

    @pytest.fixture
    def stub(self, client: DynamoDBClient) -> Iterator[Stubber]:
        """The answers."""
        with Stubber(client) as stub:
            yield stub
            stub.assert_no_pending_responses()

    def test_keys_that_were_not_read_are_read_again(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        keys = [{"pk": {"S": f"{SYNC}#{bucket_of(name)}"}, "sk": {"S": f"c#{name}"}} for name in ("k1", "k2")]
        claim = {"schema": {"N": "1"}, "v": {"N": "3"}, "h": {"S": "h-1"}}
        table = {"Keys": keys[1:], "ConsistentRead": True}
        stub.add_response(
            "batch_get_item", {"Responses": {"index": [keys[0] | claim]}, "UnprocessedKeys": {"index": table}}
        )
        stub.add_response(
            "batch_get_item", {"Responses": {"index": [keys[1] | claim]}}, {"RequestItems": {"index": table}}
        )
        read = index.claims(SYNC, ["k1", "k2"])
        assert [claim.version for claim in read.values()] == [3, 3]
        assert pauses == [PAUSES[0]]

    def test_only_the_throttled_statement_is_sent_again(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        stub.add_response(
            "batch_execute_statement",
            {
                "Responses": [
                    {"TableName": "index"},
                    {"Error": {"Code": "ThrottlingError", "Message": "Busy."}},
                    {"Error": {"Code": "ConditionalCheckFailed", "Message": "No."}},
                ]
            },
        )
        stub.add_response("batch_execute_statement", {"Responses": [{"TableName": "index"}]})
        writes = [PutEntry(lone(number, version=1)) for number in range(3)]
        assert index.write(writes) == [True, True, False]
        assert pauses == [PAUSES[0]]

    def test_unprocessed_aliases_are_written_again(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        key = {"pk": {"S": "s#00"}, "sk": {"S": "r#app#1"}}
        left = {"index": [{"PutRequest": {"Item": key}}]}
        stub.add_response("batch_write_item", {"UnprocessedItems": left})
        stub.add_response("batch_write_item", {"UnprocessedItems": {}}, {"RequestItems": left})
        assert index.write([PutAlias(SYNC, RecordRef(Side.APP, "1"), "h-1")]) == [True]
        assert pauses == [PAUSES[0]]

    def test_a_table_that_stays_busy_is_an_error_for_the_queue(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        for _ in range(len(PAUSES) + 1):
            stub.add_response(
                "batch_execute_statement",
                {"Responses": [{"Error": {"Code": "ProvisionedThroughputExceeded", "Message": "Busy."}}]},
            )
        with pytest.raises(ClientError, match="no capacity"):
            index.write([PutEntry(lone(1))])
        assert pauses == list(PAUSES)

    def test_a_statement_that_can_never_pass_is_an_error_at_once(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        answer = {"Responses": [{"Error": {"Code": "ValidationError", "Message": "Wrong."}}]}
        stub.add_response("batch_execute_statement", answer)
        with pytest.raises(ClientError, match="ValidationError"):
            index.write([DeleteEntry(lone(1))])
        assert pauses == []

    def test_another_transaction_is_waited_for(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        for code in ("TransactionConflict", "TransactionConflict", "ConditionalCheckFailed"):
            stub.add_client_error(
                "transact_write_items",
                "TransactionCanceledException",
                modeled_fields={"CancellationReasons": [{"Code": "None"}, {"Code": code}]},
            )
        assert not index.transact([PutEntry(lone(1)), PutEntry(lone(2))])
        assert pauses == list(PAUSES[:2])

    def test_a_transaction_that_can_never_pass_is_an_error_at_once(
        self, index: DynamoIndexStore, stub: Stubber, pauses: list[float]
    ) -> None:
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "ValidationError"}]},
        )
        with pytest.raises(ClientError, match="TransactionCanceled"):
            index.transact([PutEntry(lone(1))])
        assert pauses == []


class TestBusyState:
    """Transactions of StateTable that meet others."""

    @pytest.fixture
    def pauses(self) -> list[float]:
        """What was slept."""
        return []

    @pytest.fixture
    def table(self, dynamodb: DynamoStores, pauses: list[float]) -> Iterator[StateTable]:
        """A table whose transactions are answered by the test."""
        where = dynamodb.state.connection
        table = StateTable(dynamodb._state_table, where.region, where.host, pauses.append)
        yield table
        table.connection.client.close()

    def cancel(self, stub: Stubber, code: str) -> None:
        """Let the next transaction be cancelled."""
        stub.add_client_error(
            "transact_write_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "None"}, {"Code": code}]},
        )

    def test_another_transaction_is_waited_for(self, table: StateTable, pauses: list[float]) -> None:
        with Stubber(table.connection.client) as stub:
            self.cancel(stub, "TransactionConflict")
            self.cancel(stub, "ConditionalCheckFailed")
            assert not table.transacted(lambda _: None)
        assert pauses == [PAUSES[0]]

    def test_one_that_stays_in_the_way_is_an_error_for_the_queue(self, table: StateTable, pauses: list[float]) -> None:
        with Stubber(table.connection.client) as stub:
            for _ in range(len(PAUSES) + 1):
                self.cancel(stub, "TransactionConflict")
            with pytest.raises(PynamoDBException, match="transaction items"):
                table.transacted(lambda _: None)
        assert pauses == list(PAUSES)

    def test_what_can_never_pass_is_an_error_at_once(self, table: StateTable, pauses: list[float]) -> None:
        with Stubber(table.connection.client) as stub:
            self.cancel(stub, "ValidationError")
            with pytest.raises(PynamoDBException, match="transaction items"):
                table.transacted(lambda _: None)
        assert pauses == []
