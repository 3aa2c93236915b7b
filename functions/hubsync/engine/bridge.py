"""The way between the two fields of one mapping: how their values are compared, and what is written (section 4).

A bridge is built once for a sync and what is known of its fields, and serves every record. It is right whether the
schemas are known or not; what they tell is then checked before the call (rule 4.5) instead of by the application.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from hubsync.engine.choices import Choices
from hubsync.engine.context import Context
from hubsync.engine.names import split, whole
from hubsync.engine.owners import OwnerMatch, UnknownOwnerError
from hubsync.engine.several import elements, joined, mirrored, replaced, together
from hubsync.engine.transform import UnfitValueError, canonical, render, single, text_of
from hubsync.model.directory import Owner
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.model.status import Failure, FailureCategory
from hubsync.model.sync import Sync

Forms: TypeAlias = "tuple[str | None, str | None]"
"""The normal forms of the values in HubSpot and in the app."""

Remembered: TypeAlias = "Callable[[str], bool]"
"""Says whether a normal form is the one that was mirrored when the pair was last settled."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The raw values to write on one side, by field, and the form in which they will be compared."""

    fields: Mapping[str, Value]
    form: str | None


def nothing(_: str) -> bool:
    """Nothing was mirrored before."""
    return False


@dataclass(slots=True, eq=False)
class Bridge:
    """One mapping with what is known of its fields."""

    mapping: FieldMapping
    targets: frozenset[Side]
    region: str | None
    schemas: dict[Side, FieldSchema | None]
    choices: Choices | None
    owners: OwnerMatch
    plain: bool
    """Whether a value is compared by itself: one value on each side, read alike."""

    def value(self, side: Side, record: Record | None) -> Value:
        """The raw value on `side`: of joined fields a list of all, empty only if all are."""
        if record is None:
            return None
        names = self.mapping.fields(side)
        if len(names) == 1:
            return record.fields.get(names[0])
        values = [record.fields.get(name) for name in names]
        return None if all(is_empty(value) for value in values) else values

    def forms(self, hubspot: Value, app: Value, remembered: Remembered = nothing) -> Forms:
        """The forms in which the two values are compared; equal where they say the same. Never raises."""
        mapping = self.mapping
        if self.plain:
            transform, region = mapping.transform, self.region
            return canonical(transform, hubspot, region=region), canonical(transform, app, region=region)
        mirrors = self.mirrors
        if mirrors is None:
            return self.form(Side.HUBSPOT, hubspot), self.form(Side.APP, app)
        if mirrors is Side.HUBSPOT:
            other = self.form(Side.APP, app)
            return self._mirrored(Side.HUBSPOT, hubspot, other, remembered), other
        other = self.form(Side.HUBSPOT, hubspot)
        return other, self._mirrored(Side.APP, app, other, remembered)

    def form(self, side: Side, value: Value) -> str | None:
        """The normal form of one side's value by itself; of several the first, where the other side has one."""
        mapping = self.mapping
        if mapping.transform is Transform.LABELS and side in mapping.several:
            return canonical(Transform.TEXT, self._labels(side, value))
        if len(mapping.fields(side)) > 1:
            return canonical(mapping.transform, _whole(value))
        if side not in mapping.several:
            return self._one(side, value)
        forms = [self._one(side, element) for element in elements(side, value)]
        if len(mapping.several) == 1:
            return next((form for form in forms if form is not None), None)
        return together(forms)

    @property
    def mirrors(self) -> Side | None:
        """The side that holds several values of which one is mirrored on the other; None where there is none."""
        mapping = self.mapping
        alone = len(mapping.several) == 1 and mapping.transform is not Transform.LABELS
        return mapping.several[0] if alone else None

    def every_form(self, side: Side, value: Value) -> list[str | None]:
        """The forms of each value in a field of several of which one is mirrored; else of the value."""
        if self.mirrors is not side:
            return [self.form(side, value)]
        return [self._one(side, element) for element in elements(side, value)] or [None]

    def carried(self, side: Side, value: Value, current: Value, remembered: Remembered = nothing) -> Carried:
        """What to write on `side` for the other side's raw `value`; `current` is what stands there now.

        Raises `UnfitValueError` for a value that does not fit (rule 4.5), `UnknownOwnerError` (rule 4.7).
        """
        mapping = self.mapping
        if len(mapping.fields(side)) > 1:
            return Carried(self._parts(side, value, current), canonical(mapping.transform, value))
        name, source = mapping.field(side), side.other
        if len(mapping.fields(source)) > 1:
            value = _whole(value)
        elif mapping.transform is Transform.LABELS:
            value = self._labels(source, value)
        elif source in mapping.several:
            values = elements(source, value)
            if side in mapping.several:
                written = joined(side, [self._written(side, name, one) for one in values])
                return Carried({name: written}, self.form(side, written))
            place = self._place(source, values, self.form(side, current), remembered)
            value = None if place is None else values[place]
        written = self._written(side, name, value)
        form = self.form(side, written)
        if side in mapping.several:
            values = elements(side, current)
            written = joined(side, replaced(values, self._place(side, values, form, remembered), written))
        return Carried({name: written}, form)

    def _place(self, side: Side, values: list[Value], other: str | None, remembered: Remembered) -> int | None:
        """Which of several values is the one that is mirrored."""
        return mirrored([self._one(side, value) for value in values], other, remembered)

    def _mirrored(self, side: Side, value: Value, other: str | None, remembered: Remembered) -> str | None:
        values = elements(side, value)
        place = self._place(side, values, other, remembered)
        return None if place is None else self._one(side, values[place])

    def _one(self, side: Side, value: Value) -> str | None:
        """The normal form of a single value."""
        if self.choices is not None and self.mapping.transform is Transform.OPTION:
            text = text_of(value)
            return self.choices.meaning(side, text) if text else None
        if self.mapping.transform is Transform.OWNER:
            text = text_of(value)
            return self.owners.form(side, text) if text else None
        if self.mapping.transform is Transform.OWNER_NAME and self._owned(side):
            value = self.owners.text(side, text_of(value)) or (f"{side}? {text_of(value)}" if text_of(value) else None)
        return canonical(self.mapping.transform, value, region=self.region)

    def _owned(self, side: Side) -> bool:
        """Whether `side` holds the owner whose name is carried: the one that is not written."""
        return side not in self.targets

    def _labels(self, side: Side, value: Value) -> str:
        texts = [text_of(element) for element in elements(side, value)]
        return ", ".join(texts if self.choices is None else [self.choices.label(side, text) for text in texts])

    def _parts(self, side: Side, value: Value, current: Value) -> dict[str, Value]:
        """The fields of a joined name that have to change."""
        names = self.mapping.fields(side)
        written = render(self.mapping.transform, value, side)
        before = [text_of(part) for part in current] if isinstance(current, list) else [""] * len(names)
        after = split(text_of(written), before[0], before[1])
        changed = [(name, new) for name, new, old in zip(names, after, before, strict=True) if new != old]
        return {name: self._checked(side, name, new or None) for name, new in changed}

    def _written(self, side: Side, name: str, value: Value) -> Value:
        """One value in the form of `side`, checked (rule 4.5)."""
        if is_empty(value):
            return None
        if self.choices is not None and self.mapping.transform is Transform.OPTION:
            return _chosen(self.choices, side, name, value)
        if self.mapping.transform is Transform.OWNER:
            single(value)
            return self.owners.id(side, text_of(value))
        if self.mapping.transform is Transform.OWNER_NAME:
            single(value)
            value = self.owners.text(side.other, text_of(value))
            if value is None:
                raise UnknownOwnerError
        schema = self.schemas[side]
        field_type = None if schema is None else schema.type
        return self._checked(side, name, render(self.mapping.transform, value, side, field_type, region=self.region))

    def _checked(self, side: Side, name: str, value: Value) -> Value:
        """A value that is not longer than its field takes."""
        schema = self.schemas[side]
        longest = None if schema is None else schema.max_length
        if longest is not None and isinstance(value, str) and len(value) > longest:
            raise UnfitValueError(
                Failure(
                    FailureCategory.TOO_LONG,
                    f"The value is longer than {name} takes.",
                    f"Shorten it to {longest:,} characters.",
                    name,
                )
            )
        return value


