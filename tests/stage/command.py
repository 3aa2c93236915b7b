"""The `hubsync` command against a stage, as a person types it: a process of its own, in a folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.demo.stage import environment
from infra.local.stage_info import StageInfo

SECONDS = 150.0
"""A command that waits for a run of an older sync waits for the longest lease of the run before (85 s) as well."""

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said with `--json`: one document and nothing else."""
        return json.loads(self.out)


class Hubsync:
    """Runs `hubsync …` in `folder`, where nobody sits at a terminal; how it got in is the stage's own business."""

    def __init__(self, stage: StageInfo, folder: Path, byte_code: Path) -> None:
        self.folder = folder
        # Each is a new Python; where byte code is kept nowhere, each would compile half a site-packages again.
        kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(byte_code)}
        # Nor is it anybody who signed in on this machine.
        nobody = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        self._variables = {**environment(stage), **kept, **nobody, "COLUMNS": "200", "PYTHONPATH": str(ROOT)}

    def __call__(self, *words: str, code: int = 0, given: str = "", **variables: str) -> Done:
        """Type `words` with some more variables set, and `given` on standard input. Fails where it ends with another
        code than `code`.
        """
        command = [sys.executable, "-m", "infra.cli.main", *words]
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env={**self._variables, **variables},
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        done = Done(ended.returncode, ended.stdout, ended.stderr)
        assert done.code == code, f"`hubsync {' '.join(words)}` ended with {done.code}: {done.out}{done.err}"
        return done

    def write(self, document: object, name: str = "syncs.yaml") -> str:
        """Write a document beside it; its path."""
        path = self.folder / name
        path.write_text(yaml.safe_dump(document))
        return str(path)
