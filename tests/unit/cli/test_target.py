"""Which API a command speaks to: the options, the environment, the stage; and a stage's values stay with the stage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.cli.errors import CliError
from infra.cli.target import find_target
from infra.local.stage_info import StageInfo

STAGE_URL = "http://127.0.0.1:4566/api"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("HUBSYNC_API_URL", "HUBSYNC_API_TOKEN", "HUBSPOT_URL", "ORBIT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSYNC_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def stage(home: Path) -> None:
    names = [name for name in StageInfo.__slots__ if name not in ("functions", "outputs", "processes")]
    values = dict.fromkeys(names, "x") | {
        "home": str(home),
        "api_url": STAGE_URL,
        "api_token": "stage-token",
        "hubspot_url": "http://127.0.0.1:1",
        "app_url": "http://127.0.0.1:2",
        "app_webhook_secret": "shh",
        "ledgerly_url": None,
    }
    (home / "stage.json").write_text(json.dumps({**values, "functions": {}, "outputs": {}, "processes": []}))


@pytest.mark.usefixtures("stage")
def test_the_stage_serves_where_nothing_else_is_named() -> None:
    target = find_target(None, None)
    assert (target.url, target.token) == (STAGE_URL, "stage-token")
    assert target.values["HUBSPOT_URL"] == "http://127.0.0.1:1"
    assert target.values["ORBIT_URL"] == target.values["APP_URL"] == "http://127.0.0.1:2"
    assert target.values["ORBIT_WEBHOOK_SECRET"] == "shh"
    assert "LEDGERLY_URL" not in target.values


@pytest.mark.usefixtures("stage")
def test_the_environments_values_come_before_the_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORBIT_URL", "https://orbit.example.com")
    assert find_target(None, None).values["ORBIT_URL"] == "https://orbit.example.com"


@pytest.mark.usefixtures("stage")
def test_another_api_gets_nothing_of_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSYNC_API_URL", "https://api.example.com/")
    with pytest.raises(CliError, match="token"):
        find_target(None, None)
    target = find_target(None, "own-token")
    assert (target.url, target.token) == ("https://api.example.com", "own-token")
    assert "ORBIT_URL" not in target.values


@pytest.mark.usefixtures("stage")
def test_options_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSYNC_API_URL", "https://api.example.com")
    monkeypatch.setenv("HUBSYNC_API_TOKEN", "other")
    target = find_target("https://option.example.com", "option-token")
    assert (target.url, target.token) == ("https://option.example.com", "option-token")


def test_a_target_shows_no_token() -> None:
    assert "own-token" not in repr(find_target("https://api.example.com", "own-token"))
