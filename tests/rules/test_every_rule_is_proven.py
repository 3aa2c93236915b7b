"""The list of rules and the tests agree."""

from __future__ import annotations

import pytest

from tests.rules.catalogue import STATES, Rule, read_rules, rules
from tests.rules.proofs import Proof, proofs, read_proofs

RULES, PROOFS = rules(), proofs()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.number)
def test_a_rule_that_is_built_is_proven(rule: Rule) -> None:
    proven = any(rule.number in proof.rules for proof in PROOFS)
    assert proven or not rule.due, f"no test in tests/rules proves {rule.number}: {rule.sentence}"


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.id)
def test_a_test_names_the_rule_that_it_proves(proof: Proof) -> None:
    known = {rule.number for rule in RULES}
    assert proof.rules, f"{proof.id}: begin the docstring with the rule's number"
    assert set(proof.rules) <= known, f"{proof.id} names a rule that docs/rules.md does not know"


def test_every_rule_has_one_row_and_a_state() -> None:
    numbers = [tuple(map(int, rule.number.split("."))) for rule in RULES]
    assert numbers == sorted(set(numbers))
    assert {rule.section.split()[0] for rule in RULES} == {str(section) for section in range(1, 10)}
    assert [rule.number for rule in RULES if not rule.state.startswith(STATES)] == []


def test_the_page_of_rules_is_read_row_by_row() -> None:
    (rule,) = read_rules("## 2 Conflict\n| rule | says | state |\n| --- | --- | --- |\n| 2.4 | So | later: why |\n")
    assert (rule.number, rule.section, rule.sentence, rule.due) == ("2.4", "2 Conflict", "So", False)


def test_the_numbers_stand_at_the_beginning() -> None:
    text = '''
def test_one():
    """3.5 It is so."""
class TestMore:
    def test_two(self):
        """3.5, 7.1 And
        so."""
def test_three():
    """Rule 3.5: no."""
def helper():
    """3.5 No test."""
'''
    one, two, three = read_proofs("test_3_x.py", text)
    assert (one.rules, one.sentence) == (("3.5",), "It is so.")
    assert (two.id, two.rules, two.sentence) == ("test_3_x.py::TestMore::test_two", ("3.5", "7.1"), "And so.")
    assert three.rules == ()
