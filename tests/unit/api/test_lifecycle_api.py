"""What a sync is told over HTTP: off, on, restart, a held run, a trial, its deletion."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.brake import Brake
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def call(world: World) -> Client:
    return Client(world)


@pytest.fixture
def applied(call: Client, world: World) -> Client:
    assert call("POST", "/v1/apply", DOCUMENT).status == 200
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    return call


def test_commands_are_carried_out(applied: Client, world: World) -> None:
    assert applied("POST", "/v1/syncs/contacts/compare").status == 200
    assert applied("POST", "/v1/syncs/contacts/restart").json["generation"] == 2
    assert applied("POST", "/v1/syncs/contacts/off").json["status"] == "off"
    refused = applied("POST", "/v1/syncs/contacts/compare")
    assert (refused.status, refused.json["remedy"]) == (409, "Turn it on first.")
    assert applied("POST", "/v1/syncs/contacts/on").json["status"] == "initial_sync"
    assert applied("DELETE", "/v1/syncs/contacts").json == {"name": "contacts", "done": True}
    assert not world.stores.syncs.syncs()


def test_a_held_run_is_confirmed(applied: Client, world: World) -> None:  # rule 1.10
    held = replace(world.sync(), status=SyncStatus.HELD, brake=Brake(500, 0.2), problem="9 of 9.", weighed="s1-1")
    world.put(held)
    shown = applied("GET", "/v1/syncs/contacts").json
    assert (shown["status"], shown["brake"], shown["weighed"]) == ("held", {"records": 500, "share": 0.2}, "s1-1")
    refused = applied("POST", "/v1/syncs/contacts/on")
    assert (refused.status, refused.json["remedy"]) == (409, "9 of 9.")
    confirmed = applied("POST", "/v1/syncs/contacts/on", confirm="true")
    assert (confirmed.json["status"], confirmed.json["generation"]) == ("initial_sync", 2)


def test_a_sync_is_tried_on_chosen_records(applied: Client, world: World) -> None:  # rule 1.10
    body = {"records": ["hubspot:7", "app:p1", "hubspot:7"]}
    assert applied("GET", "/v1/syncs/contacts/trial").status == 409
    refused = applied("POST", "/v1/syncs/contacts/trial", body)
    assert (refused.status, refused.json["remedy"]) == (409, "Turn it off first: hubsync off contacts.")
    applied("POST", "/v1/syncs/contacts/off")
    begun = applied("POST", "/v1/syncs/contacts/trial", body)
    assert (begun.status, begun.json["status"], begun.json["generation"]) == (202, "initial_sync", 2)
    assert applied("GET", "/v1/syncs/contacts").json["trying"] is True
    world.stores.index.write([PutEntry(IndexEntry(world.sync().id, "h-7", hubspot=Half("7"), reason="It waits."))])
    shown = applied("GET", "/v1/syncs/contacts/trial").json
    assert (shown["under_way"], shown["counts"]) == (True, {"pending": 1, "not_found": 1})
    assert [(each["named"], each["record"] and each["record"]["reason"]) for each in shown["records"]] == [
        ("hubspot:7", "It waits."),
        ("app:p1", None),
    ]


@pytest.mark.parametrize(
    "body", [{}, {"records": []}, {"records": ["7"]}, {"records": ["crm:7"]}, {"records": ["app:1"] * 101}, ["app:1"]]
)
def test_a_trial_wants_to_know_its_records(applied: Client, body: object) -> None:  # rule 1.10
    applied("POST", "/v1/syncs/contacts/off")
    refused = applied("POST", "/v1/syncs/contacts/trial", body)
    assert (refused.status, "hubspot:ID" in refused.json["remedy"]) == (400, True)


def test_a_long_deletion_says_that_it_goes_on(applied: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def purge(sync_id: str, limit: int) -> bool:
        world.clock.sleep(60)
        return False

    monkeypatch.setattr(world.stores.index, "purge", purge)
    answer = applied("DELETE", "/v1/syncs/contacts")
    assert (answer.status, answer.json["done"]) == (202, False)
