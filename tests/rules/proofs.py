"""Which test proves which rule: its number stands at the beginning of the test's docstring.

A docstring reads "3.5 The next duplicate takes the place of the first."; a test that needs two rules at once names
both: "3.5, 7.1 …".
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
CITED = re.compile(r"(\d+\.\d+(?:, \d+\.\d+)*) (?=\S)")


@dataclass(frozen=True, slots=True)
class Proof:
    """One test: where it stands, the rules that it names, and what it says."""

    file: str
    name: str
    rules: tuple[str, ...]
    sentence: str

    @property
    def id(self) -> str:
        """As pytest knows it, below tests/rules."""
        return f"{self.file}::{self.name}"


def read_proofs(file: str, text: str) -> Iterator[Proof]:
    """The tests of one module; `rules` is empty where the docstring begins with no number."""
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield _proof(file, node.name, ast.get_docstring(node))
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef) and inner.name.startswith("test_"):
                    yield _proof(file, f"{node.name}::{inner.name}", ast.get_docstring(inner))


@cache
def proofs() -> list[Proof]:
    """Every test of a rule, module after module. Read once: two threads must not parse at the same time."""
    return [proof for path in sorted(HERE.glob("test_[0-9]*.py")) for proof in read_proofs(path.name, path.read_text())]


def _proof(file: str, name: str, docstring: str | None) -> Proof:
    text = " ".join((docstring or "").split())
    cited = CITED.match(text)
    if cited is None:
        return Proof(file, name, (), text)
    return Proof(file, name, tuple(cited[1].split(", ")), text[cited.end() :])
