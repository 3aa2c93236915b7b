"""Identifiers in their normal form, and the hashes under which the index remembers things."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.domain import normal_domain
from hubsync.engine.identify import (
    canonical_hash,
    claim_key,
    fingerprint,
    identifiers,
    normal_email,
    normal_name,
)
from hubsync.model.identifier import Identifier, IdentifierKind
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, RecordRef, Value
from hubsync.model.side import Direction, Side
from hubsync.model.sync import MatchKey, ObjectKind, Sync

KEY = b"k" * 32
EMAIL = MatchKey(IdentifierKind.EMAIL, "email", "mail", more_hubspot_fields=("hs_additional_emails",))
DOMAIN = MatchKey(IdentifierKind.DOMAIN, "domain", "website")
NAME = MatchKey(IdentifierKind.NAME, "name", "title")


def sync(*keys: MatchKey, mapped: tuple[tuple[str, str], ...] = ()) -> Sync:
    return Sync(
        id="s1",
        name="people",
        kind=ObjectKind.CONTACT,
        hubspot_connection="h",
        app_connection="a",
        hubspot_object="contacts",
        app_object="people",
        direction=Direction.TWO_WAY,
        mappings=tuple(FieldMapping(number, *pair) for number, pair in enumerate(mapped, 1)),
        match_keys=keys,
    )


def record(side: Side, **fields: Value) -> Record:
    return Record(RecordRef(side, "1"), fields)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" Ana.Diaz+crm@Example.COM ", "ana.diaz+crm@example.com"),
        ("ana@reserved.test", "ana@reserved.test"),
        ("ana@bücher.example", "ana@xn--bcher-kva.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("josé@example.com", "josé@example.com"),
        ("JOSE\u0301@example.com", "josé@example.com"),
        ("ana", None),
        ("ana@", None),
        ("@example.com", None),
        ("ana@localhost", None),
        ("ana@example..com", None),
        ("ana..diaz@example.com", None),
        (".ana@example.com", None),
        ("ana diaz@example.com", None),
        ("ana@exa mple.com", None),
        ("ana@-example.com", None),
        ("ana@192.168.0.1", None),
        ("ana@example.com\nx", None),
        ("ana@example.com, eva@example.com", None),
        ("a" * 65 + "@example.com", None),
        ("ana@" + "a" * 64 + ".com", None),
    ],
)
def test_only_a_valid_email_identifies(text: str, normal: str | None) -> None:
    assert normal_email(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("example.com", "example.com"),
        (" HTTPS://www.Example.com:8080/a/b?c#d ", "example.com"),
        ("//example.com", "example.com"),
        ("example.com.", "example.com"),
        ("https://user:secret@example.com/", "example.com"),
        ("shop.example.co.uk", "shop.example.co.uk"),
        ("www.bücher.example", "xn--bcher-kva.example"),
        ("acme.test", "acme.test"),
        ("github.io", "github.io"),
        ("www.com", "www.com"),
        ("co.uk", None),
        ("com", None),
        ("localhost", None),
        ("192.168.0.1", None),
        ("https://[::1]/", None),
        ("ana@example.com", None),
        ("n/a", None),
        ("exa mple.com", None),
        ("-a.example.com", None),
        ("example.com\n/x", None),
        ("", None),
    ],
)
def test_only_a_registrable_domain_identifies(text: str, normal: str | None) -> None:
    assert normal_domain(text) == normal


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  ACME   Inc. ", "acme inc."),
        ("Straße\tGmbH", "strasse gmbh"),
        ("\uff21\uff23\uff2d\uff25", "acme"),
        ("Peña", "peña"),
        ("Pen\u0303a", "peña"),
        (" \u00a0 ", None),
    ],
)
def test_names_fold_case_width_and_spaces_and_keep_accents(text: str, normal: str | None) -> None:
    assert normal_name(text) == normal


@given(st.text())
def test_normal_forms_never_raise_and_stay_as_they_are(text: str) -> None:
    for normal in (normal_email, normal_domain, normal_name):
        form = normal(text)
        assert form is None or normal(form) == form


def test_secondary_emails_count_after_the_primary_and_once() -> None:
    contact = record(
        Side.HUBSPOT, email="Ana@example.com", hs_additional_emails="a2@example.com; broken;ana@example.com"
    )
    assert identifiers(sync(EMAIL), Side.HUBSPOT, contact) == (
        Identifier(IdentifierKind.EMAIL, "ana@example.com"),
        Identifier(IdentifierKind.EMAIL, "a2@example.com"),
    )


def test_an_app_may_hold_several_emails_in_a_list() -> None:
    person = record(Side.APP, mail=["ana@example.com", None, "eva@example.com"])
    assert [found.value for found in identifiers(sync(EMAIL), Side.APP, person)] == [
        "ana@example.com",
        "eva@example.com",
    ]


def test_a_domain_counts_only_where_it_is_mapped() -> None:  # rule 3.3
    company = record(Side.APP, website="https://www.example.com", title="Example Ltd")
    name = Identifier(IdentifierKind.NAME, "example ltd")
    mapped = sync(DOMAIN, NAME, mapped=(("domain", "website"),))
    elsewhere = sync(DOMAIN, NAME, mapped=(("domain", "notes"), ("name", "title")))
    assert identifiers(mapped, Side.APP, company) == (Identifier(IdentifierKind.DOMAIN, "example.com"), name)
    assert identifiers(elsewhere, Side.APP, company) == (name,)


def test_a_record_without_any_identifier_has_none() -> None:
    assert identifiers(sync(EMAIL, NAME), Side.HUBSPOT, record(Side.HUBSPOT, email=None, name=" ")) == ()


def test_claim_keys_tell_kind_value_and_sync_apart() -> None:
    keys = {
        claim_key(KEY, Identifier(IdentifierKind.NAME, "example.com")),
        claim_key(KEY, Identifier(IdentifierKind.DOMAIN, "example.com")),
        claim_key(KEY, Identifier(IdentifierKind.DOMAIN, "example.org")),
        claim_key(b"x" * 32, Identifier(IdentifierKind.DOMAIN, "example.com")),
    }
    assert len(keys) == 4
    assert all(len(key) == 32 for key in keys)


@pytest.mark.parametrize("empty", [None, "", "  ", "\t\n", [], {}])
def test_everything_empty_has_one_fingerprint(empty: Value) -> None:
    assert fingerprint(KEY, empty) == fingerprint(KEY, None)
    assert fingerprint(KEY, "x") != fingerprint(KEY, None)


@pytest.mark.parametrize(
    ("one", "other"), [(1, 1.0), (-0.0, 0), ([1.0, {"a": 2.0}], [1, {"a": 2}]), ({"a": 1, "b": 2}, {"b": 2, "a": 1})]
)
def test_json_that_means_the_same_has_one_fingerprint(one: Value, other: Value) -> None:
    assert fingerprint(KEY, one) == fingerprint(KEY, other)


@pytest.mark.parametrize(
    ("one", "other"), [("1", 1), (True, 1), ("true", True), (" a", "a"), ("[]", ["[]"]), (0, None)]
)
def test_raw_values_that_differ_have_two_fingerprints(one: Value, other: Value) -> None:
    assert fingerprint(KEY, one) != fingerprint(KEY, other)


def test_hashes_of_different_purposes_cannot_be_compared() -> None:
    assert fingerprint(KEY, "a") != canonical_hash(KEY, "a")
    assert canonical_hash(KEY, None) != canonical_hash(KEY, "")
    assert len(fingerprint(KEY, "a")) == len(canonical_hash(KEY, "a")) == 8


def test_half_a_surrogate_pair_is_hashed_like_any_text() -> None:
    assert fingerprint(KEY, "\ud800") != fingerprint(KEY, "\ud801")


def test_nothing_is_hashed_once_the_key_is_destroyed() -> None:
    with pytest.raises(ValueError, match="destroyed"):
        fingerprint(b"", "ana@example.com")


SKU = MatchKey(IdentifierKind.SKU, "hs_sku", "sku")
OWN = MatchKey(IdentifierKind.KEY, "number", "no")


def values(key: MatchKey, value: Value) -> list[str]:
    """What a value of the app's field identifies by; without the fields' names of a key."""
    found = identifiers(sync(key), Side.APP, record(Side.APP, **{key.app_field: value}))
    return [identifier.value.rpartition("\0")[2] for identifier in found]


@pytest.mark.parametrize("key", [SKU, OWN], ids=["sku", "key"])
@pytest.mark.parametrize(
    ("value", "normal"),
    [
        (" OV-1 ", ["ov-1"]),
        ("ＯＶ-1", ["ov-1"]),
        ("a;b", ["a;b"]),
        ("007", ["007"]),
        (7, ["7"]),
        (7.0, ["7"]),
        (7.5, ["7.5"]),
        (1e20, ["100000000000000000000"]),
        ("  ", []),
        (None, []),
        (True, []),
        (["a"], []),
        ({"a": "b"}, []),
    ],
)
def test_codes_are_single_values_with_folded_case(key: MatchKey, value: Value, normal: list[str]) -> None:
    assert values(key, value) == normal


@pytest.mark.parametrize(
    ("value", "normal"), [("007", "7"), ("7.0", "7"), (" +7 ", "7"), ("7e0", "7"), ("-0", "0"), ("seven", "seven")]
)
def test_a_text_that_goes_with_a_number_is_that_number(value: str, normal: str) -> None:
    assert values(MatchKey(IdentifierKind.KEY, "number", "no", numeric=True), value) == [normal]


def test_the_keys_of_two_fields_are_kept_apart() -> None:
    both = sync(OWN, MatchKey(IdentifierKind.KEY, "tax", "vat"))
    found = identifiers(both, Side.APP, record(Side.APP, no="17", vat="17"))
    assert len(found) == 2
    assert found == identifiers(both, Side.HUBSPOT, record(Side.HUBSPOT, number="17", tax="17"))
    assert len({claim_key(KEY, identifier) for identifier in found}) == 2


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_any_value_of_a_key_identifies_or_does_not(value: Value) -> None:
    for numeric in (False, True):
        found = values(MatchKey(IdentifierKind.KEY, "number", "no", numeric=numeric), value)
        assert len(found) <= 1
        assert all(
            values(MatchKey(IdentifierKind.KEY, "number", "no", numeric=numeric), text) == [text] for text in found
        )
