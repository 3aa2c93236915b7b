"""The specification of the sync, as a machine that does anything to it: edits, merges, losses, repetitions, crashes.

After each storm the world is left in peace; then both sides must agree by the rules, nothing may be doubled or lost,
and one more round must write nothing (issue: promises 3 and 4, rules 2.x, 3.x, 9.x).
"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from hubsync.model.conflict import ConflictPolicy
from hubsync.model.record import RecordRef
from hubsync.model.side import Direction, Side
from hubsync.services.manage.lifecycle import NotNowError
from infra.local.parts.faults import Fault
from tests.simulation.invariants import assert_at_peace, assert_nothing_is_written, emails_of
from tests.simulation.records import records_of
from tests.simulation.world import World, contacts

EMAILS = [f"p{number}@example.com" for number in range(8)]
NAMES = ["Ana", "Bo", "Chloé", "D'Arcy", " Ana "]
FIELDS = {"firstname": "first", "lastname": "last"}


class AnySync(RuleBasedStateMachine):
    """Random deeds on both sides, at random moments of the sync's own work."""

    world: World

    @initialize(
        seed=st.integers(0, 10_000),
        direction=st.sampled_from([Direction.TWO_WAY, Direction.TWO_WAY, Direction.TO_HUBSPOT, Direction.TO_APP]),
        default=st.sampled_from(list(Side)),
        conflict=st.sampled_from(ConflictPolicy),
    )
    def begin(self, seed: int, direction: Direction, default: Side, conflict: ConflictPolicy) -> None:
        self.world = World(seed)
        self.values = 0
        self.world.hubspot.seed("contacts", [{"email": EMAILS[at], "firstname": NAMES[at % 5]} for at in range(4)])
        people = [{"email": EMAILS[at].upper(), "name": {"last": NAMES[at % 5]}} for at in range(2, 6)]
        self.world.orbit.seed({"people": [*people, {"email": EMAILS[2], "name": {"first": "Twin"}}]})
        self.world.save(replace(contacts(direction, default), conflict=conflict))
        self.world.connect_webhooks()

    def fresh(self) -> str:
        """A value that nobody has ever written, so that every edit can be told from every other."""
        self.values += 1
        return f"v{self.values}"

    def pick_contact(self, data: Any) -> int | None:
        living = sorted(self.world.hubspot.records("contacts"))
        return data.draw(st.sampled_from(living)) if living else None

    def pick_person(self, data: Any) -> str | None:
        living = sorted(person["id"] for person in self.world.people())
        return data.draw(st.sampled_from(living)) if living else None

    def edit(self, side: Side, record: Any, field: str) -> None:
        """A person writes something new into a field."""
        self.world.clock.ms += 1
        self.world.edited(side, record, field, value := self.fresh())
        if side is Side.HUBSPOT:
            self.world.hubspot.edit("contacts", record, {field: value})
        else:
            self.world.orbit.edit("people", record, {"name": {FIELDS[field]: value}})

    # --- people at work

    @rule(data=st.data(), field=st.sampled_from(sorted(FIELDS)))
    def edit_contact(self, data: Any, field: str) -> None:
        if (contact := self.pick_contact(data)) is not None:
            self.edit(Side.HUBSPOT, contact, field)

    @rule(data=st.data(), field=st.sampled_from(sorted(FIELDS)))
    def edit_person(self, data: Any, field: str) -> None:
        if (person := self.pick_person(data)) is not None:
            self.edit(Side.APP, person, field)

    @rule(data=st.data(), field=st.sampled_from(sorted(FIELDS)))
    def clear_contact(self, data: Any, field: str) -> None:
        contact = self.pick_contact(data)
        if contact is not None and self.world.hubspot.records("contacts")[contact].get(field):
            self.world.clock.ms += 1
            self.world.edited(Side.HUBSPOT, contact, field, "")
            self.world.hubspot.edit("contacts", contact, {field: ""})

    @rule(email=st.sampled_from(EMAILS))
    def create_contact(self, email: str) -> None:
        taken = {one for values in self.world.contacts() for one in emails_of(values)}
        if email not in taken:
            self.world.hubspot.create("contacts", {"email": email, "firstname": self.fresh()})

    @rule(email=st.sampled_from([*EMAILS, None, "broken@"]))
    def create_person(self, email: str | None) -> None:
        self.world.orbit.create("people", {"email": email, "name": {"first": self.fresh()}})

    @rule(data=st.data(), email=st.sampled_from(EMAILS))
    def change_contact_email(self, data: Any, email: str) -> None:
        taken = {one for values in self.world.contacts() for one in emails_of(values)}
        if email not in taken and (contact := self.pick_contact(data)) is not None:
            self.world.hubspot.edit("contacts", contact, {"email": email})

    @rule(data=st.data(), email=st.sampled_from(EMAILS))
    def change_person_email(self, data: Any, email: str) -> None:
        if (person := self.pick_person(data)) is not None:
            self.world.orbit.edit("people", person, {"email": email})

    @rule(data=st.data())
    def delete_contact(self, data: Any) -> None:
        if (contact := self.pick_contact(data)) is not None:
            self.world.hubspot.archive("contacts", contact)

    @rule(data=st.data())
    def delete_person(self, data: Any) -> None:
        if (person := self.pick_person(data)) is not None:
            self.world.orbit.delete("people", person)

    @rule(data=st.data())
    def merge_contacts(self, data: Any) -> None:
        first, second = self.pick_contact(data), self.pick_contact(data)
        if first is not None and second is not None and first != second:
            survivor = self.world.hubspot.merge("contacts", first, second)
            self.world.untracked.add(str(survivor))

    @rule(data=st.data())
    def restore_contact(self, data: Any) -> None:
        binned = self.world.hubspot.records("contacts", archived=True)
        taken = {email for values in self.world.contacts() for email in emails_of(values)}
        free = [number for number, values in binned.items() if not emails_of(values) & taken]
        if free:
            self.world.hubspot.restore("contacts", data.draw(st.sampled_from(free)))

    @rule(side=st.sampled_from(list(Side)))
    def resync_deleted(self, side: Side) -> None:
        """Somebody reviews what was deleted on one side, and has it made again."""
        use = records_of(self.world).restore
        with contextlib.suppress(NotNowError):
            review = use.review("contacts", side, None)
            use.confirm("contacts", side, None, review.count, review.token)

    @rule(data=st.data())
    def forget_contact(self, data: Any) -> None:
        """HubSpot deletes a contact for privacy's sake, and tells of it."""
        if (contact := self.pick_contact(data)) is not None:
            self.world.hubspot.gdpr_delete("contacts", contact)

    # --- the world's malice

    @rule(lost=st.integers(0, 3), double=st.floats(0, 0.5))
    def spoil_webhooks(self, lost: int, double: float) -> None:
        self.world.orbit.outbox.faults.lose_next = lost
        self.world.orbit.outbox.faults.double = double
        self.world.orbit.outbox.faults.reorder = True
        faults = self.world.hubspot.webhooks.outbox.faults
        faults.lose_next, faults.double, faults.reorder = lost, double, True

    @rule(doubling=st.sampled_from([0.0, 0.3]))
    def double_messages(self, doubling: float) -> None:
        self.world.queues.doubling = doubling

    @rule(after=st.booleans(), status=st.sampled_from([None, 429, 503]), times=st.integers(1, 2))
    def spoil_orbit(self, after: bool, status: int | None, times: int) -> None:
        self.world.orbit.gate.faults.add(Fault(kind="people.*", status=status, after=after, times=times))

    @rule(kind=st.sampled_from(["429", "503", "lost-before", "lost-after"]))
    def spoil_hubspot(self, kind: str) -> None:
        self.world.spoil_hubspot(kind)

    @rule(calls=st.integers(0, 120))
    def crash(self, calls: int) -> None:
        self.world.fuse.left, self.world.fuse.interrupt = calls, None

    @rule(calls=st.integers(0, 40), steps=st.integers(1, 3))
    def overlap(self, calls: int, steps: int) -> None:
        """Another worker gets its messages while one is in the middle of its own."""

        def interrupt() -> None:
            for _ in range(steps):
                self.world.step()

        self.world.fuse.left, self.world.fuse.interrupt = calls, interrupt

    @rule(data=st.data(), calls=st.integers(0, 40), side=st.sampled_from(list(Side)))
    def edit_in_between(self, data: Any, calls: int, side: Side) -> None:
        """A person edits a record while a worker is in the middle of its work, and another worker hears of it."""
        record = self.pick_contact(data) if side is Side.HUBSPOT else self.pick_person(data)

        def interrupt() -> None:
            living = self.world.hubspot.records("contacts") if side is Side.HUBSPOT else self.world.living()
            if record in living:
                self.edit(side, record, "firstname")
                self.world.notice(side, str(record))
                if side is Side.HUBSPOT:
                    self.world.unguarded.add(str(record))

        self.world.fuse.left, self.world.fuse.interrupt = calls, interrupt

    @rule(lag=st.sampled_from([0, 5_000, 60_000]))
    def lag_search(self, lag: int) -> None:
        self.world.hubspot.settings.search_lag_ms = lag

    # --- time

    @rule(steps=st.integers(1, 12))
    def run(self, steps: int) -> None:
        for _ in range(steps):
            self.world.step()

    @rule()
    def webhooks(self) -> None:
        self.world.deliver()

    @rule()
    def poll(self) -> None:
        self.world.poll()

    @precondition(lambda self: self.world.sync().status != "off" and not self.world.sync().trying)
    @rule()
    def restart(self) -> None:
        self.world.restart()

    @precondition(lambda self: not self.world.sync().running)
    @rule(data=st.data(), side=st.sampled_from(list(Side)))
    def attempt(self, data: Any, side: Side) -> None:
        """Somebody tries the sync, which does not run, on one record (rule 1.10)."""
        record = self.pick_contact(data) if side is Side.HUBSPOT else self.pick_person(data)
        if record is not None:
            self.world.lifecycle.attempt("contacts", [RecordRef(side, str(record))])

    @rule()
    def off(self) -> None:
        self.world.lifecycle.off("contacts")

    @precondition(lambda self: not self.world.sync().trying)
    @rule()
    def on(self) -> None:
        self.world.lifecycle.on("contacts")

    @precondition(lambda self: self.world.sync().status == "active")
    @rule()
    def compare(self) -> None:
        self.world.compare()

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.make_peace()
            assert_at_peace(self.world)
            assert_nothing_is_written(self.world)


COMMON = {
    "deadline": None,
    "stateful_step_count": 25,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
}
TestAnySync = AnySync.TestCase
TestAnySync.settings = settings(max_examples=40, **COMMON)


class ManySeeds(AnySync):
    """The same, for longer."""


TestManySeeds = pytest.mark.slow(ManySeeds.TestCase)
TestManySeeds.settings = settings(max_examples=1500, **COMMON)
