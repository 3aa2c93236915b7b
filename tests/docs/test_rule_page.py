"""docs/rule-tests.md says what the rules and the tests say now."""

from __future__ import annotations

from tests.rules.catalogue import rules
from tests.rules.page import PAGE, page
from tests.rules.proofs import proofs


def test_the_page_of_rules_and_tests_is_up_to_date() -> None:
    assert PAGE.read_text() == page(rules(), proofs()), "docs/rule-tests.md is stale: run `make rules`"
