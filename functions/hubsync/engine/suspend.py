"""Which mappings can go on with the fields that the applications have now, and what has changed of them (rule 4.1).

A mapping whose field vanished, became read-only where it is written, or became a field of another kind of value is
suspended: it is neither read nor written, and everything else goes on. What a single value depends on (an option, a
length) suspends nothing; it is checked value by value (rule 4.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b

from hubsync.engine.sentences import name as name_of
from hubsync.model.mapping import FieldMapping
from hubsync.model.schema import FieldSchema, FieldType
from hubsync.model.side import Side
from hubsync.model.sync import Suspension, Sync

Fields = Mapping[str, FieldSchema]

KINDS = {
    FieldType.NUMBER: "number",
    FieldType.DATE: "date",
    FieldType.DATETIME: "date",
    FieldType.BOOLEAN: "boolean",
}
"""Types whose values cannot take each other's place; all others can be told as text."""

SHOWN = 5
"""Options named in a sentence."""


def suspensions(sync: Sync, now: Mapping[Side, Fields], before: Mapping[Side, Fields]) -> tuple[Suspension, ...]:
    """The mappings of `sync` that cannot go on with the fields of `now`; `before` are the fields as last known.

    A side that is missing in `now` is unknown: what was suspended because of it stays suspended.
    """
    known = {(each.number, each.side): each for each in sync.suspended}
    found: list[Suspension] = []
    for mapping in sync.mappings:
        for side in Side:
            earlier = known.get((mapping.number, side))
            each = (
                _suspension(sync, mapping, side, now[side], before.get(side, {}), earlier) if side in now else earlier
            )
            if each is not None:
                found.append(each)
                break
    return tuple(found)


def _suspension(
    sync: Sync, mapping: FieldMapping, side: Side, now: Fields, before: Fields, earlier: Suspension | None
) -> Suspension | None:
    each = (_of_field(sync, mapping, name, side, now, before, earlier) for name in mapping.fields(side))
    return next(filter(None, each), None)


def _of_field(
    sync: Sync, mapping: FieldMapping, name: str, side: Side, now: Fields, before: Fields, earlier: Suspension | None
) -> Suspension | None:
    app = name_of(side)
    field = now.get(name)
    if field is None and name not in before and earlier is None:
        return None  # it never was a field of its own
    if field is None:
        reason = f"There is no field {name} in {app} any more."
        return Suspension(mapping.number, side, reason, "Bring it back, or map another field and save the sync.")
    if field.read_only and sync.may_write(mapping, side):
        reason = f"The field {name} of {app} cannot be written any more."
        direction = "to_app" if side is Side.HUBSPOT else "to_hubspot"
        remedy = f"Make it writable, or give the mapping the direction {direction} and save the sync."
        return Suspension(mapping.number, side, reason, remedy)
    was = earlier.was if earlier is not None and earlier.was is not None else _type(before.get(name))
    if was is not None and KINDS.get(was) != KINDS.get(field.type):
        reason = f"The field {name} of {app} was of the type {was} and is {field.type} now."
        remedy = "Save the sync again if its values still go together, or map another field."
        return Suspension(mapping.number, side, reason, remedy, was)
    return None


def changes(sync: Sync, side: Side, now: Fields, before: Fields) -> Iterator[str]:
    """What is different about the fields of one side that are mapped or that a filter asks for, a sentence each. New
    fields are nobody's concern.
    """
    mapped = [name for mapping in sync.mappings for name in mapping.fields(side)]
    for name in dict.fromkeys([*mapped, *sync.filters.fields(side)]):
        old, new = before.get(name), now.get(name)
        if old is None or old == new:
            continue
        if new is None:
            yield f"{name} is gone."
            continue
        if old.type is not new.type:
            yield f"{name} was of the type {old.type} and is {new.type} now."
        if old.read_only != new.read_only:
            yield f"{name} can {'no longer' if new.read_only else 'now'} be written."
        if old.required != new.required:
            yield f"{name} is {'required now' if new.required else 'no longer required'}."
        if old.max_length != new.max_length:
            yield f"{name} takes {'any length' if new.max_length is None else f'{new.max_length} characters'} now."
        yield from _options(name, old, new)


def _options(name: str, old: FieldSchema, new: FieldSchema) -> Iterator[str]:
    # An option's label is the account's own configuration, like a field's name, and no customer's value.
    had, has = ({option.value: option.text for option in each.options} for each in (old, new))
    for words, texts in (
        ("has new options", [text for value, text in has.items() if value not in had]),
        ("has lost options", [text for value, text in had.items() if value not in has]),
        ("has renamed options", [text for value, text in has.items() if had.get(value, text) != text]),
    ):
        if texts:
            more = f" and {len(texts) - SHOWN} more" if len(texts) > SHOWN else ""
            yield f"{name} {words}: {', '.join(texts[:SHOWN])}{more}."


def schema_print(sync: Sync, schemas: Mapping[Side, Fields]) -> bytes:
    """A fingerprint of the mapped fields of both sides: a refusal may be another one when it changes (rule 8.4)."""
    digest = blake2b(digest_size=8)
    for side in Side:
        fields = schemas.get(side, {})
        for name in sorted({name for mapping in sync.mappings for name in mapping.fields(side)}):
            digest.update(_print(fields[name]) if name in fields else name.encode())
    return digest.digest()


@lru_cache(maxsize=1024)
def _print(field: FieldSchema) -> bytes:
    return blake2b(repr(field).encode(), digest_size=8).digest()


def _type(field: FieldSchema | None) -> FieldType | None:
    return None if field is None else field.type
