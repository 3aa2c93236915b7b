"""Mend of DynamoDB's stream."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from ministack.services import dynamodb

from infra.local.emulator.patch import wrap

Item = dict[str, Any]


def stream_partiql_writes() -> None:
    """On AWS a write by PartiQL is in the table's stream like any other; in the emulator it is not, and the counts,
    which live on the stream, would miss every batched write."""
    for name, event in (
        ("_partiql_insert", "INSERT"),
        ("_partiql_update", "MODIFY"),
        ("_partiql_delete", "REMOVE"),
    ):
        wrap(dynamodb, name, partial(_streamed, event))


def _streamed(event: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def wrapped(table: Item, parsed: Item, *args: Any) -> Any:
        before = copy.deepcopy(_target(table, parsed))
        answer = original(table, parsed, *args)
        after = _target(table, parsed)
        if answer[0] == 200 and before != after:
            dynamodb._emit_stream_event(table["TableName"], event, before, copy.deepcopy(after))
        return answer

    return wrapped


def _target(table: Item, parsed: Item) -> Item | None:
    """The item that a statement names, as it stands in the table now."""
    keys = dict(_keys(table, parsed))
    partition = dynamodb._extract_key_val(keys.get(table["pk_name"]))
    sort = dynamodb._extract_key_val(keys.get(table["sk_name"])) if table["sk_name"] else "__no_sort__"
    found: Item | None = table["items"].get(partition, {}).get(sort)
    return found


def _keys(table: Item, parsed: Item) -> Iterator[tuple[str, Any]]:
    if parsed["op"] == "INSERT":
        item = parsed.get("item", {})
        yield from (item["M"] if set(item) == {"M"} else item).items()
    for attribute, operator, value in parsed.get("conditions") or []:
        if operator == "=" and attribute in (table["pk_name"], table["sk_name"]):
            yield attribute, value
