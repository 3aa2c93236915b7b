"""What every connector promises (`hubsync.connectors.port`), whatever application is behind it."""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.connectors.port import Create, Deferred, Refused, Update, Written
from hubsync.model.record import is_empty
from hubsync.model.status import FailureCategory
from tests.contract.connectors.connector_calls import (
    create,
    external,
    ids_of,
    read,
    refused,
    texts,
    update,
    walk,
    written,
)
from tests.contract.connectors.connector_world import Trouble, World
from tests.contract.connectors.trouble_contract import BudgetContract, TroubleContract


class SchemaContract:
    """The fields of an object type, and getting an application ready."""

    def test_the_schema_names_the_fields(self, world: World) -> None:
        schema = world.connector.schema(world.object_type)
        assert (schema.object_type, schema.kind) == (world.object_type, world.kind)
        for name in world.fields:
            assert schema.fields[name].name == name
            assert not schema.fields[name].read_only

    def test_every_identifier_is_a_field(self, world: World) -> None:
        schema = world.connector.schema(world.object_type)
        matched_by = {names[0] for names in schema.identifiers.values()}
        assert (world.identifier in matched_by) if world.matched else not matched_by
        assert {name for names in schema.identifiers.values() for name in names} <= set(schema.fields)

    def test_preparing_twice_does_no_harm(self, world: World) -> None:
        for _ in range(2):
            world.connector.prepare([world.object_type])
        written(create(world, 1)[0])


class ListContract:
    """Walking all living records."""

    def test_an_empty_account_has_one_empty_page(self, world: World) -> None:
        assert [(page.records, page.cursor) for page in walk(world, 10)] == [((), None)]

    def test_every_record_comes_once_and_no_page_is_longer_than_asked(self, world: World) -> None:
        ids = world.populate(25)
        pages = walk(world, 10)
        assert sorted(ids_of(pages)) == sorted(ids)
        assert max(len(page.records) for page in pages) <= 10

    def test_the_order_stays_the_same_from_run_to_run(self, world: World) -> None:
        ids = world.populate(12)
        before = ids_of(walk(world, 5))
        world.edit(ids[3], {world.text: "edited"})
        assert ids_of(walk(world, 5)) == before

    def test_a_deleted_record_is_not_listed(self, world: World) -> None:
        ids = world.populate(3)
        world.delete(ids[1])
        assert sorted(ids_of(walk(world, 10))) == sorted([ids[0], ids[2]])

    def test_a_record_bears_what_was_asked_for_and_when_it_changed(self, world: World) -> None:
        (id_,) = world.populate(1)
        ((record,),) = [page.records for page in walk(world, 10)]
        assert record.ref.id == id_
        assert {name: record.fields[name] for name in world.fields} == world.values(0)
        assert record.modified_at is not None
        assert not record.deleted

    def test_a_record_that_we_made_bears_its_external_id(self, world: World) -> None:
        create(world, 7)
        ((record,),) = [page.records for page in walk(world, 10)]
        assert record.external_id == external(7)

    def test_a_record_of_another_maker_has_none(self, world: World) -> None:
        world.populate(1)
        ((record,),) = [page.records for page in walk(world, 10)]
        assert record.external_id is None


