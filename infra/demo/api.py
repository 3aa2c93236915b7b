"""A small client of the management API, and the `hubsync` command for what a person would type."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.demo.stage import environment
from infra.local.stage_info import StageInfo

DOCUMENT = Path(__file__).with_name("syncs.yaml")


@dataclass(frozen=True, slots=True)
class PhaseView:
    """How far one phase is. `total` is None where the application does not tell; times are epoch milliseconds."""

    phase: str
    seen: int
    settled: int
    total: int | None
    done: bool
    started_at: int | None = None
    finished_at: int | None = None


@dataclass(frozen=True, slots=True)
class SyncView:
    """One sync as the API shows it."""

    name: str
    status: str
    phase: str | None
    progress: tuple[PhaseView, ...]
    counts: Mapping[str, int]
    problem: str | None


class Api:
    """The management API of a stage."""

    def __init__(self, info: StageInfo) -> None:
        self._info = info
        headers = {"Authorization": f"Bearer {info.api_token}"}
        self._http = httpx.Client(base_url=info.api_url, headers=headers, timeout=30)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def apply(self) -> str:
        """`hubsync apply` the demo's document; what the command said. Raises `RuntimeError` with its words."""
        command = [sys.executable, "-m", "infra.cli.main", "apply", str(DOCUMENT)]
        done = subprocess.run(command, env=environment(self._info), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"`hubsync apply` failed: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def syncs(self) -> dict[str, SyncView]:
        """Every sync by name."""
        return {item["name"]: _view(item) for item in self._get("/v1/syncs")["syncs"]}

    def compare(self, name: str) -> None:
        """Start the comparison of a sync."""
        response = self._http.post(f"/v1/syncs/{name}/compare")
        if response.is_error:
            raise RuntimeError(f"The comparison of {name} was refused: {response.status_code} {response.text[:300]}")

    def _get(self, path: str) -> Any:
        response = self._http.get(path)
        if response.is_error:
            raise RuntimeError(f"GET {path} was refused: {response.status_code} {response.text[:300]}")
        return response.json()


def _view(item: Mapping[str, Any]) -> SyncView:
    phases = tuple(
        PhaseView(
            row["phase"],
            row["seen"],
            row["settled"],
            row.get("total"),
            bool(row.get("done")),
            row.get("started_at"),
            row.get("finished_at"),
        )
        for row in item.get("progress", ())
    )
    counts = item.get("counts") or {}
    return SyncView(item["name"], item["status"], item.get("phase"), phases, counts, item.get("problem"))
