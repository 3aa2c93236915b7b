"""Associations as fields of HubSpot's records: read in batches, written by the difference (rule 6.1)."""

from __future__ import annotations

from typing import Any

import pytest

from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.hubspot import associations
from hubsync.connectors.port import Create, Deferred, Refused, Update, Written
from hubsync.model.association import change_of_links
from hubsync.model.status import FailureCategory
from infra.local.hubspot import HubSpotSimulator

LINKS = "associations/companies"
FIELDS = ["email", LINKS]


@pytest.fixture
def ids(simulator: HubSpotSimulator) -> dict[str, list[str]]:
    """Three contacts and twelve companies."""
    contacts = simulator.seed("contacts", [{"email": f"p{at}@example.com"} for at in range(3)])
    companies = simulator.seed("companies", [{"name": f"Company {at}"} for at in range(12)])
    return {"contacts": [str(id_) for id_ in contacts], "companies": [str(id_) for id_ in companies]}


def linked(simulator: HubSpotSimulator, contact: str) -> dict[str, list[int]]:
    """What HubSpot itself says of a contact's companies: type ids by company."""
    found = simulator.associations("contacts", "companies").items()
    return {str(right): types for (left, right), types in found if str(left) == contact}


def change(was: list[str], now: list[str]) -> dict[str, Any]:
    return {LINKS: change_of_links(was, now)}


