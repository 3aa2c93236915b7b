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

FILE = "stage.json"


@dataclass(frozen=True, slots=True)
class StageInfo:
    """Addresses, secrets and names of one stage. Addresses have no slash at the end, except `webhook_url`.

    The addresses and tokens of simulators are None on a stage without them. `functions` maps the name of a handler's
    module to the function's name; `outputs` are the stack's own.
    """

    home: str
    region: str
    account: str
    aws_endpoint: str
    api_url: str
    api_token: str
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
    processes: tuple[Running, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The file's content, and what `hubsync stage up --json` prints."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return {
            **values,
            "functions": dict(self.functions),
            "outputs": dict(self.outputs),
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
        """The stage of a folder, running or not; None if there is none."""
        try:
            values = json.loads((home / FILE).read_text())
        except FileNotFoundError:
            return None
        return cls(**{**values, "processes": tuple(Running(**each) for each in values["processes"])})

    @staticmethod
    def remove(home: Path) -> None:
        """Forget the stage of a folder."""
        with contextlib.suppress(FileNotFoundError):
            (home / FILE).unlink()
