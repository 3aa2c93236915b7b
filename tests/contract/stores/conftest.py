"""The stores under test: memory, and DynamoDB on the emulator."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from hubsync.stores.dynamodb.schema import STATUS_INDEX
from hubsync.stores.dynamodb.stores import DynamoStores
from hubsync.stores.memory import MemoryStores
from tests.contract.stores.stores_under_test import Fresh, Stores

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REGION = "eu-central-1"
_START_SECONDS = 20
_numbers = count(1)


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator, started once, ended by its id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = tmp_path_factory.mktemp("emulator")
    root = Path(__file__).parents[3]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.emulator", "--port", str(port), "--home", str(home)],
            cwd=root,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(port, process, home / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        try:
            connection.request("GET", "/_ministack/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError(f"The emulator did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def aws(endpoint: str) -> Iterator[None]:
    """The credentials of nobody."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        patch.setenv("AWS_DEFAULT_REGION", _REGION)
        yield


@pytest.fixture(scope="session")
def client(endpoint: str, aws: None) -> Iterator[DynamoDBClient]:
    """A client of the emulator."""
    client = boto3.client("dynamodb", endpoint_url=endpoint, region_name=_REGION)
    yield client
    client.close()


@pytest.fixture
def requests(client: DynamoDBClient) -> Iterator[Counter[str]]:
    """How many requests the index's client sent in this test, by operation."""
    sent: Counter[str] = Counter()

    def note(model: Any, **_: Any) -> None:
        sent[model.name] += 1

    client.meta.events.register("before-call.dynamodb", note)
    yield sent
    client.meta.events.unregister("before-call.dynamodb", note)


@pytest.fixture
def dynamodb(client: DynamoDBClient) -> Iterator[DynamoStores]:
    """Stores on two new tables."""
    with new_stores(client) as stores:
        yield stores


@pytest.fixture(scope="session")
def fresh(client: DynamoDBClient) -> Fresh:
    """Makes stores on two new tables of their own, for as long as they are needed."""
    return lambda: new_stores(client)


@contextmanager
def new_stores(client: DynamoDBClient) -> Iterator[DynamoStores]:
    """Stores on two new tables of the shape that the stack gives them."""
    number = next(_numbers)
    shape: dict[str, Any] = {
        "KeySchema": [
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    client.create_table(
        TableName=f"index-{number}",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gsi_pk", "gsi_sk")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": STATUS_INDEX,
                "KeySchema": [
                    {"AttributeName": "gsi_pk", "KeyType": "HASH"},
                    {"AttributeName": "gsi_sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        **shape,
    )
    client.create_table(
        TableName=f"state-{number}",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        **shape,
    )
    stores = DynamoStores(client, f"index-{number}", f"state-{number}")
    yield stores
    if "state" in vars(stores):
        stores.state.connection.client.close()
    for table in (f"index-{number}", f"state-{number}"):
        client.delete_table(TableName=table)


@pytest.fixture
def memory() -> MemoryStores:
    """Stores in memory."""
    return MemoryStores()


@pytest.fixture(params=["memory", "dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """Each implementation in turn."""
    stores: Stores = request.getfixturevalue(request.param)
    return stores
