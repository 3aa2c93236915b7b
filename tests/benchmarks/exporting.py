"""What an export costs: ids, statuses, reasons and times of records that fail, without the table's own time."""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.export import Export, ExportFormat, ExportStep
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.stores.dynamodb.items import Item, entry_attributes, entry_from
from hubsync.stores.index_port import Walk
from tests.simulation.world import World, contacts

RECORDS = 100_000


class Table:
    """An index whose entries are read out of the items that the table would answer with, and made as they are asked
    for: it is not the benchmark that holds them.
    """

    def __init__(self, sync_id: str, number: int) -> None:
        self._number = number
        failure = Failure(FailureCategory.TOO_LONG, "The job title is too long.", "Shorten it.", "jobtitle")
        state = {"status": RecordStatus.FAILING, "failure": failure, "since": 1_790_000_000_000}
        entry = IndexEntry(sync_id, "h-0", Half("0"), Half("0"), settled_at=1_790_000_000_000, **state)  # type: ignore[arg-type]
        self._item: Item = {"pk": {"S": f"{sync_id}#00"}, "v": {"N": "1"}, **entry_attributes(entry)}
        self.spent = 0.0

    def walk(self, sync_id: str, cursor: str | None, limit: int) -> Walk:
        """The next entries. What it takes to read them out of their items is the store's, and counted apart."""
        began = process_time()
        first = int(cursor or 0)
        last = min(first + limit, self._number)
        entries = tuple(
            entry_from({**self._item, "sk": {"S": f"e#h-{at}"}, "hi": {"S": f"{at}"}, "ai": {"S": f"p{at}"}})
            for at in range(first, last)
        )
        self.spent += process_time() - began
        return Walk(entries, str(last) if last < self._number else None)


@dataclass(frozen=True, slots=True)
class Exported:
    """A world in which an export was made, and the CPU in seconds: of all beside the index, of reading the index."""

    world: World
    spent: float
    reading: float


def exported(number: int, kind: ExportFormat) -> Exported:
    """Make an export of so many records."""
    world = World(1)
    sync = world.save(contacts())
    table = Table(sync.id, number)
    vars(world.app.stores)["index"] = table
    world.stores.exports.put_export(Export("e1", world.clock.ms, sync.id, sync.name, kind))
    began = process_time()
    world.app.make_export("e1", world.clock.ms + 10_000_000)
    spent = process_time() - began
    done = world.stores.exports.export("e1")
    assert done is not None
    assert (done.step, done.rows) == (ExportStep.DONE, number)
    return Exported(world, spent - table.spent, table.spent)


def seconds(kind: ExportFormat) -> tuple[float, float]:
    """The CPU of a whole export beside the index, and that of reading the index's items."""
    made = exported(RECORDS, kind)
    return made.spent, made.reading
