"""The cloud assembly that goes onto the emulator, synthesised beside other work and kept until its sources change."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from infra.local.deployment import ROOT, DeploymentError
from infra.local.processes import tail

MACHINES = "viewer:viewer,operator:operator,admin:admin"
"""A stage has a machine for each role, called like it."""

_SECONDS = 120.0
_KEPT_SECONDS = 3600.0


class Synthesis:
    """Begins when its block is entered; `result` waits for it, and leaving the block early ends it."""

    def __init__(self, cache: Path, variables: Mapping[str, str], logs: Path) -> None:
        self._assembly = cache / fingerprint()
        self._variables = variables
        self._log = logs / "synthesis.log"
        self._aside: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the CDK app, unless what it would give is in the cache."""
        if not self._assembly.exists():
            self._begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what still runs, with the Node process that it started, and clear up."""
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        if self._aside is not None:
            shutil.rmtree(self._aside, ignore_errors=True)

    def result(self) -> Path:
        """The assembly's folder; raises `DeploymentError` with the end of the app's log."""
        if self._process is None or self._aside is None:
            return self._assembly
        try:
            code = self._process.wait(_SECONDS)
        except subprocess.TimeoutExpired as late:
            raise DeploymentError(f"The synthesis took longer than {_SECONDS:.0f} s. {tail(self._log)}") from late
        if code != 0:
            raise DeploymentError(f"The synthesis failed. {tail(self._log, 30)}")
        self._keep(self._aside)
        return self._assembly

    def _begin(self) -> None:
        cache = self._assembly.parent
        cache.mkdir(parents=True, exist_ok=True)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        # Filled aside and renamed when complete, so that neither a crash nor a second `up` leaves half of one.
        self._aside = Path(tempfile.mkdtemp(dir=cache, prefix=".synth-"))
        settings = json.loads((ROOT / "cdk.json").read_text())
        context = json.dumps({**settings["context"], "local": "true", "machine_clients": MACHINES})
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.app"],
                cwd=ROOT,
                env={**self._variables, "CDK_OUTDIR": str(self._aside), "CDK_CONTEXT_JSON": context},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _keep(self, aside: Path) -> None:
        for old in self._assembly.parent.iterdir():
            # A younger one may be on its way to another stage that shares the cache.
            if time.time() - old.stat().st_mtime > _KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)
        # Another stage that shares the cache may have been faster with the same.
        with contextlib.suppress(OSError):
            aside.rename(self._assembly)


def fingerprint() -> str:
    """A digest of everything that goes into the assembly: the app, the functions, the versions of both."""
    digest = hashlib.sha256(f"{sys.version}{importlib.metadata.version('aws-cdk-lib')}".encode())
    for path in _sources():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _sources() -> Iterator[Path]:
    yield ROOT / "cdk.json"
    yield ROOT / "infra" / "app.py"
    for folder in ("infra/constructs", "infra/stacks", "infra/statemachines", "functions"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith("."):
                yield path
