"""Who comes in on the stage: API Gateway's checks of a token, the roles, and a person who signs in and out."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from infra.local.stage_info import StageInfo
from infra.sign_in import tokens
from infra.sign_in.pages import Attempt
from tests.stage.browser import sign_in
from tests.stage.command import Done, Hubsync
from tests.stage.scene import aws_client

BROWSER = Path(__file__).with_name("browser.py")
Typed = Callable[..., Done]

AN_ADMIN: dict[str, Any] = {
    "ClientName": "another",
    "GenerateSecret": True,
    "AllowedOAuthFlows": ["client_credentials"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthScopes": ["hubsync/admin"],
}


@pytest.fixture
def hubsync(stage: StageInfo, hubsync: Hubsync, tmp_path: Path) -> Typed:
    """Types `hubsync …` with a home of their own, and a browser that signs the stage's person in."""
    theirs = {
        "XDG_CONFIG_HOME": str(tmp_path),
        "BROWSER": f"{sys.executable} {BROWSER} %s",
        "SIGN_IN_EMAIL": stage.person["email"],
        "SIGN_IN_PASSWORD": stage.person["password"],
        "NO_PROXY": "127.0.0.1,localhost",
    }
    return lambda *words, code=0, **more: hubsync(*words, code=code, **{**theirs, **more})


def get(stage: StageInfo, path: str, token: str | None) -> httpx.Response:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{stage.api_url}{path}", headers=headers, timeout=30, trust_env=False)


def machine_token(stage: StageInfo, role: str) -> str:
    machine = stage.machines[role]
    return tokens.of_machine(f"{stage.sign_in_url}/oauth2/token", machine["client_id"], machine["secret"]).access


def test_open_paths_are_open_and_no_other(stage: StageInfo) -> None:
    document = get(stage, "/v1/openapi.json", None).json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if method == "get" and "{" not in path:
                expected = 200 if operation["security"] == [] else 401
                assert get(stage, path, None).status_code == expected, path


def test_a_token_that_was_tampered_with_is_refused(stage: StageInfo) -> None:
    """Another role in the claims, another signature, no signature, another issuer's: all the same to API Gateway."""
    good = machine_token(stage, "viewer")
    assert get(stage, "/v1/me", good).json()["role"] == "viewer"
    header, claims, signature = good.split(".")
    told = json.loads(base64.urlsafe_b64decode(claims + "=="))
    forged = base64.urlsafe_b64encode(json.dumps({**told, "scope": "hubsync/admin"}).encode()).rstrip(b"=").decode()
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for token in (
        f"{header}.{forged}.{signature}",
        f"{header}.{claims}.{signature[::-1]}",
        f"{none}.{forged}.",
        "api-token",
    ):
        assert get(stage, "/v1/me", token).status_code == 401


def test_a_token_of_another_client_is_refused(stage: StageInfo) -> None:
    """Its signature, issuer and scope are right; it is no client that this API was told of."""
    cognito, pool = aws_client(stage, "cognito-idp"), {"UserPoolId": stage.outputs["UserPoolId"]}
    made = cognito.create_user_pool_client(**pool, **AN_ADMIN)["UserPoolClient"]
    try:
        other = tokens.of_machine(f"{stage.sign_in_url}/oauth2/token", made["ClientId"], made["ClientSecret"])
        assert get(stage, "/v1/me", other.access).status_code == 401
    finally:
        cognito.delete_user_pool_client(**pool, ClientId=made["ClientId"])


def test_a_token_of_another_deployment_is_refused(stage: StageInfo) -> None:
    """Another pool with the same names: whoever is an admin there is nobody here."""
    cognito = aws_client(stage, "cognito-idp")
    theirs = cognito.create_user_pool(PoolName="another-deployment")["UserPool"]["Id"]
    try:
        cognito.create_resource_server(
            UserPoolId=theirs,
            Identifier="hubsync",
            Name="hubsync",
            Scopes=[{"ScopeName": "admin", "ScopeDescription": "Sets up accounts and syncs."}],
        )
        made = cognito.create_user_pool_client(UserPoolId=theirs, **AN_ADMIN)["UserPoolClient"]
        token = tokens.of_machine(f"{stage.sign_in_url}/oauth2/token", made["ClientId"], made["ClientSecret"])
        assert get(stage, "/v1/me", token.access).status_code == 401
    finally:
        cognito.delete_user_pool(UserPoolId=theirs)


def test_an_expired_token_is_refused(stage: StageInfo) -> None:
    cognito, pool = aws_client(stage, "cognito-idp"), {"UserPoolId": stage.outputs["UserPoolId"]}
    machine = stage.machines["viewer"]
    settings = cognito.describe_user_pool_client(**pool, ClientId=machine["client_id"])["UserPoolClient"]
    kept = {
        name: settings[name] for name in ("AllowedOAuthFlows", "AllowedOAuthScopes", "AllowedOAuthFlowsUserPoolClient")
    }
    cognito.update_user_pool_client(
        **pool,
        ClientId=machine["client_id"],
        **kept,
        AccessTokenValidity=1,
        TokenValidityUnits={"AccessToken": "seconds"},
    )
    try:
        brief = machine_token(stage, "viewer")
        time.sleep(2)
        assert get(stage, "/v1/me", brief).status_code == 401
    finally:
        cognito.update_user_pool_client(
            **pool,
            ClientId=machine["client_id"],
            **kept,
            AccessTokenValidity=60,
            TokenValidityUnits={"AccessToken": "minutes"},
        )


