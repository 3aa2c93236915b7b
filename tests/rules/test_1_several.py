"""Rules 1.1 and 1.8: several accounts and apps over the same HubSpot records."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.identifier import Claim
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Side
from hubsync.model.status import RecordStatus
from hubsync.model.sync import MatchKey, Sync
from tests.simulation.ports import Crash
from tests.simulation.world import World, companies, contacts

BOOKS_MAPPINGS = (
    FieldMapping(1, "email", "EmailAddress", Transform.EMAIL),
    FieldMapping(2, "firstname", "GivenName"),
    FieldMapping(3, "lastname", "FamilyName"),
    FieldMapping(4, "phone", "Phone", Transform.PHONE),
    FieldMapping(5, "jobtitle", "JobRole"),
)


def books() -> Sync:
    """HubSpot's contacts and Ledgerly's."""
    orbit = contacts()
    (email,) = orbit.match_keys
    return replace(
        orbit,
        id="s3",
        name="books",
        app_connection="ledgerly",
        app_object="contacts",
        mappings=BOOKS_MAPPINGS,
        match_keys=(MatchKey(email.kind, "email", "EmailAddress", email.more_hubspot_fields),),
    )


def second() -> Sync:
    """HubSpot's contacts and the people of another account of Orbit."""
    return replace(contacts(), id="s4", name="second", app_connection="orbit2", hash_key=b"q" * 32)


def rest(world: World, polls: int = 3) -> None:
    """Webhooks and polls arrive until nothing is left to do."""
    for _ in range(polls):
        world.deliver()
        world.settle()
        world.poll()
        world.settle()


def three(emails: int = 1) -> World:
    """HubSpot, Orbit and Ledgerly with the same contacts, in sync."""
    world = World(21)
    world.connect("ledgerly", "ledgerly")
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com", "firstname": "Ana"} for at in range(emails)])
    world.save(contacts())
    world.save(books())
    world.settle()
    rest(world)
    assert world.statuses() == world.statuses("books") == {"in_sync": emails}
    return world


def ledgerly(world: World) -> list[dict[str, Any]]:
    """Ledgerly's living contacts."""
    return [one for one in world.accounts["ledgerly"].records("contacts") if one.get("Status") != "ARCHIVED"]


def test_a_change_in_one_app_reaches_the_other_through_hubspot() -> None:
    """1.1 Orbit's edit goes to HubSpot, and from there to Ledgerly; and the other way round."""
    world = three()
    (person,) = world.people()
    world.clock.ms += 60_000
    world.orbit.edit("people", person["id"], {"job_title": "Boss"})
    rest(world)
    (contact,) = ledgerly(world)
    assert contact["JobRole"] == "Boss"
    world.clock.ms += 60_000
    world.accounts["ledgerly"].edit("contacts", contact["ContactID"], {"GivenName": "Anna"})
    rest(world)
    assert world.people()[0]["name"]["first"] == "Anna"
    assert len(world.contacts()) == len(world.people()) == len(ledgerly(world)) == 1


def test_a_new_record_in_one_app_reaches_the_other() -> None:
    """1.1 Made in Orbit, it is made in HubSpot and in Ledgerly, once in each."""
    world = three()
    world.orbit.create("people", {"email": "ben@example.com", "name": {"first": "Ben"}})
    rest(world)
    assert {one["EmailAddress"] for one in ledgerly(world)} == {"p0@example.com", "ben@example.com"}
    assert len(world.contacts()) == len(ledgerly(world)) == 2
    assert world.statuses() == world.statuses("books") == {"in_sync": 2}


def test_a_new_record_in_both_apps_is_one_in_hubspot() -> None:
    """1.1 The same person appears in both at once: one sync makes the contact, the other one finds it."""
    world = three()
    world.orbit.create("people", {"email": "ben@example.com", "name": {"first": "Ben"}})
    world.accounts["ledgerly"].create("contacts", {"EmailAddress": "BEN@example.com", "FamilyName": "Bold"})
    rest(world)
    assert len(world.contacts()) == len(world.people()) == len(ledgerly(world)) == 2
    assert world.statuses() == world.statuses("books") == {"in_sync": 2}
    (contact,) = (one for one in world.contacts() if one["email"] == "ben@example.com")
    assert (contact["firstname"], contact["lastname"]) == ("Ben", "Bold")


def test_one_round_more_writes_nothing() -> None:
    """1.1 Echoes of one sync's writes are no changes to the other, once they are across."""
    world = three(5)
    before = world.stores.writes.copy()
    writes = world.hubspot.calls.written("contacts")
    rest(world)
    kinds = {"entry", "claim", "alias"}
    assert {kind: world.stores.writes[kind] for kind in kinds} == {kind: before[kind] for kind in kinds}
    assert world.hubspot.calls.written("contacts") == writes


