"""The shared call budgets, in every implementation."""

from __future__ import annotations

from functools import partial

import pytest

from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_000


class TestBudgets:
    """Ten calls a second, twenty at once."""

    @pytest.fixture
    def take(self, stores: Stores) -> partial[float]:
        """Take from the budget under test."""
        return partial(stores.budgets.take, "hubspot-1#normal", per_second=10, burst=20, reserve=0)

    def test_the_burst_and_then_the_rate(self, take: partial[float]) -> None:
        assert take(20, now=NOW) == 0
        assert take(1, now=NOW) == pytest.approx(0.1)
        assert take(1, now=NOW + 99) == pytest.approx(0.001)
        assert take(1, now=NOW + 100) == 0
        assert take(5, now=NOW + 100) == pytest.approx(0.5)

    def test_what_is_not_granted_costs_nothing(self, take: partial[float]) -> None:
        take(20, now=NOW)
        for _ in range(5):
            assert take(10, now=NOW) == pytest.approx(1)
        assert take(10, now=NOW + 1000) == 0

    def test_a_pause_saves_no_more_than_the_burst(self, take: partial[float]) -> None:
        take(20, now=NOW)
        assert take(20, now=NOW + 3_600_000) == 0
        assert take(1, now=NOW + 3_600_000) == pytest.approx(0.1)

    def test_bulk_work_leaves_the_reserve(self, take: partial[float]) -> None:
        assert take(16, reserve=0.2, now=NOW) == 0
        assert take(1, reserve=0.2, now=NOW) == pytest.approx(0.1)
        assert take(4, now=NOW) == 0
        assert take(1, now=NOW) == pytest.approx(0.1)

    def test_more_than_the_burst_is_granted_when_nothing_is_owed_and_paid_for_afterwards(
        self, take: partial[float]
    ) -> None:
        assert take(1, now=NOW) == 0
        assert take(30, now=NOW) == pytest.approx(0.1)
        assert take(30, now=NOW + 100) == 0
        assert take(1, now=NOW + 100) == pytest.approx(1.1)

    def test_a_block_holds_everyone_until_it_ends(self, stores: Stores, take: partial[float]) -> None:
        stores.budgets.block("hubspot-1#normal", NOW + 5_000)
        assert take(1, now=NOW) == 5
        assert take(1, now=NOW + 4_999) == pytest.approx(0.001)
        assert take(1, now=NOW + 5_000) == 0

    def test_a_shorter_block_does_not_end_a_longer_one(self, stores: Stores, take: partial[float]) -> None:
        assert take(20, now=NOW) == 0
        stores.budgets.block("hubspot-1#normal", NOW + 5_000)
        stores.budgets.block("hubspot-1#normal", NOW + 1_000)
        assert take(1, now=NOW) == 5
        assert take(20, now=NOW + 5_000) == 0
        assert take(1, now=NOW + 5_000) == pytest.approx(0.1)

    def test_budgets_do_not_mix(self, stores: Stores, take: partial[float]) -> None:
        take(20, now=NOW)
        assert stores.budgets.take("hubspot-1#search", 4, per_second=4, burst=4, reserve=0, now=NOW) == 0
