"""The schemas of object types, in every implementation."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.stores.ports import SchemaSnapshot
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

STAGE = FieldSchema(
    "lifecyclestage",
    FieldType.OPTION,
    "Lifecycle stage",
    required=True,
    options=(Option("lead", "Lead"), Option("42", "Cliente español")),
)
LINK = FieldSchema(
    "owner", FieldType.REFERENCE, read_only=True, unique=True, max_length=64, many=True, refers_to="o", filled=True
)
CONTACTS = ObjectSchema(
    "contacts",
    {"lifecyclestage": STAGE, "owner": LINK, "email": FieldSchema("email")},
    "contact",
    {"email": ("email", "hs_additional_emails"), "name": ("firstname",)},
    "pipeline",
    "dealstage",
)
SNAPSHOT = SchemaSnapshot("hubspot-1", CONTACTS, 1_790_000_000_000)


def test_a_schema_comes_back_whole(stores: Stores) -> None:
    """With every option, mark and identifier."""
    assert stores.schemas.put_schema(SNAPSHOT)
    assert stores.schemas.schema("hubspot-1", "contacts") == replace(SNAPSHOT, version=1)
    assert stores.schemas.schema("hubspot-1", "companies") is None
    assert stores.schemas.schema("hubspot-2", "contacts") is None


def test_a_schema_is_stored_on_its_version(stores: Stores) -> None:
    """Two that read the same version cannot both replace it."""
    assert stores.schemas.put_schema(SNAPSHOT)
    assert not stores.schemas.put_schema(SNAPSHOT)
    later = replace(SNAPSHOT, schema=ObjectSchema("contacts"), fetched_at=1_790_000_000_001, version=1)
    assert stores.schemas.put_schema(later)
    assert not stores.schemas.put_schema(later)
    assert stores.schemas.schema("hubspot-1", "contacts") == replace(later, version=2)


def test_what_is_known_is_not_read_out_again(stores: Stores) -> None:
    """The caller's own snapshot comes back while it is the newest."""
    assert stores.schemas.put_schema(SNAPSHOT)
    known = stores.schemas.schema("hubspot-1", "contacts")
    assert known is not None
    assert stores.schemas.schema("hubspot-1", "contacts", known) is known
    assert stores.schemas.put_schema(replace(known, schema=ObjectSchema("contacts")))
    again = stores.schemas.schema("hubspot-1", "contacts", known)
    assert again is not None
    assert (again.version, again.schema) == (2, ObjectSchema("contacts"))
    assert stores.schemas.schema("hubspot-1", "deals", replace(known, version=0)) is None


def test_a_schema_beyond_the_size_of_an_item(stores: Stores) -> None:
    """Options that hardly compress, a megabyte of them; then a smaller one takes its place."""
    letters = random.Random(5)
    options = tuple(Option(f"{letters.getrandbits(256):x}", f"{letters.getrandbits(256):x}") for _ in range(12_000))
    vast = replace(SNAPSHOT, schema=ObjectSchema("contacts", {"sku": FieldSchema("sku", options=options)}))
    assert stores.schemas.put_schema(vast)
    assert stores.schemas.schema("hubspot-1", "contacts") == replace(vast, version=1)
    assert stores.schemas.put_schema(replace(SNAPSHOT, version=1))
    assert stores.schemas.schema("hubspot-1", "contacts") == replace(SNAPSHOT, version=2)
