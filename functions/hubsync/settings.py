"""What a function is told by its environment, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class MissingSettingError(Exception):
    """A variable that this function needs is not set."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of a function. A function has only the variables that it needs; asking for another raises."""

    environment: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        value = self.environment.get(name, "")
        if not value:
            raise MissingSettingError(f"The function's environment has no {name}; the stack has to give it.")
        return value

    def get(self, name: str) -> str | None:
        """A variable that may be missing."""
        return self.environment.get(name) or None
