"""The budget keeps every caller together within the application's limit, and wastes neither calls nor writes."""

from __future__ import annotations

import heapq
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors.budget import Budget, Limit
from hubsync.connectors.errors import RetryLaterError
from hubsync.stores.memory.budgets import MemoryBudgetStore

OAUTH = Limit(110, 10)
SEARCH = Limit(5, 1)
LIMITS = {"normal": OAUTH, "search": SEARCH}


@dataclass
class Clock:
    """A clock that moves only by sleeping."""

    moment: int = 1_800_000_000_000
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        return self.moment

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += max(1, round(seconds * 1000))


def most_in_window(moments: list[int], window: int) -> int:
    """The greatest number of moments in any closed window of so many milliseconds."""
    ordered, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(ordered):
        while ordered[first] < moment - window:
            first += 1
        most = max(most, last - first + 1)
    return most


@dataclass
class Caller:
    """A worker with a clock of its own. `think` is the time between two calls, in ms; `expects` is what it reserves."""

    budget: Budget
    clock: Clock
    think: int
    expects: int

    def call(self) -> int | None:
        """Makes one call, or none: the moment of it."""
        if self.expects:
            self.budget.expect(self.expects)
        try:
            self.budget.take()
        except RetryLaterError as error:
            self.clock.moment += max(1, round(error.after * 1000))
            return None
        return self.clock.moment


def run(store: MemoryBudgetStore, limit: Limit, callers: list[tuple[int, int, bool]], seconds: int) -> list[int]:
    """Lets callers (think ms, expects, bulk) call at once for some seconds: the moments of all their calls."""
    start = Clock().moment
    made: list[int] = []
    workers = []
    for think, expects, bulk in callers:
        clock = Clock()
        workers.append(Caller(Budget(store, clock, "a", {"normal": limit}, bulk=bulk), clock, think, expects))
    turns = [(worker.clock.moment, index) for index, worker in enumerate(workers)]
    while turns:
        moment, index = heapq.heappop(turns)
        if moment > start + seconds * 1000:
            continue
        worker = workers[index]
        made += [called] if (called := worker.call()) is not None else []
        worker.clock.moment += worker.think
        heapq.heappush(turns, (worker.clock.moment, index))
    return made


class TestLimit:
    """Burst and rate of a limit."""

    @pytest.mark.parametrize("calls", [1, 2, 5, 100, 110, 190, 250])
    @pytest.mark.parametrize("seconds", [1, 10])
    def test_burst_and_rate_stay_within_the_window_even_if_calls_are_held_back(self, calls: int, seconds: int) -> None:
        limit = Limit(calls, seconds)
        assert limit.burst >= 1
        assert int(limit.per_second * (seconds + limit.hold)) + limit.burst <= calls

    @pytest.mark.parametrize("calls", [100, 110, 190, 250])
    def test_the_steady_rate_is_at_least_four_fifths_of_the_limit(self, calls: int) -> None:
        assert Limit(calls, 10).per_second * 10 >= 0.8 * calls


class TestManyCallers:
    """Several workers draw on one budget."""

    @given(
        callers=st.lists(st.tuples(st.integers(1, 900), st.integers(0, 12), st.booleans()), min_size=1, max_size=6),
        limit=st.sampled_from([OAUTH, SEARCH, Limit(100, 10), Limit(20, 2), Limit(1, 1)]),
    )
    def test_no_sliding_window_ever_exceeds_the_limit(self, callers: list[tuple[int, int, bool]], limit: Limit) -> None:
        made = run(MemoryBudgetStore(), limit, callers, seconds=25)
        assert made
        assert most_in_window(made, int(limit.seconds * 1000)) <= limit.calls

    def test_busy_callers_use_at_least_four_fifths_of_the_limit(self) -> None:
        made = run(MemoryBudgetStore(), OAUTH, [(5, 4, False)] * 4, seconds=60)
        assert len(made) >= 0.8 * 110 * 6

    def test_bulk_work_never_takes_the_last_fifth_of_the_burst(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        bulk = Budget(store, clock, "a", LIMITS, bulk=True)
        changes = Budget(store, clock, "a", LIMITS)
        bulk.take(int(OAUTH.burst * 0.8))
        changes.take(OAUTH.burst - int(OAUTH.burst * 0.8))
        assert clock.slept == []


class SlowTable:
    """Grants everything, slowly enough that other threads come in between."""

    def __init__(self) -> None:
        self.granted = 0

    def take(self, key: str, calls: int, *, per_second: float, burst: int, reserve: float, now: int) -> float:
        time.sleep(0.0005)
        self.granted += calls
        return 0.0

    def block(self, key: str, until: int) -> None:
        """Nothing is blocked here."""


class TestThreads:
    """The threads of one caller share its budget."""

    def test_threads_never_make_more_calls_than_were_granted(self) -> None:
        table = SlowTable()
        budget = Budget(table, Clock(), "a", LIMITS)

        def work() -> None:
            for _ in range(25):
                budget.expect(2)
                budget.take()

        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(work) for _ in range(4)]:
                done.result()
        assert 100 <= table.granted <= 101


