"""How clean values get dirty: each function takes a chooser of chances and a value, and gives what an export shows."""

from __future__ import annotations

import random
import unicodedata
from typing import Any

Fields = dict[str, Any]


def slug(text: str) -> str:
    """Plain small letters and digits: `Ana María` is `anamaria`."""
    plain = unicodedata.normalize("NFKD", text.replace("Ł", "L").replace("ł", "l").replace("Ø", "O").replace("ø", "o"))
    return "".join(c for c in plain.lower() if c.isascii() and c.isalnum())


def spaced(dice: random.Random, text: str) -> str:
    """Now and then with space around it, or in capitals."""
    roll = dice.random()
    if roll < 0.05:
        return f"  {text} "
    if roll < 0.08:
        return f"{text}\t"
    return text


def shouted(dice: random.Random, text: str) -> str:
    """Now and then in capitals or in small letters: a person's edit that differs."""
    roll = dice.random()
    if roll < 0.03:
        return text.upper()
    return text.lower() if roll < 0.05 else text


def cased_email(dice: random.Random, email: str) -> str:
    """The same address, as people type it."""
    roll = dice.random()
    if roll < 0.08:
        return email.upper()
    if roll < 0.16:
        local, _, host = email.partition("@")
        return f"{local.title()}@{host}"
    return f" {email} " if roll < 0.20 else email


def broken_email(dice: random.Random, email: str) -> str:
    """Something in the email field that is none."""
    local, _, host = email.partition("@")
    return dice.choice(("n/a", local, f"{local}@", f"{local}@@{host}", f"{local} {host}", "unknown", f"@{host}"))


def formatted_phone(dice: random.Random, digits: str) -> str:
    """Ten digits in one of the ways in which people write them."""
    area, exchange, line = digits[:3], digits[3:6], digits[6:]
    return dice.choice(
        (
            f"+1{digits}",
            f"+1 {area} {exchange} {line}",
            f"({area}) {exchange}-{line}",
            f"{area}.{exchange}.{line}",
            f"{area}-{exchange}-{line}",
            f"1-{area}-{exchange}-{line}",
            digits,
        )
    )


def number_text(dice: random.Random, value: float) -> str:
    """A number as text: `250`, `250.0`, `+250`."""
    plain = f"{value:g}"
    roll = dice.random()
    if roll < 0.10 and "." not in plain:
        return f"{plain}.0"
    return plain


def website(dice: random.Random, domain: str) -> str:
    """A domain as it stands in a website field."""
    return dice.choice(
        (
            f"https://{domain}",
            f"http://www.{domain}/",
            f"https://www.{domain}/about-us?from=card",
            f"HTTPS://{domain.upper()}",
            f"https://{domain}:8443/shop",
        )
    )


def blanked(dice: random.Random, fields: Fields, names: tuple[str, ...], chance: float) -> None:
    """Leave some of the named fields out."""
    for name in names:
        if dice.random() < chance:
            fields[name] = None
