"""What an application's refusal comes to: whose fault it is, in which words, and without a customer's value."""

from __future__ import annotations

import httpx
import pytest

from hubsync.connectors.declarative.manifest import parse_manifest
from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Create, Deferred, Refused, Update, Written
from hubsync.model.status import FailureCategory
from infra.local.parts.faults import Fault

ERRORS = (
    "errors: {codes: {E17: too_long}, messages: {must be in the list: option_missing}, statuses: {418: permission}}\n"
)


def error(**item):
    return {"errors": [item]}


JUDGED = [
    (422, error(code="too_long", field="email"), FailureCategory.TOO_LONG, "email"),
    (422, error(code="E17", field="email"), FailureCategory.TOO_LONG, "email"),
    (400, error(message="shade must be in the list", field="shade"), FailureCategory.OPTION_MISSING, None),
    (400, {"errors": ["it must be in the list"]}, FailureCategory.OPTION_MISSING, None),
    (400, {"errors": error(code="required", field="email")["errors"][0]}, FailureCategory.REQUIRED_MISSING, "email"),
    (422, {"errors": [{"code": "E99"}, {"code": "required"}]}, FailureCategory.REQUIRED_MISSING, None),
    (422, error(code="E99", field="email"), FailureCategory.INVALID_VALUE, "email"),
    (422, error(code="E99"), FailureCategory.APP_RULE, None),
    (400, {"detail": "no"}, FailureCategory.APP_RULE, None),
    (400, None, FailureCategory.APP_RULE, None),
    (400, {"errors": [1, None, []]}, FailureCategory.APP_RULE, None),
    (409, {}, FailureCategory.UNIQUE_CONFLICT, None),
    (413, {}, FailureCategory.TOO_LONG, None),
    (418, {}, FailureCategory.PERMISSION, None),
]


@pytest.mark.parametrize(("status", "body", "category", "field"), JUDGED)
def test_a_refusal_has_a_category(shop, against, status, body, category, field):
    connector = against(parse_manifest(shop + ERRORS), lambda request: httpx.Response(status, json=body))
    (refused,) = connector.update("customers", [Update("7", {"email": "ana@example.com"})])
    assert isinstance(refused, Refused)
    assert (refused.failure.category, refused.failure.field) == (category, field)
    assert refused.failure.sentence.startswith("Shop ")
    assert refused.failure.remedy.endswith(".")
    assert not refused.gone
    assert not refused.stale


def test_what_the_application_says_goes_no_further(shop, against):
    body = error(code="rule of ana@example.com", field="email", message="ana@example.com is banned")
    connector = against(parse_manifest(shop), lambda request: httpx.Response(422, json=body))
    (refused,) = connector.update("customers", [Update("7", {"email": "ana@example.com"})])
    assert "ana" not in refused.failure.sentence + refused.failure.remedy


@pytest.mark.parametrize(("status", "gone", "stale"), [(404, True, False), (410, True, False), (412, False, True)])
def test_gone_and_stale_are_told_apart(shop, against, status, gone, stale):
    connector = against(parse_manifest(shop), lambda request: httpx.Response(status))
    (refused,) = connector.update("customers", [Update("7", {"email": "a@example.com"})])
    assert (refused.gone, refused.stale) == (gone, stale)


@pytest.mark.parametrize("status", [301, 405, 415])
def test_a_status_about_the_request_is_our_bug(shop, against, status):
    connector = against(parse_manifest(shop), lambda request: httpx.Response(status))
    with pytest.raises(ConnectorBugError, match=f"answered {status} to update customers"):
        connector.update("customers", [Update("7", {"email": "a@example.com"})])
    with pytest.raises(ConnectorBugError):
        connector.list_page("customers", [], None, 2)


UNFIT = [
    ("born", "soon", FailureCategory.WRONG_TYPE),
    ("email", ["a@example.com"], FailureCategory.WRONG_TYPE),
    ("secret", "x", FailureCategory.READ_ONLY),
]


@pytest.mark.parametrize(("field", "value", "category"), UNFIT)
def test_a_value_that_cannot_be_written_costs_no_call(shop, against, field, value, category):
    def nobody(request):
        raise AssertionError("Nothing should be sent.")

    connector = against(parse_manifest(shop), nobody)
    for results in (
        connector.update("customers", [Update("7", {field: value})]),
        connector.create("customers", [Create("h-1", {field: value})]),
    ):
        (refused,) = results
        assert (refused.failure.category, refused.failure.field) == (category, field)