def _chosen(choices: Choices, side: Side, name: str, value: Value) -> str:
    """The option of `side` for a value of the other."""
    single(value)
    chosen = choices.value(side, text_of(value))
    if chosen is None:
        raise UnfitValueError(
            Failure(
                FailureCategory.OPTION_MISSING,
                f"{name} has no option that stands for the value.",
                f"Choose one that stands for {choices.listed(side)}; or add the option, or name it in the mapping's "
                "options.",
                name,
            )
        )
    return chosen


def _whole(value: Value) -> Value:
    """Joined fields as one text."""
    if not isinstance(value, list):
        return value
    parts = [text_of(part) for part in value]
    return whole(parts[0], parts[1])


@dataclass(frozen=True, slots=True)
class _Built:
    """What bridges were built from, and the bridges."""

    sync: Sync
    schemas: Mapping[Side, Mapping[str, FieldSchema]]
    owners: tuple[Mapping[str, Owner] | None, Mapping[str, Owner] | None]
    bridges: tuple[Bridge, ...]


_built: dict[int, _Built] = {}


def bridges(context: Context) -> tuple[Bridge, ...]:
    """The bridges of a sync's mappings, in their order; remembered for each sync object, its schemas and owners."""
    sync, schemas = context.sync, context.schemas
    owners = context.owners.get(Side.HUBSPOT), context.owners.get(Side.APP)
    known = _built.get(id(sync))
    if (
        known is not None
        and known.sync is sync
        and known.schemas is schemas
        and known.owners[0] is owners[0]
        and known.owners[1] is owners[1]
    ):
        return known.bridges
    match = OwnerMatch(context.owners)
    built = tuple(
        _bridge(
            mapping,
            frozenset(side for side in Side if sync.may_write(mapping, side)),
            sync.phone_region,
            {side: context.field_schema(side, mapping.field(side)) for side in Side},
            match,
        )
        for mapping in sync.mappings
    )
    if len(_built) > 256:
        _built.clear()
    _built[id(sync)] = _Built(sync, schemas, owners, built)
    return built


