"""The simulators of a stage: HubSpot and two apps of different shape, each a process of its own."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from infra.local.processes import Running, free_ports, start, wait_for_port

_READY_SECONDS = 20.0
_APPS = {"app": "crm", "ledgerly": "ledgerly"}


def start_simulators(variables: Mapping[str, str], logs: Path, started: list[Running]) -> dict[str, str]:
    """Start all three and wait until they answer; returns the fields of `StageInfo` that speak of them.

    Each process is appended to `started` as soon as it runs, so that the caller can end it whatever happens next.
    """
    ports = iter(free_ports(3))
    fields: dict[str, str] = {}
    waiting: list[tuple[Running, int]] = []

    def launch(module: str, port: int, *options: str) -> None:
        command = [sys.executable, "-m", f"infra.local.{module}", "--port", str(port), *options]
        process = start(f"{module} simulator", command, variables, logs / f"{module}.log")
        started.append(process)
        waiting.append((process, port))

    port, token = next(ports), _token()
    launch("hubspot", port, "--token", token)
    fields |= {"hubspot_url": _url(port), "hubspot_token": token}
    for prefix, module in _APPS.items():
        port, token, secret = next(ports), _token(), _token()
        launch(module, port, "--token", token, "--webhook-secret", secret)
        fields |= {f"{prefix}_url": _url(port), f"{prefix}_token": token, f"{prefix}_webhook_secret": secret}
    for process, port in waiting:
        wait_for_port(process, port, _READY_SECONDS)
    return fields


def _token() -> str:
    # Hexadecimal: anything that may start with a dash is taken for an option one time in 64.
    return secrets.token_hex(24)


def _url(port: int) -> str:
    return f"http://127.0.0.1:{port}"
