"""How a mend takes hold: replace something of the emulator that must be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class EmulatorChangedError(RuntimeError):
    """A mend found the emulator other than it was written for."""


def wrap(owner: Any, name: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace `owner.name` by `wrapper(original)`; raises `EmulatorChangedError` if there is no such thing."""
    original = getattr(owner, name, None)
    if original is None:
        raise EmulatorChangedError(
            f"The emulator has no {owner.__name__}.{name} any more: look at its release notes, then mend or drop the "
            "mend that wants it, or go back to the pinned version in pyproject.toml."
        )
    setattr(owner, name, wrapper(original))


def rewrite(owner: Any, name: str, old: str, new: str) -> None:
    """Replace a passage of a text of the emulator, which must be in it exactly once."""
    text = getattr(owner, name, "")
    if text.count(old) != 1:
        raise EmulatorChangedError(
            f"{owner.__name__}.{name} no longer contains {old!r} once: the mend that rewrites it does not fit this "
            "version of the emulator."
        )
    setattr(owner, name, text.replace(old, new))
