"""`hubsync record`, `retry` and `restore` against the real API over a simulated world."""

from __future__ import annotations

import json

import pytest

from tests.simulation.records import records_of
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.look_world import Small, contact, person
from tests.unit.services.manage_world import World


@pytest.fixture
def small() -> Small:
    """One pair with a history, and one whose contact was deleted."""
    small = Small([contact(), contact("eva@example.com")], [person(), person("eva@example.com", first="Eva")])
    small.edit_a(0, {"name": {"first": "Anita"}})
    small.delete_h(1)
    small.rest()
    small.compare()
    return small


@pytest.fixture
def world(small: Small) -> World:
    world = World()
    world.records = records_of(small.world)
    return world


def test_a_record_is_shown_with_both_sides_and_its_history(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("record", "contacts", str(small.h[0]))
    assert done.code == 0, done.err
    for words in (small.a[0], "firstname", "first_name", "Anita", "same", "written", "changed on app only", "UTC"):
        assert words in done.out
    shown = json.loads(hubsync("record", "contacts", small.a[0], "--json").out)
    assert shown["hubspot_id"] == str(small.h[0])
    assert hubsync("record", "contacts", "nobody").code == 1


def test_records_are_retried(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("retry", "contacts", str(small.h[0]), "nobody")
    assert done.code == 0, done.err
    assert "1 record(s) of contacts" in done.out
    assert "nobody" in done.out
    assert "1 record(s)" in hubsync("retry", "contacts", "--all").out
    assert len(small.waiting()) == 2


@pytest.mark.parametrize("arguments", [("retry", "contacts"), ("retry", "contacts", "1", "--all")])
def test_it_must_be_said_what_is_retried(hubsync: Hubsync, small: Small, arguments: tuple[str, ...]) -> None:
    done = hubsync(*arguments)
    assert done.code == 2
    assert "--all" in done.err


def test_a_restore_is_confirmed(hubsync: Hubsync, small: Small) -> None:
    refused = hubsync("restore", "contacts", "--to", "hubspot", "--all")
    assert refused.code == 2
    assert "--yes" in refused.err
    assert small.a[1] in refused.out, "the list is shown before the question"
    assert not small.waiting()
    done = hubsync("restore", "contacts", "--to", "hubspot", "--all", "--yes")
    assert done.code == 0, done.err
    assert "1 record(s) of contacts are made again" in done.out
    small.rest()
    assert len(small.hubspots()) == 2
    assert "nothing to restore" in hubsync("restore", "contacts", "--to", "hubspot", "--all", "--yes").out


def test_what_cannot_be_restored_is_named(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("restore", "contacts", small.a[0], small.a[1], "--to", "hubspot", "--yes")
    assert small.a[0] in done.out.splitlines()[0]
    assert "1 record(s)" in done.out
    assert hubsync("restore", "contacts", "--all", "--to", "nowhere", "--yes").code == 1
