"""Each rule is switched off in turn: its tests have to notice. `make mutants` prints who did."""

from __future__ import annotations

import pytest

from tests.rules.catalogue import Rule, rules
from tests.rules.kill import kill
from tests.rules.mutant import Mutant
from tests.rules.mutants import MUTANTS, mutant_id


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=mutant_id)
def test_a_rule_that_is_switched_off_is_missed(mutant: Mutant) -> None:
    death = kill(mutant)
    assert death.noticed, f"nothing notices that {mutant.says} ({mutant.name}): {death.output}"


@pytest.mark.slow
@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.due], ids=lambda rule: rule.number)
def test_every_rule_can_be_switched_off(rule: Rule) -> None:
    assert any(mutant.rule == rule.number for mutant in MUTANTS), f"no mutant switches {rule.number} off"