class TestReading:
    def test_links_are_a_field_like_any_other(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        first, second, _ = ids["contacts"]
        for at in (3, 1, 2):
            simulator.associate("contacts", int(first), "companies", int(ids["companies"][at]))
        found = desk.connector.read("contacts", [first, second], FIELDS)
        assert found[first].fields[LINKS] == [ids["companies"][at] for at in (1, 2, 3)]
        assert found[second].fields == {"email": "p1@example.com", LINKS: []}

    def test_the_primary_one_is_the_first(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        contact, (low, high) = ids["contacts"][0], ids["companies"][:2]
        simulator.associate("contacts", int(contact), "companies", int(low))
        desk.connector.update("contacts", [Update(contact, change([low], [high, low]))])
        assert desk.connector.read("contacts", [contact], FIELDS)[contact].fields[LINKS] == [high, low]

    def test_a_page_costs_one_call_more_for_each_type_and_none_without(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        desk.connector.list_page("contacts", ["email"], None, 100)
        assert desk.calls.calls == 1
        desk.connector.list_page("contacts", [*FIELDS, "associations/deals"], None, 100)
        assert desk.calls.calls == 1 + 3
        assert desk.calls.by_kind["read associations contacts companies"] == 1

    def test_what_does_not_fit_into_an_answer_is_asked_for_again(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("infra.local.hubspot.association_routes.PAGE", 5)
        monkeypatch.setattr(associations, "READ_AT_ONCE", 2)
        for contact in ids["contacts"]:
            for company in ids["companies"]:
                simulator.associate("contacts", int(contact), "companies", int(company))
        found = desk.connector.read("contacts", ids["contacts"], FIELDS)
        assert all(found[contact].fields[LINKS] == ids["companies"] for contact in ids["contacts"])
        assert desk.calls.by_kind["read associations contacts companies"] == 5  # 3 + 3 + 3 inputs, two at a time

    def test_changes_and_recovered_records_have_their_links_too(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        desk.connector.prepare(["contacts"])
        company = ids["companies"][0]
        made = desk.connector.create("contacts", [Create("s:e", {"email": "new@example.com", **change([], [company])})])
        assert isinstance(made[0], Written)
        assert desk.connector.find_created("contacts", ["s:e"], FIELDS)["s:e"].fields[LINKS] == [company]

    def test_a_label_keeps_to_the_links_that_bear_it(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        contact, (plain, employer) = ids["contacts"][0], ids["companies"][:2]
        simulator.account.associations.define("contacts", "companies", "Employer")
        simulator.associate("contacts", int(contact), "companies", int(plain))
        field = f"{LINKS}/Employer"
        desk.connector.update("contacts", [Update(contact, {field: change_of_links([], [employer])})])
        found = desk.connector.read("contacts", [contact], [field, LINKS])[contact].fields
        assert found == {field: [employer], LINKS: [plain, employer]}
        desk.connector.update("contacts", [Update(contact, {field: change_of_links([employer], [])})])
        found = desk.connector.read("contacts", [contact], [field, LINKS])[contact].fields
        assert found == {field: [], LINKS: [plain, employer]}  # the label is gone, the association stays


class TestWriting:
    def test_only_the_difference_is_written(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        """6.2 A link that a person made between our read and our write is in neither list, and stays."""
        contact, (gone, kept, by_hand, new) = ids["contacts"][0], ids["companies"][:4]
        for company in (gone, kept, by_hand):
            simulator.associate("contacts", int(contact), "companies", int(company))
        (result,) = desk.connector.update("contacts", [Update(contact, change([gone, kept], [kept, new]))])
        assert linked(simulator, contact).keys() == {kept, by_hand, new}
        assert isinstance(result, Written)
        assert result.record.fields[LINKS] == [kept, new]

    def test_links_alone_need_no_write_of_properties(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        updates = [Update(contact, change([], ids["companies"][:2])) for contact in ids["contacts"]]
        results = desk.connector.update("contacts", updates)
        assert all(isinstance(result, Written) for result in results)
        assert dict(desk.calls.by_kind) == {
            "primary associations contacts companies": 1,
            "create associations contacts companies": 1,
        }
        assert 1 in linked(simulator, ids["contacts"][0])[ids["companies"][0]]

    def test_properties_and_links_of_one_record(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        contact, company = ids["contacts"][0], ids["companies"][0]
        fields = {"firstname": "Ana", **change([], [company])}
        (result,) = desk.connector.update("contacts", [Update(contact, fields)])
        assert isinstance(result, Written)
        assert (result.record.fields["firstname"], result.record.fields[LINKS]) == ("Ana", [company])

    def test_a_company_that_is_gone_refuses_its_own_record_alone(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        gone, there = ids["companies"][:2]
        simulator.archive("companies", int(gone))
        one, two, three = ids["contacts"]
        results = desk.connector.update(
            "contacts",
            [Update(one, change([], [there])), Update(two, change([], [gone])), Update(three, change([], [there]))],
        )
        assert [type(result) for result in results] == [Written, Refused, Written]
        assert isinstance(results[1], Refused)
        assert results[1].failure.category is FailureCategory.ASSOCIATION_MISSING

    def test_a_new_record_is_known_even_where_its_link_is_not_made(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]]
    ) -> None:
        desk.connector.prepare(["contacts"])
        gone, there = ids["companies"][:2]
        simulator.archive("companies", int(gone))
        create = Create("s:e", {"email": "new@example.com", **change([], [gone, there])})
        (result,) = desk.connector.create("contacts", [create])
        assert isinstance(result, Written)
        assert result.created
        assert result.record.fields[LINKS] == [there]

    @pytest.mark.parametrize("kind", ["429", "503", "lost-before", "lost-after"])
    def test_an_outage_puts_off_what_it_met(
        self, simulator: HubSpotSimulator, desk: Any, ids: dict[str, list[str]], kind: str
    ) -> None:
        simulator.fail(kind, path="/crm/associations", times=1)
        (result,) = desk.connector.update("contacts", [Update(ids["contacts"][0], change([], ids["companies"][:1]))])
        assert isinstance(result, Deferred)
        assert result.unknown, "the properties of the record may be written already"

    def test_a_label_that_was_deleted_is_told(self, desk: Any, ids: dict[str, list[str]]) -> None:
        update = Update(ids["contacts"][0], {f"{LINKS}/Employer": change_of_links([], ids["companies"][:1])})
        with pytest.raises(ConnectorBugError, match="no association label 'Employer'"):
            desk.connector.update("contacts", [update])
