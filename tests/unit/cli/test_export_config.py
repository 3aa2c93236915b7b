"""`hubsync export-config`: the document of what is deployed, which can be applied again."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
import yaml

from infra.cli.document import read_document
from infra.cli.write_document import as_yaml, with_variables
from tests.unit.cli.conftest import Hubsync
from tests.unit.cli.test_hubsync_command import YAML
from tests.unit.services.manage_world import World

TWO = (
    YAML
    + """\
  companies:
    hubspot: {connection: hubspot, object: companies}
    app: {connection: orbit-eu, object: organisations}
    direction: to_app
"""
)


@pytest.fixture
def applied(hubsync: Hubsync, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hubsync:
    for name in ("HUB_TOKEN", "HUBSPOT_TOKEN", "ORBIT_EU_TOKEN", "ORBIT_TOKEN"):
        monkeypatch.setenv(name, "hub-token" if "HUB" in name else "orbit-token")
    text = TWO.replace("syncs:\n", "  orbit-eu: {app: orbit, token: orbit-token}\nsyncs:\n", 1)
    (tmp_path / "syncs.yaml").write_text(text)
    assert hubsync("apply", "syncs.yaml").code == 0
    return hubsync


def test_what_is_written_can_be_applied_and_changes_nothing(applied: Hubsync, world: World, tmp_path: Path) -> None:
    before = world.stores.syncs.syncs()
    done = applied("export-config", "-o", "deployed.yaml")
    assert (done.code, done.out, done.err.strip()) == (0, "", "2 sync(s) are written to deployed.yaml.")
    text = (tmp_path / "deployed.yaml").read_text()
    assert "token: '${ORBIT_EU_TOKEN}'" in text
    assert "phone_region: 'NO'" in text
    assert "      - {hubspot: firstname, app: first_name}\n" in text
    again = applied("apply", "deployed.yaml")
    assert again.code == 0, again.err
    assert [line.split(": ")[1].split()[0] for line in again.out.splitlines()] == ["unchanged"] * 5
    assert world.stores.syncs.syncs() == before


def test_editors_are_told_where_the_schema_is(applied: Hubsync, api_url: str) -> None:
    first = applied("export-config").out.splitlines()[0]
    assert first == f"# yaml-language-server: $schema={api_url}/v1/syncs.schema.json"
    assert httpx.get(first.partition("$schema=")[2]).json()["$schema"]


def test_one_sync_comes_with_its_connections(applied: Hubsync) -> None:
    found = yaml.safe_load(applied("export-config", "companies").out)
    assert (set(found["syncs"]), set(found["connections"])) == ({"companies"}, {"hubspot", "orbit-eu"})
    assert json.loads(applied("export-config", "companies", "--json").out) == found


def test_a_sync_that_there_is_not_is_refused(applied: Hubsync) -> None:
    done = applied("export-config", "companys", "contacts")
    assert (done.code, done.out, "There is no sync companys." in done.err) == (1, "", True)


def test_a_file_that_cannot_be_written_is_a_usage_error(applied: Hubsync) -> None:
    assert applied("export-config", "-o", "nowhere/deployed.yaml").code == 2


def test_nothing_is_deployed(hubsync: Hubsync) -> None:
    assert yaml.safe_load(hubsync("export-config").out) == {"connections": {}, "syncs": {}}


def test_text_that_looks_like_something_else_comes_back_as_it_was(tmp_path: Path) -> None:
    words = ["NO", "2026-01-01", "1", "1.0", "true", "${X}", "$${X}", "$", "a: b", "- c", "", "~", "é", "line\nbreak"]
    document = {"connections": {}, "syncs": {"s": {"values": words, "table": {word: word for word in words if word}}}}
    path = tmp_path / "syncs.yaml"
    path.write_text(as_yaml(with_variables(document, {})))
    assert read_document(path, {"X": "filled in"}).content == document


def test_variables_have_names_that_a_shell_takes_and_each_its_own(tmp_path: Path) -> None:
    names = ("orbit-eu", "orbit_eu", "2nd")
    document = {"connections": {name: {"app": "orbit"} for name in names}, "syncs": {}}
    written = with_variables(document, dict.fromkeys(names, ("token",)))
    tokens = [each["token"] for each in written["connections"].values()]
    assert tokens == ["${ORBIT_EU_TOKEN}", "${ORBIT_EU_2_TOKEN}", "${_2ND_TOKEN}"]


def test_the_schema_is_printed(hubsync: Hubsync) -> None:
    assert json.loads(hubsync("schema").out)["properties"].keys() == {"connections", "syncs"}
