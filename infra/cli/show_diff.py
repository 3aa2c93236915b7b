"""How a document differs from what is deployed, in a terminal: part by part, setting by setting."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

SIGNS = {"new": "+", "changed": "~", "restarted": "~"}
STYLES = {"+": "green", "~": "yellow", "-": "dim"}
WORDS = {"new": "new", "changed": "changed", "restarted": "starts anew"}


def diff(found: Mapping[str, Any]) -> RenderableType:
    """The differences; a sentence where there are none."""
    lines = [line for part in found["parts"] if part["change"] in SIGNS for line in _part(part)]
    if not lines:
        lines = [Text("The file says what is deployed.", "dim")]
    lines += [Text(f"- {path}: not in the file, left alone", STYLES["-"]) for path in found["others"]]
    return Group(*lines, Text(""))


def differs(found: Mapping[str, Any] | None) -> bool:
    """Whether applying changes any setting. What is deployed and not in the file does not count: it is left alone."""
    return found is not None and any(part["change"] in SIGNS for part in found["parts"])


def _part(part: Mapping[str, Any]) -> Iterator[Text]:
    sign = SIGNS[part["change"]]
    yield Text(f"{sign} {part['path']}: {WORDS[part['change']]}", STYLES[sign])
    for each in part["settings"]:
        yield Text(f"    {each['path']}: {_change(each, new=part['change'] == 'new')}")
    for secret in part["secrets"]:
        yield Text(f"    {secret}: another one")


def _change(each: Mapping[str, Any], *, new: bool) -> str:
    before, after = each["before"], each["after"]
    if each["path"].endswith("]"):  # a mapping or a link as such
        return "added" if after else "removed"
    return _value(after) if new else f"{_value(before)} -> {_value(after)}"


def _value(value: object) -> str:
    return "(default)" if value is None else json.dumps(value, ensure_ascii=False)