class TestWaiting:
    """What happens when the budget is used up."""

    def test_a_short_wait_is_slept(self) -> None:
        clock = Clock()
        budget = Budget(MemoryBudgetStore(), clock, "a", LIMITS)
        for _ in range(OAUTH.burst + 3):
            budget.take()
        assert 0 < sum(clock.slept) < 1

    def test_a_wait_of_more_than_a_second_is_deferred_and_says_how_long(self) -> None:
        clock = Clock()
        budget = Budget(MemoryBudgetStore(), clock, "a", LIMITS)
        budget.penalise(7)
        with pytest.raises(RetryLaterError) as caught:
            budget.take()
        assert (caught.value.kind, caught.value.after) == ("budget", 7)
        assert clock.slept == []

    def test_many_calls_at_once_never_sleep_more_than_a_second_in_all(self) -> None:
        clock = Clock()
        budget = Budget(MemoryBudgetStore(), clock, "a", LIMITS)
        with pytest.raises(RetryLaterError):
            budget.take(100)
        assert sum(clock.slept) <= 1

    def test_a_penalty_stops_every_caller_of_the_account_even_those_who_hold_calls(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        one, other = Budget(store, clock, "a", LIMITS), Budget(store, clock, "a", LIMITS)
        one.expect(5)
        one.take()
        one.penalise(3)
        for budget in (one, other):
            with pytest.raises(RetryLaterError):
                budget.take()

    def test_accounts_and_buckets_have_budgets_of_their_own(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        budget = Budget(store, clock, "a", LIMITS)
        budget.penalise(30, bucket="search")
        budget.take()
        Budget(store, clock, "b", LIMITS).take(bucket="search")
        with pytest.raises(RetryLaterError):
            budget.take(bucket="search")

    def test_an_unknown_bucket_draws_on_the_normal_one(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        budget = Budget(store, clock, "a", LIMITS)
        budget.penalise(30)
        with pytest.raises(RetryLaterError):
            budget.take(bucket="associations")


class TestReserving:
    """Calls that are expected are drawn together."""

    def test_expected_calls_cost_one_write(self) -> None:
        store = MemoryBudgetStore()
        budget = Budget(store, Clock(), "a", LIMITS)
        budget.expect(4)
        for _ in range(4):
            budget.take()
        assert store.writes["budget"] == 1

    def test_unexpected_calls_cost_one_each(self) -> None:
        store = MemoryBudgetStore()
        budget = Budget(store, Clock(), "a", LIMITS)
        for _ in range(4):
            budget.take()
        assert store.writes["budget"] == 4

    def test_a_call_held_too_long_is_drawn_anew(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        budget = Budget(store, clock, "a", LIMITS)
        budget.expect(2)
        budget.take()
        clock.moment += int(OAUTH.hold * 1000)
        budget.take()
        assert store.writes["budget"] == 2

    def test_when_not_all_that_is_expected_is_left_the_call_at_hand_still_goes_through(self) -> None:
        store, clock = MemoryBudgetStore(), Clock()
        Budget(store, clock, "a", LIMITS).take(OAUTH.burst - 1)
        budget = Budget(store, clock, "a", LIMITS)
        budget.expect(5)
        budget.take()
        assert clock.slept == []
