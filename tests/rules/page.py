"""Writes docs/rule-tests.md: every rule, and the tests that prove it.

    make rules        or        PYTHONPATH=functions:. python -m tests.rules.page

Nobody writes that page by hand. After a merge or a rebase it is simply written anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.rules.catalogue import Rule, rules
from tests.rules.mutants import MUTANTS
from tests.rules.proofs import Proof, proofs

PAGE = Path(__file__).parents[2] / "docs" / "rule-tests.md"

HEAD = """\
<!-- Written by `make rules` from docs/rules.md and the docstrings of tests/rules. After a rebase: run it again. -->

# Rules and their tests

What proves each of the [rules](rules.md), test by test, in the tests' own words. They stand in `tests/rules`. Under
*switched off* stands how `make mutants` takes the rule out of a copy of the code, to see whether its tests notice.
"""


def page(every_rule: Sequence[Rule], every_proof: Sequence[Proof]) -> str:
    """The text of the page."""
    return HEAD + "".join(_lines(every_rule, every_proof))


def _lines(every_rule: Sequence[Rule], every_proof: Sequence[Proof]) -> Iterator[str]:
    section = ""
    for rule in every_rule:
        if rule.section != section:
            section = rule.section
            yield f"\n## {section}\n"
        yield f"\n### {rule.number}\n\n{rule.sentence}\n\n"
        proven = [proof for proof in every_proof if rule.number in proof.rules]
        yield from (f"- {proof.sentence} (`{proof.file}`, `{proof.name}`)\n" for proof in proven)
        off = [mutant.says for mutant in MUTANTS if mutant.rule == rule.number]
        if off:
            yield f"\nSwitched off: {'; '.join(off)}.\n"
        if not proven:
            yield "*Nothing yet.*\n" if rule.due else "*Not built.*\n"


if __name__ == "__main__":
    PAGE.write_text(page(rules(), proofs()))
