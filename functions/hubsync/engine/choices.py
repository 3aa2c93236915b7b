"""Options of two fields that stand for each other: by the mapping's own table, by value, or by label (rule 4.2).

Names are compared without case and surplus spaces. What is known of the fields may be both lists of options, one, or
none: then the values themselves are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hubsync.engine.identify import normal_name
from hubsync.model.mapping import OptionPair
from hubsync.model.schema import Option
from hubsync.model.side import Side

SHOWN = 10
"""Options that a remedy lists, at most."""


@dataclass(slots=True)
class _Names:
    """The options of one side: what each stands for, by value and by normal name, and how it is written."""

    known: bool
    exact: dict[str, str] = field(default_factory=dict)
    named: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def meaning(self, text: str) -> str | None:
        """What a value or a label stands for; None for what is no option."""
        return self.exact.get(text) or self.named.get(normal(text))


class Choices:
    """The options of the two fields of one mapping."""

    def __init__(self, pairs: Iterable[OptionPair], options: Mapping[Side, tuple[Option, ...]]) -> None:
        self._options = options
        self._sides = {side: _Names(bool(options.get(side))) for side in Side}
        self._pair(tuple(pairs))
        leader = Side.APP if options.get(Side.APP) else Side.HUBSPOT
        for option in options.get(leader, ()):
            self._add(leader, option, f"={option.value}")
        for option in options.get(leader.other, ()):
            found = self._partner(leader, option)
            self._add(leader.other, option, found or f"{leader.other}: {option.value}")

    def meaning(self, side: Side, text: str) -> str:
        """What a value on `side` stands for; equal on both sides for options that go with each other."""
        own, other = self._sides[side], self._sides[side.other]
        found = own.meaning(text)
        if found is None and not own.known:
            found = other.meaning(text)
        if found is not None:
            return found
        return f"{side}? {normal(text)}" if own.known or other.known else f"= {normal(text)}"

    def value(self, side: Side, text: str) -> str | None:
        """What to write on `side` for a value of the other; None where `side` has no such option."""
        own = self._sides[side]
        found = own.written.get(self.meaning(side.other, text))
        return text if found is None and not own.known else found

    def listed(self, side: Side) -> str:
        """The options of `side`, for people; empty where they are not known."""
        texts = [option.text for option in self._options.get(side, ())]
        return ", ".join(texts[:SHOWN]) + (", …" if len(texts) > SHOWN else "")

    def label(self, side: Side, text: str) -> str:
        """What people read for a value of `side`; the value itself where that is not known."""
        return next((option.text for option in self._options.get(side, ()) if option.value == text), text)

    def _pair(self, pairs: tuple[OptionPair, ...]) -> None:
        """The mapping's own table comes first. Several options of HubSpot may stand for one of the app."""
        for pair in pairs:
            meaning = f"+{normal(self._value(Side.APP, pair.app))}"
            for side in Side:
                value, names = self._value(side, pair.name(side)), self._sides[side]
                names.exact.setdefault(value, meaning)
                names.named.setdefault(normal(value), meaning)
                names.named.setdefault(normal(pair.name(side)), meaning)
                names.written.setdefault(meaning, value)

    def _value(self, side: Side, name: str) -> str:
        """The value of the option that a table names by value or label."""
        for wanted in (lambda option: option.value == name, lambda option: normal(name) in _names(option)):
            for option in self._options.get(side, ()):
                if wanted(option):
                    return option.value
        return name

    def _partner(self, leader: Side, option: Option) -> str | None:
        """What an option stands for by the leader's: equal values count before equal labels."""
        names = self._sides[leader]
        for wanted in _names(option):
            if wanted in names.named and names.named[wanted].startswith("="):
                return names.named[wanted]
        return None

    def _add(self, side: Side, option: Option, meaning: str) -> None:
        names = self._sides[side]
        meaning = names.exact.setdefault(option.value, meaning)
        for name in _names(option):
            names.named.setdefault(name, meaning)
        names.written.setdefault(meaning, option.value)


def normal(text: str) -> str:
    """An option's name without case and surplus spaces."""
    return normal_name(text) or ""


def _names(option: Option) -> tuple[str, str]:
    return normal(option.value), normal(option.text)
