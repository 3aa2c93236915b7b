"""What the log of a stage says of trouble, for whoever reads that a test waited in vain."""

from __future__ import annotations

import json
import re
from pathlib import Path

TELLING = re.compile(
    r'"level":"(ERROR|CRITICAL)"|"(group_failed|message_failed|deferred|poll_deferred|connection_away)"'
    r"|failed processing|timed out| WARNING | ERROR |Traceback"
)
FACTS = ("timestamp", "message", "error", "kinds", "references", "exception_name", "exception")
MOST, WIDTH = 25, 600


def troubles(logs: Path) -> str:
    """The last lines of a stage's emulator that tell of failures and of what was put off."""
    file = logs / "emulator.log"
    if not file.exists():
        return f"There is no {file}."
    lines = [line for line in file.read_text(errors="replace").splitlines() if TELLING.search(line)]
    return "\n".join([f"The last of {len(lines)} telling lines of {file.name}:", *map(_short, lines[-MOST:])])


def _short(line: str) -> str:
    try:
        told = json.loads(line)
    except ValueError:
        return line[:WIDTH]
    # Of a traceback its end says what it was.
    facts = [f"{name}={str(told[name])[-WIDTH:]}" for name in FACTS if name in told]
    return " ".join(facts)
