"""Runs a simulated app as a server of its own, its webhooks leaving in the background."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from typing import Protocol

from infra.local.http import Simulator
from infra.local.parts.courier import Courier
from infra.local.parts.outbox import Outbox
from infra.local.server import serve


class App(Simulator, Protocol):
    """A simulator with webhooks."""

    outbox: Outbox


class Make(Protocol):
    """Makes an app from the real clock, a seed's randomness and its credentials."""

    def __call__(
        self, clock: Callable[[], int], randomness: random.Random, /, *, token: str, webhook_secret: str
    ) -> App:
        """A fresh, empty app."""
        ...


def epoch_milliseconds() -> int:
    """The real clock."""
    return time.time_ns() // 1_000_000


def run(make: Make, module: str, arguments: list[str] | None = None) -> None:
    """Read the command line, serve until ended."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("--port", type=int, required=True, help="a free port on 127.0.0.1")
    parser.add_argument("--token", required=True, help="what the API's callers must send")
    parser.add_argument("--webhook-secret", required=True, help="what webhooks are signed with")
    parser.add_argument("--webhook-url", default=None, help="where webhooks go; can be set later")
    parser.add_argument("--seed", type=int, default=0, help="seed of ids and random faults")
    options = parser.parse_args(arguments)
    app = make(
        epoch_milliseconds,
        random.Random(options.seed),
        token=options.token,
        webhook_secret=options.webhook_secret,
    )
    app.outbox.configure(options.webhook_url)
    courier = Courier(app.outbox)
    courier.start()
    try:
        serve(app, options.port)
    finally:
        courier.stop()