def test_several_syncs_share_one_poll() -> None:
    """1.1 The second app on the same contacts costs no search of HubSpot."""
    counted = []
    for syncs in ([contacts()], [contacts(), books()]):
        world = World(22)
        world.connect("ledgerly", "ledgerly")
        world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(300)])
        for sync in syncs:
            world.save(sync)
        world.settle()
        rest(world)
        world.hubspot.calls.reset()
        for _ in range(3):
            world.poll()
            world.settle()
        counted.append(dict(world.hubspot.calls.calls))
    assert counted[0] == counted[1]


def test_two_accounts_of_one_app_stay_apart() -> None:
    """1.1 The same person in both accounts has an entry in each sync; what hangs on one is not known to the other."""
    world = World(23)
    other = world.connect("orbit2")
    world.orbit.seed({"people": [{"email": "ana@example.com", "name": {"first": "Ana"}}]})
    other.seed({"people": [{"email": "ana@example.com", "name": {"last": "Arias"}}]})
    world.save(contacts())
    world.save(second())
    world.settle()
    rest(world)
    (contact,) = world.contacts()
    assert (contact["firstname"], contact["lastname"]) == ("Ana", "Arias")
    assert [one["name"] for one in world.people()] == [one["name"] for one in other.records("people")]
    (here,), (there,) = world.entries(), world.entries("second")
    assert here.hubspot.record_id == there.hubspot.record_id
    assert here.app.record_id != there.app.record_id
    assert set(here.hubspot.claims).isdisjoint(there.hubspot.claims)


def test_a_deletion_in_one_app_is_the_affair_of_its_sync() -> None:
    """1.1 Gone from Orbit, the contact stays in sync with Ledgerly."""
    world = three()
    (person,) = world.people()
    world.orbit.delete("people", person["id"])
    rest(world)
    assert world.statuses() == {"failing": 1}
    assert world.statuses("books") == {"in_sync": 1}


def test_each_sync_finds_its_own_creations_only() -> None:
    """1.1 `hubsync_id` holds the entry of the sync that made the record; the other one matched it, and goes on so."""
    world = World(24)
    other = world.connect("orbit2")
    world.orbit.seed({"people": [{"email": "ana@example.com"}]})
    world.save(contacts())
    world.settle()
    (made,) = world.contacts()
    other.seed({"people": [{"email": "ana@example.com", "job_title": "Boss"}]})
    world.save(second())
    world.settle()
    rest(world)
    (contact,) = world.contacts()
    assert contact["hubsync_id"] == made["hubsync_id"] == f"s1:{world.entries()[0].id}"
    assert contact["jobtitle"] == "Boss"
    assert world.statuses() == world.statuses("second") == {"in_sync": 1}


@pytest.mark.parametrize("lost", range(1, 60, 2))
def test_a_crash_at_any_call_makes_nothing_twice(lost: int) -> None:
    """1.1 The process dies while a new person goes from Orbit through HubSpot to Ledgerly: each sync finds its own."""
    world = three()
    world.orbit.create("people", {"email": "ben@example.com", "name": {"first": "Ben"}})
    world.fuse.left = lost
    rest(world)
    world.fuse.left = None
    rest(world)
    assert len(world.contacts()) == len(world.people()) == len(ledgerly(world)) == 2
    assert world.statuses() == world.statuses("books") == {"in_sync": 2}


def test_who_loses_the_race_for_a_record_is_queued() -> None:
    """1.8 While one sync writes a contact, the other one's change waits as *queued*, reads again, and is carried."""
    world = three()
    seen: list[str] = []
    (person,), (booked,) = world.people(), ledgerly(world)
    world.clock.ms += 60_000
    world.orbit.edit("people", person["id"], {"job_title": "Boss"})
    world.deliver()

    def meanwhile() -> None:
        world.accounts["ledgerly"].edit("contacts", booked["ContactID"], {"GivenName": "Anna"})
        world.deliver()
        world.step()
        seen.extend(entry.status for entry in world.entries("books"))

    before_the_write(world, meanwhile)
    world.step()
    assert seen == [RecordStatus.QUEUED]
    assert world.counted("books")["queued"] == 1
    rest(world)
    (contact,) = world.contacts()
    assert (contact["jobtitle"], contact["firstname"]) == ("Boss", "Anna")
    assert world.statuses() == world.statuses("books") == {"in_sync": 1}


