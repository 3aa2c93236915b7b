"""Reading from HubSpot: merged ids, mass deletions, and more fields than a URL holds."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.connectors.hubspot.api import VERSION
from infra.local.hubspot import HubSpotSimulator


def emails(count: int) -> list[dict[str, str]]:
    return [{"email": f"person{number}@example.com"} for number in range(count)]


class TestList:
    def test_every_call_names_the_pinned_version(self, desk: Any) -> None:
        desk.connector.list_page("contacts", ["email"], None, 100)
        assert desk.requests[0].url.path == f"/crm/objects/{VERSION}/contacts"

    def test_a_page_costs_one_call_and_a_limit_over_100_is_cut(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.seed("contacts", emails(150))
        page = desk.connector.list_page("contacts", ["email"], None, 500)
        assert (len(page.records), desk.calls.calls) == (100, 1)
        assert len(desk.connector.list_page("contacts", ["email"], page.cursor, 500).records) == 50

    def test_very_many_fields_never_make_a_long_url(
        self, simulator: HubSpotSimulator, desk: Any, many_fields: list[str]
    ) -> None:
        rows = [{**row, many_fields[150]: f"value {number}"} for number, row in enumerate(emails(3))]
        ids = simulator.seed("contacts", rows)
        page = desk.connector.list_page("contacts", ["email", *many_fields], None, 100)
        assert [record.ref.id for record in page.records] == [str(id_) for id_ in ids]
        assert [record.fields[many_fields[150]] for record in page.records] == ["value 0", "value 1", "value 2"]
        assert all(len(str(request.url)) < 6_000 for request in desk.requests)
        assert desk.calls.calls == 2

    def test_secondary_emails_come_as_hubspot_keeps_them(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.seed("contacts", [{"email": "a@example.com", "hs_additional_emails": "b@example.com;c@example.com"}])
        page = desk.connector.list_page("contacts", ["email", "hs_additional_emails"], None, 100)
        assert page.records[0].fields["hs_additional_emails"] == "b@example.com;c@example.com"

    def test_a_field_that_hubspot_does_not_define_is_left_out(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.seed("contacts", emails(1))
        page = desk.connector.list_page("contacts", ["email", "fax", "no_such_property"], None, 100)
        assert page.records[0].fields == {"email": "person0@example.com", "fax": None}

    @pytest.mark.parametrize(("object_type", "name"), [("contacts", "email"), ("companies", "name")])
    def test_the_time_of_change_is_to_the_millisecond(
        self, simulator: HubSpotSimulator, desk: Any, object_type: str, name: str
    ) -> None:
        simulator.seed(object_type, [{name: "a@example.com"}])
        page = desk.connector.list_page(object_type, [name], None, 100)
        assert page.records[0].modified_at == 1_800_000_000_123


class TestMissingIds:
    """What a batch read leaves out is gone or merged."""

    def test_nothing_missing_costs_one_call(self, simulator: HubSpotSimulator, desk: Any) -> None:
        ids = [str(id_) for id_ in simulator.seed("contacts", emails(100))]
        assert len(desk.connector.read("contacts", ids, ["email"])) == 100
        assert desk.calls.calls == 1

    def test_a_few_missing_are_looked_at_one_by_one(self, simulator: HubSpotSimulator, desk: Any) -> None:
        ids = simulator.seed("contacts", emails(10))
        for id_ in ids[:3]:
            simulator.archive("contacts", id_)
        desk.connector.read("contacts", [str(id_) for id_ in ids], ["email"])
        assert desk.calls.by_kind == {"read contacts": 1, "read one contacts": 3}

    def test_a_mass_deletion_costs_one_look_into_the_bin(self, simulator: HubSpotSimulator, desk: Any) -> None:
        ids = simulator.seed("contacts", emails(100))
        for id_ in ids:
            simulator.archive("contacts", id_)
        assert desk.connector.read("contacts", [str(id_) for id_ in ids], ["email"]) == {}
        assert desk.calls.by_kind == {"read contacts": 1, "read archived contacts": 1}

    def test_a_merge_is_found_where_batch_reads_do_not_answer_for_old_ids(self, scripted: Any) -> None:
        """The single read answers for the old id with the survivor, as HubSpot does."""

        def hubspot(request: httpx.Request) -> httpx.Response:
            survivor = {"id": "900", "properties": {"email": "a@example.com", "hs_merged_object_ids": "101;102"}}
            if request.method == "GET":
                return httpx.Response(200, json=survivor)
            asked = [item["id"] for item in httpx.Response(200, content=request.content).json()["inputs"]]
            return httpx.Response(
                200 if "900" in asked else 207, json={"results": [survivor] if "900" in asked else []}
            )

        desk = scripted(hubspot)
        found = desk.connector.read("contacts", ["101", "102"], ["email"])
        assert {id_: record.ref.id for id_, record in found.items()} == {"101": "900", "102": "900"}
        assert found["101"].aliases == ("101", "102")
        assert found["101"].fields == {"email": "a@example.com"}

    def test_a_merged_id_that_the_batch_answers_for_costs_no_further_call(
        self, simulator: HubSpotSimulator, desk: Any
    ) -> None:
        ids = simulator.seed("contacts", emails(2))
        survivor = simulator.merge("contacts", *ids)
        found = desk.connector.read("contacts", [str(id_) for id_ in ids], ["email"])
        assert {record.ref.id for record in found.values()} == {str(survivor)}
        assert (len(found), desk.calls.calls) == (2, 1)

    def test_an_archived_record_in_a_batch_answer_is_gone(self, scripted: Any) -> None:
        record = {"id": "101", "properties": {}, "archived": True}

        def hubspot(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(404, json={"category": "OBJECT_NOT_FOUND"})
            return httpx.Response(200, json={"results": [record]})

        assert scripted(hubspot).connector.read("contacts", ["101"], ["email"]) == {}

    def test_an_id_that_cannot_be_hubspots_is_gone_and_fails_no_neighbour(
        self, simulator: HubSpotSimulator, desk: Any
    ) -> None:
        (id_,) = simulator.seed("contacts", emails(1))
        assert set(desk.connector.read("contacts", ["x'; --", "", str(id_)], ["email"])) == {str(id_)}
        assert desk.calls.calls == 1


class TestBadAnswers:
    def test_an_answer_that_is_not_json_is_our_bug_to_look_at(self, scripted: Any) -> None:
        desk = scripted(lambda _: httpx.Response(200, text="<html>"))
        with pytest.raises(ConnectorBugError):
            desk.connector.list_page("contacts", ["email"], None, 100)

    def test_a_400_to_a_read_names_the_correlation_id_and_no_value(self, scripted: Any) -> None:
        body = {"category": "VALIDATION_ERROR", "correlationId": "c-1", "message": "a@example.com is wrong"}
        desk = scripted(lambda _: httpx.Response(400, json=body))
        with pytest.raises(ConnectorBugError, match="c-1") as caught:
            desk.connector.read("contacts", ["101"], ["email"])
        assert "example.com" not in str(caught.value)

    def test_without_the_hubsync_id_property_a_person_is_needed(self, desk: Any) -> None:
        with pytest.raises(NeedsPersonError, match="hubsync_id"):
            desk.connector.find_created("contacts", ["entry"], ["email"])
