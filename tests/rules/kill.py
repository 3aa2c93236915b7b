"""Runs each rule's tests with the rule switched off, and prints which of them notice.

    make mutants        or        PYTHONPATH=functions:. python -m tests.rules.kill 2.5 3

Numbers choose rules or sections. A mutant that no test notices is an error.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.rules.mutant import Mutant
from tests.rules.mutants import MUTANTS, mutant_id
from tests.rules.proofs import proofs

ROOT = Path(__file__).parents[2]
AT_ONCE = 2
SECONDS = 120
"""A mutant may send the world round in circles; that is noticed as well."""

FAILED = re.compile(r"^(?:FAILED|ERROR) tests/rules/(\S+?)(?:\[| - |$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Death:
    """What became of a mutant: the tests that noticed it, by name; how many tests of its rule there are."""

    mutant: Mutant
    noticed: tuple[str, ...]
    tests: int
    output: str = ""

    def __str__(self) -> str:
        """A line of the table."""
        who = ", ".join(self.noticed[:2]) + (" …" if len(self.noticed) > 2 else "")
        return f"{mutant_id(self.mutant):<6} {self.mutant.says:<56} {len(self.noticed)}/{self.tests}  {who or 'NOBODY'}"


def kill(mutant: Mutant, enough: int = 0) -> Death:
    """Run the tests of a mutant's rule in a process of their own, the rule switched off; slow ones are left out.

    `enough`: so many tests that notice end the run; 0 runs them all.
    """
    mine = [f"tests/rules/{proof.id}" for proof in proofs() if mutant.rule in proof.rules]
    if not mine:
        return Death(mutant, (), 0, "no test names the rule")
    command = [sys.executable, "-m", "pytest", "-p", "tests.rules.mutation", "-q", "-rfE", "--tb=no", "-n", "0"]
    command += ["-p", "no:cacheprovider", f"--maxfail={enough}", "-m", "not slow and not stage", *mine]
    path = os.pathsep.join([str(ROOT / "functions"), str(ROOT)])
    environment = {**os.environ, "RULE_MUTANT": mutant_id(mutant), "PYTHONPATH": path}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Death(mutant, ("it never came to rest",), len(mine))
    if done.returncode not in (0, 1):
        return Death(mutant, (), len(mine), done.stdout[-2_000:] + done.stderr[-2_000:])
    noticed = dict.fromkeys(match.split("::", 1)[1] for match in FAILED.findall(done.stdout) if "::" in match)
    return Death(mutant, tuple(noticed), len(mine), done.stdout[-500:])


def kill_all(mutants: Sequence[Mutant], enough: int = 0) -> Iterator[Death]:
    """Every mutant, several at once, in their order; see `kill`."""
    proofs()  # before there are threads
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield from pool.map(partial(kill, enough=enough), mutants)


def main(chosen: Sequence[str]) -> int:
    """Print the table; how many mutants lived."""
    mutants = [
        one
        for one in MUTANTS
        if not chosen or any(one.rule == each or one.rule.startswith(f"{each}.") for each in chosen)
    ]
    survivors = 0
    for death in kill_all(mutants):
        print(death, flush=True)
        if not death.noticed:
            survivors += 1
            print(death.output)
    print(f"{len(mutants) - survivors} of {len(mutants)} mutants were noticed.")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