class ReadContract:
    """Reading records by id."""

    def test_records_come_by_the_id_that_was_asked_for(self, world: World) -> None:
        ids = world.populate(3)
        found = read(world, ids[2], ids[0])
        assert set(found) == {ids[0], ids[2]}
        assert all(found[id_].ref.id == id_ for id_ in found)
        assert found[ids[2]].fields[world.text] == "Text 2"

    def test_what_is_gone_or_never_was_is_left_out(self, world: World) -> None:
        ids = world.populate(2)
        world.delete(ids[0])
        assert set(read(world, ids[0], ids[1], world.unknown_id)) == {ids[1]}

    def test_a_hundred_may_be_gone_at_once(self, world: World) -> None:
        ids = world.populate(100)
        for id_ in ids[:99]:
            world.delete(id_)
        assert set(read(world, *ids)) == {ids[99]}

    def test_an_id_may_be_asked_for_twice(self, world: World) -> None:
        (id_,) = world.populate(1)
        assert set(read(world, id_, id_)) == {id_}

    def test_nothing_asked_for_costs_no_call(self, world: World) -> None:
        assert read(world) == {}
        assert world.connector.find_created(world.object_type, [], world.fields) == {}
        assert world.answered() == 0

    def test_an_edit_is_read_at_once_and_moves_the_time_of_change(self, world: World) -> None:
        (id_,) = world.populate(1)
        before = read(world, id_)[id_]
        world.edit(id_, {world.text: "edited"})
        after = read(world, id_)[id_]
        assert after.fields[world.text] == "edited"
        assert before.modified_at is not None
        assert after.modified_at is not None
        assert after.modified_at > before.modified_at

    def test_a_cleared_field_is_empty(self, world: World) -> None:
        (id_,) = world.populate(1)
        world.edit(id_, {world.text: None})
        assert is_empty(read(world, id_)[id_].fields.get(world.text))


class SearchContract:
    """Searching for what may be there already. An application that cannot be searched finds nothing."""

    def search(self, world: World, **wanted: Sequence[str]) -> list[str]:
        found = world.connector.search(world.object_type, wanted, world.fields)
        return sorted(record.ref.id for record in found)

    def test_records_are_found_by_a_field_that_can_be_searched(self, world: World) -> None:
        ids = world.populate(4)
        world.delete(ids[3])
        for name in world.searched:
            values = [str(world.values(number)[name]) for number in (2, 0, 3, 9)]
            assert self.search(world, **{name: [*values, values[0]]}) == sorted([ids[0], ids[2]])

    def test_what_is_found_bears_what_was_asked_for(self, world: World) -> None:
        world.populate(2)
        for name in world.searched:
            wanted = {name: [str(world.values(1)[name])]}
            (record,) = world.connector.search(world.object_type, wanted, world.fields)
            assert {each: record.fields[each] for each in world.fields} == world.values(1)

    def test_a_field_that_cannot_be_searched_finds_nothing(self, world: World) -> None:
        world.populate(2)
        for name in {world.identifier} - set(world.searched):
            assert self.search(world, **{name: [str(world.identity(1))]}) == []

    def test_nothing_wanted_costs_no_call(self, world: World) -> None:
        assert self.search(world) == []
        assert world.answered() == 0


class CreateContract:
    """Making records, each once."""

    def test_each_input_is_answered_in_order(self, world: World) -> None:
        results = [written(result) for result in create(world, 3, 1, 2)]
        assert [result.record.fields[world.text] for result in results] == ["Text 3", "Text 1", "Text 2"]
        assert all(result.created for result in results)
        assert len({result.record.ref.id for result in results}) == 3
        assert texts(world) == ["Text 1", "Text 2", "Text 3"]

    def test_a_record_that_we_made_is_found_at_once(self, world: World) -> None:
        results = [written(result) for result in create(world, 1, 2)]
        wanted = [external(2), external(1), external(9)]
        found = world.connector.find_created(world.object_type, wanted, world.fields)
        assert {key: record.ref.id for key, record in found.items()} == {
            external(1): results[0].record.ref.id,
            external(2): results[1].record.ref.id,
        }
        assert found[external(1)].fields[world.text] == "Text 1"

    def test_a_deleted_record_is_not_found_by_its_external_id(self, world: World) -> None:
        world.delete(written(create(world, 1)[0]).record.ref.id)
        assert world.connector.find_created(world.object_type, [external(1)], world.fields) == {}

    def test_repeating_makes_nothing_twice(self, world: World) -> None:
        first = written(create(world, 1)[0])
        again = [written(result) for result in create(world, 1, 2)]
        assert again[0].record.ref == first.record.ref
        assert [result.created for result in again] == [False, True]
        assert len(world.content()) == 2

    def test_after_a_lost_answer_repeating_makes_nothing_twice(self, world: World) -> None:
        world.strike(Trouble.LOST_ANSWER)
        first = create(world, 1, 2)
        assert any(isinstance(result, Deferred) and result.unknown for result in first)
        for result in create(world, 1, 2):
            written(result)
        assert texts(world) == ["Text 1", "Text 2"]

    def test_one_external_id_given_twice_makes_one_record(self, world: World) -> None:
        results = [written(result) for result in create(world, 1, 1)]
        assert results[0].record.ref == results[1].record.ref
        assert len(world.content()) == 1

    def test_one_bad_record_does_not_fail_its_neighbours(self, world: World) -> None:
        name, value, category = world.invalid
        inputs = [Create(external(number), world.values(number)) for number in range(5)]
        inputs[2] = Create(external(2), {**world.values(2), name: value})
        results = world.connector.create(world.object_type, inputs)
        assert [type(result) for result in results] == [Written, Written, Refused, Written, Written]
        failure = refused(results[2]).failure
        assert (failure.category, failure.field) == (category, name)
        assert len(world.content()) == 4

    def test_a_failure_is_a_sentence_with_a_remedy_and_without_the_value(self, world: World) -> None:
        name, value, _ = world.invalid
        result = world.connector.create(world.object_type, [Create(external(1), {**world.values(1), name: value})])[0]
        failure = refused(result).failure
        for part in (failure.sentence, failure.remedy):
            assert part.endswith(".")
            assert str(value) not in part

    def test_nothing_to_create_costs_no_call(self, world: World) -> None:
        assert list(create(world)) == []
        assert world.answered() == 0


