"""Which API a command speaks to: the options, the environment, the stage; and a stage's values stay with the stage."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import pytest

from infra.cli import target as target_module
from infra.cli.errors import CliError
from infra.cli.target import Target, find_target, saved_tokens
from infra.sign_in import tokens
from infra.sign_in.tokens import Endpoints, Token
from tests.unit.cli import a_stage

STAGE_URL = "http://127.0.0.1:4566/api"
MACHINES = {"admin": {"client_id": "stage-client", "secret": "stage-secret"}}


OURS = ("HUBSYNC_API_URL", "HUBSYNC_API_TOKEN", "HUBSYNC_CLIENT_ID", "HUBSYNC_CLIENT_SECRET")


def sent(target: Target, token: str = "") -> tuple[str | None, str]:
    """Which client asked for a token, if one did and got `token`; and what a request then carries."""
    asked: list[str] = []

    def of_machine(token_url: str, client_id: str, secret: str) -> Token:
        assert token_url.startswith(target.url)
        assert secret.endswith("-secret")
        asked.append(client_id)
        return Token(token, time.time() + 3600)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tokens, "of_machine", of_machine)
        request = next(target.auth.sync_auth_flow(httpx.Request("GET", target.url)))
    return (asked or [None])[0], request.headers["Authorization"].removeprefix("Bearer ")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*OURS, "HUBSPOT_URL", "ORBIT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HUBSYNC_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


@pytest.fixture
def stage(home: Path) -> None:
    told = a_stage.values(
        "x",
        home=str(home),
        api_url=STAGE_URL,
        sign_in_url=STAGE_URL,
        hubspot_url="http://127.0.0.1:1",
        app_url="http://127.0.0.1:2",
        app_webhook_secret="shh",
        ledgerly_url=None,
        machines=MACHINES,
    )
    (home / "stage.json").write_text(json.dumps(told))


@pytest.mark.usefixtures("stage")
def test_the_stage_serves_where_nothing_else_is_named() -> None:
    target = find_target(None, None)
    assert target.url == STAGE_URL
    assert sent(target, token="stage-token") == ("stage-client", "stage-token")
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
    with pytest.raises(CliError, match="Nobody is signed in"):
        find_target(None, None)
    target = find_target(None, "own-token")
    assert (target.url, sent(target)) == ("https://api.example.com", (None, "own-token"))
    assert "ORBIT_URL" not in target.values


@pytest.mark.usefixtures("stage")
def test_options_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBSYNC_API_URL", "https://api.example.com")
    monkeypatch.setenv("HUBSYNC_API_TOKEN", "other")
    target = find_target("https://option.example.com", "option-token")
    assert (target.url, sent(target)) == ("https://option.example.com", (None, "option-token"))


@pytest.mark.usefixtures("stage")
def test_who_signed_in_comes_before_the_stage_and_a_program_before_both(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Endpoints("https://sign-in.example.com/token", "https://sign-in.example.com/revoke", "people")
    saved_tokens().save(STAGE_URL, Token("persons-token", time.time() + 3600, "refresh"), at)
    assert sent(find_target(None, None)) == (None, "persons-token")
    monkeypatch.setenv("HUBSYNC_CLIENT_ID", "ci")
    monkeypatch.setenv("HUBSYNC_CLIENT_SECRET", "ci-secret")
    monkeypatch.setattr(target_module, "where_to_sign_in", lambda url: {"token_url": f"{url}/token"})
    assert sent(find_target(None, None), token="ci-token") == ("ci", "ci-token")
    # Kept, so that the next command needs none: a machine's token costs money.
    assert sent(find_target(None, None)) == (None, "ci-token")
    monkeypatch.setenv("HUBSYNC_API_TOKEN", "given")
    assert sent(find_target(None, None)) == (None, "given")


def test_a_sign_in_is_good_for_its_own_api(monkeypatch: pytest.MonkeyPatch) -> None:
    at = Endpoints("https://sign-in.example.com/token", "https://sign-in.example.com/revoke", "people")
    saved_tokens().save("https://api.example.com", Token("persons-token", time.time() + 3600, "refresh"), at)
    assert sent(find_target("https://api.example.com/", None)) == (None, "persons-token")
    with pytest.raises(CliError, match="Nobody is signed in"):
        find_target("https://other.example.com", None)


def test_a_target_shows_no_token() -> None:
    assert "own-token" not in repr(find_target("https://api.example.com", "own-token"))
