"""What the applications refuse or cannot do now, and whose fault that is (promises 3 and 5; rules 1.9, 8.4, 9.2)."""

from __future__ import annotations

import pytest

from hubsync.connectors.errors import NeedsPersonError
from hubsync.model.connection import ConnectionStatus
from hubsync.model.status import FailureCategory, RecordStatus
from infra.local.parts.faults import Fault
from tests.unit.services.look_world import A, H, Small, companies, contact, person

# --- a record that HubSpot has and the index does not know yet


def test_a_create_that_finds_the_contact_there_already_ends_as_a_match() -> None:
    """A colleague made the contact a moment ago: 409, `Existing ID`; a bind and no failure, and no second contact."""
    small = Small()
    small.h.append(small.world.hubspot.create("contacts", contact(firstname="Hal")))
    small.a.append(str(small.world.orbit.create("people", person(first="Ana", phone="+12125550134"))["id"]))
    small.world.deliver()
    small.world.settle()
    assert small.entry(A, 0).id == small.entry(H, 0).id
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert len(small.hubspots()) == 1
    assert (small.hubspot(0)["firstname"], small.hubspot(0)["phone"]) == ("Hal", "+12125550134")
    assert "in_the_way" in {cause for cause, _ in small.looks()}


# --- records that are refused


