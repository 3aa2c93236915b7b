"""Mends of how the emulator reads DynamoDB's expressions: as AWS does, but not as slowly."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ministack.services import dynamodb

from infra.local.emulator.patch import wrap

Parse = Callable[..., Any]

EXPRESSIONS = 1_024
"""So many texts are remembered; hubsync has some dozens."""

CLAUSE = re.compile(r"(\w+) (=|<) (:\w+)|begins_with\((\w+), (:\w+)\)")
"""What hubsync says of keys, which are text."""


def parse_once() -> None:
    """A query holds each item of its partition against the key condition. The emulator parses that anew for each of
    them, which takes ten times as long as the rest of the query; what a text says never changes."""
    for name in ("_tokenize", "_condition_syntax_error"):
        wrap(dynamodb, name, _remembered)
    for name in ("_check_redundant_parens", "_check_reserved_keyword_usage"):
        wrap(dynamodb, name, _remembered_of_tokens)
    wrap(dynamodb, "_evaluate_condition", _at_once)


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


def _at_once(evaluate: Parse) -> Parse:
    """Plain conditions of text are compared right here, once the emulator had nothing to say against them."""
    fine: set[str] = set()

    def wrapped(text: str, item: Mapping[str, Any], values: Any, *args: Any, **named: Any) -> Any:
        clauses = _clauses(text) if text in fine else ()
        pairs = [
            (item.get(name, {}).get("S"), verb, (values or {}).get(ref, {}).get("S")) for name, verb, ref in clauses
        ]
        if pairs and all(left is not None and right is not None for left, _, right in pairs):
            return all(_holds(left, verb, right) for left, verb, right in pairs)
        answer = evaluate(text, item, values, *args, **named)
        if len(fine) < EXPRESSIONS:
            fine.add(text)
        return answer

    return wrapped


def _holds(left: str, verb: str, right: str) -> bool:
    if verb == "=":
        return left == right
    return left < right if verb == "<" else left.startswith(right)


@lru_cache(EXPRESSIONS)
def _clauses(text: str) -> tuple[tuple[str, str, str], ...]:
    """Attribute, verb and value of each clause; none if there is anything else in it."""
    found = [CLAUSE.fullmatch(part) for part in text.split(" AND ")]
    if not all(found):
        return ()
    return tuple((each[1] or each[4], each[2] or "begins_with", each[3] or each[5]) for each in found if each)
