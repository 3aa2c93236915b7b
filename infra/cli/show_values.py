"""How names and values look in a list of records."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text

SIDES = {"hubspot": "HubSpot", "app": "the app"}


def cells(now: Mapping[str, Any] | None) -> tuple[Text, Text]:
    """What a record is called, and its mapped fields; what the two sides have alike stands there once."""
    if now is None:
        return Text("-", "dim"), Text("forgotten meanwhile", "dim")
    names = [now[side]["name"] or "-" for side in SIDES if now[side] is not None and not now[side]["gone"]]
    gone = [f"deleted in {words}" for side, words in SIDES.items() if now[side] is not None and now[side]["gone"]]
    return Text("\n".join([*dict.fromkeys(names), *gone])), Text("\n".join(_line(each, now) for each in now["fields"]))


def field_names(names: str | Sequence[str]) -> str:
    """A mapping's field on one side; joined ones with a plus sign."""
    return names if isinstance(names, str) else " + ".join(names)


def value(raw: Any) -> str:
    """A raw value."""
    if raw is None:
        return "-"
    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)


def _line(each: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """`firstname: Ana`, or `firstname: Ana | Anita` where HubSpot and the app differ."""
    here = [value(each[f"{side}_value"]) for side in SIDES if now[side] is not None and not now[side]["gone"]]
    return f"{field_names(each['hubspot'])}: {' | '.join(dict.fromkeys(here))}"
