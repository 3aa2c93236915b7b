"""How a plan looks in a terminal: a count for each kind of change, then record by record what would change."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from infra.cli.show import words

SIDES = {"hubspot": "HubSpot", "app": "the app"}
STYLES = {"+": "green", "~": "yellow", "=": "cyan", "-": "dim", "!": "bold red", " ": "dim"}
LONGEST = 60
"""Characters of a value that are shown."""


def plan(made: Mapping[str, Any]) -> RenderableType:
    """A plan that has ended."""
    parts: list[RenderableType] = [Text(f"{made['sync']}, generation {made['generation']}", "bold")]
    counts = made["counts"]
    if counts is not None:
        parts += _counts(counts)
        parts += [change(each, indent=2) for each in made["differences"]]
        shown, all_ = len(made["differences"]), _written(counts)
        if shown < all_:
            parts.append(Text(f"  The first {shown:,} of {all_:,} records that would be written are shown.", "dim"))
    if made["problem"]:
        parts.append(Text(f"  {made['problem']}", "bold red"))
    elif made["nothing_to_do"]:
        parts.append(Text("  Nothing to do."))
    return Group(*parts)


def change(each: Mapping[str, Any], indent: int = 0) -> RenderableType:
    """One record, field by field."""
    sign, margin = "+" if each["created"] else "~", " " * indent
    where = SIDES[each["side"]]
    title = Text(f"{margin}{sign} {where} {each['id'] or 'new'}", STYLES[sign])
    title.append(f"  ({each['entry']}) {each['reason']}", "dim")
    lines = [title]
    for field in each["fields"]:
        after = _value(field["after"])
        text = after if each["created"] else f"{_value(field['before'])} -> {after}"
        lines.append(Text(f"{margin}    {field['field']}: {text}"))
    return Group(*lines)


def _counts(counts: Mapping[str, Any]) -> list[Text]:
    """A line for each kind of change, in columns. No table: its cells would cut off what is too long for the window."""
    rows = [(f"{sign} {what}", number, detail) for sign, what, number, detail in _rows(counts) if number or sign == "="]
    width = max(len(what) for what, _, _ in rows)
    digits = max(len(f"{number:,}") for _, number, _ in rows)
    return [
        Text.assemble(
            (f"  {what:<{width}}", STYLES[what[0]]), f"  {number:>{digits},}", (f"  {detail}".rstrip(), "dim")
        )
        for what, number, detail in rows
    ]


def _rows(counts: Mapping[str, Any]) -> Iterator[tuple[str, str, int, str]]:
    """Sign, words, number, detail."""
    for side, name in SIDES.items():
        yield "+", f"create in {name}", counts["created"][side], ""
    for side, name in SIDES.items():
        yield "~", f"update in {name}", counts["updated"][side], ""
    for side, name in SIDES.items():
        fields = counts["fields"][side]
        yield " ", f"field writes in {name}", sum(fields.values()), _fields(fields)
    yield "=", "linked", counts["linked"], ""
    yield "-", "excluded", sum(counts["excluded"].values()), _listed(counts["excluded"])
    yield "!", "refused", sum(counts["refused"].values()), _listed(counts["refused"])
    yield "-", "forgotten, gone on both sides", counts["forgotten"], ""
    yield " ", "pending", counts["pending"], ""
    yield " ", "unchanged", counts["unchanged"], ""


def _fields(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in numbers.items())


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{words(name)} {number:,}" for name, number in numbers.items())


def _written(counts: Mapping[str, Any]) -> int:
    return int(sum(counts["created"].values()) + sum(counts["updated"].values()))


def _value(value: object) -> str:
    if value is None:
        return "(empty)"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
