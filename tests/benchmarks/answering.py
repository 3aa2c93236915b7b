"""How long the management API takes on a stage whose index holds ten thousand records of one sync.

`make bench-api` brings up a stage of its own (some 40 seconds), or measures the one in `HUBSYNC_TEST_STAGE`. Ten
pairs are really synced, with a history; the other entries are written into the index with the store's own items, in the
mix of a sync that is well. Measured from outside, one request after another, warm: what HTTP, the emulator's Lambda and
its table take is in it. The table's own share is told beside it: the emulator reads through a whole partition for each
query of it, which a real table does not.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hubsync.model.status import RecordStatus
from hubsync.stores.dynamodb.batches import key_of
from hubsync.stores.dynamodb.items import status_partition
from hubsync.stores.dynamodb.schema import STATUS_INDEX
from hubsync.stores.layout import BUCKETS, entry_address
from infra.local.stage import StageOptions, down, status, up
from infra.local.stage_info import StageInfo
from tests.benchmarks.indexed import FIRST, entries, fill
from tests.stage.people import contact, person
from tests.stage.scene import Scene

RECORDS = 10_000
PAIRS = 10
ROUNDS = 60
GOAL_MS = 150

PAUSE = 0.15
"""Between requests for one record, which ask HubSpot: who calls it more than ten times a second is made to wait."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a request took in ms: at the median, and what nineteen of twenty stayed below."""

    what: str
    median: float
    p95: float


def measured(what: str, ask: Callable[[], object], pause: float = 0.0) -> Measured:
    """Ask again and again, after a pause in seconds. The first answers warm up, and are not counted."""
    for _ in range(5):
        ask()
    took = []
    for _ in range(ROUNDS):
        time.sleep(pause)
        began = time.perf_counter()
        ask()
        took.append((time.perf_counter() - began) * 1000)
    return Measured(what, statistics.median(took), statistics.quantiles(took, n=20)[-1])


def requests(scene: Scene) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What is measured: words, path and query."""
    sync = f"/v1/syncs/{scene.name}"
    pair = next(each for each in scene.records("in_sync") if int(each["hubspot_id"]) < FIRST)
    yield "the list of syncs", "/v1/syncs", {}
    yield "one sync", sync, {}
    yield "a page of failing records", f"{sync}/records", {"status": "failing"}
    yield "a page of records in sync", f"{sync}/records", {"status": "in_sync"}
    yield "a page of all records", f"{sync}/records", {}
    yield "one record, by its entry", f"{sync}/records/{pair['id']}", {}
    yield "one record, by the app's id", f"{sync}/records/{pair['app_id']}", {}
    yield "notifications", "/v1/notifications", {}
    yield "the last comparison", f"{sync}/comparison", {}
    yield "connections", "/v1/connections", {}
    yield "no table at all (health)", "/v1/health", {}


def of_api(scene: Scene) -> Iterator[Measured]:
    """The API's requests."""
    for what, path, query in requests(scene):

        def ask(path: str = path, query: dict[str, str] = query) -> None:
            answer = scene.api.get(path, params=query)
            assert answer.status_code == 200, answer.text

        yield measured(what, ask, PAUSE if what.startswith("one record") else 0.0)


def of_table(scene: Scene, sync_id: str) -> Iterator[Measured]:
    """The emulator's own queries, from outside and without a function."""
    client, table = scene.aws("dynamodb"), scene.stage.index_table

    def query(partition: str, **more: Any) -> Callable[[], object]:
        key = "gsi_pk" if "IndexName" in more else "pk"
        asked = {"KeyConditionExpression": f"{key} = :pk", "ExpressionAttributeValues": {":pk": {"S": partition}}}
        return lambda: client.query(TableName=table, Limit=50, **asked, **more)

    yield measured("the table: one query of a bucket", query(f"{sync_id}#{BUCKETS[0]}"))
    shard = status_partition(sync_id, RecordStatus.FAILING, 0)
    yield measured("the table: one query of the status index", query(shard, IndexName=STATUS_INDEX))
    missing = key_of(entry_address(sync_id, "nobody"))
    yield measured("the table: one item", lambda: client.get_item(TableName=table, Key=missing))


def measure(stage: StageInfo) -> list[Measured]:
    """Fill a corner of the stage, measure, and leave it."""
    scene = Scene(stage, "benchmark")
    try:
        scene.hubspot.seed(contact(at) for at in range(PAIRS))
        scene.app.seed(person(at) for at in range(PAIRS))
        scene.apply()
        scene.synced(in_sync=PAIRS)
        sync_id = str(scene.view()["id"])
        fill(scene.aws("dynamodb"), stage.index_table, entries(sync_id, RECORDS - PAIRS))
        scene.until("everything is counted", lambda: scene.view()["total"] == RECORDS, 600)
        return [*of_api(scene), *of_table(scene, sync_id)]
    finally:
        scene.leave()


def main() -> None:
    """Print a line for each request."""
    standing = os.environ.get("HUBSYNC_TEST_STAGE")
    if standing:
        info = status(Path(standing))
        assert info is not None, f"no stage runs in {standing}"
        found = measure(info)
    else:
        with tempfile.TemporaryDirectory() as home:
            info = up(StageOptions(home=Path(home)), print)
            try:
                found = measure(info)
            finally:
                down(Path(home), print)
    print(f"With {RECORDS:,} records, {ROUNDS} requests each, warm (p95 at most {GOAL_MS} ms):")
    for each in found:
        print(f"  {each.what:42} {each.median:7.1f} ms, p95 {each.p95:7.1f} ms")


if __name__ == "__main__":
    main()
