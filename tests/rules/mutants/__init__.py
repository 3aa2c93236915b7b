"""For each rule, a piece of code without which it does not hold: its tests have to notice (`make mutants`).

A mutant replaces a text that stands once in a module. When the code there is written anew, find the place that carries
the rule now, and switch that off.
"""

from __future__ import annotations

from tests.rules.entry_mutants import ENTRY_MUTANTS
from tests.rules.mutant import Mutant
from tests.rules.mutants import conflict, export, fields, lifecycle, matching, status

MUTANTS = (
    *lifecycle.MUTANTS,
    *conflict.MUTANTS,
    *matching.MUTANTS,
    *fields.MUTANTS,
    *status.MUTANTS,
    *export.MUTANTS,
    *ENTRY_MUTANTS,
)


def mutant_id(mutant: Mutant) -> str:
    """A mutant's number among all: the rule's, and a letter where a rule has several."""
    siblings = [other for other in MUTANTS if other.rule == mutant.rule]
    return mutant.rule if len(siblings) == 1 else f"{mutant.rule}{chr(97 + siblings.index(mutant))}"
