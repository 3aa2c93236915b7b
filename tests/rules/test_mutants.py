"""Each rule can be switched off, and its tests notice. `make mutants` prints which."""

from __future__ import annotations

import pytest

from tests.rules.catalogue import Rule, rules
from tests.rules.kill import kill_all
from tests.rules.mutants import MUTANTS


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.due], ids=lambda rule: rule.number)
def test_every_rule_can_be_switched_off(rule: Rule) -> None:
    assert any(mutant.rule == rule.number for mutant in MUTANTS), f"no mutant switches {rule.number} off"


@pytest.mark.slow
def test_no_rule_can_be_switched_off_unnoticed() -> None:
    survivors = [f"{death}\n{death.output}" for death in kill_all(MUTANTS) if not death.noticed]
    assert not survivors, "\n".join(survivors)
