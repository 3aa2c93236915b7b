"""Rule 1.10, as far as it is about the trial: a sync runs for chosen records alone, and stops again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from hubsync.handlers import notify
from hubsync.model.brake import Brake
from hubsync.model.entry import IndexEntry
from hubsync.model.record import RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import Phase, Sync, SyncStatus
from hubsync.services.manage.lifecycle import NotNowError
from tests.rules.scene import CONTACT, PERSON, Scene
from tests.simulation.recorder import Recorder
from tests.simulation.syncs import contacts
from tests.situations import context, situation

H, A = Side.HUBSPOT, Side.APP
CONTACTS = [CONTACT, {"email": "bo@example.com"}, {"email": "cy@example.com"}, {"email": "di@example.com"}]
PEOPLE = [
    {**PERSON, "job_title": "Captain"},
    {"email": "cy@example.com", "name": {"first": "Cy"}},
    {"email": "ed@example.com"},
    {"email": "flo@example.com"},
]
"""Two pairs that differ, Ana (0, 0) and Cy (2, 1); two contacts (1, 3) and two people (2, 3) who are alone."""


class Draft(Scene):
    """A scene whose sync was saved as a draft, with an ear at both applications."""

    def __init__(
        self,
        hubspot: Sequence[dict[str, Any]] = CONTACTS,
        app: Sequence[dict[str, Any]] = PEOPLE,
        sync: Sync | None = None,
    ) -> None:
        super().__init__(hubspot, app, replace(sync or contacts(), status=SyncStatus.DRAFT, generation=0))
        self.recorder = Recorder()
        self.recorder.listen(self.world)

    def ref(self, side: Side, at: int) -> RecordRef:
        """A record by its place."""
        return RecordRef(side, str((self.hubspot_ids if side is H else self.app_ids)[at]))

    def attempt(self, *chosen: tuple[Side, int], settle: bool = True) -> None:
        """Try the sync on records by their places."""
        self.world.lifecycle.attempt("contacts", [self.ref(side, at) for side, at in chosen])
        if settle:
            self.world.settle()

    def on(self) -> None:
        """Turn the sync on, and let it come to its end."""
        self.world.lifecycle.on("contacts")
        self.look()
        assert self.world.sync().status is SyncStatus.ACTIVE

    @property
    def touched(self) -> tuple[set[str], set[str]]:
        """The records that were there and were written, in HubSpot and in the app."""
        updated = self.recorder.updated
        return updated[H], updated[A]

    @property
    def made(self) -> tuple[int, int]:
        """How many records were made."""
        return len(self.recorder.created[H]), len(self.recorder.created[A])

    def by_email(self) -> tuple[list[str], list[str]]:
        """Who is there on both sides."""
        return (
            sorted((one["email"] or "").lower() for one in self.hubspots()),
            sorted((one["email"] or "").lower() for one in self.apps()),
        )


def unbound(entries: Sequence[IndexEntry]) -> list[IndexEntry]:
    """The entries without a partner."""
    return [entry for entry in entries if not entry.bound]


def test_a_draft_is_not_started() -> None:
    """1.10 A draft is saved and waits: nothing is read into its index, and nothing is written."""
    draft = Draft()
    assert (draft.world.sync().status, draft.entries(), draft.written) == (SyncStatus.DRAFT, [], (0, 0))


@pytest.mark.parametrize(
    ("chosen", "touched", "made"),
    [
        ((H, 0), {(A, 0)}, (0, 0)),  # Ana's title goes to the app
        ((A, 0), {(A, 0)}, (0, 0)),
        ((A, 1), {(H, 2)}, (0, 0)),  # Cy's first name comes from the app
        ((H, 2), {(H, 2)}, (0, 0)),
        ((H, 1), set(), (0, 1)),
        ((A, 2), set(), (1, 0)),
    ],
)
def test_nothing_but_the_chosen_is_written(
    chosen: tuple[Side, int], touched: set[tuple[Side, int]], made: tuple[int, int]
) -> None:
    """1.10 A trial writes and makes what belongs to the chosen records, and touches no other in either application."""
    draft = Draft()
    draft.attempt(chosen)
    assert draft.made == made
    assert draft.touched == tuple({draft.ref(side, at).id for side, at in touched if side is end} for end in Side)
    (pair,) = (entry for entry in draft.entries() if entry.bound)
    assert pair.status is RecordStatus.IN_SYNC
    assert draft.ref(*chosen) in [pair.ref(side) for side in Side]
    others = unbound(draft.entries())
    assert {entry.status for entry in others} == {RecordStatus.PENDING}
    assert len(others) == 8 - sum(
        pair.half(side).record_id in {*map(str, draft.hubspot_ids), *draft.app_ids} for side in Side
    )


def test_the_sync_stands_as_before_when_the_trial_is_over() -> None:
    """1.10 A trial ends by itself: the sync stands as it did, hears nobody, and can be tried again and turned on."""
    draft = Draft()
    draft.attempt((H, 1))
    sync = draft.world.sync()
    assert (sync.status, sync.running, sync.trying, sync.phase) == (SyncStatus.DRAFT, False, False, None)
    draft.edit_hubspot(1, firstname="Bo")
    draft.look()
    assert draft.made == (0, 1)
    assert draft.touched == (set(), set())
    draft.attempt((A, 2), (A, 3))
    assert draft.made == (2, 1)
    draft.on()
    assert draft.world.sync().status is SyncStatus.ACTIVE


@pytest.mark.parametrize("chosen", [(H, 0), (H, 1), (H, 2), (A, 0), (A, 1), (A, 3)])
def test_a_full_run_after_a_trial_makes_nothing_twice(chosen: tuple[Side, int]) -> None:
    """1.10 The run that follows a trial takes the rest, and both applications hold what they would have without it."""
    plain = Draft()
    plain.on()
    tried = Draft()
    tried.attempt(chosen)
    tried.on()
    assert tried.by_email() == plain.by_email()
    assert tried.made == plain.made
    assert tried.pairs() == plain.pairs()
    assert sorted(entry.status for entry in tried.entries()) == sorted(entry.status for entry in plain.entries())


def test_what_was_bound_before_is_left_as_it_is() -> None:
    """1.10 A bound pair that nobody chose stays just as it is, also when a webhook or a poll names it meanwhile."""
    draft = Draft()
    draft.on()
    draft.world.lifecycle.off("contacts")
    draft.edit_hubspot(0, jobtitle="Admiral")
    before, written = draft.entry(H, 0), draft.written
    draft.attempt((H, 2), settle=False)
    for _ in range(400):
        draft.world.step()
        if draft.world.sync().phase is Phase.SYNC_HUBSPOT:
            break
    draft.edit_app(0, first="Anna")
    draft.world.deliver()
    draft.world.poll()
    draft.world.settle()
    assert draft.entry(H, 0) == before
    assert draft.written == written
    assert draft.world.sync().status is SyncStatus.OFF
    draft.on()
    assert (draft.app(0, "job_title"), draft.hubspot(0, "firstname")) == ("Admiral", "Anna")


def test_a_new_record_that_nobody_chose_waits() -> None:
    """1.10 A record that appears during a trial is not made on the other side, and no match is made for it."""
    draft = Draft()
    draft.attempt((H, 1), settle=False)
    for _ in range(400):
        draft.world.step()
        if draft.world.sync().phase is Phase.SYNC_HUBSPOT:
            break
    draft.create_app(email="gil@example.com")
    draft.create_app(email="di@example.com")
    draft.world.deliver()
    draft.world.settle()
    assert draft.made == (0, 1)
    draft.on()
    assert [entry.bound for entry in draft.entries()] == [True] * len(draft.entries())
    assert draft.by_email()[0].count("di@example.com") == draft.by_email()[1].count("di@example.com") == 1


def test_no_event_is_logged_while_a_sync_is_tried() -> None:
    """1.10 What the app tells of its people meanwhile goes onto no timeline: nobody chose that."""
    draft = Draft(sync=replace(contacts(), event_template="1001"))
    draft.attempt((H, 0), settle=False)
    draft.world.orbit.happen(draft.app_ids[0], "meeting.held", "Kick-off")
    draft.world.deliver()
    draft.world.settle()
    assert draft.world.hubspot.account.events == {}


def test_a_later_duplicate_is_one_in_a_trial_as_well() -> None:
    """1.10 A chosen record that comes after one with the same email is its duplicate, though nobody chose that one."""
    draft = Draft([CONTACT], [PERSON, {"email": "ANA@example.com"}])
    draft.attempt((A, 1))
    assert draft.entry(A, 1).status is RecordStatus.EXCLUDED
    assert draft.written == (0, 0)
    draft.on()
    assert draft.pairs() == {(0, 0)}
    assert draft.entry(A, 1).status is RecordStatus.EXCLUDED


def test_what_goes_or_changes_after_a_trial_is_matched_as_it_is_then() -> None:
    """1.10 What a trial has indexed binds nobody: the run that follows goes by what stands there by then."""
    draft = Draft()
    draft.attempt((H, 1))
    draft.delete_app(0)
    draft.edit_app(1, email="new@example.com")
    draft.delete_hubspot(3)
    draft.create_app(email="di@example.com")
    draft.on()
    everybody = ["ana", "bo", "cy", "di", "ed", "flo", "new"]
    assert draft.by_email() == ([f"{one}@example.com" for one in everybody],) * 2
    assert {entry.status for entry in draft.entries()} == {RecordStatus.IN_SYNC}


def test_wrong_match_keys_that_were_tried_bind_nobody_else() -> None:
    """1.10 To try out how records are matched is safe: no pair is bound but that of the chosen record."""
    key = contacts().match_keys[0]
    wrong = replace(contacts(), match_keys=(replace(key, more_hubspot_fields=()),))
    draft = Draft(sync=wrong)
    draft.attempt((H, 2))
    (pair,) = (entry for entry in draft.entries() if entry.bound)
    assert (pair.hubspot.record_id, pair.app.record_id) == (str(draft.hubspot_ids[2]), draft.app_ids[1])


@pytest.mark.parametrize("direction", [Direction.TO_HUBSPOT, Direction.TO_APP])
def test_a_trial_keeps_to_the_direction(direction: Direction) -> None:
    """1.10 In a one-way sync a trial goes one way, and says who is left out."""
    draft = Draft(sync=contacts(direction))
    draft.attempt((H, 1), (A, 2))
    assert draft.made == ((1, 0) if direction is Direction.TO_HUBSPOT else (0, 1))
    out = draft.entry(H, 1) if direction is Direction.TO_HUBSPOT else draft.entry(A, 2)
    assert out.status is RecordStatus.EXCLUDED
    draft.on()
    assert draft.made == ((2, 0) if direction is Direction.TO_HUBSPOT else (0, 2))


def test_the_end_of_a_trial_is_told_with_what_came_of_each() -> None:
    """1.10 What came of the chosen records is told: written, left out by a rule, or not there at all."""
    draft = Draft([*CONTACTS, {"firstname": "Nobody"}])
    draft.hubspot_ids.append(4711)
    draft.attempt((H, 1), (H, 4), (H, 5))
    event = {**situation("notify_initial_sync_finished"), "generation": draft.world.sync().generation}
    notify.handler(event, context())
    (told,) = draft.world.stores.notifications.notifications(10)
    assert told.title == "The trial of 'contacts' is over"
    assert told.text.startswith("Of the chosen records: 1 in sync, 1 excluded, 1 not found.\n\n")
    assert f"hubspot:{draft.hubspot_ids[4]}  excluded: " in told.text
    assert "hubspot:4711  There is no such record in HubSpot." in told.text
    assert draft.world.mailer.sent == []


def test_a_trial_is_not_weighed() -> None:
    """1.10 The brake does not hold a trial; the run after it is weighed."""
    draft = Draft(sync=replace(contacts(), brake=Brake(records=0)))
    draft.attempt((H, 1))
    assert draft.made == (0, 1)
    draft.world.lifecycle.on("contacts")
    draft.world.settle()
    assert draft.world.sync().status is SyncStatus.HELD
    problem = draft.world.sync().problem
    draft.attempt((A, 2))
    assert (draft.world.sync().status, draft.world.sync().problem) == (SyncStatus.HELD, problem)
    assert draft.made == (1, 1)
    draft.world.lifecycle.on("contacts", confirm=True)
    draft.world.settle()
    assert draft.made == (2, 2)


def test_a_running_sync_is_not_tried() -> None:
    """1.10 A trial of a sync that runs is refused, and so is anything else that would begin during a trial."""
    draft = Draft()
    draft.attempt((H, 1), settle=False)
    draft.attempt((H, 1), settle=False)
    assert draft.world.sync().generation == 1
    for begin in (draft.world.lifecycle.on, draft.world.lifecycle.restart, lambda _: draft.attempt((H, 2))):
        with pytest.raises(NotNowError, match="A trial of contacts is under way"):
            begin("contacts")
    draft.world.settle()
    draft.on()
    with pytest.raises(NotNowError, match="contacts is active") as refused:
        draft.attempt((H, 1))
    assert refused.value.remedy == "Turn it off first: hubsync off contacts."


def test_a_trial_can_be_ended() -> None:
    """1.10 Turning a sync off ends its trial."""
    draft = Draft()
    draft.attempt((H, 1), settle=False)
    draft.world.lifecycle.off("contacts")
    draft.world.settle()
    assert (draft.world.sync().status, draft.world.sync().trial) == (SyncStatus.OFF, None)
    assert draft.made == (0, 0)


def test_a_trial_that_cannot_go_on_leaves_the_sync_as_it_was() -> None:
    """1.10 A trial that fails says so, and the sync stands as before."""
    draft = Draft()
    draft.attempt((H, 1), settle=False)
    draft.world.app.phases.fail("s1", 1, "Page 3 could not be handled.")
    (told,) = draft.world.stores.notifications.notifications(10)
    assert (told.title, told.text) == ("The trial of 'contacts' has stopped", "Page 3 could not be handled.")
    assert draft.world.sync().status is SyncStatus.DRAFT


@pytest.mark.parametrize("first", range(0, 400, 40))
def test_a_crash_in_a_trial_does_no_harm(first: int) -> None:
    """1.10 Whichever call a process dies at, a trial comes to its end, writes the chosen only, and once."""
    for fuse in range(first, first + 40, 8):
        draft = Draft()
        draft.world.fuse.left = fuse
        draft.attempt((H, 1), (A, 1), (A, 2))
        draft.world.settle()
        assert draft.world.sync().status is SyncStatus.DRAFT
        assert draft.made == (1, 1)
        assert draft.touched == ({draft.ref(H, 2).id}, set())
        draft.on()
        assert draft.by_email()[0] == draft.by_email()[1] == sorted(set(draft.by_email()[0]))
