"""What is known of a stage, as it stands in its stage.json, for a command that only reads of it."""

from __future__ import annotations

from typing import Any

from infra.local.stage_info import StageInfo

PARTS: dict[str, Any] = {"functions": {}, "outputs": {}, "processes": [], "machines": {}, "person": {}}


def values(text: str, **told: Any) -> dict[str, Any]:
    """Every field: `told`, and else `text`, which must never be seen."""
    names = [name for name in StageInfo.__slots__ if name not in PARTS]
    return {**dict.fromkeys(names, text), **PARTS, **told}
