"""Starting and ending the stage's processes; one that is not ours is never touched."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

GRACE_SECONDS = 5.0


class ProcessFailedError(Exception):
    """A process of the stage ended or did not answer in time; the message has the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process that the stage started. `started` tells it from a later process that was given the same id."""

    name: str
    pid: int
    started: str
    log: str

    def as_json(self) -> dict[str, Any]:
        """For stage.json."""
        return asdict(self)


def start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Running:
    """Start a process in a session of its own, so that it survives this one, its words going to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            list(command),
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    # The record outlives this object; without this, Popen would warn that its child still runs.
    process.returncode = 0
    return Running(name, process.pid, _started(process.pid) or "", str(log))


def alive(process: Running) -> bool:
    """Whether this very process still runs."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(process.pid, os.WNOHANG)
    return bool(process.started) and _started(process.pid) == process.started


def end(processes: Sequence[Running]) -> None:
    """Ask all of them to stop, then make them; each with what it started itself."""
    ours = [process for process in processes if alive(process)]
    for process in ours:
        _signal(process, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while any(alive(process) for process in ours) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in ours:
        if alive(process):
            _signal(process, signal.SIGKILL)


def wait_for_port(process: Running, port: int, seconds: float) -> None:
    """Return when `port` accepts connections; raises `ProcessFailedError` if the process ends or takes too long."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.2):
            return
        if not alive(process):
            raise ProcessFailedError(f"The {process.name} ended while starting. {tail(Path(process.log))}")
        time.sleep(0.05)
    raise ProcessFailedError(
        f"The {process.name} did not answer on port {port} within {seconds:.0f} s. {tail(Path(process.log))}"
    )


def free_ports(count: int) -> list[int]:
    """Ports on 127.0.0.1 that nobody listens on. All are held until the last is known, so that none comes twice."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log as a sentence."""
    try:
        text = log.read_text(errors="replace").strip()
    except OSError:
        text = ""
    if not text:
        return f"Its log {log} is empty."
    return f"The end of its log {log}:\n" + "\n".join(text.splitlines()[-lines:])


def _signal(process: Running, number: signal.Signals) -> None:
    # The session's leader is the process itself, so its group holds what it started and nothing of ours.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _started(pid: int) -> str | None:
    """When a process started, in whatever words the system has for it; None if there is none or it is a zombie."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            # The name in brackets may hold spaces; what follows it does not. State is field 3, start time field 22.
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]
    said = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return None if not said or said.startswith("Z") else said.partition(" ")[2].strip()
