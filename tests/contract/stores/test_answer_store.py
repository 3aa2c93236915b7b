"""Answers to requests with a key, in every implementation."""

from __future__ import annotations

import pytest

from hubsync.stores.ports import KEPT_ANSWER_MS, KeptAnswer
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

NOW = 1_790_000_000_123
LATER = NOW + 35_000


class TestAnswers:
    """One begins, the others hear what became of it."""

    def test_one_begins_and_the_others_wait(self, stores: Stores) -> None:
        assert stores.answers.begin("k", "r1", NOW, LATER) is None
        assert stores.answers.begin("k", "r1", NOW + 1, LATER + 1) == KeptAnswer("r1")
        assert stores.answers.begin("k", "r2", NOW + 1, LATER + 1) == KeptAnswer("r1")
        assert stores.answers.begin("other", "r2", NOW, LATER) is None

    def test_what_was_answered_is_kept_for_a_day(self, stores: Stores) -> None:
        assert stores.answers.begin("k", "r1", NOW, LATER) is None
        stores.answers.finish("k", "r1", '{"a": "ñ"}', NOW)
        assert stores.answers.begin("k", "r1", LATER + 1, LATER + 2) == KeptAnswer("r1", '{"a": "ñ"}')
        assert stores.answers.begin("k", "r2", NOW + KEPT_ANSWER_MS + 1_000, LATER) is None

    def test_who_never_ends_has_lost_the_key(self, stores: Stores) -> None:
        assert stores.answers.begin("k", "r1", NOW, LATER) is None
        assert stores.answers.begin("k", "r1", LATER - 1, LATER) == KeptAnswer("r1")
        assert stores.answers.begin("k", "r2", LATER, LATER + 1) is None
        assert stores.answers.begin("k", "r1", LATER, LATER + 1) == KeptAnswer("r2")

    def test_a_key_that_was_given_free_is_taken_anew(self, stores: Stores) -> None:
        assert stores.answers.begin("k", "r1", NOW, LATER) is None
        stores.answers.release("k")
        assert stores.answers.begin("k", "r2", NOW, LATER) is None
        stores.answers.release("never taken")
