"""What every part of a manifest has in common: exact types, no unknown keys, never changed."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

Scalar: TypeAlias = str | int | float | bool | None
"""A JSON value that is neither a list nor an object."""


class Part(BaseModel):
    """A part of a manifest. A misspelt key is refused rather than ignored; so is a number where a text is meant."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
