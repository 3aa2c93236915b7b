"""The two applications as wholes: filled with made-up data at first, then read as the checker wants them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from infra.demo.apps import App, HubSpot
from infra.demo.checker.rules import PLACE, Rules, Side
from infra.demo.checker.world import Links, Row, World
from infra.demo.data.dataset import Dataset

REFERENCES = {"people": "person_id", "organisations": "organisation_id"}
"""The app's fields that name a record, by the object named."""


def fill(data: Dataset, hubspot: HubSpot, app: App) -> None:
    """Put everything into both applications. What is linked to comes first, for the app wants to know its id."""
    ids = {("hubspot", kind): hubspot.seed(kind, rows) for kind, rows in data.hubspot.items()}
    references: dict[str, dict[int, dict[str, Any]]] = defaultdict(lambda: defaultdict(dict))
    for link in data.links:
        if link.side == "hubspot":
            targets = ids["hubspot", link.target]
            hubspot.link(link.source, ids["hubspot", link.source][link.row], link.target, targets[link.to])
    for kind, rows in data.app.items():
        for link in data.links:
            if link.side == "app" and link.source == kind:
                references[kind][link.row][REFERENCES[link.target]] = ids["app", link.target][link.to]
        ids["app", kind] = app.seed(kind, [{**row, **references[kind][at]} for at, row in enumerate(rows)])


def world(rules: Rules, hubspot: HubSpot, app: App) -> World:
    """What both applications hold of one sync's objects, cut down to the fields and links that the checker looks at."""
    left, right = hubspot.rows(rules.hubspot_object), app.rows(rules.app_object)
    links: dict[str, Links] = {}
    for link in rules.links:
        references = {key: (str(fields[link.app]),) for key, fields in right if fields.get(link.app)}
        links[link.to] = {"hubspot": hubspot.links(rules.hubspot_object, link.hubspot), "app": references}
    return World.of(_cut(rules, "hubspot", left), _cut(rules, "app", right), links)


def _cut(rules: Rules, side: Side, rows: list[Row]) -> list[Row]:
    names = rules.fields(side)
    return [(key, {name: _value(rules, side, name, fields) for name in names}) for key, fields in rows]


def _value(rules: Rules, side: Side, name: str, fields: Mapping[str, Any]) -> Any:
    if name != PLACE or rules.stages is None:
        return fields.get(name)
    pipeline, stage = (fields.get(one) for one in rules.stages.fields(side))
    return f"{pipeline}/{stage}" if stage else None