def test_a_refused_value_is_a_failure_of_that_record_alone_and_names_the_field() -> None:
    """Rule 8.2."""
    small = Small([contact(), contact("eva@example.com")], [person(), person("eva@example.com")])
    small.edit_h(0, jobtitle="x" * 300)
    small.edit_h(1, jobtitle="Dean")
    small.rest()
    failure = small.entry(H, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.TOO_LONG
    assert failure.field == "job_title"
    assert failure.remedy
    assert "xxx" not in f"{failure}{small.entry(H, 0).reason}"
    assert small.entry(H, 1).status is RecordStatus.IN_SYNC
    assert small.app(1)["job_title"] == "Dean"


def refused_by_the_app() -> Small:
    """A pair whose job title the app will not take, for a reason of its own."""
    small = Small([contact()], [person()])
    small.world.orbit.gate.faults.add(Fault("people.update", 422, times=None))
    small.edit_h(0, jobtitle="Dea")
    small.rest()
    return small


def test_what_was_refused_is_not_tried_again_just_as_it_is() -> None:
    """Rule 8.4: growing pauses, never every look."""
    small = refused_by_the_app()
    tried = small.world.orbit.gate.counts["people.update"]
    small.rest(2)
    small.compare()
    assert small.world.orbit.gate.counts["people.update"] == tried
    small.world.clock.ms += 3_600_000
    small.compare()
    assert small.world.orbit.gate.counts["people.update"] == tried + 1
    small.world.clock.ms += 3_600_000
    small.compare()
    assert small.world.orbit.gate.counts["people.update"] == tried + 1
    assert small.entry(H, 0).attempts == 2


@pytest.mark.parametrize("mended", ["the value", "another field of it"])
def test_a_failure_clears_at_once_when_its_record_changes(mended: str) -> None:
    """Rule 8.4."""
    small = refused_by_the_app()
    assert small.entry(H, 0).status is RecordStatus.FAILING
    if mended == "the value":
        small.world.orbit.gate.faults.clear()
        small.edit_h(0, jobtitle="Dean")
        small.rest()
        assert small.entry(H, 0).status is RecordStatus.IN_SYNC
        assert small.app(0)["job_title"] == "Dean"
    else:
        tried = small.world.orbit.gate.counts["people.update"]
        small.edit_h(0, lastname="A")
        small.rest()
        assert small.world.orbit.gate.counts["people.update"] == tried + 1


def test_an_edit_that_was_refused_is_not_forgotten() -> None:
    """Promise 3: the baseline of a refused field stays as it was, so the edit is one still when it fits."""
    small = Small([contact(jobtitle="Dean")], [person(job_title="Dean")])
    small.edit_h(0, jobtitle="x" * 300)
    small.rest()
    small.edit_a(0, {"name": {"first": "Ana"}})
    small.rest()
    assert small.hubspot(0)["jobtitle"] == "x" * 300
    assert small.entry(H, 0).status is RecordStatus.FAILING


def test_a_value_that_cannot_be_written_is_refused_before_any_call() -> None:
    """Rule 4.5."""
    small = Small([{"name": "Acme", "domain": "acme.example.com"}], [], sync=companies())
    before = small.writes()
    for wrong in ({"domain": "no domain"}, {"domain": "acme.example.com", "name": "x" * 300}):
        small.edit_h(0, **wrong)
        small.rest()
        assert small.entry(H, 0).status is RecordStatus.FAILING
        assert small.writes() == before


# --- a token that died


def revoked(side: str) -> Small:
    small = Small([contact()], [person()])
    if side == "hubspot":
        small.world.hubspot.settings.revoked = True
    else:
        small.world.orbit.token = "another"
    return small


@pytest.mark.parametrize("side", ["hubspot", "orbit"])
def test_a_dead_token_is_the_connections_affair_and_never_a_records(side: str) -> None:
    """Rule 1.9: the connection needs a person, one alert, nothing failing."""
    small = revoked(side)
    small.edit_a(0, {"job_title": "Dean"})
    small.edit_h(0, lastname="A")
    small.rest(3)
    assert small.world.connection(side).status is ConnectionStatus.NEEDS_PERSON
    assert small.world.connection(side).problem
    alerts = [subject for _, subject, _ in small.world.mailer.sent if side in subject]
    assert len(alerts) == 1
    assert [entry.status for entry in small.entries()] == [RecordStatus.IN_SYNC]


@pytest.mark.parametrize("side", ["hubspot", "orbit"])
def test_a_token_that_dies_while_writing_leaves_the_change_for_later(side: str) -> None:
    small = Small([contact()], [person()])
    if side == "orbit":
        small.world.orbit.gate.faults.add(Fault("people.update", 401))
        small.edit_h(0, lastname="A")
    else:
        small.world.hubspot.settings.scopes = ["crm.objects.contacts.read", "crm.schemas.contacts.read"]
        small.edit_a(0, {"name": {"last": "A"}})
    small.rest()
    assert small.world.connection(side).status is ConnectionStatus.NEEDS_PERSON
    entry = small.entry(H, 0)
    assert (entry.status, entry.intents, entry.lease_until) == (RecordStatus.IN_SYNC, (), 0)


def test_many_workers_that_meet_a_dead_token_send_one_alert() -> None:
    small = Small()
    health = small.world.app.health
    for _ in range(3):
        health.needs_person("orbit", NeedsPersonError("The token is dead.", remedy="Give a new one."))
    assert len([one for one in small.world.mailer.sent if "orbit" in one[1]]) == 1
    assert "Give a new one." in str(small.world.connection("orbit").problem)


# --- limits and outages


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504", "lost-before", "lost-after"])
def test_a_new_record_waits_for_the_end_of_an_outage(kind: str) -> None:
    """Rule 9.2: never failing meanwhile, and made once."""
    small = Small()
    small.world.hubspot.fail(kind, "batch/upsert", times=1 if kind == "lost-after" else 6)
    small.a.append(str(small.world.orbit.create("people", person(first="Ana"))["id"]))
    small.world.deliver()
    seen = set()
    while small.world.step():
        seen |= {entry.status for entry in small.entries()}
    assert not small.world.hubspot.faults.active
    assert RecordStatus.FAILING not in seen
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert [one["firstname"] for one in small.hubspots()] == ["Ana"]


@pytest.mark.parametrize("path", ["batch/read", "batch/update"])
@pytest.mark.parametrize("kind", ["429", "503", "lost-before", "lost-after"])
def test_an_edit_waits_for_the_end_of_an_outage(kind: str, path: str) -> None:
    small = Small([contact()], [person()])
    done = (kind, path) == ("lost-after", "batch/update")  # the next look finds that the write has happened
    small.world.hubspot.fail(kind, path, times=1 if done else 6)
    small.edit_a(0, {"job_title": "Dean"})
    small.world.deliver()
    small.world.settle()
    assert not small.world.hubspot.faults.active
    assert small.entry(A, 0).status is RecordStatus.IN_SYNC
    assert small.hubspot(0)["jobtitle"] == "Dean"


def test_a_record_that_cannot_be_made_yet_stays_pending() -> None:
    """Rule 8.1: while HubSpot is down it is neither failing nor in sync."""
    small = Small()
    small.world.hubspot.fail("503", "batch/upsert")
    small.a.append(str(small.world.orbit.create("people", person(first="Ana"))["id"]))
    small.world.deliver()
    for _ in range(30):
        small.world.step()
    assert small.entry(A, 0).status is RecordStatus.PENDING
    assert not small.world.queues.dead
    assert small.world.counted() == {"pending": 1}


@pytest.mark.parametrize("status", [429, 500, 503, None])
def test_an_outage_of_the_app_is_waited_out(status: int | None) -> None:
    small = Small([contact()], [person()])
    small.world.orbit.gate.faults.add(Fault("people.*", status, times=9))
    small.edit_h(0, lastname="A")
    small.rest()
    assert small.entry(H, 0).status is RecordStatus.IN_SYNC
    assert small.app(0)["name"]["last"] == "A"


@pytest.mark.parametrize("kind", ["429", "503"])
def test_an_initial_sync_through_an_outage_ends_whole(kind: str) -> None:
    small = Small([contact()], [person(), person("eva@example.com")], save=False)
    for path in ("GET /crm/objects", "batch/read", "batch/upsert", "batch/update"):
        small.world.hubspot.fail(kind, path, times=4)
    small.world.orbit.gate.faults.add(Fault("people.*", int(kind), times=5))
    small.world.save(small.saved)
    small.world.settle()
    assert {entry.status for entry in small.entries()} == {RecordStatus.IN_SYNC}
    assert (len(small.hubspots()), len(small.apps())) == (2, 2)


def test_an_answer_that_was_lost_after_the_write_makes_nothing_twice() -> None:
    """Rule 9.1, in both directions."""
    small = Small()
    small.world.hubspot.fail("lost-after", "batch/upsert", times=1)
    small.world.orbit.gate.faults.add(Fault("people.create", None, after=True, times=1))
    small.world.hubspot.create("contacts", contact("h@example.com", firstname="Hal"))
    small.world.orbit.create("people", person("a@example.com", "Ada"))
    small.rest(3)
    assert sorted(one["email"] for one in small.hubspots()) == ["a@example.com", "h@example.com"]
    assert sorted(one["email"] for one in small.apps()) == ["a@example.com", "h@example.com"]
    assert [entry.status for entry in small.entries()] == [RecordStatus.IN_SYNC] * 2


def test_a_record_that_changed_between_read_and_write_is_read_again() -> None:
    """Promise 3: Orbit's `If-Match` refuses the write, and both edits survive."""
    small = Small([contact()], [person()])
    small.edit_h(0, lastname="A")
    transport = small.world.orbit.handle
    meddled: list[str] = []

    def handle(request):  # type: ignore[no-untyped-def]
        if request.method == "PATCH" and not meddled:
            meddled.append(request.path)
            small.world.orbit.edit("people", small.a[0], {"job_title": "Dean"})
        return transport(request)

    small.world.orbit.handle = handle  # type: ignore[method-assign]
    small.rest(2)
    assert meddled
    assert (small.app(0)["name"]["last"], small.app(0)["job_title"]) == ("A", "Dean")
    assert small.hubspot(0)["jobtitle"] == "Dean"
    assert small.world.orbit.gate.statuses["people.update 412"] == 1
