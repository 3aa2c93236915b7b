"""HubSpot's error bodies become failures: whatever is missing in them, and without any customer's value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors.hubspot.refusals import refusal
from hubsync.model.status import FailureCategory

SECRET = "ana.secret@example.com"


def in_message(code: str, name: str) -> dict[str, Any]:
    finding = {"isValid": False, "message": f"{SECRET} is wrong", "error": code, "name": name, "value": SECRET}
    return {"message": f"Property values were not valid: {json.dumps([finding])}", "category": "VALIDATION_ERROR"}


def in_errors(code: str, name: str) -> dict[str, Any]:
    detail = {"message": f"{SECRET} is wrong", "code": code, "context": {"propertyName": [name]}}
    return {"message": SECRET, "errors": [detail], "category": "VALIDATION_ERROR"}


@pytest.mark.parametrize("shape", [in_message, in_errors])
@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("INVALID_EMAIL", FailureCategory.INVALID_VALUE),
        ("INVALID_OPTION", FailureCategory.OPTION_MISSING),
        ("INVALID_INTEGER", FailureCategory.WRONG_TYPE),
        ("READ_ONLY_VALUE", FailureCategory.READ_ONLY),
        ("REQUIRED_PROPERTY", FailureCategory.REQUIRED_MISSING),
        ("PROPERTY_DOESNT_EXIST", FailureCategory.NOT_FOUND),
        ("CONFLICTING_UNIQUE_VALUE", FailureCategory.UNIQUE_CONFLICT),
        ("INVALID_STRING_LENGTH", FailureCategory.TOO_LONG),
    ],
)
def test_a_code_gives_category_and_field_wherever_it_stands(shape: Any, code: str, category: FailureCategory) -> None:
    failure = refusal(shape(code, "some_property")).failure
    assert (failure.category, failure.field) == (category, "some_property")
    assert "some_property" in failure.sentence
    assert SECRET not in failure.sentence + failure.remedy


@pytest.mark.parametrize(
    ("error", "category", "existing"),
    [
        ({"category": "CONFLICT", "message": "Contact already exists. Existing ID: 77"}, "unique_conflict", "77"),
        ({"message": "Contact already exists. Existing ID: 77"}, "unique_conflict", "77"),
        (
            {"category": "VALIDATION_ERROR", "message": "x: 88 already has that value."},
            "unique_conflict",
            "88",
        ),
        ({"category": "MISSING_SCOPES"}, "permission", None),
        ({"category": "VALIDATION_ERROR", "message": SECRET}, "refused_by_the_app", None),
        ({"category": "SOMETHING_NEW"}, "unexpected", None),
        ({}, "unexpected", None),
    ],
)
def test_errors_without_details(error: dict[str, Any], category: str, existing: str | None) -> None:
    result = refusal(error)
    assert (result.failure.category.value, result.existing_id) == (category, existing)
    assert not result.gone


@pytest.mark.parametrize(
    "error",
    [
        {"category": "OBJECT_NOT_FOUND"},
        {"message": "Could not get some CONTACT objects, they may be deleted or not exist."},
        {"message": "resource not found"},
    ],
)
def test_what_is_not_there_is_gone(error: dict[str, Any]) -> None:
    assert refusal(error).gone


def test_a_holder_named_in_the_context_is_taken_from_there() -> None:
    detail = {"code": "CONFLICTING_UNIQUE_VALUE", "context": {"propertyName": ["sku"], "existingIds": ["5"]}}
    result = refusal({"category": "VALIDATION_ERROR", "errors": [detail]})
    assert (result.existing_id, result.failure.field) == ("5", "sku")


def test_a_name_that_is_no_property_name_is_not_repeated() -> None:
    failure = refusal(in_errors("INVALID_EMAIL", SECRET)).failure
    assert failure.field is None
    assert SECRET not in failure.sentence


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "code", "context", "errors", "propertyName", "name"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message", "category", "errors", "context"]), JSON))
def test_no_error_body_is_too_odd(error: dict[str, Any]) -> None:
    failure = refusal(error).failure
    assert failure.sentence.endswith(".")
    assert failure.remedy.endswith(".")
