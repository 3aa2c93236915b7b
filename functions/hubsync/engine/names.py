"""First and last name on one side, the whole name on the other (rule 4.4)."""

from __future__ import annotations


def whole(first: str, last: str) -> str:
    """The two parts as one name."""
    return " ".join(part for part in (first, last) if part)


def split(name: str, first: str, last: str) -> tuple[str, str]:
    """A whole name in two parts, given the parts as they were; only the part that changed becomes another.

    A part that still begins or ends the name stays as it is. What is new between the two goes to the last name if it
    begins with a small letter (`de la Cruz`), else to the first (`Ana María`). Where neither part is there any more,
    the first word is the first name.
    """
    words, firsts, lasts = name.split(), first.split(), last.split()
    begins = bool(firsts) and words[: len(firsts)] == firsts
    ends = bool(lasts) and words[-len(lasts) :] == lasts
    if begins and ends and len(words) > len(firsts) + len(lasts):
        ends = not words[len(firsts)][0].islower()
    elif begins and ends and len(words) < len(firsts) + len(lasts):
        begins = ends = False
    if ends:
        return " ".join(words[: len(words) - len(lasts)]), last
    if begins:
        return first, " ".join(words[len(firsts) :])
    return " ".join(words[:1]), " ".join(words[1:])
