"""Each rule can be switched off, and its tests notice. `make mutants` prints which."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.rules.catalogue import Rule, rules
from tests.rules.kill import kill_all
from tests.rules.mutant import Mutant
from tests.rules.mutants import MUTANTS, mutant_id


@pytest.mark.parametrize("rule", [rule for rule in rules() if rule.due], ids=lambda rule: rule.number)
def test_every_rule_can_be_switched_off(rule: Rule) -> None:
    assert any(mutant.rule == rule.number for mutant in MUTANTS), f"no mutant switches {rule.number} off"


@pytest.mark.parametrize("mutant", MUTANTS, ids=mutant_id)
def test_every_mutant_fits_its_module(mutant: Mutant) -> None:
    """What it replaces stands there, once."""
    spec = find_spec(mutant.name)
    assert spec is not None
    assert spec.origin is not None
    assert mutant.switched(Path(spec.origin).read_text())


@pytest.mark.slow
def test_no_rule_can_be_switched_off_unnoticed() -> None:
    survivors = [f"{death}\n{death.output}" for death in kill_all(MUTANTS, enough=1) if not death.noticed]
    assert not survivors, "\n".join(survivors)
