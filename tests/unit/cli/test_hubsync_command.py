"""The command against the real API: what is applied, shown, told; exit codes, and errors with the file's line."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from hubsync.model.brake import Brake
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.outage import Outage, OutageKind
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.model.sync import Phase, PhaseProgress, SyncStatus
from hubsync.stores.index_port import PutEntry
from hubsync.stores.ports import CountChange
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.manage_world import World

YAML = """\
connections:
  hubspot: {app: hubspot, token: "${HUB_TOKEN}"}
  orbit:
    app: orbit
    token: orbit-token
syncs:
  contacts:
    hubspot: {connection: hubspot, object: contacts}
    app: {connection: orbit, object: people}
    direction: two_way
    phone_region: NO
    mappings:
      - {hubspot: firstname, app: first_name}
      - {hubspot: email, app: email}
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_TOKEN", "hub-token")
    path = tmp_path / "syncs.yaml"
    path.write_text(YAML)
    return path


@pytest.fixture
def applied(hubsync: Hubsync, file: Path, world: World) -> Hubsync:
    assert hubsync("apply", str(file)).code == 0
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    return hubsync


def test_a_file_is_applied(hubsync: Hubsync, file: Path, world: World) -> None:
    done = hubsync("apply", "syncs.yaml")
    assert done.code == 0, done.err
    assert [line.split() for line in done.out.splitlines()] == [
        ["connection", "hubspot:", "new"],
        ["connection", "orbit:", "new"],
        ["sync", "contacts:", "new", "initial", "sync"],
    ]
    assert world.sync().phone_region == "NO"
    hubspot = world.stores.connections.connection("hubspot")
    assert hubspot is not None
    assert world.vault.open(hubspot.token, "hubspot") == "hub-token"


def test_a_dry_run_saves_nothing(hubsync: Hubsync, file: Path, world: World) -> None:
    done = hubsync("apply", "syncs.yaml", "--dry-run")
    assert (done.code, "dry run" in done.out) == (0, True)
    assert world.untouched


def test_a_restart_is_passed_on(applied: Hubsync, world: World) -> None:
    assert "unchanged" in applied("apply", "syncs.yaml").out
    assert "restarted" in applied("apply", "syncs.yaml", "--restart").out
    assert world.sync().generation == 2


def test_faults_are_told_with_the_line_they_stand_on(hubsync: Hubsync, file: Path, world: World) -> None:
    file.write_text(YAML.replace("two_way", "sideways").replace("app: email", "app: emial") + "    colour: red\n")
    done = hubsync("apply", "syncs.yaml")
    assert done.code == 1
    assert "syncs.yaml:10: syncs.contacts.direction" in done.err
    assert "syncs.yaml:14: syncs.contacts.mappings[1].app: people has no field emial. Did you mean email?" in done.err
    assert "syncs.yaml:15: syncs.contacts.colour" in done.err
    assert "3 faults; nothing was saved" in done.err
    assert world.untouched


def test_a_missing_setting_is_told_at_the_part_it_is_missing_from(hubsync: Hubsync, file: Path) -> None:
    file.write_text(YAML.replace("    direction: two_way\n", ""))
    assert "syncs.yaml:7: syncs.contacts.direction" in hubsync("apply", "syncs.yaml").err


