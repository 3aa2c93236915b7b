"""Which API a command speaks to, and what `${VAR}` in a document stands for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from infra.cli.errors import USAGE, CliError
from infra.local.stage import default_home
from infra.local.stage_info import StageInfo

URL_VARIABLE, TOKEN_VARIABLE = "HUBSYNC_API_URL", "HUBSYNC_API_TOKEN"

ALIASES = {"APP": "ORBIT"}
"""The stage calls its first app simply the app; documents call it by its name."""


@dataclass(frozen=True, slots=True)
class Target:
    """An API's address and token, and values for documents: the environment's, then those of the stage it runs on."""

    url: str
    token: str = field(repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def find_target(url: str | None, token: str | None) -> Target:
    """The API named by the options, else by the environment, else the one of the stage that runs here.

    A stage's token and values are used with its own API only: a document must not point a deployment on AWS at
    simulators on this machine.
    """
    stage = StageInfo.load(default_home())
    url = url or os.environ.get(URL_VARIABLE) or (stage.api_url if stage else None)
    if not url:
        raise CliError(
            "No API is known: no stage runs here, and none is named.",
            f"Start one with `hubsync stage up --detach`, or set {URL_VARIABLE} and {TOKEN_VARIABLE}.",
            code=USAGE,
        )
    url = url.rstrip("/")
    if not url.startswith(("http://", "https://")):
        raise CliError("The API's address is no web address.", "Begin it with https://.", code=USAGE)
    if stage is not None and url != stage.api_url:
        stage = None
    token = token or os.environ.get(TOKEN_VARIABLE) or (stage.api_token if stage else None)
    if not token:
        raise CliError(
            "The API asks for a token, and none is known.", f"Set {TOKEN_VARIABLE} or give --token.", code=USAGE
        )
    return Target(url, token, {**(_values(stage) if stage else {}), **os.environ})


def _values(stage: StageInfo) -> dict[str, str]:
    """`hubspot_url` as HUBSPOT_URL, and `app_url` as APP_URL and as ORBIT_URL."""
    values = {name.upper(): value for name, value in stage.as_json().items() if isinstance(value, str)}
    for short, long in ALIASES.items():
        values |= {
            name.replace(short, long, 1): value for name, value in values.items() if name.startswith(f"{short}_")
        }
    return values
