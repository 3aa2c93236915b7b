"""Schemas, and the property that HubSpot's accounts are prepared with."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.model.schema import FieldType
from infra.local.hubspot import HubSpotSimulator


def definition(name: str, **details: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "information", **details}


class TestPrepare:
    def test_the_property_is_made_with_unique_values(self, simulator: HubSpotSimulator, desk: Any) -> None:
        desk.connector.prepare(["contacts", "companies"])
        for object_type in ("contacts", "companies"):
            made = simulator.account.table(object_type).kind.properties["hubsync_id"]
            assert (made.unique, made.type, made.field_type, made.group) == (True, "string", "text", "information")

    def test_a_second_time_costs_one_look(self, desk: Any) -> None:
        desk.connector.prepare(["contacts"])
        before = desk.calls.calls
        desk.connector.prepare(["contacts"])
        assert desk.calls.calls == before + 1

    def test_one_that_is_not_unique_needs_a_person(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.define("contacts", definition("hubsync_id"))
        with pytest.raises(NeedsPersonError, match="hubsync_id") as caught:
            desk.connector.prepare(["contacts"])
        assert "rename" in caught.value.remedy

    def test_an_account_without_room_for_it_needs_a_person(self, simulator: HubSpotSimulator, desk: Any) -> None:
        for number in range(10):
            simulator.define("contacts", definition(f"unique_{number}", hasUniqueValue=True))
        with pytest.raises(NeedsPersonError, match="10 properties with unique values") as caught:
            desk.connector.prepare(["contacts"])
        assert "Archive" in caught.value.remedy

    def test_another_that_makes_it_at_the_same_moment_does_no_harm(self, scripted: Any) -> None:
        found = [definition("email")]

        def hubspot(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(200, json={"results": found})
            found.append(definition("hubsync_id", hasUniqueValue=True))
            return httpx.Response(409, json={"category": "OBJECT_ALREADY_EXISTS"})

        scripted(hubspot).connector.prepare(["contacts"])

    def test_an_archived_one_needs_a_person(self, scripted: Any) -> None:
        def hubspot(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(200, json={"results": [definition("email")]})
            return httpx.Response(409, json={"category": "OBJECT_ALREADY_EXISTS"})

        with pytest.raises(NeedsPersonError, match="archived"):
            scripted(hubspot).connector.prepare(["contacts"])

    def test_any_other_refusal_is_ours_to_look_at(self, scripted: Any) -> None:
        def hubspot(request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                return httpx.Response(200, json={"results": [definition("email")]})
            return httpx.Response(400, json={"category": "VALIDATION_ERROR"})

        with pytest.raises(ConnectorBugError):
            scripted(hubspot).connector.prepare(["contacts"])


class TestSchema:
    @pytest.mark.parametrize(
        ("name", "type_"),
        [
            ("email", FieldType.EMAIL),
            ("phone", FieldType.PHONE),
            ("firstname", FieldType.TEXT),
            ("lifecyclestage", FieldType.OPTION),
            ("hs_email_optout", FieldType.BOOLEAN),
            ("closedate", FieldType.DATETIME),
            ("hs_object_id", FieldType.NUMBER),
            ("hubspot_owner_id", FieldType.OWNER),
            ("hs_buying_role", FieldType.OPTIONS),
            ("hs_additional_emails", FieldType.TEXT),
        ],
    )
    def test_types(self, desk: Any, name: str, type_: FieldType) -> None:
        assert desk.connector.schema("contacts").fields[name].type is type_

    def test_what_may_be_written_and_what_it_may_hold(self, desk: Any) -> None:
        fields = desk.connector.schema("contacts").fields
        assert fields["hs_object_id"].read_only
        assert fields["hs_email_domain"].read_only
        assert not fields["email"].read_only
        assert fields["email"].unique
        assert [option.value for option in fields["lifecyclestage"].options[:2]] == ["subscriber", "lead"]
        assert fields["lifecyclestage"].options[0].text == "Subscriber"
        assert fields["firstname"].max_length == 65_536
        assert fields["lifecyclestage"].max_length is None

    @pytest.mark.parametrize(
        ("object_type", "kind"),
        [("leads", "lead"), ("products", "product"), ("invoices", "invoice"), ("tasks", "task"), ("tickets", "ticket")],
    )
    def test_kinds(self, desk: Any, object_type: str, kind: str) -> None:
        assert desk.connector.schema(object_type).kind == kind

    @pytest.mark.parametrize("object_type", ["2-1", "2-8812345", "p_cars", "p8812345_cars"])
    def test_an_object_type_of_the_accounts_own_is_custom(self, scripted: Any, object_type: str) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": [definition("name")]}))
        schema = desk.connector.schema(object_type)
        assert (schema.kind, schema.identifiers) == ("custom", {})

    @pytest.mark.parametrize("object_type", ["notes", "0-48", "parts", "2_1"])
    def test_any_other_has_no_kind(self, scripted: Any, object_type: str) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": [definition("name")]}))
        assert desk.connector.schema(object_type).kind is None

    def test_several_options_are_many(self, desk: Any) -> None:
        fields = desk.connector.schema("contacts").fields
        assert fields["hs_buying_role"].many
        assert [option.value for option in fields["hs_buying_role"].options][:2] == ["BLOCKER", "BUDGET_HOLDER"]
        assert not fields["lifecyclestage"].many

    def test_an_owner_property_of_the_account_says_so_itself(self, scripted: Any) -> None:
        own = definition("second_owner", type="enumeration", fieldType="select", referencedObjectType="OWNER")
        desk = scripted(lambda _: httpx.Response(200, json={"results": [own]}))
        assert desk.connector.schema("contacts").fields["second_owner"].type is FieldType.OWNER

    @pytest.mark.parametrize(
        ("object_type", "names"),
        [
            ("deals", ("pipeline", "dealstage")),
            ("tickets", ("hs_pipeline", "hs_pipeline_stage")),
            ("leads", ("hs_pipeline", "hs_pipeline_stage")),
            ("contacts", (None, None)),
        ],
    )
    def test_where_pipeline_and_stage_stand(self, desk: Any, object_type: str, names: tuple[str | None, ...]) -> None:
        schema = desk.connector.schema(object_type)
        assert (schema.pipeline_field, schema.stage_field) == names

    def test_identifiers(self, desk: Any) -> None:
        assert desk.connector.schema("contacts").identifiers == {"email": ("email", "hs_additional_emails")}
        assert desk.connector.schema("companies").identifiers == {
            "domain": ("domain", "hs_additional_domains"),
            "name": ("name",),
        }
        assert desk.connector.schema("products").identifiers == {"sku": ("hs_sku",), "name": ("name",)}
        assert desk.connector.schema("leads").identifiers == {"email": ("hs_associated_contact_email",)}
        assert desk.connector.schema("deals").identifiers == {}

    def test_an_account_without_additional_domains_is_matched_by_domain_alone(self, scripted: Any) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": [definition("domain"), definition("name")]}))
        assert desk.connector.schema("companies").identifiers == {"domain": ("domain",), "name": ("name",)}
