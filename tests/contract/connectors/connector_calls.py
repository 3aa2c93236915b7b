"""Calls of a connector as the contracts make them, in short."""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.connectors.port import Create, Page, Refused, Update, WriteResult, Written
from hubsync.model.record import Record
from tests.contract.connectors.connector_world import World


def walk(world: World, limit: int, fields: Sequence[str] | None = None) -> list[Page]:
    """Every page of the list; fails rather than going round for ever."""
    pages: list[Page] = []
    cursor: str | None = None
    while len(pages) < 50:
        wanted = world.fields if fields is None else fields
        page = world.connector.list_page(world.object_type, wanted, cursor, limit)
        pages.append(page)
        if page.cursor is None:
            return pages
        cursor = page.cursor
    raise AssertionError("The list does not end.")


def ids_of(pages: Sequence[Page]) -> list[str]:
    return [record.ref.id for page in pages for record in page.records]


def external(number: int) -> str:
    return f"entry{number:011d}"


def read(world: World, *ids: str) -> dict[str, Record]:
    return dict(world.connector.read(world.object_type, ids, world.fields))


def create(world: World, *numbers: int) -> Sequence[WriteResult]:
    inputs = [Create(external(number), world.values(number)) for number in numbers]
    return world.connector.create(world.object_type, inputs)


def update(world: World, *inputs: Update) -> Sequence[WriteResult]:
    return world.connector.update(world.object_type, inputs)


def written(result: WriteResult) -> Written:
    assert isinstance(result, Written), result
    return result


def refused(result: WriteResult) -> Refused:
    assert isinstance(result, Refused), result
    return result


def texts(world: World) -> list[object]:
    """What stands in the field `text` of each living record."""
    return sorted(str(record.get(world.text)) for record in world.content().values())
