"""Writing to HubSpot: one bad record never fails its neighbours, at a price that is bounded."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.connectors.hubspot.writing import MAX_CALLS
from hubsync.connectors.port import Create, Deferred, Refused, Update, Written
from hubsync.model.status import FailureCategory
from infra.local.hubspot import HubSpotSimulator

Body = dict[str, Any]


def creates(count: int, bad: frozenset[int] = frozenset()) -> list[Create]:
    return [
        Create(f"e{number}", {"email": "bad" if number in bad else f"n{number}@example.com"}) for number in range(count)
    ]


def inputs_of(request: httpx.Request) -> list[Body]:
    inputs: list[Body] = json.loads(request.content)["inputs"]
    return inputs


def done(inputs: list[Body]) -> httpx.Response:
    """The answer to a batch upsert that was carried out, in no particular order and without trace ids."""
    results = [
        {"id": f"1{item['id'][1:]}", "properties": {**item["properties"], "hubsync_id": item["id"]}, "new": True}
        for item in reversed(inputs)
    ]
    return httpx.Response(200, json={"results": results})


def whole_batch_refused(request: httpx.Request) -> httpx.Response:
    """A HubSpot that refuses a batch as a whole for one bad email, and does not say which."""
    inputs = inputs_of(request)
    if any(item["properties"]["email"] == "bad" for item in inputs):
        findings = [{"isValid": False, "message": "bad is invalid", "error": "INVALID_EMAIL", "name": "email"}]
        message = f"Property values were not valid: {json.dumps(findings)}"
        return httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": message})
    return done(inputs)


class TestSplitting:
    """Batches that are refused as a whole."""

    @pytest.mark.parametrize("bad", [0, 41, 99])
    def test_one_bad_record_of_a_hundred_is_singled_out(self, scripted: Any, bad: int) -> None:
        desk = scripted(whole_batch_refused)
        results = desk.connector.create("contacts", creates(100, frozenset({bad})))
        assert [number for number, result in enumerate(results) if isinstance(result, Refused)] == [bad]
        assert all(result.record.external_id == f"e{n}" for n, result in enumerate(results) if n != bad)
        assert results[bad].failure.category is FailureCategory.INVALID_VALUE
        assert desk.calls.calls <= 15

    def test_a_batch_full_of_bad_records_ends_and_each_round_settles_some(self, scripted: Any) -> None:
        desk = scripted(whole_batch_refused)
        inputs, rounds = creates(100, frozenset(range(100))), 0
        while inputs:
            results = desk.connector.create("contacts", inputs)
            left = [item for item, result in zip(inputs, results, strict=True) if isinstance(result, Deferred)]
            assert len(left) < len(inputs)
            inputs, rounds = left, rounds + 1
        assert desk.calls.calls <= rounds * MAX_CALLS
        assert rounds <= 8

    @pytest.mark.parametrize("code", ["PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"])
    def test_a_property_that_nobody_can_write_needs_no_splitting(self, scripted: Any, code: str) -> None:
        def hubspot(request: httpx.Request) -> httpx.Response:
            inputs = inputs_of(request)
            if any("gone" in item["properties"] for item in inputs):
                detail = {"message": "no", "code": code, "context": {"propertyName": ["gone"]}}
                return httpx.Response(400, json={"category": "VALIDATION_ERROR", "errors": [detail]})
            return done(inputs)

        desk = scripted(hubspot)
        inputs = [
            Create(f"e{n}", {"email": f"n{n}@example.com", **({"gone": "x"} if n % 2 else {})}) for n in range(99)
        ]
        results = desk.connector.create("contacts", inputs)
        assert [isinstance(result, Refused) for result in results] == [bool(n % 2) for n in range(99)]
        assert results[1].failure.field == "gone"
        assert desk.calls.calls == 2

    def test_an_error_that_names_nobody_in_a_207_is_traced_by_sending_again(self, scripted: Any) -> None:
        def hubspot(request: httpx.Request) -> httpx.Response:
            inputs = inputs_of(request)
            bad = [item for item in inputs if item["properties"]["email"] == "bad"]
            answer = json.loads(done([item for item in inputs if item not in bad]).content)
            errors = [{"message": "bad is invalid", "category": "VALIDATION_ERROR"} for _ in bad]
            return httpx.Response(207, json={**answer, "errors": errors})

        results = scripted(hubspot).connector.create("contacts", creates(9, frozenset({2, 5})))
        assert [type(result) is Refused for result in results] == [n in {2, 5} for n in range(9)]

    def test_an_input_that_hubspot_says_nothing_about_may_have_been_written(self, scripted: Any) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": []}))
        (result,) = desk.connector.create("contacts", creates(1))
        assert isinstance(result, Deferred)
        assert result.unknown

    def test_fields_that_the_answer_leaves_out_are_taken_as_sent(self, scripted: Any) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": [{"id": "7"}]}))
        (result,) = desk.connector.update("contacts", [Update("7", {"firstname": "Ana", "fax": None})])
        assert result.record.fields == {"firstname": "Ana", "fax": None}


class TestTroubleOnTheWay:
    """What happens once some records are written and the next call fails."""

    @staticmethod
    def failing_after(good: int, failure: Callable[[], httpx.Response]) -> Callable[[httpx.Request], httpx.Response]:
        calls = 0

        def hubspot(request: httpx.Request) -> httpx.Response:
            nonlocal calls
            calls += 1
            return whole_batch_refused(request) if calls <= good else failure()

        return hubspot

    def test_a_429_defers_the_rest_without_another_call(self, scripted: Any) -> None:
        limited = httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"})
        desk = scripted(self.failing_after(2, lambda: limited))
        results = desk.connector.create("contacts", creates(8, frozenset({7})))
        assert [type(result) for result in results[:4]] == [Written] * 4
        assert results[4:] == [Deferred(5.0, "throttled")] * 4
        assert desk.calls.calls == 3

    def test_a_lost_answer_is_unknown_for_its_own_inputs_alone(self, scripted: Any) -> None:
        def lost() -> httpx.Response:
            raise httpx.ReadTimeout("lost")

        results = scripted(self.failing_after(1, lost)).connector.create("contacts", creates(8, frozenset({7})))
        assert [result.unknown for result in results] == [True] * 4 + [False] * 4

    @pytest.mark.parametrize(("status", "kind"), [(401, "needs_person"), (418, "unexpected")])
    def test_an_error_is_not_raised_over_what_was_written(self, scripted: Any, status: int, kind: str) -> None:
        desk = scripted(self.failing_after(2, lambda: httpx.Response(status, json={})))
        results = desk.connector.create("contacts", creates(8, frozenset({7})))
        assert [type(result) for result in results] == [Written] * 4 + [Deferred] * 4
        assert results[4].kind == kind

    @pytest.mark.parametrize(("status", "error"), [(401, NeedsPersonError), (418, ConnectorBugError)])
    def test_where_nothing_was_written_it_is_raised(self, scripted: Any, status: int, error: type[Exception]) -> None:
        desk = scripted(lambda _: httpx.Response(status, json={}))
        with pytest.raises(error):
            desk.connector.create("contacts", creates(8))

    def test_a_request_that_hubspot_cannot_read_is_no_records_fault(self, scripted: Any) -> None:
        body = {"category": "VALIDATION_ERROR", "message": "Invalid input JSON on line 1"}
        desk = scripted(lambda _: httpx.Response(400, json=body))
        with pytest.raises(ConnectorBugError):
            desk.connector.create("contacts", creates(8))
        assert desk.calls.calls == 1


class TestAgainstTheSimulator:
    """What HubSpot itself refuses, and what it costs."""

    @pytest.fixture(autouse=True)
    def _prepared(self, desk: Any) -> None:
        desk.connector.prepare(["contacts"])
        desk.calls.calls = 0

    def test_a_hundred_creates_cost_one_call(self, desk: Any) -> None:
        assert all(result.created for result in desk.connector.create("contacts", creates(100)))
        assert desk.calls.calls == 1

    def test_more_than_a_hundred_are_sent_in_hundreds(self, desk: Any) -> None:
        assert all(isinstance(result, Written) for result in desk.connector.create("contacts", creates(250)))
        assert desk.calls.calls == 3

    def test_records_given_twice_cost_one_call_more(self, desk: Any) -> None:
        results = desk.connector.create("contacts", [*creates(50), *creates(20)])
        assert [result.created for result in results] == [True] * 50 + [False] * 20
        assert desk.calls.calls == 2

    def test_bad_records_that_hubspot_names_cost_no_further_call(self, desk: Any) -> None:
        results = desk.connector.create("contacts", creates(100, frozenset({3, 50})))
        assert sum(isinstance(result, Refused) for result in results) == 2
        assert desk.calls.calls == 1

    def test_a_conflict_with_a_secondary_email_names_its_holder(self, simulator: HubSpotSimulator, desk: Any) -> None:
        row = {"email": "first@example.com", "hs_additional_emails": "second@example.com"}
        (holder,) = simulator.seed("contacts", [row])
        (result,) = desk.connector.create("contacts", [Create("e1", {"email": "SECOND@example.com"})])
        assert result.failure.category is FailureCategory.UNIQUE_CONFLICT
        assert (result.failure.field, result.existing_id) == ("email", str(holder))

    def test_an_admins_required_property_is_named(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.settings.required = {"contacts": ["lastname"]}
        (result,) = desk.connector.create("contacts", creates(1))
        assert (result.failure.category, result.failure.field) == (FailureCategory.REQUIRED_MISSING, "lastname")

    @pytest.mark.parametrize(
        ("name", "value", "category"),
        [
            ("email", "no email", FailureCategory.INVALID_VALUE),
            ("hs_email_optout", "maybe", FailureCategory.OPTION_MISSING),
            ("closedate", "someday", FailureCategory.WRONG_TYPE),
            ("hs_object_id", "7", FailureCategory.READ_ONLY),
            ("no_such_property", "x", FailureCategory.NOT_FOUND),
            ("firstname", "x" * 70_000, FailureCategory.TOO_LONG),
        ],
    )
    @pytest.mark.parametrize("sparse", [0.0, 1.0])
    def test_refusals_have_a_category(
        self, simulator: HubSpotSimulator, desk: Any, name: str, value: str, category: str, sparse: float
    ) -> None:
        simulator.settings.sparse_errors = sparse
        (id_,) = simulator.seed("contacts", [{"email": "a@example.com"}])
        (result,) = desk.connector.update("contacts", [Update(str(id_), {name: value})])
        assert (result.failure.category, result.failure.field) == (category, name)

    def test_the_id_of_a_merged_record_is_gone_for_a_write(self, simulator: HubSpotSimulator, desk: Any) -> None:
        """The look that follows reads it, and is told of the survivor."""
        ids = simulator.seed("contacts", [{"email": "a@example.com"}, {"email": "b@example.com"}])
        simulator.merge("contacts", *ids)
        (result,) = desk.connector.update("contacts", [Update(str(ids[0]), {"firstname": "Ana"})])
        assert result.gone

    def test_the_answer_shows_what_hubspot_made_of_a_value(self, simulator: HubSpotSimulator, desk: Any) -> None:
        (result,) = desk.connector.create("contacts", [Create("e1", {"email": "Ana@Example.com", "fax": None})])
        assert result.record.fields == {"email": "ana@example.com", "fax": None}
        assert result.record.external_id == "e1"
        assert result.record.modified_at == 1_800_000_000_123

    def test_without_the_hubsync_id_property_a_person_is_needed(self, desk: Any) -> None:
        with pytest.raises(NeedsPersonError, match="hubsync_id"):
            desk.connector.create("companies", [Create(f"e{n}", {"name": "Acme"}) for n in range(50)])
        assert desk.calls.calls == 1
