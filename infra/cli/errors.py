"""What ends a command: a sentence, a remedy, an exit code."""

from __future__ import annotations

from collections.abc import Sequence

FAILED, USAGE, ATTENTION, UNREACHABLE, UNAUTHORISED = 1, 2, 3, 4, 5
"""The exit codes: the API refused it; the command or file is wrong; it went well, and there is something to look at (a
plan that is not empty, a sync that is held or stalled, an account that is away); no API answers; nobody is signed in,
or their role is not enough."""


class CliError(Exception):
    """Ends the command. `lines` stand between sentence and remedy, one fault each. `after` is in how many seconds the
    same may be asked again, where that was told."""

    def __init__(
        self, sentence: str, remedy: str, *, code: int = FAILED, lines: Sequence[str] = (), after: int | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.code = code
        self.lines = tuple(lines)
        self.after = after