def differing(
    context: Context, hubspot: Record, app: Record, watched: Container[int]
) -> Iterator[tuple[Bridge, Value, Value]]:
    """The fields of a pair that have to be compared, with their raw values.

    The same text on both sides is the same value, whatever it means; most fields of most pairs are, and nothing more is
    asked of them. A number in `watched` is told all the same.
    """
    left_fields, right_fields = hubspot.fields, app.fields
    for bridge in bridges(context):
        if not bridge.plain:
            yield bridge, bridge.value(Side.HUBSPOT, hubspot), bridge.value(Side.APP, app)
            continue
        mapping = bridge.mapping
        left, right = left_fields.get(mapping.hubspot_field), right_fields.get(mapping.app_field)
        if left != right or not (left is None or isinstance(left, str)) or mapping.number in watched:
            yield bridge, left, right


def bridge_of(mapping: FieldMapping, region: str | None = None) -> Bridge:
    """The bridge of a mapping of whose fields nothing is known."""
    targets = frozenset(side for side in Side if mapping.direction.writes(side))
    return _bridge(mapping, targets, region, dict.fromkeys(Side), OwnerMatch({}))


def _bridge(
    mapping: FieldMapping,
    targets: frozenset[Side],
    region: str | None,
    schemas: dict[Side, FieldSchema | None],
    owners: OwnerMatch,
) -> Bridge:
    options = {side: schema.options for side, schema in schemas.items() if schema is not None and schema.options}
    choosing = mapping.transform in (Transform.OPTION, Transform.LABELS) and (mapping.options or options)
    joins = any(len(mapping.fields(side)) > 1 for side in Side)
    owning = mapping.transform in (Transform.OWNER, Transform.OWNER_NAME)
    plain = not (joins or mapping.several or choosing or owning)
    choices = Choices(mapping.options, options) if choosing else None
    return Bridge(mapping, targets, region, schemas, choices, owners, plain)
