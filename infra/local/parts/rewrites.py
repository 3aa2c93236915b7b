"""Workflows of an application that write over what was just edited, as a person sets them up in its settings.

Two of them, one on either side of a sync, can keep a field moving for ever (rule 2.8).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

_FUNCTIONS: Mapping[str, Callable[[str, str], str]] = {
    "upper": lambda text, _: text.upper(),
    "lower": lambda text, _: text.lower(),
    "constant": lambda _, value: value,
    "append": lambda text, value: text + value,
}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """When `field` of a record of `object` is edited, by whomever, the application itself writes `target`.

    `target` is the same field unless told. `function` is `upper`, `lower`, `constant` or `append`, the last two with
    `value`; all work on the target's text, and leave one that is empty alone, but for `constant`. What a workflow
    writes sets off no other.
    """

    object: str
    field: str
    function: str
    value: str = ""
    target: str = ""

    def __post_init__(self) -> None:
        if self.function not in _FUNCTIONS:
            raise ValueError(f"unknown function {self.function}; known are {', '.join(_FUNCTIONS)}.")

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """From JSON; raises `ValueError` on an unknown setting."""
        if unknown := settings.keys() - {item.name for item in fields(cls)}:
            raise ValueError(f"unknown setting {', '.join(sorted(unknown))} of a rewrite.")
        return cls(**settings)


def rewritten(
    rewrites: Iterable[Rewrite], kind: str, edited: Iterable[str], values: Mapping[str, Any]
) -> dict[str, str]:
    """What the workflows write after an edit of some fields of a record with these values; only what differs."""
    touched, changes = set(edited), dict[str, str]()
    for rewrite in rewrites:
        if rewrite.object != kind or rewrite.field not in touched:
            continue
        name = rewrite.target or rewrite.field
        before = changes.get(name, values.get(name))
        if isinstance(before, str) or (before is None and rewrite.function == "constant"):
            changes[name] = _FUNCTIONS[rewrite.function](before or "", rewrite.value)
    return {name: text for name, text in changes.items() if text != values.get(name)}
