"""Which API a command speaks to, as whom, and what `${VAR}` in a document stands for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import typer

from infra.cli.errors import UNAUTHORISED, UNREACHABLE, USAGE, CliError
from infra.local.stage import default_home
from infra.local.stage_info import StageInfo
from infra.sign_in import bearer
from infra.sign_in.saved import SavedTokens
from infra.sign_in.tokens import TIMEOUT_SECONDS

URL_VARIABLE, TOKEN_VARIABLE = "HUBSYNC_API_URL", "HUBSYNC_API_TOKEN"
CLIENT_VARIABLE, SECRET_VARIABLE = "HUBSYNC_CLIENT_ID", "HUBSYNC_CLIENT_SECRET"

ALIASES = {"APP": "ORBIT"}
"""The stage calls its first app simply the app; documents call it by its name."""


@dataclass(frozen=True, slots=True)
class Target:
    """An API's address, who asks it, and values for documents: the environment's, then those of the API's stage."""

    url: str
    auth: httpx.Auth = field(repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def saved_tokens() -> SavedTokens:
    """The tokens of those who signed in on this machine."""
    return SavedTokens(Path(typer.get_app_dir("hubsync")) / "credentials.json")


def find_target(url: str | None, token: str | None) -> Target:
    """The API named by the options, else by the environment, else the one of the stage that runs here.

    Who asks is whose token is given; else the program whose client the environment names; else the person who signed in
    there; else the stage's own admin. A stage's secrets and values are used with its own API only: a document must not
    point a deployment on AWS at simulators on this machine.
    """
    url = find_url(url)
    stage = StageInfo.load(default_home())
    if stage is not None and url != stage.api_url:
        stage = None
    return Target(url, _auth(url, token, stage), {**(_values(stage) if stage else {}), **os.environ})


def find_url(url: str | None) -> str:
    """The API's address, without a slash at the end."""
    stage = StageInfo.load(default_home())
    url = url or os.environ.get(URL_VARIABLE) or (stage.api_url if stage else None)
    if not url:
        raise CliError(
            "No API is known: no stage runs here, and none is named.",
            f"Start one with `hubsync stage up --detach`, or set {URL_VARIABLE} and sign in with `hubsync login`.",
            code=USAGE,
        )
    url = url.rstrip("/")
    if not _web(url):
        raise CliError(
            "The API's address is no web address.", "It is https://, a host, and maybe a port and a path.", code=USAGE
        )
    return url


def _web(url: str) -> bool:
    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        return False
    return parts.scheme in ("http", "https") and bool(parts.host)


def where_to_sign_in(url: str) -> Mapping[str, Any]:
    """What the API says of signing in there."""
    try:
        response = httpx.get(f"{url}/v1/sign-in", timeout=TIMEOUT_SECONDS)
        told: Mapping[str, Any] = response.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        raise CliError(
            f"The API at {url} does not say where to sign in ({type(error).__name__}).",
            "Check the address, and that the stage runs: `hubsync stage status`.",
            code=UNREACHABLE,
        ) from None
    return told


def _auth(url: str, token: str | None, stage: StageInfo | None) -> httpx.Auth:
    token = token or os.environ.get(TOKEN_VARIABLE)
    if token:
        return bearer.Given(token, api_url=url)
    saved = saved_tokens()
    client_id, secret = os.environ.get(CLIENT_VARIABLE), os.environ.get(SECRET_VARIABLE)
    if client_id and secret:
        return bearer.machine(
            lambda: str(where_to_sign_in(url)["token_url"]), client_id, secret, api_url=url, saved=saved
        )
    at = saved.endpoints(url)
    if at is not None:
        return bearer.person(at, api_url=url, saved=saved)
    if stage is not None:
        return stage.auth()
    raise CliError(
        f"Nobody is signed in to {url}.",
        f"Sign in with `hubsync login`; a program sets {CLIENT_VARIABLE} and {SECRET_VARIABLE}.",
        code=UNAUTHORISED,
    )


def _values(stage: StageInfo) -> dict[str, str]:
    """`hubspot_url` as HUBSPOT_URL, and `app_url` as APP_URL and as ORBIT_URL."""
    values = {name.upper(): value for name, value in stage.as_json().items() if isinstance(value, str)}
    for short, long in ALIASES.items():
        values |= {
            name.replace(short, long, 1): value for name, value in values.items() if name.startswith(f"{short}_")
        }
    return values
