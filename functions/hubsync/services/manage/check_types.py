"""Whether the two fields of a mapping go with each other, which way, and by which transform (rules 4.2 to 4.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hubsync.engine.choices import normal
from hubsync.engine.compatible import ACCEPTS, TEXTS, WORDS, Ends, carries, default_for, loses, takes
from hubsync.model.mapping import Transform
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.services.manage.document import Fault, MappingSpec, suggestion

JOINED = 2
"""Fields that one mapping may join: first name and last name."""


def check_types(
    path: str, mapping: MappingSpec, fields: Mapping[Side, FieldSchema], targets: Sequence[Side]
) -> Iterator[Fault]:
    """The faults of one mapping whose fields exist. `targets` are the sides that it writes."""
    ends = Ends(fields[Side.HUBSPOT].type, fields[Side.APP].type)
    apart = [side for side in targets if not carries(ends, side)]
    for side in apart:
        yield Fault(
            f"{path}.{side}",
            f"{mapping.field(side)} takes {WORDS[ends.type(side)]}, and {mapping.field(side.other)} holds "
            f"{WORDS[ends.type(side.other)]}.",
            f"Map fields of like types, or give this mapping the direction {away_from(side)}."
            if carries(ends, side.other)
            else "Map fields of like types.",
        )
    if not apart:
        yield from _check_transform(path, mapping, ends, targets)
    yield from _check_options(path, mapping, fields)


def check_joined(path: str, mapping: MappingSpec, found: Mapping[Side, Sequence[FieldSchema]]) -> Iterator[Fault]:
    """Only names are joined: two fields of text on one side and one on the other (rule 4.4)."""
    joining = [side for side in Side if len(mapping.fields(side)) > 1]
    if not joining:
        if mapping.transform is Transform.FULL_NAME:
            yield Fault(
                f"{path}.transform",
                "A full name goes with two fields, and each side has one.",
                "Name first and last name on one side, e.g. hubspot: [firstname, lastname].",
            )
        return
    if len(joining) > 1:
        yield Fault(path, "Fields are joined on both sides.", "Name two fields on one side and one on the other.")
    for side in joining:
        names = mapping.fields(side)
        if len(names) != JOINED or len(set(names)) != JOINED:
            yield Fault(f"{path}.{side}", "A mapping joins two different fields.", "Name first and last name.")
    if mapping.transform not in (None, Transform.FULL_NAME):
        yield Fault(f"{path}.transform", "Fields are joined by full_name only.", "Leave the transform out.")
    for side, schemas in found.items():
        for schema in schemas:
            if schema.type not in TEXTS or schema.many:
                holds = "several values" if schema.many else WORDS[schema.type]
                yield Fault(f"{path}.{side}", f"{schema.name} holds {holds} and no name.", "Name fields of text.")


def transform_of(mapping: MappingSpec, fields: Mapping[Side, FieldSchema], targets: Sequence[Side]) -> Transform:
    """How a mapping's values are compared where the document does not say."""
    if any(len(mapping.fields(side)) > 1 for side in Side):
        return Transform.FULL_NAME
    return default_for(Ends(fields[Side.HUBSPOT].type, fields[Side.APP].type), targets)


def away_from(side: Side) -> str:
    """The direction that does not write `side`."""
    return "to_app" if side is Side.HUBSPOT else "to_hubspot"


def _check_transform(path: str, mapping: MappingSpec, ends: Ends, targets: Sequence[Side]) -> Iterator[Fault]:
    """A transform has to fit both types, and may go two ways only where nothing is lost (rule 4.3)."""
    transform = mapping.transform
    if transform is None:
        return
    unfit = [side for side in targets if not takes(transform, ends, side)]
    if unfit:
        types = " and ".join(sorted({type_.value for type_ in ends.both}))
        fitting = [each.value for each in Transform if ends.both <= ACCEPTS[each] and each is not Transform.FULL_NAME]
        yield Fault(
            f"{path}.transform",
            f"The transform {transform} does not fit fields of the type{'s' if len(ends.both) > 1 else ''} {types}.",
            f"Leave it out, or choose {', '.join(fitting)}." if fitting else "Leave it out.",
        )
        return
    if len(targets) < len(Side):
        return
    for side in targets:
        lost = loses(transform, ends, side)
        if lost is not None:
            yield Fault(
                f"{path}.transform",
                f"The transform {transform} loses {lost} on the way to {mapping.field(side)}; it cannot go both ways.",
                f"Give this mapping a direction, or choose {default_for(ends, targets)}.",
            )
            return


def _check_options(path: str, mapping: MappingSpec, fields: Mapping[Side, FieldSchema]) -> Iterator[Fault]:
    """A table of options names options that there are, and belongs to a mapping of options."""
    if not mapping.options:
        return
    if not {schema.type for schema in fields.values()} <= ACCEPTS[Transform.OPTION]:
        yield Fault(f"{path}.options", "Only fields of options have options to map.", "Leave the options out.")
        return
    for pair in mapping.options:
        for side, schema in fields.items():
            name = pair.name(side)
            known = {normal(text) for option in schema.options for text in (option.value, option.text)}
            if schema.options and normal(name) not in known:
                yield Fault(
                    f"{path}.options.{pair.hubspot}",
                    f"{schema.name} has no option {name}.",
                    suggestion(name, [option.value for option in schema.options]),
                )
