"""Outages of accounts, in every implementation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.outage import Outage, OutageKind
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_123
OUTAGE = Outage("hubspot", OutageKind.UNREACHABLE, NOW, NOW + 61_000, NOW + 66_000)


def test_an_outage_comes_back(stores: Stores) -> None:
    assert stores.outages.outage("hubspot") is None
    assert stores.outages.put_outage(OUTAGE)
    assert stores.outages.outage("hubspot") == replace(OUTAGE, version=1)
    later = replace(OUTAGE, kind=OutageKind.THROTTLED, last=NOW + 122_000, until=NOW + 900_000, told=True, version=1)
    assert stores.outages.put_outage(later)
    assert stores.outages.outage("hubspot") == replace(later, version=2)


def test_all_are_told_by_connection(stores: Stores) -> None:
    assert stores.outages.outages() == ()
    for name in ("orbit", "hubspot"):
        assert stores.outages.put_outage(replace(OUTAGE, connection_id=name))
    assert [each.connection_id for each in stores.outages.outages()] == ["hubspot", "orbit"]


def test_of_two_workers_one_writes_it(stores: Stores) -> None:
    assert [stores.outages.put_outage(OUTAGE) for _ in range(3)] == [True, False, False]
    again = replace(OUTAGE, last=NOW + 122_000, version=1)
    assert [stores.outages.put_outage(again) for _ in range(2)] == [True, False]


def test_of_two_workers_one_ends_it(stores: Stores) -> None:
    assert stores.outages.put_outage(OUTAGE)
    read = replace(OUTAGE, version=1)
    assert stores.outages.put_outage(replace(read, told=True))
    assert not stores.outages.end_outage(read), "somebody has written it since"
    assert [stores.outages.end_outage(replace(read, version=2)) for _ in range(2)] == [True, False]
    assert stores.outages.outage("hubspot") is None
    assert not stores.outages.put_outage(read), "an outage that is over is no old version of itself"
    assert stores.outages.put_outage(OUTAGE)
