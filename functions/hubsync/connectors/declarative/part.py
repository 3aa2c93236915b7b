"""What every part of a manifest has in common: exact types, no unknown keys, never changed."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict

Scalar: TypeAlias = str | int | float | bool | None
"""A JSON value that is neither a list nor an object."""


class Part(BaseModel):
    """A part of a manifest. A misspelt key is refused rather than ignored; so is a number where a text is meant."""

    # Built at first use: one build of the whole instead of one for each part, at every cold start.
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)
