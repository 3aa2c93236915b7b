"""How one record looks in a terminal: its state, its fields on both sides, its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from infra.cli.show import records, words
from infra.cli.show_values import field_names, value

STATES = {"same": "dim", "left_alone": "yellow", "to_be_written": "cyan"}
OUTCOMES = {"written": "green", "refused": "red", "unknown": "yellow"}
SIDES = {"hubspot": "HubSpot", "app": "app"}


def record(shown: Mapping[str, Any]) -> RenderableType:
    """Everything that the API says of one record."""
    parts: list[RenderableType] = [records([shown]), Text("")]
    parts += [_fields(shown), Text(f"Next: {shown['next']['reason']}", "dim"), Text("")]
    if not shown["history"]:
        parts.append(Text("Nothing that was written to it is kept.", "dim"))
    for event in shown["history"]:
        parts += _event(event)
    return Group(*parts)


def _fields(shown: Mapping[str, Any]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("HubSpot", "App", "In HubSpot", "In the app", ""):
        table.add_column(heading)
    for each in shown["fields"]:
        state = words(each["state"]) + (f" ({SIDES[each['target']]})" if each["target"] else "")
        table.add_row(
            field_names(each["hubspot"]),
            field_names(each["app"]),
            Text(value(each["hubspot_value"])),
            Text(value(each["app_value"])),
            Text(state, STATES.get(each["state"], "")),
        )
    return table


def _event(event: Mapping[str, Any]) -> list[RenderableType]:
    at = datetime.fromtimestamp(event["at"] / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
    title = Text(f"{at} UTC  {SIDES[event['side']]} {'created' if event['create'] else 'updated'}  ", "bold")
    title.append(event["outcome"], OUTCOMES.get(event["outcome"], ""))
    title.append(f"  {words(event['cause'])}: {event['reason']}", "not bold dim")
    table = Table.grid(padding=(0, 1))
    for name, change in event["fields"].items():
        table.add_row(
            Text(name), Text(value(change["before"])), "→", Text(value(change["after"])), Text(change["why"], "dim")
        )
    return [title, Padding(table, (0, 0, 0, 2))]