class UpdateContract:
    """Writing changed fields."""

    def test_only_the_named_fields_change(self, world: World) -> None:
        ids = world.populate(2)
        results = update(world, Update(ids[1], {world.text: "one"}), Update(ids[0], {world.other: "two"}))
        assert [written(result).record.ref.id for result in results] == [ids[1], ids[0]]
        content = world.content()
        assert content[ids[1]] | world.values(1) | {world.text: "one"} == content[ids[1]]
        assert content[ids[0]] | world.values(0) | {world.other: "two"} == content[ids[0]]

    def test_the_answer_holds_the_written_fields(self, world: World) -> None:
        (id_,) = world.populate(1)
        record = written(update(world, Update(id_, {world.text: "one", world.other: "two"}))[0]).record
        assert record.fields[world.text] == "one"
        assert record.fields[world.other] == "two"

    def test_none_clears(self, world: World) -> None:
        (id_,) = world.populate(1)
        record = written(update(world, Update(id_, {world.text: None}))[0]).record
        assert world.text in record.fields
        assert is_empty(record.fields[world.text])
        assert is_empty(world.content()[id_].get(world.text))

    def test_what_is_gone_is_said_to_be_gone_and_the_neighbours_are_written(self, world: World) -> None:
        ids = world.populate(3)
        world.delete(ids[1])
        results = update(world, *(Update(id_, {world.text: "new"}) for id_ in ids))
        assert [type(result) for result in results] == [Written, Refused, Written]
        assert refused(results[1]).gone
        assert refused(results[1]).failure.category is FailureCategory.DELETED
        assert texts(world) == ["new", "new"]

    def test_one_bad_record_does_not_fail_its_neighbours(self, world: World) -> None:
        name, value, category = world.invalid
        ids = world.populate(3)
        fields = [{world.text: "new"}, {world.text: "new", name: value}, {world.text: "new"}]
        results = update(world, *(Update(id_, each) for id_, each in zip(ids, fields, strict=True)))
        assert [type(result) for result in results] == [Written, Refused, Written]
        assert refused(results[1]).failure.category is category
        assert not refused(results[1]).gone
        assert texts(world) == ["Text 1", "new", "new"]

    def test_one_record_given_twice_is_written_in_order(self, world: World) -> None:
        (id_,) = world.populate(1)
        for result in update(world, Update(id_, {world.text: "one"}), Update(id_, {world.text: "two"})):
            written(result)
        assert texts(world) == ["two"]

    def test_nothing_to_update_costs_no_call(self, world: World) -> None:
        assert list(update(world)) == []
        assert world.answered() == 0


class ConnectorContract(
    SchemaContract,
    ListContract,
    ReadContract,
    SearchContract,
    CreateContract,
    UpdateContract,
    TroubleContract,
    BudgetContract,
):
    """All that every connector promises."""
