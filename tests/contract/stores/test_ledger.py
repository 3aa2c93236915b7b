"""What the phases have seen and settled, in every implementation."""

from __future__ import annotations

import pytest

from hubsync.model.message import PageKey
from hubsync.model.sync import Phase, PhaseProgress
from hubsync.stores.ports import Ledger
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

SYNC = "s1"
PHASE = Phase.SYNC_APP
NOW = 1_790_000_000_000


@pytest.fixture
def ledger(stores: Stores) -> Ledger:
    """The ledger, with a phase begun."""
    stores.ledger.open_phase(SYNC, PhaseProgress(PHASE, 2, started_at=NOW), None)
    return stores.ledger


def page(number: int) -> PageKey:
    """A page of the phase under test."""
    return PageKey(2, PHASE, number)


def show(ledger: Ledger, number: int, ids: str, *, last: bool = False, total: int | None = None) -> bool:
    """A page shows these references, one letter each."""
    return ledger.expect(SYNC, page(number), list(ids), last=last, total=total, now=NOW + number)


def settle(ledger: Ledger, number: int, ids: str, now: int = NOW + 60_000) -> bool:
    """These are settled."""
    return ledger.settle(SYNC, page(number), list(ids), now)


class TestPhases:
    """Beginning a phase, and reading how far it is."""

    def test_a_phase_that_was_not_begun(self, stores: Stores) -> None:
        assert stores.ledger.progress(SYNC, 2, PHASE) is None
        assert stores.ledger.task_token(SYNC, 2, PHASE) is None
        assert stores.ledger.unsettled(SYNC, 2, PHASE) == {}
        assert list(stores.ledger.seen(SYNC, 2, PHASE)) == []
        assert not stores.ledger.expected(SYNC, page(1))

    def test_a_token_can_come_later_and_again(self, ledger: Ledger) -> None:
        assert ledger.task_token(SYNC, 2, PHASE) is None
        begun = PhaseProgress(PHASE, 2, started_at=NOW + 5, total=10)
        ledger.open_phase(SYNC, begun, "token-1")
        ledger.open_phase(SYNC, begun, None)
        assert ledger.task_token(SYNC, 2, PHASE) == "token-1"
        ledger.open_phase(SYNC, begun, "token-2")
        assert ledger.task_token(SYNC, 2, PHASE) == "token-2"
        assert ledger.progress(SYNC, 2, PHASE) == PhaseProgress(PHASE, 2, started_at=NOW, total=10)

    def test_the_tokens_of_several_phases(self, ledger: Ledger) -> None:
        for generation in (3, 1, 2):
            ledger.open_phase(SYNC, PhaseProgress(PHASE, generation), f"token-{generation}")
        ledger.open_phase(SYNC, PhaseProgress(Phase.COMPARE_APP, 7), None)
        runs = [(generation, phase) for generation in (1, 3, 7) for phase in (PHASE, Phase.COMPARE_APP)]
        assert list(ledger.task_tokens(SYNC, runs)) == ["token-1", "token-3"]
        assert list(ledger.task_tokens("another", runs)) == []
        assert list(ledger.task_tokens(SYNC, [])) == []

    def test_opening_it_again_keeps_what_was_counted(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab", total=5)
        ledger.open_phase(SYNC, PhaseProgress(PHASE, 2, started_at=NOW + 5), "token")
        assert ledger.progress(SYNC, 2, PHASE) == PhaseProgress(PHASE, 2, seen=2, pages=1, started_at=NOW, total=5)

    def test_phases_and_generations_do_not_mix(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab", last=True)
        assert ledger.progress(SYNC, 3, PHASE) is None
        assert ledger.progress(SYNC, 2, Phase.SYNC_HUBSPOT) is None
        assert not ledger.settle(SYNC, PageKey(3, PHASE, 1), ["a", "b"], NOW)
        assert ledger.unsettled(SYNC, 2, PHASE) == {1: ("a", "b")}

    def test_a_page_may_come_before_the_phase_is_opened(self, stores: Stores) -> None:
        show(stores.ledger, 1, "ab")
        progress = stores.ledger.progress(SYNC, 2, PHASE)
        assert progress == PhaseProgress(PHASE, 2, seen=2, pages=1, started_at=NOW + 1)


class TestSettling:
    """A phase ends when its scan is closed and every page is full."""

    def test_from_the_first_page_to_the_last(self, ledger: Ledger) -> None:
        assert not show(ledger, 1, "ab")
        assert not settle(ledger, 1, "ab")
        assert not show(ledger, 2, "cd", last=True, total=4)
        assert not settle(ledger, 2, "c")
        assert ledger.unsettled(SYNC, 2, PHASE) == {2: ("d",)}
        assert settle(ledger, 2, "d", NOW + 99)
        assert ledger.progress(SYNC, 2, PHASE) == PhaseProgress(
            PHASE,
            2,
            seen=4,
            settled=4,
            pages=2,
            pages_done=2,
            closed=True,
            total=4,
            started_at=NOW,
            finished_at=NOW + 99,
        )

    def test_repeats_count_once(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab")
        show(ledger, 1, "ab")
        settle(ledger, 1, "a")
        settle(ledger, 1, "a")
        assert not settle(ledger, 1, "b")
        assert not settle(ledger, 1, "ab")
        show(ledger, 2, "c", last=True)
        assert settle(ledger, 2, "c", NOW + 99)
        assert settle(ledger, 2, "c", NOW + 100)
        assert settle(ledger, 1, "")
        assert show(ledger, 2, "c", last=True)
        progress = ledger.progress(SYNC, 2, PHASE)
        assert progress is not None
        assert (progress.pages, progress.pages_done, progress.seen, progress.settled) == (2, 2, 3, 3)
        assert progress.finished_at == NOW + 99

    def test_strangers_fill_no_page(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab", last=True)
        assert not settle(ledger, 1, "axyz")
        assert settle(ledger, 1, "b")

    def test_of_a_page_that_was_not_written_down_nothing_is_remembered(self, ledger: Ledger) -> None:
        assert not settle(ledger, 1, "ab")
        assert not show(ledger, 1, "ab", last=True)
        assert ledger.unsettled(SYNC, 2, PHASE) == {1: ("a", "b")}

    def test_an_earlier_page_may_be_the_last_to_be_full(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab")
        show(ledger, 2, "cd", last=True)
        assert not settle(ledger, 2, "cd")
        assert settle(ledger, 1, "ab")


class TestPages:
    """Writing pages down."""

    def test_an_empty_page_is_done_at_once(self, ledger: Ledger) -> None:
        assert not show(ledger, 1, "")
        assert show(ledger, 2, "", last=True)
        progress = ledger.progress(SYNC, 2, PHASE)
        assert progress is not None
        assert (progress.pages, progress.pages_done, progress.finished_at) == (2, 2, NOW + 2)

    def test_an_empty_last_page_waits_for_the_others(self, ledger: Ledger) -> None:
        show(ledger, 1, "a")
        assert not show(ledger, 2, "", last=True)
        assert settle(ledger, 1, "a")

    def test_a_page_that_was_written_down_is_expected(self, ledger: Ledger) -> None:
        assert not ledger.expected(SYNC, page(1))
        show(ledger, 1, "a")
        assert ledger.expected(SYNC, page(1))
        assert not ledger.expected(SYNC, page(2))

    def test_a_repeat_can_close_the_scan(self, ledger: Ledger) -> None:
        show(ledger, 1, "a")
        settle(ledger, 1, "a")
        assert show(ledger, 1, "a", last=True)

    def test_a_reference_counts_once_in_a_page(self, ledger: Ledger) -> None:
        show(ledger, 1, "aab", last=True)
        progress = ledger.progress(SYNC, 2, PHASE)
        assert progress is not None
        assert progress.seen == 2
        assert settle(ledger, 1, "ab")

    def test_what_a_page_shows_later_replaces_what_it_showed(self, ledger: Ledger) -> None:
        show(ledger, 1, "abc")
        settle(ledger, 1, "a")
        assert not show(ledger, 1, "acd", last=True)
        assert ledger.unsettled(SYNC, 2, PHASE) == {1: ("c", "d")}
        assert list(ledger.seen(SYNC, 2, PHASE)) == ["a", "c", "d"]
        progress = ledger.progress(SYNC, 2, PHASE)
        assert progress is not None
        assert (progress.seen, progress.pages) == (3, 1)
        assert settle(ledger, 1, "cd")

    @pytest.mark.parametrize("shown", ["", "a"])
    def test_a_page_that_shows_only_what_is_settled_is_done(self, ledger: Ledger, shown: str) -> None:
        show(ledger, 1, "ab")
        settle(ledger, 1, "a")
        assert show(ledger, 1, shown, last=True)
        progress = ledger.progress(SYNC, 2, PHASE)
        assert progress is not None
        assert (progress.seen, progress.settled, progress.pages_done) == (len(shown), len(shown), 1)

    def test_a_page_that_is_done_stays_as_it_is(self, ledger: Ledger) -> None:
        show(ledger, 1, "ab")
        settle(ledger, 1, "ab")
        assert show(ledger, 1, "abc", last=True)
        assert list(ledger.seen(SYNC, 2, PHASE)) == ["a", "b"]

    def test_the_pages_show_the_living_in_order(self, ledger: Ledger) -> None:
        for number in (10, 2, 1):
            show(ledger, number, f"{chr(96 + number)}z")
        assert list(ledger.seen(SYNC, 2, PHASE)) == ["a", "z", "b", "z", "j", "z"]
        assert list(ledger.unsettled(SYNC, 2, PHASE)) == [1, 2, 10]
