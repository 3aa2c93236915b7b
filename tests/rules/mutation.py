"""A pytest plugin that loads one module with a rule switched off: `RULE_MUTANT=2.5a pytest -p tests.rules.mutation …`.

The text is replaced as the module is imported, in this process only; nothing is written anywhere.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import CodeType, ModuleType

from tests.rules.mutant import Mutant
from tests.rules.mutants import MUTANTS, mutant_id


class _Loader(SourceFileLoader):
    """Compiles the changed text."""

    mutant: Mutant

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path).decode()
        return compile(self.mutant.switched(source), path, "exec", dont_inherit=True)


class Finder:
    """Finds the one module that is changed, before anybody else does."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if fullname != self.mutant.name:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None:
            return None
        loader = _Loader(fullname, spec.origin)
        loader.mutant = self.mutant
        spec.loader = loader
        return spec


def switch_off(wanted: str) -> None:
    """Have the module of a mutant loaded without its rule. It must not have been imported yet."""
    (mutant,) = [one for one in MUTANTS if mutant_id(one) == wanted]
    assert mutant.name not in sys.modules, f"{mutant.name} was imported too early"
    sys.meta_path.insert(0, Finder(mutant))


if wanted := os.environ.get("RULE_MUTANT"):
    switch_off(wanted)
