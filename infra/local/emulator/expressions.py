"""Mend of how the emulator reads DynamoDB's expressions."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ministack.services import dynamodb

from infra.local.emulator.patch import wrap

Parse = Callable[..., Any]

EXPRESSIONS = 1_024
"""So many texts are remembered; hubsync has some dozens."""


def parse_once() -> None:
    """A query holds each item of its partition against the key condition. The emulator parses that anew for each of
    them, which takes ten times as long as the rest of the query; what a text says never changes."""
    for name in ("_tokenize", "_condition_syntax_error"):
        wrap(dynamodb, name, _remembered)
    for name in ("_check_redundant_parens", "_check_reserved_keyword_usage"):
        wrap(dynamodb, name, _remembered_of_tokens)


def _remembered(parse: Parse) -> Parse:
    once = lru_cache(EXPRESSIONS)(parse)

    def wrapped(text: str, *args: Any) -> Any:
        found = once(text, *args)
        return list(found) if isinstance(found, list) else found  # whoever asks may change a list

    return wrapped


def _remembered_of_tokens(check: Parse) -> Parse:
    once = lru_cache(EXPRESSIONS)(lambda tokens, *args, **named: check(list(tokens), *args, **named))

    def wrapped(tokens: list[Any], *args: Any, **named: Any) -> Any:
        return once(tuple(tokens), *args, **named)

    return wrapped
