"""A small client of the management API, and the `hubsync` command for what a person would type."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from infra.demo.checker.rules import Side
from infra.demo.stage import environment
from infra.local.stage_info import StageInfo

DOCUMENT = Path(__file__).with_name("syncs.yaml")
DEALS = Path(__file__).with_name("deals.yaml")
CHANGES = 3
"""The exit code of `hubsync plan` where there is something to do."""


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


@dataclass(frozen=True, slots=True)
class Review:
    """What a restore would make again: how many records, their ids on the side where they still are, and the token that
    binds a confirmation to just these."""

    count: int
    survivors: tuple[str, ...]
    token: str


class Api:
    """The management API of a stage."""

    def __init__(self, info: StageInfo) -> None:
        self._info = info
        self._http = httpx.Client(base_url=info.api_url, auth=info.auth(), timeout=30)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def apply(self, document: Path) -> str:
        """`hubsync apply` a document; what the command said. Raises `RuntimeError` with its words."""
        return self._command("apply", str(document)).stdout.strip()

    def plan(self, document: Path) -> Mapping[str, Any]:
        """`hubsync plan` a document with one sync: the counts of its plan, once it is made. Raises `RuntimeError`."""
        said = self._command("plan", str(document), "--json", good=(0, CHANGES)).stdout
        (plan,) = json.loads(said)["plans"]
        counts: Mapping[str, Any] = plan["counts"]
        return counts

    def review(self, name: str, target: Side) -> Review:
        """What can be made again of what was deleted on a side."""
        found = self._post(f"/v1/syncs/{name}/restore", {"target": target, "ids": "all"})
        key = "app_id" if target == "hubspot" else "hubspot_id"
        return Review(found["count"], tuple(each[key] for each in found["records"]), found["token"])

    def restore(self, name: str, target: Side, review: Review) -> None:
        """Confirm a review: what it showed is made again."""
        body = {"target": target, "ids": "all", "confirm": review.count, "token": review.token}
        self._post(f"/v1/syncs/{name}/restore", body)

    def syncs(self) -> dict[str, SyncView]:
        """Every sync by name."""
        return {item["name"]: _view(item) for item in self._get("/v1/syncs")["syncs"]}

    def compare(self, name: str) -> None:
        """Start the comparison of a sync."""
        self._post(f"/v1/syncs/{name}/compare", None)

    def _command(self, *words: str, good: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "infra.cli.main", *words]
        done = subprocess.run(command, env=environment(self._info), capture_output=True, text=True, check=False)
        if done.returncode not in good:
            raise RuntimeError(f"`hubsync {words[0]}` failed: {done.stdout}{done.stderr}")
        return done

    def _post(self, path: str, body: Mapping[str, Any] | None) -> Any:
        response = self._http.post(path, json=body)
        if response.is_error:
            raise RuntimeError(f"POST {path} was refused: {response.status_code} {response.text[:300]}")
        return response.json()

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
