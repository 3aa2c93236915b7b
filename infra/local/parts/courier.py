"""Posts an outbox's events over HTTP from a thread, as an app's own workers would."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import httpx

from infra.local.parts.outbox import Outbox

TIMEOUT = 2.0
IDLE = 0.5


class Courier:
    """A daemon thread that delivers as soon as something is due, until stopped."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def stop(self) -> None:
        """End after the post that is under way."""
        self._stopped.set()
        self._thread.join(TIMEOUT + IDLE + 1)

    def _run(self) -> None:
        with httpx.Client(timeout=TIMEOUT, trust_env=False) as client:

            def post(url: str, headers: Mapping[str, str], body: bytes) -> int:
                try:
                    return client.post(url, headers=dict(headers), content=body).status_code
                except (httpx.HTTPError, httpx.InvalidURL):
                    return 0

            while not self._stopped.is_set():
                self._outbox.wait(IDLE)
                self._outbox.deliver(post)
