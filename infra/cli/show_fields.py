"""How apps, object types and fields look in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

OPTIONS = 4
"""Options that are named; of the others only how many there are."""

ARROWS = {"to_hubspot": "<-", "to_app": "->"}


def app(shown: Mapping[str, Any]) -> RenderableType:
    """An app: each object type with its fields and its default mappings."""
    parts: list[RenderableType] = [Text(f"{shown['key']}  {shown['name']}", "bold")]
    for each in shown["objects"]:
        parts += [Text(""), _title(each["object"], each["kind"])]
        parts += [_fields(each["fields"])] if each["fields"] else []
        parts += [_mappings(each["defaults"])] if each["defaults"] else []
    return Group(*parts)


def live(shown: Mapping[str, Any]) -> RenderableType:
    """The fields of an account's object type, and the mappings that are suggested for it."""
    parts: list[RenderableType] = [_title(f"{shown['connection']}/{shown['object']}", shown["kind"])]
    parts.append(_fields(shown["fields"]))
    for key in dict.fromkeys((each["app_key"], each["object"]) for each in shown["suggested"]):
        parts += [Text(""), Text(f"With {key[0]}/{key[1]}:", "bold")]
        parts.append(_mappings([each for each in shown["suggested"] if (each["app_key"], each["object"]) == key]))
    return Group(*parts)


def _title(name: str, kind: str | None) -> Text:
    return Text(name, "bold").append(f"  {kind}" if kind else "", "not bold dim")


def _fields(fields: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Field", "Type", "What holds of it", "Label"):
        table.add_column(heading)
    for each in fields:
        table.add_row(_marked(each["name"], each["required"]), _type(each), _holds(each), each["label"])
    return table


def _mappings(mappings: Sequence[Mapping[str, Any]]) -> Table:
    """Default mappings; `*` marks those that are required."""
    table = Table(box=None, pad_edge=False)
    table.add_column("HubSpot")
    table.add_column("")
    table.add_column("App")
    for each in mappings:
        table.add_row(_marked(each["hubspot"], each["required"]), ARROWS.get(each["direction"], "<->"), each["app"])
    return table


def _marked(name: str, required: bool) -> Text:
    return Text(name).append("*" if required else "", "red")


def _type(field: Mapping[str, Any]) -> str:
    return f"{field['type']}, several" if field["many"] else str(field["type"])


def _holds(field: Mapping[str, Any]) -> str:
    words = [name.replace("_", " ") for name in ("read_only", "unique", "filled") if field[name]]
    if field["max_length"]:
        words.append(f"at most {field['max_length']:,} characters")
    labels = [option["label"] for option in field["options"]]
    if labels:
        more = f" and {len(labels) - OPTIONS} more" if len(labels) > OPTIONS else ""
        words.append(f"one of {', '.join(labels[:OPTIONS])}{more}")
    return ", ".join(words)