def test_a_write_from_an_older_read_is_not_made() -> None:
    """1.8 Ledgerly's change was read, and before it is written Orbit's goes the whole way: it has to read again."""
    world = three()
    (person,), (booked,) = world.people(), ledgerly(world)
    world.clock.ms += 60_000
    world.accounts["ledgerly"].edit("contacts", booked["ContactID"], {"JobRole": "Chief"})
    world.deliver()

    def meanwhile() -> None:
        world.orbit.edit("people", person["id"], {"job_title": "Boss"})
        world.deliver()
        world.step()
        assert world.contacts()[0]["jobtitle"] == "Boss"

    before_the_lease(world, meanwhile)
    world.step()
    assert world.statuses("books") == {"queued": 1}
    rest(world)
    (contact,) = world.contacts()
    assert contact["jobtitle"] == world.people()[0]["job_title"] == ledgerly(world)[0]["JobRole"] == "Boss"
    assert [facts["sync"] for event, facts in world.signals.notes if event == "conflict_decided"] == ["s3"]


def before_the_lease(world: World, what: Callable[[], None]) -> None:
    """Right before the next lease on a HubSpot record is taken something else happens."""
    claims = world.stores.index.claims

    def read(sync_id: str, keys: Iterable[str]) -> Mapping[str, Claim]:
        if sync_id == "hubspot/contacts":
            world.stores.index.claims = claims  # type: ignore[method-assign]
            what()
        return claims(sync_id, keys)

    world.stores.index.claims = read  # type: ignore[method-assign]


def before_the_write(world: World, what: Callable[[], None]) -> None:
    """Right before the next update in HubSpot something else happens."""
    send = world.hubspot.handle

    def handle(request: Any) -> Any:
        if request.path.endswith("batch/update"):
            world.hubspot.handle = send
            what()
        return send(request)

    world.hubspot.handle = handle


def test_a_stale_decision_is_not_written_over_another_syncs() -> None:
    """1.8 Both apps change the same field at once: one value wins in all three, and none is written from old reads."""
    for seed in range(12):
        world = three()
        world.random.seed(seed)
        (person,), (booked,) = world.people(), ledgerly(world)
        world.clock.ms += 60_000
        world.orbit.edit("people", person["id"], {"job_title": "Boss"})
        world.accounts["ledgerly"].edit("contacts", booked["ContactID"], {"JobRole": "Chief"})
        rest(world, 4)
        (contact,) = world.contacts()
        assert contact["jobtitle"] == world.people()[0]["job_title"] == ledgerly(world)[0]["JobRole"]
        assert world.statuses() == world.statuses("books") == {"in_sync": 1}


def test_a_sync_of_its_own_pays_for_no_lease() -> None:
    """1.8 Where nobody else covers the object type, nothing is leased."""
    costs = []
    for shared in (False, True):
        world = World(25)
        world.hubspot.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(20)])
        if shared:
            world.connect("ledgerly", "ledgerly")
            world.save(books())
        world.save(contacts())
        world.settle()
        world.deliver()
        world.settle()
        before = world.stores.writes["claim"]
        for person in world.people():
            world.orbit.edit("people", person["id"], {"job_title": "Boss"})
        world.deliver()
        world.settle()
        costs.append(world.stores.writes["claim"] - before)
    assert costs == [0, 40]


def test_other_object_types_do_not_share() -> None:
    """1.8 Contacts and companies of one account have nothing to do with each other."""
    world = World(26)
    world.save(contacts())
    world.save(companies())
    assert [sync.shared for sync in world.stores.syncs.syncs()] == [False, False]


def test_a_lease_that_was_not_given_back_runs_out() -> None:
    """1.8 A worker dies with the lease on a record; the other sync's change waits for it, and then goes on."""
    world = three()
    (person,), (booked,) = world.people(), ledgerly(world)
    world.clock.ms += 60_000
    world.orbit.edit("people", person["id"], {"job_title": "Boss"})
    world.deliver()

    def dies() -> None:
        raise Crash

    before_the_write(world, dies)
    world.step()
    world.accounts["ledgerly"].edit("contacts", booked["ContactID"], {"GivenName": "Anna"})
    world.deliver()
    world.step()
    assert world.statuses("books") == {"queued": 1}
    rest(world)
    (contact,) = world.contacts()
    assert (contact["jobtitle"], contact["firstname"]) == ("Boss", "Anna")
    assert world.statuses() == world.statuses("books") == {"in_sync": 1}


def test_the_sides_of_the_race() -> None:
    """1.8 The lease is HubSpot's alone; what goes to an app belongs to one sync anyway."""
    world = three()
    (contact,) = world.hubspot.records("contacts")
    before = world.stores.writes["claim"]
    world.hubspot.edit("contacts", contact, {"jobtitle": "Boss"})
    rest(world)
    assert world.people()[0]["job_title"] == ledgerly(world)[0]["JobRole"] == "Boss"
    assert world.stores.writes["claim"] == before
    assert Side.HUBSPOT in world.sync("books").indexed
