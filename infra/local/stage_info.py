"""What is known of a stage that runs, as it stands in stage.json."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.processes import Running
from infra.sign_in import bearer
from infra.sign_in.bearer import Bearer

FILE = "stage.json"


@dataclass(frozen=True, slots=True)
class StageInfo:
    """Addresses, secrets and names of one stage. Addresses have no slash at the end, except `webhook_url`.

    `machines` has a client for each role, with its secret; `person` the email address and the password of an admin, for
    `hubsync login`. The addresses and tokens of simulators are None on a stage without them. `functions` maps the name
    of a handler's module to the function's name; `outputs` are the stack's own.
    """

    home: str
    region: str
    account: str
    aws_endpoint: str
    api_url: str
    sign_in_url: str
    webhook_url: str
    index_table: str
    state_table: str
    changes_queue_url: str
    bulk_queue_url: str
    changes_dlq_url: str
    bulk_dlq_url: str
    undelivered_url: str
    initial_sync_arn: str
    comparison_arn: str
    topic_arn: str
    key_id: str
    functions: Mapping[str, str]
    outputs: Mapping[str, str]
    hubspot_url: str | None = None
    hubspot_token: str | None = None
    app_url: str | None = None
    app_token: str | None = None
    app_webhook_secret: str | None = None
    ledgerly_url: str | None = None
    ledgerly_token: str | None = None
    ledgerly_webhook_secret: str | None = None
    machines: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    person: Mapping[str, str] = field(default_factory=dict)
    processes: tuple[Running, ...] = field(default=())

    def auth(self, role: str = "admin") -> Bearer:
        """The requests of the stage's machine of a role, for an HTTP client."""
        machine = self.machines[role]
        return bearer.machine(
            lambda: f"{self.sign_in_url}/oauth2/token", machine["client_id"], machine["secret"], api_url=self.api_url
        )

    def as_json(self) -> dict[str, Any]:
        """The file's content, and what `hubsync stage up --json` prints."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            **values,
            "functions": dict(self.functions),
            "outputs": dict(self.outputs),
            "machines": {role: dict(each) for role, each in self.machines.items()},
            "person": dict(self.person),
            "processes": [process.as_json() for process in self.processes],
        }

    def places(self) -> dict[str, str | None]:
        """Where its parts answer, by what people call them."""
        return {
            "API": self.api_url,
            "webhooks": self.webhook_url,
            "HubSpot": self.hubspot_url,
            "Orbit": self.app_url,
            "Ledgerly": self.ledgerly_url,
            "AWS": self.aws_endpoint,
        }

    def save(self) -> None:
        """Write the file; it holds tokens, so only its owner may read it."""
        path = Path(self.home) / FILE
        aside = path.with_suffix(".new")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(self.as_json(), file, indent=2)
        aside.replace(path)

    @classmethod
    def load(cls, home: Path) -> StageInfo | None:
        """The stage of a folder, running or not; None if there is none, or one of another release of hubsync."""
        values = _read(home)
        if values is None or values.keys() != set(cls.__slots__):
            return None
        return cls(**{**values, "processes": _running(values)})

    @staticmethod
    def left(home: Path) -> tuple[Running, ...] | None:
        """What was started in a folder, by whatever release of hubsync; None if nothing was."""
        values = _read(home)
        return None if values is None else _running(values)

    @staticmethod
    def remove(home: Path) -> None:
        """Forget the stage of a folder."""
        with contextlib.suppress(FileNotFoundError):
            (home / FILE).unlink()


def _read(home: Path) -> dict[str, Any] | None:
    try:
        values: dict[str, Any] = json.loads((home / FILE).read_text())
    except FileNotFoundError:
        return None
    return values


def _running(values: Mapping[str, Any]) -> tuple[Running, ...]:
    return tuple(Running(**each) for each in values["processes"])
