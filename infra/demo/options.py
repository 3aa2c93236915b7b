"""What the person who starts the demo may ask for."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

Disabled = Literal["worker", "poll", "state-machine"]

PATIENCE = 150.0
"""Seconds that something healthy may take. Where a worker dies, its messages come back after a minute and a half."""

IN_VAIN = 20.0
"""Seconds to wait for what needs a part that is broken on purpose."""


@dataclass(frozen=True, slots=True)
class Options:
    """One showing."""

    seed: int
    contacts: int
    companies: int
    deals: int
    keep: bool
    disable: Disabled | None
    healthy: float = PATIENCE
    in_vain: float = IN_VAIN

    def patience(self, *needed: Disabled) -> float:
        """For how many seconds what needs these parts is waited for."""
        return self.in_vain if self.disable in needed else self.healthy


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; ends the process with a sentence if it is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.demo", description="Two made-up applications become one, on this machine."
    )
    parser.add_argument("--seed", type=int, help="of all that is made up; a fresh one by default")
    parser.add_argument("--contacts", type=_size, help="contacts per side (2,000)")
    parser.add_argument("--companies", type=_size, help="companies per side (300)")
    parser.add_argument("--deals", type=_size, help="deals per side (200)")
    parser.add_argument("--quick", action="store_true", help="200 contacts, 30 companies and 40 deals")
    parser.add_argument("--keep", action="store_true", help="leave the stage running afterwards")
    parser.add_argument(
        "--disable", choices=get_args(Disabled), help="break a part on purpose: the demo must then end in failure"
    )
    given = parser.parse_args(arguments)
    return Options(
        seed=given.seed if given.seed is not None else secrets.randbelow(1_000_000),
        contacts=given.contacts or (200 if given.quick else 2_000),
        companies=given.companies or (30 if given.quick else 300),
        deals=given.deals or (40 if given.quick else 200),
        keep=given.keep,
        disable=given.disable,
    )


def _size(text: str) -> int:
    number = int(text)
    if number < 30:
        raise argparse.ArgumentTypeError("the story needs at least 30 records per side")
    return number
