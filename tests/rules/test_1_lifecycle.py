"""Rules 1.1 to 1.7 and 1.9: what a sync joins, how it begins, goes on and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from hubsync.model.connection import ConnectionStatus
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, SyncStatus
from hubsync.services.look import gather
from hubsync.services.manage.document import (
    ConnectionSpec,
    Document,
    EndSpec,
    MappingSpec,
    RefusedDocumentError,
    SyncSpec,
)
from hubsync.services.manage.written import Surroundings, write_sync
from tests.rules.scene import Pair, Scene
from tests.simulation.world import companies

H, A = Side.HUBSPOT, Side.APP


def emails(*addresses: str) -> list[dict[str, str]]:
    """A record for each address."""
    return [{"email": address} for address in addresses]


def run_until(scene: Scene, phase: Phase) -> None:
    """Go on with the initial sync until it is in a phase."""
    while scene.world.sync().phase is not phase:
        assert scene.world.step(), f"{phase} never came"


# --- 1.1


def test_two_syncs_of_the_same_accounts_do_not_mix() -> None:
    """1.1 Contacts and companies over the same two accounts, alike in name: each sync knows its own records only."""
    scene = Scene([{"email": "a@acme.example", "firstname": "Acme"}], [{"email": "a@acme.example"}])
    scene.world.hubspot.seed("companies", [{"name": "Acme", "domain": "acme.example"}])
    scene.world.orbit.seed({"organisations": [{"title": "Acme"}]})
    scene.world.save(companies())
    scene.look()
    for name, kind in (("contacts", "per_"), ("companies", "org_")):
        (entry,) = scene.world.entries(name)
        assert entry.status is RecordStatus.IN_SYNC
        assert (entry.app.record_id or "").startswith(kind)


def test_a_sync_keeps_its_accounts_and_objects() -> None:
    """1.1 A sync that is there already cannot be saved for another pair of objects: its bindings are theirs."""
    ends = EndSpec("hubspot", "companies"), EndSpec("orbit", "organisations")
    spec = SyncSpec(*ends, mappings=(MappingSpec(0, "name", "title"),))
    with pytest.raises(RefusedDocumentError) as refused:
        Scene().apply()(Document(syncs={"contacts": spec}))
    paths = {fault.path for fault in refused.value.faults}
    assert {"syncs.contacts.hubspot.object", "syncs.contacts.app.object"} <= paths


# --- 1.2


def test_a_restart_keeps_bindings_baselines_and_statuses() -> None:
    """1.2 A pair whose emails have gone apart, a duplicate and a cleared field survive a new initial sync, and nothing
    is written.
    """
    scene = Scene(
        [{"email": "a@example.com", "firstname": "Ana", "jobtitle": "Pilot"}],
        [{"email": "a@example.com", "name": {"first": "Ana"}, "job_title": "Pilot"}, {"email": "a@example.com"}],
    )
    scene.edit_hubspot(0, jobtitle="")
    scene.edit_app(0, email="b@example.com")
    scene.look()
    written, statuses = scene.written, {entry.id: entry.status for entry in scene.entries()}
    scene.restart()
    assert scene.world.sync().generation == 2
    assert scene.written == written
    assert {entry.id: entry.status for entry in scene.entries()} == statuses
    assert (scene.hubspot(0, "jobtitle"), scene.app(0, "job_title")) == ("", "Pilot")


def test_work_of_an_older_run_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """1.2 The sync is saved again while a worker stands between its read and its write: the write is left to the new
    run.
    """
    pair = Pair()
    pair.edit_contact(jobtitle="Captain")
    read, before, saved = gather.read, pair.written, []

    def read_and_be_overtaken(desk: Any, side: Side, ids: Any) -> Any:
        if not saved:
            saved.append(True)
            pair.world.restart()
        return read(desk, side, ids)

    pair.world.poll()
    monkeypatch.setattr(gather, "read", read_and_be_overtaken)
    deliveries = pair.world.queues.take(most=10)
    pair.world._work(deliveries)
    assert saved
    assert pair.written == before
    pair.look()
    assert pair.person("job_title") == "Captain"


def test_pages_of_an_older_run_are_dropped() -> None:
    """1.2 A page of the run before comes once more after a new save: it writes nothing and reads nothing."""
    scene = Scene(emails("a@example.com"), emails("b@example.com"), settle=False)
    run_until(scene, Phase.SYNC_APP)
    stale, scene.world.queues.waiting = scene.world.queues.waiting, []
    assert stale
    scene.world.restart()
    calls = scene.world.hubspot.calls.total, scene.world.orbit.gate.counts.total()
    scene.world._work(stale)
    assert (scene.world.hubspot.calls.total, scene.world.orbit.gate.counts.total()) == calls
    scene.look()
    assert len(scene.hubspots()) == len(scene.apps()) == 2


# --- 1.3


def test_each_phase_writes_where_it_may() -> None:
    """1.3 While HubSpot is indexed nothing is written; the app's scan writes HubSpot and pairs; the last phase makes in
    the app what only HubSpot has.
    """
    scene = Scene(
        [{"email": "a@example.com", "jobtitle": "Pilot"}, {"email": "b@example.com"}],
        emails("a@example.com", "c@example.com"),
        settle=False,
    )
    run_until(scene, Phase.SYNC_APP)
    assert scene.written == (0, 0)
    assert [entry.status for entry in scene.entries()] == [RecordStatus.PENDING] * 2
    run_until(scene, Phase.SYNC_HUBSPOT)
    assert scene.written == (1, 1)
    assert scene.app(0, "job_title") == "Pilot"
    assert {one["email"] for one in scene.hubspots()} == {"a@example.com", "b@example.com", "c@example.com"}
    scene.world.settle()
    assert {one["email"] for one in scene.apps()} == {"a@example.com", "b@example.com", "c@example.com"}
    assert scene.world.sync().status is SyncStatus.ACTIVE


def test_meanwhile_bound_pairs_flow_and_others_wait() -> None:
    """1.3 An edit of a bound pair is across in the middle of a new initial sync; a new record is pending and makes
    nothing until its phase.
    """
    scene = Scene(emails("a@example.com"), emails("a@example.com"))
    scene.world.restart()
    run_until(scene, Phase.INDEX_HUBSPOT)
    scene.edit_app(0, first="Ana")
    new = scene.create_app(email="b@example.com")
    scene.world.deliver()
    pages = [one for one in scene.world.queues.waiting if one.queue == "bulk"]
    scene.world.queues.waiting = [one for one in scene.world.queues.waiting if one not in pages]
    while deliveries := scene.world.queues.take(most=10):
        scene.world._work(deliveries)
        if scene.world.clock.ms > scene.world.sync().saved_at + 600_000:
            break
    assert scene.hubspot(0, "firstname") == "Ana"
    assert len(scene.hubspots()) == 1
    assert scene.entry(A, new).status is RecordStatus.PENDING
    scene.world.queues.waiting += pages
    scene.look()
    assert len(scene.hubspots()) == 2
    assert scene.entry(A, new).status is RecordStatus.IN_SYNC


def test_no_half_built_index_makes_a_duplicate() -> None:
    """1.3 A contact that is made while the app's list is not read yet waits: its twin is in that list, and the two are
    matched.
    """
    scene = Scene([], emails("a@example.com"), settle=False)
    run_until(scene, Phase.SYNC_APP)
    pages, scene.world.queues.waiting = scene.world.queues.waiting, []
    new = scene.create_hubspot(email="a@example.com")
    scene.world.poll()
    scene.world._work(scene.world.queues.take(most=10))
    assert scene.entry(H, new).status is RecordStatus.PENDING
    assert len(scene.apps()) == 1
    scene.world.queues.waiting += pages
    scene.look()
    assert scene.pairs() == {(0, 0)}
    assert len(scene.hubspots()) == len(scene.apps()) == 1


# --- 1.4, 1.5, 1.6


def test_a_mail_says_that_the_initial_sync_is_complete() -> None:
    """1.4 One mail to the addresses that the sync names, with the counts and what was left out and why, and the same
    as a notification.
    """
    scene = Scene(emails("a@example.com"), [{"name": {"first": "Bo"}}])
    scene.world.app.report.send(scene.world.sync().id, 1)  # as the state machine does at the end
    ((to, subject, text),) = scene.world.mailer.sent
    assert to == ("ops@example.com",)
    assert "'contacts' is complete" in subject
    assert "in sync: 1" in text
    assert "excluded: 1" in text
    assert "1 x The contact has no valid email address." in text
    (told,) = scene.world.stores.notifications.notifications(10)
    assert (told.title, told.text) == (subject, text)


def test_hubspots_changes_are_polled() -> None:
    """1.5 HubSpot sends nothing: an edit there is across after the next five-minute poll."""
    pair = Pair()
    pair.edit_contact(jobtitle="Captain")
    pair.world.settle()
    assert pair.person("job_title") == "Pilot"
    pair.world.poll()
    pair.world.settle()
    assert pair.person("job_title") == "Captain"


def test_the_apps_webhook_is_enough() -> None:
    """1.5 An edit in the app is across as soon as its webhook has arrived; nobody polls."""
    pair = Pair()
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.settle()
    assert pair.contact("jobtitle") == "Captain"


def test_a_lost_webhook_is_polled() -> None:
    """1.5 An app that can list its changes is polled as well: a lost webhook costs minutes."""
    pair = Pair()
    pair.world.orbit.outbox.faults.lose_next = 1
    pair.edit_person(job_title="Captain")
    pair.look()
    assert pair.contact("jobtitle") == "Captain"


def test_the_comparison_repairs_what_was_missed() -> None:
    """1.6 Edits, a new record and a deletion that no webhook and no poll told of: the comparison finds them all."""
    scene = Scene(emails("a@example.com", "b@example.com"), emails("a@example.com", "b@example.com"))
    scene.world.orbit.outbox.faults.lose_next = 9
    scene.edit_app(0, first="Ana")
    scene.edit_hubspot(0, jobtitle="Pilot")
    scene.delete_app(1)
    scene.create_hubspot(email="c@example.com")
    scene.compare()
    assert (scene.hubspot(0, "firstname"), scene.app(0, "job_title")) == ("Ana", "Pilot")
    assert scene.entry(H, 1).app.gone
    assert "c@example.com" in {one["email"] for one in scene.apps()}


def test_a_side_that_suddenly_looks_empty_is_not_believed() -> None:
    """1.6 Every record of one side is missing from its list: nothing is taken for deleted, and people are told."""
    addresses = [f"p{at}@example.com" for at in range(12)]
    scene = Scene(emails(*addresses), emails(*addresses))
    for at in range(12):
        scene.delete_hubspot(at)
    scene.compare()
    assert not [entry for entry in scene.entries() if entry.hubspot.gone]
    titles = [told.text for told in scene.world.stores.notifications.notifications(10)]
    assert any("suddenly looks empty" in text for text in titles)


# --- 1.7


def by_command(pair: Pair, enabled: bool) -> None:
    (pair.world.lifecycle.on if enabled else pair.world.lifecycle.off)("contacts")


def by_document(pair: Pair, enabled: bool) -> None:
    spec = write_sync(pair.world.sync(), Surroundings())
    pair.apply()(Document(syncs={"contacts": replace(spec, enabled=enabled)}))


@pytest.mark.parametrize("turn", [by_command, by_document])
def test_a_sync_that_is_off_reads_and_writes_nothing(turn: Callable[[Pair, bool], None]) -> None:
    """1.7 Off: no call to either application whatever happens there; everything known stays. On: all is made up for."""
    pair = Pair()
    turn(pair, False)
    known = pair.pair
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(first="Eva")
    pair.world.hubspot.calls.reset()
    pair.world.orbit.gate.reset_counts()
    pair.look()
    assert pair.world.hubspot.calls.total == 0
    assert not pair.world.orbit.gate.counts
    assert pair.pair == known
    turn(pair, True)
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")
    assert pair.both("firstname", "first") == ("Eva", "Eva")


def test_a_deleted_sync_forgets_all_and_touches_nothing() -> None:
    """1.7 Delete: the sync, its entries and its key are gone, and no record of either application was touched."""
    pair = Pair()
    contacts_before, people_before = pair.hubspots(), pair.apps()
    sync_id = pair.world.sync().id
    assert pair.world.lifecycle.delete("contacts").done
    assert pair.world.stores.syncs.sync(sync_id) is None
    assert pair.world.stores.index.walk(sync_id, None, 10).entries == ()
    assert (pair.hubspots(), pair.apps()) == (contacts_before, people_before)


# --- 1.9


def test_a_dead_token_is_an_affair_of_the_connection() -> None:
    """1.9 HubSpot refuses the token: the connection needs a person, whoever tries again; no record fails."""
    pair = Pair()
    pair.world.hubspot.settings.revoked = True
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(20)
    assert pair.world.connection("hubspot").status is ConnectionStatus.NEEDS_PERSON
    assert pair.pair.status is RecordStatus.IN_SYNC


def test_there_is_one_alert() -> None:
    """1.9 A second worker meets the dead token in the middle of the first one's work, at any call: one mail is sent."""
    for calls in range(0, 40, 2):
        pair = Pair()
        mails = len(pair.world.mailer.sent)
        pair.world.hubspot.settings.revoked = True
        pair.edit_person(job_title="Captain")
        pair.world.deliver()
        pair.world.fuse.left = calls
        pair.world.fuse.interrupt = partial(pair.world.notice, A, pair.app_ids[0])
        pair.world.run(5)
        assert len(pair.world.mailer.sent) == mails + 1, f"interrupted at call {calls}"


