"""`hubsync connections NAME`: one account is shown, given new secrets, or forgotten; no secret is ever an argument."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import replace

import pytest

from hubsync.model.connection import Connection, ConnectionStatus
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.manage_world import World


@pytest.fixture(autouse=True)
def applied(world: World) -> None:
    """Two accounts that a sync uses, and one that none does."""
    world.applied()
    account = stored(world, "orbit")
    assert world.stores.connections.put_connection(replace(account, id="spare", version=0))


def stored(world: World, name: str) -> Connection:
    found = world.stores.connections.connection(name)
    assert found is not None
    return found


def pipe(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_one_is_shown_by_its_name(hubsync: Hubsync, world: World) -> None:
    assert hubsync("connections", "spare").out.split() == ["spare", "orbit", "active"]
    assert json.loads(hubsync("connections", "spare", "--json").out)["name"] == "spare"
    ill = replace(stored(world, "spare"), status=ConnectionStatus.NEEDS_PERSON, problem="The token was refused.")
    assert world.stores.connections.put_connection(ill)
    assert hubsync("connections", "spare").code == 3
    assert hubsync("connections", "nobody").code == 1


@pytest.mark.parametrize(("option", "secret"), [("--new-token", "token"), ("--new-secret", "webhook_secret")])
def test_a_new_secret_comes_from_standard_input(
    hubsync: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch, option: str, secret: str
) -> None:
    pipe(monkeypatch, "brand-new\nnot this\n")
    done = hubsync("connections", "orbit", option)
    assert done.code == 0, done.err
    assert "brand-new" not in done.out + done.err
    assert world.vault.open(getattr(stored(world, "orbit"), secret), "orbit") == "brand-new"


def test_without_one_nothing_is_done(hubsync: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = stored(world, "orbit")
    pipe(monkeypatch, "\n")
    done = hubsync("connections", "orbit", "--new-token")
    assert (done.code, "standard input" in done.err) == (2, True)
    assert stored(world, "orbit") == before


def test_it_is_forgotten_once_somebody_agrees(hubsync: Hubsync, world: World) -> None:
    assert hubsync("connections", "spare", "--remove").code == 2
    assert stored(world, "spare")
    done = hubsync("connections", "spare", "--remove", "--yes")
    assert (done.code, done.out) == (0, "spare is forgotten.\n")
    assert world.stores.connections.connection("spare") is None
    used = hubsync("connections", "orbit", "--remove", "--yes")
    assert (used.code, "contacts" in used.err) == (1, True)


@pytest.mark.parametrize("words", [["--remove"], ["--new-token"], ["orbit", "--remove", "--new-token"]])
def test_it_must_be_clear_what_is_to_be_done(hubsync: Hubsync, world: World, words: list[str]) -> None:
    before = world.stores.connections.connections()
    assert hubsync("connections", *words).code == 2
    assert world.stores.connections.connections() == before
