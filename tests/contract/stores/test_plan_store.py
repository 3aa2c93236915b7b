"""Plans, in every implementation."""

from __future__ import annotations

import pytest

from hubsync.model.connection import Connection
from hubsync.model.side import Direction
from hubsync.model.sync import ObjectKind, Sync, SyncStatus
from hubsync.stores.ports import PlanOrder, PlanReport
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_123
ACCOUNTS = (
    Connection("hubspot", "hubspot", b"sealed", "https://hubspot.example.com", version=1),
    Connection("orbit", "orbit", b"sealed too", webhook_secret=b"secret", version=1),
)
SYNC = Sync(
    id="s1",
    name="contacts",
    kind=ObjectKind.CONTACT,
    hubspot_connection="hubspot",
    app_connection="orbit",
    hubspot_object="contacts",
    app_object="people",
    direction=Direction.TWO_WAY,
    mappings=(),
    match_keys=(),
    status=SyncStatus.INITIAL,
    generation=3,
    hash_key=b"k" * 32,
    version=1,
)


def order(plan_id: str = "p1") -> PlanOrder:
    """An order as it is kept: what is stored has a version."""
    return PlanOrder(plan_id, NOW, SYNC, ACCOUNTS)


def test_an_order_comes_back(stores: Stores) -> None:
    assert stores.plans.order("p1") is None
    stores.plans.put_order(order())
    stores.plans.put_order(order("p2"))
    found = stores.plans.order("p1")
    assert found is not None
    assert (found.id, found.at, found.sync.name, found.sync.hash_key) == ("p1", NOW, "contacts", b"k" * 32)
    assert [(each.id, each.token, each.webhook_secret) for each in found.accounts] == [
        ("hubspot", b"sealed", None),
        ("orbit", b"sealed too", b"secret"),
    ]


def test_a_plan_is_begun_once(stores: Stores) -> None:
    stores.plans.put_order(order())
    assert [stores.plans.begin("p1", NOW) for _ in range(3)] == [True, False, False]


def test_the_last_report_stands(stores: Stores) -> None:
    assert stores.plans.report("p1") is None
    stores.plans.put_report(PlanReport("p1", NOW, "{}"))
    assert stores.plans.report("p1") == PlanReport("p1", NOW, "{}")
    last = PlanReport("p1", NOW, '{"status":"done"}', (b"one", b"", b"three" * 1000))
    stores.plans.put_report(last)
    assert stores.plans.report("p1") == last
    assert stores.plans.report("p2") is None
