"""Rule 4.4: two fields of one side join to a name on the other, which is split where it was."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.engine.names import split, whole
from hubsync.model.mapping import FieldMapping, OptionPair, Transform
from hubsync.model.record import Value
from hubsync.model.schema import FieldSchema
from hubsync.model.side import Side
from hubsync.services.manage.document import MappingSpec, RefusedDocumentError
from tests.rules.saved_mapping import with_field
from tests.rules.typed_pair import Pair
from tests.unit.services.manage_schemas import CONTACTS, PEOPLE
from tests.unit.services.manage_world import World, document_of, sync_of

H, A = Side.HUBSPOT, Side.APP
NAME = FieldMapping(1, "firstname", "name", Transform.FULL_NAME, more_hubspot_fields=("lastname",))
ANA = {"firstname": "Ana María", "lastname": "de la Cruz"}


def test_a_joined_name_is_written_as_one() -> None:
    """4.4 First and last name on HubSpot's side, one name in the app."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    assert pair.shown(A)["name"] == "Ana María de la Cruz"
    pair.put(H, firstname="Eva").settle()
    assert pair.shown(A)["name"] == "Eva de la Cruz"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("Ana María de la Vega", {"lastname": "de la Vega"}),
        ("Eva de la Cruz", {"firstname": "Eva"}),
        ("Ana María", {"lastname": None}),
        ("Ana María Luisa de la Cruz", {"firstname": "Ana María Luisa"}),
        ("Ana  María de la  Cruz", {}),
        ("Eva Blanco Negro", {"firstname": "Eva", "lastname": "Blanco Negro"}),
    ],
)
def test_a_split_name_touches_only_the_part_that_changed(name: str, changed: Mapping[str, Value]) -> None:
    """4.4 "Ana María de la Cruz" stays split where it was split."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    patches = pair.put(A, name=name).settle().patches
    assert (patches[H].fields if H in patches else {}) == changed


def test_a_particle_goes_with_the_last_name() -> None:
    """4.4 What is new between an unchanged first and last name."""
    pair = Pair(NAME).put(H, firstname="Ana María", lastname="Cruz")
    pair.settle()
    assert pair.put(A, name="Ana María de la Cruz").settle().patches[H].fields == {"lastname": "de la Cruz"}


def test_two_fields_on_the_apps_side_join_as_well() -> None:
    """4.4 The other way round."""
    pair = Pair(FieldMapping(1, "fullname", "first", Transform.FULL_NAME, more_app_fields=("last",)))
    pair.put(H, fullname="Ana Cruz").settle()
    assert pair.shown(A) == {"first": "Ana", "last": "Cruz"}
    pair.put(A, first="Eva").settle()
    assert pair.shown(H) == {"fullname": "Eva Cruz"}


def test_a_record_is_made_with_both_parts() -> None:
    """4.4 In a new record the first word is the first name."""
    made = Pair(NAME).put(A, name="Ana María de la Cruz").made(A)
    assert made.patches[H].fields == {"firstname": "Ana", "lastname": "María de la Cruz"}


def test_a_lost_half_of_a_name_is_an_edit_still() -> None:
    """4.4 A write of one part that did not succeed is decided again, and nothing of the app's goes."""
    pair = Pair(NAME).put(H, **ANA)
    pair.settle()
    first = pair.put(A, name="Ana María Vega").decide()
    assert pair.decide() == first
    assert first.patches[H].fields == {"lastname": "Vega"}


def test_a_joined_mapping_is_saved_and_checked() -> None:
    """4.4 Two fields on one side; anything else is refused with its path."""
    names = {"more_hubspot": ("lastname",)}
    world = World()
    world.schemas["hubspot"]["contacts"] = with_field(CONTACTS, FieldSchema("lastname"))
    world.schemas["orbit"]["people"] = with_field(PEOPLE, FieldSchema("full"))
    email = MappingSpec(0, "email", "email")
    world.applied(document_of(contacts=sync_of(mappings=(email, MappingSpec(1, "firstname", "full", **names)))))
    stored = world.sync().mappings[-1]
    assert (stored.transform, stored.fields(H)) == (Transform.FULL_NAME, ("firstname", "lastname"))
    assert world.sync().fields(H).count("lastname") == 1
    for spec, path in (
        (MappingSpec(1, "firstname", "full", more_hubspot=("firstname",)), "hubspot"),
        (MappingSpec(1, "firstname", "full", transform=Transform.PHONE, **names), "transform"),
        (MappingSpec(1, "firstname", "full", transform=Transform.FULL_NAME), "transform"),
        (MappingSpec(1, "firstname", "points", **names), "app"),
        (MappingSpec(1, "firstname", "full", more_hubspot=("nowhere",)), "hubspot"),
    ):
        with pytest.raises(RefusedDocumentError) as refused:
            world.applied(document_of(contacts=sync_of(mappings=(email, spec))))
        assert f"syncs.contacts.mappings[1].{path}" in {fault.path for fault in refused.value.faults}


NAMES = st.text(alphabet="AB ab", max_size=6)


@given(NAMES, NAMES, NAMES)
def test_a_split_name_is_the_same_name_again(name: str, first: str, last: str) -> None:
    """4.4 Whatever the parts were before."""
    parts = split(name, " ".join(first.split()), " ".join(last.split()))
    assert whole(*parts).split() == name.split()


def read(mapping: Mapping[str, object]) -> tuple[tuple[MappingSpec, ...], list[str]]:
    """The mappings of a document with this one, and the paths of its faults."""
    ends = {"hubspot": {"connection": "h", "object": "contacts"}, "app": {"connection": "o", "object": "people"}}
    found = read_document({"syncs": {"contacts": {**ends, "direction": "two_way", "mappings": [mapping]}}})
    return found.syncs["contacts"].mappings, [fault.path for fault in found.faults]


def test_a_document_names_two_fields_as_a_list_and_options_as_a_table() -> None:
    """4.4 `hubspot: [firstname, lastname]`; 4.2 `options: {open: OPEN}`. What is neither is a fault with its path."""
    (mapping,), faults = read({"hubspot": ["firstname", "lastname"], "app": "name", "options": {"open": "OPEN"}})
    assert (mapping.fields(H), mapping.fields(A)) == (("firstname", "lastname"), ("name",))
    assert (mapping.options, faults) == ((OptionPair("open", "OPEN"),), [])
    for wrong in ([], ["a", "b", "c"], [1, "b"], {"a": "b"}):
        mappings_read, faults = read({"hubspot": wrong, "app": "name"})
        assert mappings_read == ()
        assert faults
        assert all(path.startswith("syncs.contacts.mappings[0].hubspot") for path in faults)
