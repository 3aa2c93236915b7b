"""`hubsync record`, `retry` and `restore` against the real API over a simulated world."""

from __future__ import annotations

import json

import pytest

from hubsync.services.manage import restore as restoring
from infra.cli import records as commands
from infra.local.parts.faults import Fault
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.look_world import Small, contact, person
from tests.unit.services.manage_world import World
from tests.unit.services.managed import managed


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
    return managed(small)


def test_a_record_is_shown_with_both_sides_and_its_history(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("record", "contacts", str(small.h[0]))
    assert done.code == 0, done.err
    for words in (small.a[0], "firstname", "first_name", "Anita", "same", "written", "changed on app only", "UTC"):
        assert words in done.out
    shown = json.loads(hubsync("record", "contacts", small.a[0], "--json").out)
    assert shown["hubspot_id"] == str(small.h[0])
    assert hubsync("record", "contacts", "nobody").code == 1


def test_a_list_has_names_and_values_on_request(hubsync: Hubsync, small: Small) -> None:
    small.edit_h(0, lastname="Lima")
    plain = hubsync("records", "contacts")
    assert "Lima" not in plain.out
    done = hubsync("records", "contacts", "--values")
    assert done.code == 0, done.err
    for words in ("Name", "Anita Lima", "firstname: Anita\n", "lastname: Lima | -", "deleted in HubSpot", "Eva"):
        assert words in "\n".join(line.rstrip() for line in done.out.splitlines()) + "\n", words
    shown = json.loads(hubsync("records", "contacts", "--values", "--json").out)
    assert [each["values"]["id"] for each in shown] == [each["id"] for each in shown]
    assert {each["values"]["app"]["name"] for each in shown} == {"Anita", "Eva"}
    assert "values" not in json.loads(hubsync("records", "contacts", "--json").out)[0]


def test_what_somebody_wrote_into_a_name_is_shown_and_not_obeyed(hubsync: Hubsync, small: Small) -> None:
    """Neither as rich's markup nor as its emoji nor by the terminal: this sequence would clear it."""
    name = "[red]Lima[/red] :100:\x1b[2J\x9b2J"
    small.edit_h(0, lastname=name)
    key = str(small.h[0])
    for words in (["record", "contacts", key], ["records", "contacts", "--values"], ["retry", "contacts", key, name]):
        done = hubsync(*words)
        assert "[red]Lima[/red] :100:" in done.out, words
        assert not {"\x1b", "\x9b"} & set(done.out), words
    fields = json.loads(hubsync("record", "contacts", key, "--json").out)["fields"]
    assert name in [each["hubspot_value"] for each in fields], "a machine gets what is there"


def test_a_list_is_searched(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("records", "contacts", "--search", "Ana@example.com", "--json")
    assert [each["hubspot_id"] for each in json.loads(done.out)] == [str(small.h[0])]
    assert str(small.h[0]) in hubsync("records", "contacts", "--search", small.a[0], "--status", "in_sync").out
    nobody = hubsync("records", "contacts", "--search", "ana")
    assert (nobody.code, nobody.out) == (0, "No such records.\n")
    assert "whole" in nobody.err
    assert small.a[0] in hubsync("record", "contacts", "ana@example.com").out
    assert hubsync("records", "contacts", "--search", " ").code == 1


def test_values_are_read_a_hundred_at_a_time_and_what_was_forgotten_says_so(
    hubsync: Hubsync, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "LIVE", 1)
    small.world.hubspot.calls.reset()
    assert "Eva" in hubsync("records", "contacts", "--values").out
    assert small.world.hubspot.calls.total == 1, "the contact of the second is known to be gone"
    monkeypatch.setattr(small.world.stores.index, "entries", lambda sync_id, ids: {})
    done = hubsync("records", "contacts", "--values")
    assert done.out.count("forgotten meanwhile") == 2


def test_an_application_that_has_no_time_is_waited_for(
    hubsync: Hubsync, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        small.world.clock.ms += int(seconds * 1000)

    monkeypatch.setattr(commands.time, "sleep", sleep)
    small.world.orbit.gate.faults.add(Fault("people.*", 429, times=2, retry_after=3))
    done = hubsync("records", "contacts", "--values")
    assert (done.code, "Anita" in done.out, slept) == (0, True, [3, 3]), done.err
    assert done.err.count("asked again in 3 s") == 2
    small.world.orbit.gate.faults.add(Fault("people.*", 429, times=None, retry_after=3))
    assert hubsync("records", "contacts", "--values").code == 1
    assert len(slept) == 2 + commands.ATTEMPTS - 1
    small.world.orbit.gate.faults.clear()
    small.world.clock.ms += 60_000
    small.world.orbit.gate.faults.add(Fault("people.*", 429, times=None, retry_after=900))
    assert hubsync("records", "contacts", "--values").code == 1
    assert len(slept) == 2 + commands.ATTEMPTS - 1


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


def test_all_lots_of_a_restore_are_shown_and_confirmed_together(
    hubsync: Hubsync, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restoring, "LOT", 1)
    done = hubsync("restore", "contacts", "--to", "hubspot", "--all", "--yes")
    assert done.code == 0, done.err
    assert small.a[1] in done.out
    assert "1 record(s) of contacts are made again" in done.out
    small.rest()
    assert len(small.hubspots()) == 2
    left = hubsync("restore", "contacts", "--to", "hubspot", "--all", "--yes", "--json")
    assert (json.loads(left.out)["count"], json.loads(left.out)["next"]) == (0, None)


def test_what_cannot_be_restored_is_named(hubsync: Hubsync, small: Small) -> None:
    done = hubsync("restore", "contacts", small.a[0], small.a[1], "--to", "hubspot", "--yes")
    assert small.a[0] in done.out.splitlines()[0]
    assert "1 record(s)" in done.out
    assert hubsync("restore", "contacts", "--all", "--to", "nowhere", "--yes").code == 1
