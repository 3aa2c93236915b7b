"""What ends a command: a sentence, a remedy, an exit code."""

from __future__ import annotations

from collections.abc import Sequence

FAILED, USAGE, ATTENTION, UNREACHABLE, UNAUTHORISED = 1, 2, 3, 4, 5
"""The exit codes: the API refused it; the command or file is wrong; it went well, and there is something to look at (a
plan that is not empty, a sync that is held or stalled, an account that is away); no API answers; nobody is signed in,
or their role is not enough."""


class CliError(Exception):
    """Ends the command. `lines` stand between sentence and remedy, one fault each."""

    def __init__(self, sentence: str, remedy: str, *, code: int = FAILED, lines: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy
        self.code = code
        self.lines = tuple(lines)
