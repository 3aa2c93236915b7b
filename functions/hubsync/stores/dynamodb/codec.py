"""Settings as JSON text: frozen dataclasses to plain values and back.

What the text lacks gets the dataclass's own default, and what the dataclass lacks is passed over: an item of the
release before can be read, and so can an item with an optional field more. Anything else raises the schema version
(`hubsync.stores.dynamodb.schema`). Bytes are not text; they have attributes of their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


def encode(value: Any, *, without: frozenset[str]) -> str:
    """A dataclass as JSON text, `without` the fields that the item holds elsewhere."""
    return json.dumps(
        {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name not in without},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def decode(shape: type[_T], text: str, **elsewhere: Any) -> _T:
    """The dataclass `shape` out of JSON text, and of the fields that the item holds elsewhere."""
    return shape(**_arguments(shape, json.loads(text)), **elsewhere)


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value


def _arguments(shape: type, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _typed(hint, plain[name]) for name, hint in _hints(shape).items() if name in plain}


def _typed(hint: Any, plain: Any) -> Any:
    if get_origin(hint) in (Union, UnionType):
        if plain is None:
            return None
        (hint,) = (one for one in get_args(hint) if one is not NoneType)
    if get_origin(hint) is tuple:
        return tuple(_typed(get_args(hint)[0], one) for one in plain)
    if get_origin(hint) is Mapping:
        return {key: _typed(get_args(hint)[1], one) for key, one in plain.items()}
    if is_dataclass(hint) and isinstance(hint, type):
        return hint(**_arguments(hint, plain))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(plain)
    return plain


@lru_cache(maxsize=32)
def _hints(shape: type) -> Mapping[str, Any]:
    return get_type_hints(shape)