def test_a_token_that_is_not_for_the_api_is_refused(stage: StageInfo) -> None:
    """An admin's ID token, and an access token without a scope of ours: got at the pages, and of the right client."""
    where = get(stage, "/v1/sign-in", None).json()
    at = tokens.Endpoints(where["token_url"], where["revoke_url"], where["client_id"])
    attempt = Attempt.begin(at, where["authorize_url"], where["callbacks"][0], ["openid"])
    back = sign_in(attempt.url, stage.person["email"], stage.person["password"]).headers["Location"]
    told = httpx.post(
        at.token_url,
        data={
            "grant_type": "authorization_code",
            "client_id": at.client_id,
            "code": parse_qs(urlsplit(back).query)["code"][0],
            "redirect_uri": attempt.callback,
            "code_verifier": attempt.verifier,
        },
        trust_env=False,
    ).json()
    assert get(stage, "/v1/syncs", told["id_token"]).status_code == 403
    assert get(stage, "/v1/syncs", told["access_token"]).status_code == 403


def test_a_token_got_past_the_pages_is_refused(stage: StageInfo) -> None:
    """The emulator takes a password at Cognito's API, which the template forbids; that token has no scope of ours."""
    cognito = aws_client(stage, "cognito-idp")
    told = cognito.initiate_auth(
        ClientId=get(stage, "/v1/sign-in", None).json()["client_id"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": stage.person["email"], "PASSWORD": stage.person["password"]},
    )["AuthenticationResult"]
    assert get(stage, "/v1/syncs", told["AccessToken"]).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_each_role_may_do_its_own(stage: StageInfo, role: str) -> None:
    """`nowhere` is no sync: whoever is let in is told so (404), whoever is not hears of their role (403)."""
    with httpx.Client(base_url=stage.api_url, auth=stage.auth(role), timeout=30) as api:
        found = {
            "look": api.get("/v1/syncs/nowhere").status_code,
            "operate": api.post("/v1/syncs/nowhere/restart").status_code,
            "set up": api.delete("/v1/syncs/nowhere").status_code,
        }
    order = ["look", "operate", "set up"]
    mine = ["viewer", "operator", "admin"].index(role)
    assert found == {name: 404 if place <= mine else 403 for place, name in enumerate(order)}


def test_a_person_signs_in_in_the_browser_and_out_again(stage: StageInfo, hubsync: Typed, tmp_path: Path) -> None:
    assert hubsync("login").out == "You are signed in as admin, and may do what viewer and operator may.\n"
    saved = tmp_path / "hubsync" / "credentials.json"
    assert saved.stat().st_mode & 0o777 == 0o600
    me = hubsync("whoami", "--json").json
    assert (me["kind"], me["role"]) == ("person", "admin")
    refresh = next(iter(json.loads(saved.read_text()).values()))["refresh"]

    hubsync("logout")
    # The stage's own admin again, since nobody is signed in here.
    assert hubsync("whoami", "--json").json["kind"] == "machine"
    where: dict[str, Any] = get(stage, "/v1/sign-in", None).json()
    at = tokens.Endpoints(where["token_url"], where["revoke_url"], where["client_id"])
    with pytest.raises(tokens.SignInError, match="refused"):
        tokens.renewed(at, refresh)


@pytest.mark.slow
def test_an_expired_sign_in_renews_itself_and_an_ended_one_says_so(hubsync: Typed, tmp_path: Path) -> None:
    hubsync("login")
    saved = tmp_path / "hubsync" / "credentials.json"
    entries = json.loads(saved.read_text())
    ((url, entry),) = entries.items()
    old = entry["access"]
    saved.write_text(json.dumps({url: {**entry, "expires_at": 1}}))
    assert hubsync("whoami", "--json").json["kind"] == "person"
    assert json.loads(saved.read_text())[url]["access"] != old

    saved.write_text(json.dumps({url: {**entry, "expires_at": 1, "refresh": "made-up"}}))
    assert "hubsync login" in hubsync("whoami", code=5).err
    hubsync("logout")


def test_a_wrong_password_gets_no_code(stage: StageInfo) -> None:
    where = get(stage, "/v1/sign-in", None).json()
    address = str(
        httpx.URL(
            where["authorize_url"],
            params={
                "response_type": "code",
                "client_id": where["client_id"],
                "redirect_uri": where["callbacks"][0],
                "scope": "openid hubsync/person",
                "state": "s",
                "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "code_challenge_method": "S256",
            },
        )
    )
    assert "code=" not in sign_in(address, stage.person["email"], "Wrong-password-1").headers.get("Location", "")
    assert "code=" in sign_in(address, stage.person["email"], stage.person["password"]).headers["Location"]


def test_a_program_with_its_client_needs_nobody(stage: StageInfo, hubsync: Typed, tmp_path: Path) -> None:
    machine = stage.machines["operator"]
    program = {"HUBSYNC_CLIENT_ID": machine["client_id"], "HUBSYNC_CLIENT_SECRET": machine["secret"]}
    me = hubsync("whoami", "--json", **program).json
    assert (me["kind"], me["role"], me["id"]) == ("machine", "operator", machine["client_id"])
    refused = hubsync("delete", "nowhere", "--yes", code=5, **program)
    assert "role admin" in refused.err
    wrong = {**program, "HUBSYNC_CLIENT_SECRET": "guessed", "XDG_CONFIG_HOME": str(tmp_path / "elsewhere")}
    assert machine["secret"] not in refused.err + hubsync("whoami", code=5, **wrong).err


def test_another_role_is_needed_to_do_more(stage: StageInfo) -> None:
    """A machine cannot ask for more than its client has."""
    machine = stage.machines["viewer"]
    answer = httpx.post(
        f"{stage.sign_in_url}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "hubsync/admin"},
        auth=(machine["client_id"], machine["secret"]),
        trust_env=False,
    )
    assert answer.status_code == 400
