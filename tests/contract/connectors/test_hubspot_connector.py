"""HubSpot's connector keeps every promise of the port, for every object type that can be synced."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hubsync.model.record import Value
from hubsync.model.status import FailureCategory
from tests.contract.connectors.connector_contract import ConnectorContract
from tests.contract.connectors.further_contracts import ChangeFeedContract, MergeContract, UniqueIdentifierContract
from tests.contract.connectors.hubspot_world import HubSpotWorld


class TestContacts(ConnectorContract, UniqueIdentifierContract, MergeContract, ChangeFeedContract):
    """Contacts: matched by an email that HubSpot keeps unique."""

    @pytest.fixture
    def world(self) -> Iterator[HubSpotWorld]:
        world = HubSpotWorld("contacts", identifier="email", text="firstname", other="lastname")
        yield world
        world.client.close()


class TestCompanies(ConnectorContract, MergeContract, ChangeFeedContract):
    """Companies: matched by domain or name, neither of them unique."""

    @pytest.fixture
    def world(self) -> Iterator[HubSpotWorld]:
        world = HubSpotWorld("companies", identifier="domain", text="name", other="city")
        yield world
        world.client.close()


OTHERS: dict[str, dict[str, Any]] = {
    "deals": {
        "identifier": "dealname",
        "text": "description",
        "other": "dealname",
        "kind": "deal",
        "matched": False,
        "invalid": ("dealstage", "a stage that nobody has", FailureCategory.OPTION_MISSING),
    },
    "tickets": {
        "identifier": "subject",
        "text": "content",
        "other": "subject",
        "kind": "ticket",
        "matched": False,
        "invalid": ("hs_ticket_priority", "whenever", FailureCategory.OPTION_MISSING),
    },
    "products": {
        "identifier": "hs_sku",
        "text": "name",
        "other": "description",
        "kind": "product",
        "invalid": ("price", "a lot", FailureCategory.WRONG_TYPE),
    },
    "invoices": {
        "identifier": "hs_number",
        "text": "hs_title",
        "other": "hs_currency",
        "kind": "invoice",
        "matched": False,
        "invalid": ("hs_invoice_status", "lost", FailureCategory.OPTION_MISSING),
    },
    "tasks": {
        "identifier": "hs_task_subject",
        "text": "hs_task_body",
        "other": "hs_task_subject",
        "kind": "task",
        "matched": False,
        "invalid": ("hs_task_status", "undone", FailureCategory.OPTION_MISSING),
    },
    "2-1": {
        "identifier": "plate",
        "text": "model",
        "other": "colour",
        "kind": "custom",
        "matched": False,
        "invalid": ("doors", "a few", FailureCategory.WRONG_TYPE),
    },
}
"""Of each object type the fields that the suite plays with."""


@pytest.mark.parametrize("object_type", OTHERS)
class TestOtherObjectTypes(ConnectorContract, ChangeFeedContract):
    """Deals, tickets, products, invoices, tasks, and an object type of the account's own, by its type id."""

    @pytest.fixture
    def world(self, object_type: str) -> Iterator[HubSpotWorld]:
        world = HubSpotWorld(object_type, **OTHERS[object_type])
        yield world
        world.client.close()


class LeadWorld(HubSpotWorld):
    """Leads bear the email of a contact: HubSpot's to write, not ours."""

    def __init__(self) -> None:
        super().__init__(
            "leads",
            identifier="hs_associated_contact_email",
            text="hs_lead_name",
            other="note",
            kind="lead",
            invalid=("hs_lead_label", "lukewarm", FailureCategory.OPTION_MISSING),
        )
        own = {"name": "note", "label": "Note", "type": "string", "fieldType": "text", "groupName": "leads"}
        self.simulator.define("leads", own)

    @property
    def fields(self) -> list[str]:
        return [self.text, self.other]

    def values(self, number: int) -> dict[str, Value]:
        return {self.text: f"Text {number}", self.other: f"Other {number}"}


class TestLeads(ConnectorContract, ChangeFeedContract):
    """Leads, whose identifier is read only."""

    @pytest.fixture
    def world(self) -> Iterator[HubSpotWorld]:
        world = LeadWorld()
        yield world
        world.client.close()
