"""What connectors promise beyond the port's core, where their application can do it."""

from __future__ import annotations

import pytest

from hubsync.connectors.port import ChangeFeed, ChangePage, ChangeWindow, Create, Update, Written
from hubsync.model.record import Record
from hubsync.model.status import FailureCategory
from tests.contract.connectors.connector_calls import create, read, refused, update, written
from tests.contract.connectors.connector_world import MergingWorld, World


class UniqueIdentifierContract:
    """The application itself keeps identifiers unique."""

    def test_a_create_in_the_way_of_another_names_it(self, world: World) -> None:
        ids = world.populate(1)
        results = world.connector.create(
            world.object_type,
            [Create("entry0000000001a", world.values(0)), Create("entry0000000002a", world.values(2))],
        )
        conflict = refused(results[0])
        assert (conflict.failure.category, conflict.existing_id) == (FailureCategory.UNIQUE_CONFLICT, ids[0])
        assert isinstance(results[1], Written)
        assert len(world.content()) == 2

    def test_an_edit_towards_another_ones_identifier_names_it_and_overwrites_neither(self, world: World) -> None:
        ids = world.populate(2)
        conflict = refused(update(world, Update(ids[1], {world.identifier: world.identity(0)}))[0])
        assert (conflict.failure.category, conflict.existing_id) == (FailureCategory.UNIQUE_CONFLICT, ids[0])
        assert [world.content()[id_][world.identifier] for id_ in ids] == [world.identity(0), world.identity(1)]

    def test_two_inputs_with_one_identifier_make_one_record_and_one_conflict(self, world: World) -> None:
        inputs = [Create(f"entry{n:011d}", {**world.values(n), world.identifier: world.identity(1)}) for n in (1, 2)]
        results = world.connector.create(world.object_type, inputs)
        assert sorted(type(result).__name__ for result in results) == ["Refused", "Written"]
        assert len(world.content()) == 1


class MergeContract:
    """Merged records live on under the survivor's id (rule 7.3)."""

    def test_a_merged_id_leads_to_the_survivor(self, world: MergingWorld) -> None:
        ids = world.populate(3)
        survivor = world.merge(ids[0], ids[1])
        found = read(world, *ids)
        assert {id_: record.ref.id for id_, record in found.items()} == {
            ids[0]: survivor,
            ids[1]: survivor,
            ids[2]: ids[2],
        }

    def test_the_survivor_names_the_ids_that_lead_to_it(self, world: MergingWorld) -> None:
        ids = world.populate(2)
        survivor = world.merge(ids[0], ids[1])
        assert set(read(world, survivor)[survivor].aliases) | {survivor} >= set(ids)

    def test_merges_of_merges_lead_to_the_last_survivor(self, world: MergingWorld) -> None:
        ids = world.populate(3)
        last = world.merge(world.merge(ids[0], ids[1]), ids[2])
        assert {record.ref.id for record in read(world, *ids).values()} == {last}

    def test_a_merged_record_whose_survivor_is_deleted_is_gone(self, world: MergingWorld) -> None:
        ids = world.populate(2)
        world.delete(world.merge(ids[0], ids[1]))
        assert read(world, *ids) == {}


class ConditionalWriteContract:
    """A write that names the version it was decided on loses against an edit in between."""

    def test_a_stale_write_is_refused_and_the_edit_stays(self, world: World) -> None:
        (id_,) = world.populate(1)
        etag = read(world, id_)[id_].etag
        assert etag is not None
        world.edit(id_, {world.text: "by a person"})
        assert refused(update(world, Update(id_, {world.text: "ours"}, etag=etag))[0]).stale
        assert world.content()[id_][world.text] == "by a person"

    def test_a_fresh_write_goes_through(self, world: World) -> None:
        (id_,) = world.populate(1)
        written(update(world, Update(id_, {world.text: "ours"}, etag=read(world, id_)[id_].etag))[0])
        assert world.content()[id_][world.text] == "ours"


def feed_of(world: World) -> ChangeFeed:
    """The connector as a change feed."""
    connector = world.connector
    assert hasattr(connector, "changes")
    return connector  # type: ignore[return-value]


def drain(world: World, window: ChangeWindow) -> list[Record]:
    """Every record changed in a window, and no record twice."""
    records: list[Record] = []
    rest: ChangeWindow | None = window
    while rest is not None:
        page: ChangePage = feed_of(world).changes(world.object_type, world.fields, rest)
        assert page.next is None or page.next.after_id > rest.after_id, "The walk does not advance."
        records += page.records
        rest = page.next
    return records


class ChangeFeedContract:
    """Changes are found by polling windows of the application's own time."""

    def test_a_window_holds_what_was_changed_in_it_by_anyone(self, world: World) -> None:
        ids = world.populate(5)
        since = max(record.modified_at or 0 for record in read(world, *ids).values())
        world.edit(ids[3], {world.text: "edited"})
        world.edit(ids[1], {world.text: "edited"})
        made = written(create(world, 9)[0]).record.ref.id
        times = [record.modified_at or 0 for record in read(world, ids[3], ids[1], made).values()]
        found = drain(world, ChangeWindow(since, max(times)))
        assert [record.ref.id for record in found] == sorted([ids[1], ids[3], made], key=int)
        assert found[0].fields[world.text] == "edited"

    def test_the_window_is_open_at_its_start_and_closed_at_its_end(self, world: World) -> None:
        ids = world.populate(3)
        times = []
        for id_ in ids:
            world.edit(id_, {world.text: "edited"})
            times.append(read(world, id_)[id_].modified_at or 0)
        assert [record.ref.id for record in drain(world, ChangeWindow(times[0], times[1]))] == [ids[1]]

    def test_an_empty_window_is_walked_at_once(self, world: World) -> None:
        world.populate(2)
        assert feed_of(world).changes(world.object_type, world.fields, ChangeWindow(1, 2)) == ChangePage((), None, 0)

    def test_the_application_tells_its_own_time(self, world: World) -> None:
        (id_,) = world.populate(1)
        world.edit(id_, {world.text: "edited"})
        modified = read(world, id_)[id_].modified_at
        assert modified is not None
        assert feed_of(world).now(world.object_type) == pytest.approx(modified, abs=60_000)
