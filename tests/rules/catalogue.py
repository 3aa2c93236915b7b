"""The rules, as docs/rules.md lists them: the one place where they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RULES = Path(__file__).parents[2] / "docs" / "rules.md"
SECTION = re.compile(r"^## (\d+) (.+)$")
ROW = re.compile(r"^\| (\d+\.\d+) \| (.+) \| (.+) \|$")
STATES = ("built", "partly", "later")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: its number, what it says, and how much of it is there: `built`, `partly` or `later`, and details."""

    number: str
    section: str
    sentence: str
    state: str

    @property
    def due(self) -> bool:
        """Whether there is something to prove."""
        return not self.state.startswith("later")


def read_rules(text: str) -> Iterator[Rule]:
    """The rules of a page, in its order."""
    section = ""
    for line in text.splitlines():
        if heading := SECTION.match(line):
            section = f"{heading[1]} {heading[2]}"
        elif row := ROW.match(line):
            yield Rule(row[1], section, row[2].strip(), row[3].strip())


def rules() -> list[Rule]:
    """Every rule."""
    return list(read_rules(RULES.read_text()))