def test_what_the_manifest_does_not_know_is_our_bug(shop, against):
    connector = against(parse_manifest(shop), lambda request: httpx.Response(500))
    for call in (
        lambda: connector.list_page("customers", ["mail"], None, 2),
        lambda: connector.read("customers", ["7"], ["mail"]),
        lambda: connector.find_created("customers", ["h-1"], ["mail"]),
        lambda: connector.create("customers", [Create("h-1", {"mail": "x"})]),
        lambda: connector.update("customers", [Update("7", {"mail": "x"})]),
    ):
        with pytest.raises(ConnectorBugError, match="customers has no field mail"):
            call()
    with pytest.raises(ConnectorBugError, match="Shop has no object type 'clients'; it has customers"):
        connector.schema("clients")
    with pytest.raises(ConnectorBugError, match="no object type"):
        connector.prepare(["clients"])
    with pytest.raises(ConnectorBugError, match="does not say how to ask for changes"):
        connector.changed_page("customers", [], 0, None, 2)


def emails(orbit, count):
    bodies = [{"email": f"p{number}@example.com"} for number in range(count)]
    ids = orbit.app.seed({"people": bodies})["people"]
    return [Update(key, {"job_title": "Baker"}) for key in ids]


def test_a_limit_in_mid_list_defers_the_rest(orbit):
    inputs = emails(orbit, 4)
    orbit.app.gate.limit.calls = 2
    results = orbit.connector.update("people", inputs)
    assert [type(result) for result in results] == [Written, Written, Deferred, Deferred]
    assert results[2:] == [Deferred(1, "throttled"), Deferred(1, "throttled")]


def test_a_lost_answer_in_mid_list_is_unknown_for_one(orbit):
    inputs = emails(orbit, 3)
    orbit.app.gate.faults.add(Fault(kind="people.update", after=True))
    results = orbit.connector.update("people", inputs)
    assert results == [Deferred(2, "timeout", unknown=True), *[Deferred(2, "timeout", unknown=False)] * 2]
    assert [record["job_title"] for record in orbit.app.records("people")] == ["Baker", None, None]


@pytest.mark.parametrize(
    ("answer", "kind", "unknown"),
    [
        (httpx.Response(401), "needs_person", False),
        (httpx.Response(200, text="<html>"), "unreadable", True),
    ],
)
def test_once_something_is_written_it_is_told_whatever_comes_next(shop, against, answer, kind, unknown):
    answers = [httpx.Response(200, json={"id": 1}), answer]
    connector = against(parse_manifest(shop), lambda request: answers.pop(0))
    results = connector.update("customers", [Update(str(key), {"email": "a@example.com"}) for key in range(3)])
    assert isinstance(results[0], Written)
    assert results[1:] == [Deferred(60, kind, unknown=unknown), Deferred(60, kind)]


def test_a_dead_token_is_raised_where_nothing_was_written(shop, against):
    answers = [httpx.Response(422, json={}), httpx.Response(401)]
    connector = against(parse_manifest(shop), lambda request: answers.pop(0))
    with pytest.raises(NeedsPersonError):
        connector.update("customers", [Update(str(key), {"email": "a@example.com"}) for key in range(3)])


def test_a_written_record_that_cannot_be_read_is_looked_at_again(shop, against):
    text = shop.replace('update: {path: "/customers/{id}"}', 'update: {path: "/customers/{id}", answers: nothing}')
    answers = [httpx.Response(204), httpx.Response(404)]
    connector = against(parse_manifest(text), lambda request: answers.pop(0))
    assert connector.update("customers", [Update("7", {"email": "a@example.com"})]) == [
        Deferred(5, "unread", unknown=True)
    ]


@pytest.mark.parametrize("threads", [1, 4])
def test_an_outage_among_single_reads_is_raised(shop, against, threads):
    def app(request):
        return httpx.Response(503 if request.url.path.endswith("/3") else 200, json={"id": request.url.path[-1]})

    connector = against(parse_manifest(shop), app, threads=threads)
    assert list(connector.read("customers", list("21"), [])) == ["2", "1"]
    with pytest.raises(RetryLaterError):
        connector.read("customers", list("12345"), [])
