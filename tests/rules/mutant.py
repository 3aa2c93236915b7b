"""One rule switched off: a text of a module, and what is written for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "functions"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`rule` is switched off by writing `after` for `before` in `module` (below `hubsync`); `says` is what is wrong."""

    rule: str
    says: str
    module: str
    before: str
    after: str

    @property
    def name(self) -> str:
        """The module's full name."""
        return f"hubsync.{self.module}"

    @property
    def path(self) -> Path:
        """Where the module stands."""
        return SOURCES / f"{self.name.replace('.', '/')}.py"

    @property
    def applies(self) -> bool:
        """Whether the text stands there, once."""
        return self.path.exists() and self.path.read_text().count(self.before) == 1

    def switched(self, source: str) -> str:
        """The module's text with the rule switched off."""
        if source.count(self.before) != 1:
            raise ValueError(f"{self.name} does not hold this text once: {self.before}")
        return source.replace(self.before, self.after)
