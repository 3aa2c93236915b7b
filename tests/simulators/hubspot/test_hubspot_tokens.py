"""Tokens: private apps, OAuth, scopes."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx

from tests.simulators.hubspot.hubspot_account import CONTACTS, Hub

CLIENT = {"client_id": "hubsync-client", "client_secret": "hubsync-secret"}
SCOPES = ["crm.objects.contacts.read", "crm.objects.contacts.write"]


def token(hub: Hub, **form: str) -> httpx.Response:
    return hub.client.post("/oauth/2026-09/token", data={**CLIENT, **form})


def authorised(hub: Hub) -> httpx.Response:
    params = {
        "client_id": CLIENT["client_id"],
        "scope": " ".join(SCOPES),
        "redirect_uri": "https://example.com/back",
        "state": "s1",
    }
    answer = hub.client.get("/oauth/authorize", params=params)
    assert answer.status_code == 302
    target = urlsplit(answer.headers["location"])
    query = parse_qs(target.query)
    assert (target.netloc, query["state"]) == ("example.com", ["s1"])
    return token(hub, grant_type="authorization_code", code=query["code"][0], redirect_uri="https://example.com/back")


def get(hub: Hub, access: str) -> httpx.Response:
    return hub.client.get(CONTACTS, headers={"Authorization": f"Bearer {access}"})


def test_a_bearer_token_is_needed_and_can_be_revoked(hub: Hub) -> None:
    """A private app bears its fixed token; without it, with another or once it is revoked: 401."""
    assert get(hub, "pat-test").status_code == 200
    assert hub.client.get(CONTACTS, headers={"Authorization": ""}).status_code == 401
    wrong = get(hub, "pat-other")
    assert (wrong.status_code, wrong.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    hub.client.patch("/_admin/settings", json={"revoked": True})
    assert get(hub, "pat-test").status_code == 401
    hub.client.patch("/_admin/settings", json={"revoked": False})
    assert get(hub, "pat-test").status_code == 200


def test_an_access_token_lives_1800_seconds_and_is_refreshed(hub: Hub) -> None:
    """The code buys tokens once; hub_id and scopes come along; a refresh buys the next access token."""
    granted = authorised(hub).json()
    assert granted["expires_in"] == 1_800
    assert isinstance(granted["hub_id"], int)
    assert granted["scopes"] == SCOPES
    assert get(hub, granted["access_token"]).status_code == 200
    hub.clock.advance(1_800_000)
    expired = get(hub, granted["access_token"])
    assert (expired.status_code, expired.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    refreshed = token(hub, grant_type="refresh_token", refresh_token=granted["refresh_token"]).json()
    assert get(hub, refreshed["access_token"]).status_code == 200
    assert token(hub, grant_type="authorization_code", code="used").json()["status"] == "BAD_AUTH_CODE"


def test_refresh_tokens_may_rotate(hub: Hub) -> None:
    """Whether they do is not known, so both are to be had; either way the answer's token is the one to keep."""
    first = authorised(hub).json()["refresh_token"]
    assert token(hub, grant_type="refresh_token", refresh_token=first).json()["refresh_token"] == first
    hub.sim.tokens.rotate = True
    second = token(hub, grant_type="refresh_token", refresh_token=first).json()["refresh_token"]
    assert second != first
    assert token(hub, grant_type="refresh_token", refresh_token=first).status_code == 400
    assert token(hub, grant_type="refresh_token", refresh_token=second).status_code == 200


def test_a_dead_refresh_token_says_so(hub: Hub) -> None:
    """BAD_REFRESH_TOKEN stands in `status`."""
    refresh = authorised(hub).json()["refresh_token"]
    hub.sim.tokens.forget_refresh_tokens()
    dead = token(hub, grant_type="refresh_token", refresh_token=refresh)
    assert (dead.status_code, dead.json()["status"]) == (400, "BAD_REFRESH_TOKEN")
    stranger = hub.client.post("/oauth/2026-09/token", data={"grant_type": "refresh_token"})
    assert stranger.json()["status"] == "BAD_CLIENT_ID"


def test_a_missing_scope_is_403(hub: Hub) -> None:
    """The error names the scope that is missing."""
    hub.sim.settings.scopes = [SCOPES[0]]
    assert hub.get(CONTACTS).status_code == 200
    assert hub.batch(f"{CONTACTS}/batch/read", []).status_code == 200
    refused = hub.post(CONTACTS, {"properties": {}})
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert refused.json()["context"] == {"requiredGranularScopes": [SCOPES[1]]}
    companies = hub.get("/crm/objects/2026-09/0-2")
    assert companies.json()["context"] == {"requiredGranularScopes": ["crm.objects.companies.read"]}


def test_a_token_has_the_scopes_it_was_granted(hub: Hub) -> None:
    """An OAuth token may do what the person agreed to, and no more."""
    access = authorised(hub).json()["access_token"]
    bearer = {"Authorization": f"Bearer {access}"}
    assert hub.client.get(CONTACTS, headers=bearer).status_code == 200
    assert hub.client.get("/crm/objects/2026-09/companies", headers=bearer).status_code == 403
