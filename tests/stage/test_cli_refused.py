"""Commands that are refused, on the deployed stack: exit code and remedy as docs/cli.md tells, and nothing done."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.stage.command import Done, Hubsync
from tests.stage.people import contact, person
from tests.stage.scene import Scene

pytestmark = pytest.mark.slow

REFUSED, WRONG, UNREACHABLE, UNAUTHORISED = 1, 2, 4, 5


@pytest.fixture
def active(scene: Scene) -> Iterator[Scene]:
    """Two people in step; afterwards nothing is on its way and nothing was written, stored or changed."""
    scene.hubspot.seed([contact(n) for n in range(2)])
    scene.app.seed([person(n) for n in range(2)])
    scene.apply()
    scene.synced(in_sync=2)
    before, index = scene.view(), scene.table(scene.stage.index_table)
    written = scene.hubspot.writes(), scene.app.writes()
    yield scene
    assert scene.busy() == []
    assert scene.view() == before
    assert scene.table(scene.stage.index_table) == index
    assert (scene.hubspot.writes(), scene.app.writes()) == written


def told(done: Done) -> list[str]:
    """The sentences of an error: what is wrong, and what to do; on standard output there is nothing."""
    assert done.out == ""
    lines = done.err.splitlines()
    assert len(lines) >= 2, done.err
    return lines


def test_a_sync_that_is_not_there_is_refused_by_every_command(active: Scene, hubsync: Hubsync) -> None:
    """1, and whoever mistyped a name is told where to find it."""
    for words in (
        *(["status"], ["off"], ["on"], ["restart"], ["compare", "--wait"], ["delete", "--yes"], ["plan"]),
        *(["records"], ["record", "1"], ["explain", "1"], ["retry", "--all"], ["export"], ["export-config"]),
        *(["restore", "--to", "app", "--all", "--yes"], ["try", "hubspot:1"]),
    ):
        verb, *more = words
        done = hubsync(verb, "nobody", *more, code=REFUSED)
        assert "nobody" in told(done)[0], (words, done.err)
        assert "`hubsync status`" in done.err, (words, done.err)


def test_what_cannot_be_done_now_is_refused(active: Scene, hubsync: Hubsync) -> None:
    """1: what runs is not tried, and there is no such record, export, app, object, format or status."""
    assert "off" in told(hubsync("try", active.name, "hubspot:1", code=REFUSED))[-1]
    told(hubsync("record", active.name, "nobody", code=REFUSED))
    told(hubsync("explain", active.name, "nobody", code=REFUSED))
    told(hubsync("exports", "nothing", code=REFUSED))
    told(hubsync("apps", "salesforce", code=REFUSED))
    told(hubsync("fields", "nobody", "contacts", code=REFUSED))
    told(hubsync("fields", active.connection, "planets", code=REFUSED))
    told(hubsync("export", active.name, "--format", "pdf", code=REFUSED))
    told(hubsync("records", active.name, "--status", "lost", code=REFUSED))


def test_what_is_typed_wrong_is_refused_before_anything_is_asked(active: Scene, hubsync: Hubsync) -> None:
    """2: a command, an option or a file that there is not, records that are not named, a question for nobody."""
    for words in (
        *(["sing"], ["off"], ["off", active.name, "--gently"], ["records", active.name, "--limit", "0"]),
        *(["retry", active.name], ["retry", active.name, "1", "--all"], ["restore", active.name, "--all"]),
        *(["apply", "nowhere.yaml"], ["plan", "nowhere.yaml"], ["delete", active.name]),
    ):
        done = hubsync(*words, code=WRONG)
        assert (done.out, bool(done.err)) == ("", True), words
    told(hubsync("delete", active.name, code=WRONG))


def test_an_api_that_is_not_there_or_does_not_know_us_is_told(active: Scene, hubsync: Hubsync) -> None:
    """4 and 5, by a command that only looks and by one that acts."""
    for verb in ("status", "off"):
        told(hubsync("--api-url", "http://127.0.0.1:9", "--token", "any", verb, active.name, code=UNREACHABLE))
        told(hubsync("--token", "wrong", verb, active.name, code=UNAUTHORISED))
