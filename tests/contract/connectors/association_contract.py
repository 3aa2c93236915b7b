"""What every connector promises of links to other records, whatever they are in its application (rules 6.1, 6.2)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from hubsync.connectors.port import Create, Refused, Update, WriteResult, Written
from hubsync.model.association import linked_ids
from hubsync.model.record import Value
from hubsync.model.status import FailureCategory
from tests.contract.connectors.connector_calls import external, refused, walk, written
from tests.contract.connectors.connector_world import World


class LinkingWorld(World):
    """A world whose records name records of another object type.

    `links` is the field that holds the links, several if there may be `many`; `labelled` a further field, of those that
    bear a label, or None where the application knows no such thing. `nobody` is a well-formed id of no record there.
    """

    links: str
    many: bool = True
    labelled: str | None = None
    nobody: str

    @abstractmethod
    def others(self, count: int) -> list[str]:
        """Records at the other end, in ascending order of their ids; they were always there."""

    @abstractmethod
    def put(self, field: str, was: Sequence[str], now: Sequence[str]) -> Value:
        """What is written to a field so that its links are these, where they were those."""

    def shown(self, record_id: str, field: str | None = None) -> list[str]:
        """What the connector reads of a record's links."""
        names = [self.text, field or self.links]
        found = self.connector.read(self.object_type, [record_id], names)[record_id]
        return sorted(linked_ids(found.fields[field or self.links]))

    def write(self, record_id: str, was: Sequence[str], now: Sequence[str], field: str | None = None) -> WriteResult:
        """Write a record's links, and nothing else."""
        name = field or self.links
        update = Update(record_id, {name: self.put(name, was, now)})
        (result,) = self.connector.update(self.object_type, [update])
        return result


class AssociationContract:
    """Links are fields of a record: listed, read, added, taken away; an unknown end is this record's failure alone."""

    def test_a_record_without_links_has_none(self, world: LinkingWorld) -> None:
        """6.1"""
        (record,) = world.populate(1)
        assert world.shown(record) == []

    def test_links_are_listed_and_read(self, world: LinkingWorld) -> None:
        """6.1 A list page shows the links of each record, as a read does."""
        one, two = world.populate(2)
        ends = world.others(2)
        written(world.write(one, [], ends[:1]))
        written(world.write(two, [], ends[1:]))
        (page,) = walk(world, 10, [world.text, world.links])
        listed = {record.ref.id: linked_ids(record.fields[world.links]) for record in page.records}
        assert listed == {one: (ends[0],), two: (ends[1],)}
        assert (world.shown(one), world.shown(two)) == ([ends[0]], [ends[1]])

    def test_links_are_added(self, world: LinkingWorld) -> None:
        """6.1 The answer to a write shows the links as they are then; what was there stays."""
        (record,) = world.populate(1)
        ends = world.others(3 if world.many else 1)
        for at, end in enumerate(ends):
            result = written(world.write(record, ends[:at], [*ends[:at], end]))
            assert sorted(linked_ids(result.record.fields[world.links])) == ends[: at + 1]
        assert world.shown(record) == ends

    def test_links_are_taken_away(self, world: LinkingWorld) -> None:
        """6.2 Those that are named, and no others."""
        (record,) = world.populate(1)
        ends = world.others(3 if world.many else 1)
        written(world.write(record, [], ends))
        result = written(world.write(record, ends, ends[1:]))
        assert sorted(linked_ids(result.record.fields[world.links])) == ends[1:]
        assert world.shown(record) == ends[1:]

    def test_a_link_is_moved(self, world: LinkingWorld) -> None:
        """6.1 One goes and another one comes, in one write."""
        (record,) = world.populate(1)
        before, after = world.others(2)
        written(world.write(record, [], [before]))
        written(world.write(record, [before], [after]))
        assert world.shown(record) == [after]

    def test_to_write_twice_is_to_write_once(self, world: LinkingWorld) -> None:
        """9.1 A write whose answer was lost is made again without harm."""
        (record,) = world.populate(1)
        ends = world.others(1)
        for _ in range(2):
            written(world.write(record, [], ends))
            assert world.shown(record) == ends
        for _ in range(2):
            written(world.write(record, ends, []))
            assert world.shown(record) == []

    def test_a_new_record_comes_with_its_links(self, world: LinkingWorld) -> None:
        """6.1"""
        ends = world.others(1)
        fields = {**world.values(1), world.links: world.put(world.links, [], ends)}
        (result,) = world.connector.create(world.object_type, [Create(external(1), fields)])
        assert linked_ids(written(result).record.fields[world.links]) == tuple(ends)
        assert world.shown(written(result).record.ref.id) == ends

    def test_an_unknown_end_refuses_its_own_record_alone(self, world: LinkingWorld) -> None:
        """6.1, 8.2 A link to what is not there is this record's failure, with the category for it and a remedy."""
        ids, ends = world.populate(3), world.others(1)
        wanted = [ends, [world.nobody], ends]
        inputs = [
            Update(id_, {world.links: world.put(world.links, [], to)}) for id_, to in zip(ids, wanted, strict=True)
        ]
        results = world.connector.update(world.object_type, inputs)
        assert [type(result) for result in results] == [Written, Refused, Written]
        failure = refused(results[1]).failure
        assert failure.category is FailureCategory.ASSOCIATION_MISSING
        assert failure.sentence.endswith(".")
        assert failure.remedy.endswith(".")
        assert world.nobody not in failure.sentence
        assert [world.shown(id_) for id_ in ids] == [ends, [], ends]


class LabelContract:
    """Links under a label are a field of their own, beside that of all links (rule 6.2)."""

    def test_a_labelled_link_is_shown_under_its_label(self, world: LinkingWorld) -> None:
        """6.1"""
        (record,) = world.populate(1)
        plain, labelled = world.others(2)
        written(world.write(record, [], [plain]))
        written(world.write(record, [], [labelled], world.labelled))
        assert world.shown(record, world.labelled) == [labelled]
        assert plain in world.shown(record)

    def test_a_link_without_the_label_is_not(self, world: LinkingWorld) -> None:
        """6.1"""
        (record,) = world.populate(1)
        ends = world.others(1)
        written(world.write(record, [], ends))
        assert world.shown(record, world.labelled) == []

    def test_taking_the_label_away_leaves_the_link(self, world: LinkingWorld) -> None:
        """6.2"""
        (record,) = world.populate(1)
        ends = world.others(1)
        written(world.write(record, [], ends))
        written(world.write(record, [], ends, world.labelled))
        written(world.write(record, ends, [], world.labelled))
        assert (world.shown(record), world.shown(record, world.labelled)) == (ends, [])

    def test_an_unknown_end_under_a_label_is_refused(self, world: LinkingWorld) -> None:
        """6.1, 8.2"""
        (record,) = world.populate(1)
        failure = refused(world.write(record, [], [world.nobody], world.labelled)).failure
        assert failure.category is FailureCategory.ASSOCIATION_MISSING
