"""Numbers in one form, whichever application wrote them down."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

LONGEST_NUMBER = 100
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")


@lru_cache(maxsize=4096)
def canonical_number(text: str) -> str | None:
    """A decimal number without an exponent, a plus sign, or zeros that say nothing; None for what is none."""
    if not NUMBER.match(text):
        return None
    digits = format(Decimal(text), "f")
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    sign = "-" if digits.startswith("-") else ""
    digits = digits.lstrip("+-0") or "0"
    if len(digits) > LONGEST_NUMBER:
        return None
    digits = f"0{digits}" if digits.startswith(".") else digits
    return digits if digits == "0" else sign + digits
