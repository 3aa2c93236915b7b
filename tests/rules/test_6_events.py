"""Rule 6.3: the app's events are logged on the timelines of contacts in HubSpot, each once, through the whole stack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.api.document import read_document
from hubsync.connectors.port import ActivityReader
from hubsync.model.connection import ConnectionStatus
from hubsync.model.side import Direction, Side
from hubsync.model.sync import Sync
from hubsync.services.manage.check_events import check_events
from hubsync.services.timeline import WAITS
from tests.simulation.syncs import companies, contacts
from tests.simulation.world import World
from tests.unit.services.manage_schemas import COMPANIES, CONTACTS, ORGANISATIONS, PEOPLE
from tests.unit.services.manage_world import sync_of

TEMPLATE = "1234567"


def logging(direction: Direction = Direction.TWO_WAY, **settings: Any) -> Sync:
    return replace(contacts(direction, **settings), event_template=TEMPLATE)


def made(sync: Sync | None = None) -> World:
    """One person and one contact, in sync."""
    world = World(21)
    world.hubspot.seed("contacts", [{"email": "p0@example.com"}])
    world.orbit.seed({"people": [{"email": "p0@example.com"}]})
    world.save(sync or logging())
    world.settle()
    return world


def person(world: World) -> str:
    return str(world.people()[0]["id"])


def logged(world: World) -> list[dict[str, Any]]:
    return list(world.hubspot.account.events.values())


def catch_up(world: World) -> None:
    world.deliver()
    world.settle()


def test_an_event_is_logged_on_its_contact() -> None:
    """6.3 What happened, when, and the app's own words for it, by the template that the sync names."""
    world = made()
    happened = world.clock.ms
    world.orbit.happen(person(world), "meeting.held", "Kick-off")
    catch_up(world)
    (event,) = logged(world)
    assert event["objectId"] == next(iter(map(str, world.hubspot.records("contacts"))))
    assert event["eventTemplateId"] == TEMPLATE
    assert event["tokens"] == {"event": "activity.meeting.held", "subject": "Kick-off"}
    assert event["timestamp"].endswith("Z")
    assert happened == _ms(event["timestamp"])


def _ms(moment: str) -> int:
    from datetime import datetime

    return round(datetime.fromisoformat(moment).timestamp() * 1000)


def test_each_event_is_logged_once() -> None:
    """6.3, 9.1 By the app's own event id, however often and late it is delivered; another event is another one."""
    world = made()
    world.queues.doubling = 1.0
    event_id = world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    calls = world.hubspot.calls.calls["POST /integrators/timeline/events/batch"]
    world.orbit.happen(person(world), "email.opened", "Offer", own_id=event_id)
    catch_up(world)
    assert len(logged(world)) == 1
    assert world.hubspot.calls.calls["POST /integrators/timeline/events/batch"] == calls, "a repetition asks nothing"
    world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    assert len(logged(world)) == 2


def test_many_events_are_one_call() -> None:
    """6.3 Events that are handled together are logged together."""
    world = made()
    for at in range(10):
        world.orbit.happen(person(world), "email.opened", f"Offer {at}")
    catch_up(world)
    assert len(logged(world)) == 10
    assert world.hubspot.calls.calls["POST /integrators/timeline/events/batch"] == 1


def test_a_contact_that_is_excluded_or_failing_has_a_timeline_as_well() -> None:
    """6.3 How the contact stands does not matter; that it is in HubSpot does."""
    world = made()
    world.orbit.edit("people", person(world), {"email": None})
    catch_up(world)
    assert world.statuses() == {"excluded": 1}
    world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    assert len(logged(world)) == 1


def test_an_event_makes_no_contact() -> None:
    """6.3 A person who is not in HubSpot gets no contact from an event; it waits a while, is let go, and is counted."""
    world = made(logging(Direction.TO_APP))
    stranger = str(world.orbit.create("people", {"email": "new@example.com"})["id"])
    world.deliver()
    world.settle()
    world.orbit.happen(stranger, "email.opened", "Offer")
    world.deliver()
    world.settle()
    assert len(world.contacts()) == 1
    assert logged(world) == []
    assert world.signals.sums["EventsDropped"] == 1
    assert not world.queues.waiting