def test_a_new_token_rescans() -> None:
    """1.9 Once a person has given a token again, the syncs of that account start anew and make up for what happened."""
    pair = Pair()
    pair.world.hubspot.settings.revoked = True
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(20)
    pair.world.hubspot.settings.revoked = False
    again = ConnectionSpec("hubspot", "hubspot-token", "https://hubspot.example.com")
    pair.apply()(Document({"hubspot": again}))
    assert pair.world.connection("hubspot").status is ConnectionStatus.ACTIVE
    pair.look()
    assert (pair.world.sync().status, pair.world.sync().generation) == (SyncStatus.ACTIVE, 2)
    assert pair.contact("jobtitle") == "Captain"


@pytest.mark.parametrize("kind", ["503", "429", "lost-before"])
def test_an_outage_is_no_failure_of_a_record(kind: str) -> None:
    """1.9 While HubSpot is away no record fails and no connection needs a person; afterwards all arrives."""
    pair = Pair()
    pair.world.hubspot.fail(kind, path="/crm/objects", times=3)
    pair.edit_person(job_title="Captain")
    pair.world.deliver()
    pair.world.run(2)
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.world.connection("hubspot").status is ConnectionStatus.ACTIVE
    pair.look()
    assert pair.contact("jobtitle") == "Captain"
    assert pair.pair.status is RecordStatus.IN_SYNC
