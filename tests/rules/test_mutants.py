"""Each rule can be switched off. `make mutants` does so in turn, and prints which tests notice."""

from __future__ import annotations

import pytest

from tests.rules.catalogue import Rule, rules
from tests.rules.mutants import MUTANTS


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.due], ids=lambda rule: rule.number)
def test_every_rule_can_be_switched_off(rule: Rule) -> None:
    assert any(mutant.rule == rule.number for mutant in MUTANTS), f"no mutant switches {rule.number} off"