def test_a_variable_without_a_value_is_named_with_its_line(
    hubsync: Hubsync, file: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HUB_TOKEN")
    done = hubsync("apply", "syncs.yaml")
    assert done.code == 2
    assert "syncs.yaml:2: connections.hubspot.token: ${HUB_TOKEN} is not set." in done.err
    assert world.untouched


def test_a_file_that_is_not_there_is_a_usage_error(hubsync: Hubsync) -> None:
    done = hubsync("apply", "nowhere.yaml")
    assert done.code == 2
    assert "nowhere.yaml cannot be read" in done.err


@pytest.mark.parametrize(
    "arguments", [["explode"], ["apply"], ["status", "--colour"], ["records", "x", "--limit", "0"]]
)
def test_a_wrong_command_is_a_usage_error(hubsync: Hubsync, arguments: list[str]) -> None:
    assert hubsync(*arguments).code == 2


@pytest.mark.parametrize("arguments", [["status"], ["off", "contacts"], ["delete", "contacts", "--yes"]])
def test_a_wrong_token_has_its_own_exit_code(hubsync: Hubsync, arguments: list[str]) -> None:
    done = hubsync("--token", "wrong", *arguments)
    assert done.code == 5
    assert "does not know you" in done.err


def test_an_api_that_does_not_answer_has_its_own_exit_code(hubsync: Hubsync) -> None:
    done = hubsync("--api-url", "http://127.0.0.1:9", "status")
    assert done.code == 4
    assert "does not answer" in done.err
    assert "Traceback" not in done.err


def test_without_any_api_the_command_says_where_to_get_one(hubsync: Hubsync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBSYNC_API_URL")
    done = hubsync("status")
    assert done.code == 2
    assert "hubsync stage up" in done.err


@pytest.mark.parametrize("url", ["127.0.0.1", "ftp://127.0.0.1", "http://127.0.0.1:x"])
def test_an_address_that_is_none_is_a_usage_error(hubsync: Hubsync, url: str) -> None:
    assert hubsync("--api-url", url, "status").code == 2


def test_status_shows_state_phases_and_counts(applied: Hubsync, world: World) -> None:
    sync = replace(world.sync(), status=SyncStatus.INITIAL, problem="HubSpot is slow.")
    world.put(sync)
    world.stores.ledger.open_phase(sync.id, PhaseProgress(Phase.INDEX_HUBSPOT, 1, total=40, started_at=5), None)
    world.stores.counts.apply([CountChange(sync.id, "00", None, RecordStatus.FAILING, "1")])
    out = applied("status").out
    for words in ("contacts  initial sync", "HubSpot is slow.", "index hubspot", "waiting", "1 failing", "(1 in all)"):
        assert words in out


def test_status_shows_an_outage(applied: Hubsync, world: World) -> None:
    """Which account, since when, why, and when it is asked again."""
    now = 4_000_000_000_000
    world.clock.at = now
    assert world.stores.outages.put_outage(Outage("hubspot", OutageKind.THROTTLED, now - 60_000, now, now + 900_000))
    out = " ".join(applied("status").out.split())
    assert "hubspot: throttled since 2096-10-02 07:05 UTC" in out
    assert "used up" in out
    assert "It is asked again at 2096-10-02 07:21 UTC" in out
    world.clock.at += 900_000
    assert "throttled" not in applied("status").out


def test_status_of_nothing_says_how_to_begin(hubsync: Hubsync) -> None:
    assert "hubsync apply" in hubsync("status").out


def test_status_as_json_is_the_apis_answer(applied: Hubsync) -> None:
    (listed,) = json.loads(applied("status", "--json").out)
    assert json.loads(applied("status", "contacts", "--json").out) == listed
    assert (listed["name"], listed["status"]) == ("contacts", "active")


def test_watching_ends_with_the_initial_sync(applied: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [SyncStatus.INITIAL, SyncStatus.ACTIVE, SyncStatus.INITIAL, SyncStatus.STALLED]

    def sleep(seconds: float) -> None:
        world.put(replace(world.sync(), status=ends.pop(0)))

    monkeypatch.setattr(time, "sleep", sleep)
    world.put(replace(world.sync(), status=SyncStatus.INITIAL))
    done = applied("status", "--watch", "--json")
    assert [json.loads(line)[0]["status"] for line in done.out.splitlines()] == ["active"]
    assert done.code == 0
    world.put(replace(world.sync(), status=SyncStatus.INITIAL))
    stalled = applied("status", "contacts", "--watch")
    assert (stalled.code, "stalled" in stalled.out) == (3, True)


def test_a_held_sync_is_shown_and_confirmed(applied: Hubsync, world: World) -> None:  # rule 1.10
    problem = f"The run would change 9 of 9 records{' and more' * 30}. Look at it."
    world.put(replace(world.sync(), status=SyncStatus.HELD, brake=Brake(1), problem=problem))
    shown = applied("status", "--watch")
    assert (shown.code, "contacts  held" in shown.out, problem in shown.out) == (3, True, True)
    refused = applied("on", "contacts")
    assert (refused.code, "contacts is held" in refused.err, problem in refused.err) == (1, True, True)
    assert applied("on", "contacts", "--confirm").out.strip() == "contacts is on (initial sync)."
    assert (world.sync().generation, world.sync().released) == (2, 2)


def test_a_sync_is_tried_and_what_came_of_it_is_shown(
    applied: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:  # rule 1.10
    refused = applied("try", "contacts", "hubspot:7")
    assert (refused.code, "hubsync off contacts" in refused.err) == (1, True)
    assert applied("try", "contacts").code == 2
    applied("off", "contacts")
    begun = applied("try", "contacts", "hubspot:7", "app:p1")
    assert begun.out.strip() == "The trial of contacts has begun; `hubsync explain contacts ID` tells of each record."

    assert "contacts  trial" in applied("status").out

    def sleep(seconds: float) -> None:
        made = IndexEntry(world.sync().id, "h-7", Half("7"), Half("p9"), RecordStatus.IN_SYNC, reason="It is created.")
        world.stores.index.write([PutEntry(made)])
        world.put(world.sync().tried())

    monkeypatch.setattr(time, "sleep", sleep)
    ended = applied("try", "contacts", "hubspot:7", "app:p1", "--wait")
    assert (ended.code, world.sync().status) == (0, SyncStatus.OFF)
    assert ended.out.splitlines()[1].split() == ["in", "sync", "7", "p9", "It", "is", "created."]
    assert ended.out.splitlines()[-1] == "Not found: app:p1"


def test_records_are_listed_with_what_to_do(applied: Hubsync, world: World) -> None:
    failure = Failure(FailureCategory.TOO_LONG, "The value is too long.", "Shorten it.", "first_name")
    for number in range(5):
        half = Half(f"10{number}")
        entry = IndexEntry(world.sync().id, f"h-{number}", half, status=RecordStatus.FAILING, failure=failure)
        world.stores.index.write([PutEntry(entry)])
    out = applied("records", "contacts", "--status", "failing").out
    assert out.count("first_name: The value is too long.") == 5
    assert "Shorten it." in out
    some = applied("records", "contacts", "--limit", "2")
    assert some.out.count("too long") == 2
    assert "raise --limit" in some.err
    assert len(json.loads(applied("records", "contacts", "--status", "failing", "--json").out)) == 5
    assert "No such records" in applied("records", "contacts", "--status", "in_sync").out


def test_a_record_says_what_differs_and_is_left_alone(applied: Hubsync, world: World) -> None:  # rule 2.9
    first = world.sync().mappings[0]
    for name, drifted in (("h-1", (first.number,)), ("h-2", ())):
        half = Half(name)
        entry = IndexEntry(world.sync().id, name, half, status=RecordStatus.IN_SYNC, drifted=drifted, reason="Found.")
        world.stores.index.write([PutEntry(entry)])
    out = " ".join(applied("records", "contacts").out.split())
    assert out.count("Found.") == 2
    assert out.count("left alone:") == 1
    assert {first.hubspot_field, first.app_field} <= set(out.split())


def test_an_unknown_status_is_refused_with_the_choices(applied: Hubsync) -> None:
    done = applied("records", "contacts", "--status", "failed")
    assert (done.code, "Did you mean failing?" in done.err) == (1, True)


def test_a_sync_is_told_what_to_do(applied: Hubsync, world: World) -> None:
    assert applied("compare", "contacts").code == 0
    assert applied("restart", "contacts").code == 0
    assert applied("off", "contacts").out.strip() == "contacts is off."
    refused = applied("compare", "contacts")
    assert (refused.code, "Turn it on first." in refused.err) == (1, True)
    assert applied("on", "contacts").out.strip() == "contacts is on (initial sync)."
    assert world.sync().generation == 3


def test_an_unknown_sync_is_an_error(applied: Hubsync) -> None:
    done = applied("off", "nobody/../contacts")
    assert done.code == 1
    assert "There is no" in done.err


def test_deleting_has_to_be_confirmed(applied: Hubsync, world: World) -> None:
    assert applied("delete", "contacts").code == 2
    assert world.sync().status is SyncStatus.ACTIVE
    assert applied("delete", "contacts", "--yes").code == 0
    assert not world.stores.syncs.syncs()


def test_a_long_deletion_is_followed_to_its_end(
    applied: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    purge, slices = world.stores.index.purge, [False, False, True]

    def slow(sync_id: str, limit: int) -> bool:
        world.clock.sleep(60)
        return slices.pop(0) and purge(sync_id, limit)

    monkeypatch.setattr(world.stores.index, "purge", slow)
    done = applied("delete", "contacts", "--yes")
    assert (done.code, done.err.count("Deleting")) == (0, 2)
