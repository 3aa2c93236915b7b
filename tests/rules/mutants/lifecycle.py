"""What a sync joins, how it begins, goes on and ends. (Section 1.)"""

from __future__ import annotations

from tests.rules.mutant import Mutant

MUTANTS = (
    Mutant(
        "1.1",
        "all syncs share one shelf of the index",
        "stores.memory.index",
        "return self._shelves.setdefault(sync_id, _Shelf())",
        'return self._shelves.setdefault("", _Shelf())',
    ),
    Mutant(
        "1.1",
        "a sync may be saved for other objects",
        "services.manage.apply",
        "if end is not None and getattr(end, key) != value:",
        "if False:",
    ),
    Mutant(
        "1.2",
        "nobody asks whether the sync was saved meanwhile",
        "services.look.look",
        "if now is None or not now.running or now.generation != desk.sync.generation:",
        "if now is None:",
    ),
    Mutant(
        "1.2",
        "pages of an older run count",
        "services.scan",
        "sync.status is not SyncStatus.INITIAL or message.page.generation != sync.generation:",
        "sync.status is not SyncStatus.INITIAL:",
    ),
    Mutant(
        "1.2",
        "a restart voids every baseline",
        "services.manage.plan",
        "        indexed=(),\n        problem=None,",
        "        indexed=(),\n        hash_key=bytes(32),\n        problem=None,",
    ),
    Mutant(
        "1.3",
        "records are made while an index is incomplete",
        "services.desk",
        "return frozenset(Side) if all(sync.index_complete(side) for side in Side) else frozenset()",
        "return frozenset(Side)",
    ),
    Mutant(
        "1.3",
        "the first phase makes records",
        "services.desk",
        "            return frozenset()",
        "            return frozenset(Side)",
    ),
    Mutant("1.4", "no mail is sent", "services.report", "self.mailer.send(sync.notify, title, text)", "pass"),
    Mutant("1.5", "the poll tells nobody", "services.poll", "self.poll.queues.send(queue, messages)", "pass"),
    Mutant(
        "1.5",
        "webhooks are thrown away",
        "services.ingest",
        "self.queues.send(Queue.CHANGES, messages)",
        "pass",
    ),
    Mutant(
        "1.6",
        "the comparison does not look at values",
        "services.compare",
        "or not shows_baseline(desk.sync, known[ref], record)",
        "",
    ),
    Mutant(
        "1.6",
        "the comparison does not walk the index",
        "services.compare",
        "entry.half(side).present and ref not in living[side]",
        "False",
    ),
    Mutant(
        "1.6",
        "an empty list is believed",
        "services.compare",
        "if present[side] >= FEW and",
        "if False and",
    ),
    Mutant(
        "1.7",
        "a sync that is off is worked on",
        "model.sync",
        "return self.status in (SyncStatus.INITIAL, SyncStatus.ACTIVE)",
        "return True",
    ),
    Mutant(
        "1.7",
        "a deleted sync leaves its entries",
        "services.manage.lifecycle",
        "return Deleted(name, self._purge(sync.id, until))",
        "return Deleted(name, True)",
    ),
    Mutant(
        "1.9",
        "nobody hears of a dead token",
        "services.health",
        "if connection is None or connection.status is ConnectionStatus.NEEDS_PERSON:",
        "if True:",
    ),
    Mutant(
        "1.9",
        "an alert each time",
        "services.health",
        "if connection is None or connection.status is ConnectionStatus.NEEDS_PERSON:",
        "if connection is None:",
    ),
    Mutant(
        "1.9",
        "a new token starts nothing",
        "services.manage.plan",
        "rescans = (wanted.token, wanted.base_url, wanted.status) != (stored.token, stored.base_url, stored.status)",
        "rescans = False",
    ),
    Mutant(
        "1.8",
        "a record that another sync writes is written as well",
        "services.look.shared",
        "return lease.version == 0 or lease.claimed_at + SKEW_MS <= work.read_at",
        "return True",
    ),
)
