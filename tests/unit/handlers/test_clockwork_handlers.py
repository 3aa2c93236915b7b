"""What happens by the clock and by itself: the poll, the nightly comparison, the counts, the mail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.aws.messages import decode
from hubsync.handlers import compare, counts, notify, phase, poll
from hubsync.model.message import LookMessage
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, SyncStatus
from tests.simulation.syncs import companies, contacts
from tests.simulation.world import World
from tests.situations import context, situation


@pytest.fixture
def running(world: World) -> World:
    """Contacts 501 and 502 of HubSpot, their people in Orbit, the sync between them active for ten minutes."""
    rows = [{"hs_object_id": key, "email": f"p{key}@example.com", "firstname": "Ada"} for key in (501, 502)]
    world.hubspot.seed("contacts", rows)
    world.save(contacts())
    world.settle()
    world.clock.ms += 600_000
    world.signals.notes.clear()
    return world


def test_the_tick_enqueues_what_has_changed_and_nothing_else(running: World) -> None:
    running.hubspot.edit("contacts", 502, {"firstname": "Grace"})
    running.clock.ms += 10_000
    assert poll.handler(situation("schedule_poll"), context()) == {}
    messages = [decode(one.body) for one in running.queues.waiting]
    found = {(one.side, one.ids, one.cause) for one in messages if isinstance(one, LookMessage)}
    assert found == {(Side.HUBSPOT, ("502",), "poll")}
    polled = [
        facts["correlation_id"] for event, facts in running.signals.notes if event == "polled" and facts["changed"]
    ]
    assert polled == [message.correlation_id for message in messages]


def test_the_next_tick_goes_on_where_the_last_one_ended(running: World) -> None:
    running.hubspot.edit("contacts", 502, {"firstname": "Grace"})
    running.clock.ms += 10_000
    poll.handler(situation("schedule_poll"), context())
    running.settle()
    running.clock.ms += 300_000
    poll.handler(situation("schedule_poll"), context())
    assert running.queues.waiting == []


def test_the_tick_repeats_a_token_that_was_lost(world: World) -> None:
    world.save(contacts())
    phase.handler(situation("phase_start"), context())
    page = decode(world.queues.waiting[0].body).page
    assert page is not None
    world.stores.ledger.expect("s1", page, [], last=True, total=0, now=world.clock.now())
    (run,) = world.orchestrator.runs.values()
    run.token, run.steps = situation("phase_start")["task_token"], [Phase.INDEX_HUBSPOT, "finish"]
    poll.handler(situation("schedule_poll"), context())
    assert (run.token, run.steps) == (None, ["finish"])


def test_the_night_compares_every_active_sync_once(running: World) -> None:
    running.save(companies())
    before = set(running.orchestrator.runs)
    event = situation("schedule_compare")
    assert compare.handler(event, context()) == {"started": 1}
    assert compare.handler(event, context()) == {"started": 1}
    (name,) = set(running.orchestrator.runs) - before
    assert name == f"s1-{event['id']}"


def test_the_stream_s_changes_are_counted_once(world: World) -> None:
    world.save(contacts())
    event = situation("stream_entry_changed")
    for _ in range(2):
        assert counts.handler(event, context()) == {"batchItemFailures": []}
    counted = world.stores.counts.counts("s1")
    assert {status: number for status, number in counted.by_status.items() if number} == {
        RecordStatus.IN_SYNC: 1,
        RecordStatus.FAILING: 1,
    }

    counts.handler(situation("stream_entry_deleted"), context())
    assert world.stores.counts.counts("s1").by_status.get(RecordStatus.IN_SYNC, 0) == 0


def test_the_alarm_on_failing_records_hears_of_them(world: World) -> None:
    world.save(contacts())
    counts.handler(situation("stream_entry_changed"), context())
    wanted = {"FailingRecords": 1, "InSyncRecords": 1, "PendingRecords": 0, "ExcludedRecords": 0}
    assert {metric: world.signals.sums[metric] for metric in wanted} == wanted


def test_the_mail_has_the_counts_and_goes_to_whom_the_sync_names(running: World) -> None:
    running.mailer.sent.clear()
    assert notify.handler(situation("notify_initial_sync_finished"), context()) == {}
    ((to, subject, text),) = running.mailer.sent
    assert (to, subject) == (("ops@example.com",), "The initial sync of 'contacts' is complete")
    assert "in sync: 2" in text
    assert running.stores.notifications.notifications(1)[0].text == text


def test_the_mail_of_an_older_run_is_not_sent(running: World) -> None:
    running.restart()
    running.mailer.sent.clear()
    notify.handler(situation("notify_initial_sync_finished"), context())
    assert running.mailer.sent == []


def test_the_mail_of_a_held_run_says_what_it_would_do(running: World) -> None:  # rule 1.10
    event = situation("notify_run_held")
    running.mailer.sent.clear()
    notify.handler(event, context())
    assert running.mailer.sent == []
    held = replace(running.sync(), status=SyncStatus.HELD, problem="The run would change 9 of 9 records.")
    assert running.stores.syncs.put_sync(held)
    notify.handler(event, context())
    ((to, subject, text),) = running.mailer.sent
    assert (to, subject) == (("ops@example.com",), "The initial sync of 'contacts' is held by its brake")
    assert text == "The run would change 9 of 9 records. Nothing was written."