def test_an_event_waits_for_a_contact_that_is_about_to_be_made() -> None:
    """6.3 The webhook of the event may be faster than the new person's own."""
    world = made()
    world.orbit.outbox.configure("https://hooks.example.com/webhooks/orbit", "orbit-secret", False)
    newcomer = str(world.orbit.create("people", {"email": "new@example.com"})["id"])
    world.orbit.outbox.configure("https://hooks.example.com/webhooks/orbit", "orbit-secret", True)
    world.orbit.happen(newcomer, "email.opened", "Offer")
    world.deliver()
    world.run(2)
    assert logged(world) == []
    world.notice(Side.APP, newcomer)
    world.settle()
    assert len(logged(world)) == 1
    assert "EventsDropped" not in world.signals.sums


@pytest.mark.parametrize("kind", ["429", "503", "lost-before", "lost-after"])
def test_an_outage_loses_and_doubles_no_event(kind: str) -> None:
    """6.3, 9.2 A limit, an outage or a lost answer is waited out."""
    world = made()
    world.hubspot.fail(kind, path="/integrators/timeline", times=2)
    world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    assert len(logged(world)) == 1


def test_a_crash_at_any_call_loses_and_doubles_no_event() -> None:
    """6.3, 9.1 Whatever call is the last one, the event is logged, and once."""
    calls = 0
    while True:
        world = made()
        world.orbit.happen(person(world), "email.opened", "Offer")
        world.deliver()
        world.fuse.left = calls
        world.settle()
        survived = world.fuse.left is not None
        world.fuse.left = None
        world.settle()
        assert len(logged(world)) == 1, f"killed at call {calls}"
        if survived:
            break
        calls += 1
    assert calls > 8


def test_a_dead_token_keeps_events_for_later() -> None:
    """6.3, 1.9 While the connection needs a person, events wait."""
    world = made()
    world.hubspot.settings.revoked = True
    world.orbit.happen(person(world), "email.opened", "Offer")
    world.deliver()
    world.run(3)
    assert world.connection("hubspot").status is ConnectionStatus.NEEDS_PERSON
    world.hubspot.settings.revoked = False
    healed = replace(world.connection("hubspot"), status=ConnectionStatus.ACTIVE)
    assert world.stores.connections.put_connection(healed)
    world.settle()
    assert len(logged(world)) == 1


def test_events_are_logged_only_where_the_sync_says_so() -> None:
    """6.3 Event sync is optional, and goes to HubSpot only."""
    world = made(contacts())
    world.save(companies())
    world.settle()
    world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    assert logged(world) == []
    assert not world.queues.waiting


def test_an_event_moves_no_record() -> None:
    """6.3 Logging writes neither a contact nor a person, and no entry."""
    world = made()
    before = (world.contacts(), world.people(), world.entries())
    world.orbit.happen(person(world), "email.opened", "Offer")
    catch_up(world)
    assert (world.contacts(), world.people(), world.entries()) == before


def test_a_broken_event_refuses_the_webhook() -> None:
    """6.3 What names no person or no time is not what the application sends: nothing of it is taken."""
    world = made()
    reader = world.app.connectors.webhooks(world.connection("orbit"))
    assert isinstance(reader, ActivityReader)
    assert reader.activity_types == {"people"}
    for missing in ("id", "person_id", "occurred_at"):
        event = {"event": "activity.x", "id": "1", "person_id": "p", "occurred_at": "2026-11-25T10:00:00.000Z"}
        del event[missing]
        with pytest.raises(Exception, match=r"activity\.x"):
            reader.activities(_body(event))


def _body(event: dict[str, str]) -> bytes:
    import json

    return json.dumps({"events": [event]}).encode()


def test_where_events_cannot_be_logged_the_document_is_refused() -> None:
    """6.3 On contacts only, and only where the app tells events of people."""
    both = {Side.HUBSPOT: CONTACTS, Side.APP: PEOPLE}
    spec = sync_of(event_template=TEMPLATE)
    assert list(check_events("contacts", spec, both, {"people"})) == []
    (fault,) = check_events("contacts", spec, both, frozenset())
    assert fault.reason == "The app's webhooks tell no events of people."
    others = {Side.HUBSPOT: COMPANIES, Side.APP: ORGANISATIONS}
    (fault,) = check_events("companies", spec, others, {"people"})
    assert fault.path == "syncs.companies.events"
    body = {"hubspot": {"connection": "h", "object": "contacts"}, "app": {"connection": "o", "object": "people"}}
    document = read_document(
        {"syncs": {"contacts": {**body, "direction": "two_way", "mappings": [], "events": {"template": TEMPLATE}}}}
    )
    assert document.syncs["contacts"].event_template == TEMPLATE


def test_waiting_has_an_end() -> None:
    """6.3 An event is let go within the hour or so that a new contact may take."""
    assert 0.5 <= WAITS * 300 / 3600 <= 2
