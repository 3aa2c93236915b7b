"""Before a record is made, the application is asked whether it has it already and we were only not told (rule 9.1).

A person may have made the same record on both sides, and one of the two webhooks is late or lost. Where the application
can be searched, and takes a second record of the same identifier without a word, that would leave two of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from hubsync.connectors.port import Deferred
from hubsync.engine.identify import sought
from hubsync.model.side import Side
from hubsync.services.look.work import Desk, Wake, Work

FOUND_WAIT = 3.0
"""Seconds until the record that is to be made is looked at again; by then the found one has its entry."""


def there_already(desk: Desk, side: Side, works: Sequence[Work]) -> list[Work]:
    """The works whose counterpart `side` has already, unknown to the index; they are put off.

    What was found is looked at first, as if its webhook had come: it finds the claims of ours, which are stored by now,
    and is bound. A record that the index knows stands in no one's way: it was resolved with the others. Raises what the
    connector raises.
    """
    wanted: dict[str, dict[str, None]] = {}
    makers: dict[str, list[Work]] = {}
    for work in works:
        source = work.record(side.other)
        if source is None or work.entry.restoring:
            continue
        for name, values in sought(desk.sync, source).items():
            wanted.setdefault(name, {}).update(dict.fromkeys(values))
        for _, key in desk.keys(source):
            makers.setdefault(key, []).append(work)
    if not wanted:
        return []
    fields = list(dict.fromkeys(name for key in desk.sync.match_keys for name in key.fields(side)))
    found = desk.connectors[side].search(
        desk.sync.object_type(side), {name: list(values) for name, values in wanted.items()}, fields
    )
    matching = {record.ref: [key for _, key in desk.keys(record) if key in makers] for record in found}
    matching = {ref: keys for ref, keys in matching.items() if keys}
    known = desk.index.find(desk.sync.id, list(matching)) if matching else {}
    unknown = [ref for ref in matching if ref not in known]
    if not unknown:
        return []
    desk.wake(Wake(side, tuple(ref.id for ref in unknown), "found"))
    waiting = {work.entry.id: work for ref in unknown for key in matching[ref] for work in makers[key]}
    for work in waiting.values():
        work.results[side] = Deferred(FOUND_WAIT, "found")
    return list(waiting.values())
