"""The declarative connector keeps every promise of the port for two applications of different shapes.

Between them differ paging, types of ids, envelopes, names, credentials, errors and deletion; no Python does.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hubsync.model.status import FailureCategory
from tests.contract.connectors.app_world import LedgerlyWorld, OrbitWorld
from tests.contract.connectors.connector_contract import ConnectorContract
from tests.contract.connectors.further_contracts import ConditionalWriteContract


class TestOrbitPeople(ConnectorContract, ConditionalWriteContract):
    """Cursors, nested names, batch reads, etags, idempotency keys."""

    @pytest.fixture
    def world(self) -> Iterator[OrbitWorld]:
        world = OrbitWorld(
            "people",
            kind="contact",
            identifier="email",
            text="first_name",
            other="job_title",
            invalid=("stage", "a stage that nobody has", FailureCategory.OPTION_MISSING),
        )
        yield world
        world.client.close()


class TestOrbitOrganisations(ConnectorContract, ConditionalWriteContract):
    """The same for companies."""

    @pytest.fixture
    def world(self) -> Iterator[OrbitWorld]:
        world = OrbitWorld(
            "organisations",
            kind="company",
            identifier="title",
            text="city",
            other="phone",
            invalid=("website", "no address at all", FailureCategory.INVALID_VALUE),
        )
        yield world
        world.client.close()


class TestLedgerlyContacts(ConnectorContract):
    """Offsets, number ids, envelopes, an external id that is unique, records that are archived and stay listed."""

    @pytest.fixture
    def world(self) -> Iterator[LedgerlyWorld]:
        world = LedgerlyWorld(
            "contacts",
            id_field="ContactID",
            kind="contact",
            identifier="EmailAddress",
            text="GivenName",
            other="FamilyName",
            invalid=("JobRole", "x" * 101, FailureCategory.TOO_LONG),
        )
        yield world
        world.client.close()


class TestLedgerlyOrganizations(ConnectorContract):
    """The same for companies."""

    @pytest.fixture
    def world(self) -> Iterator[LedgerlyWorld]:
        world = LedgerlyWorld(
            "organizations",
            id_field="OrganizationID",
            kind="company",
            identifier="Name",
            text="City",
            other="WebDomain",
            invalid=("Phone", "5" * 51, FailureCategory.TOO_LONG),
        )
        yield world
        world.client.close()


ORBIT_OTHERS: dict[str, dict[str, Any]] = {
    "opportunities": {
        "kind": "deal",
        "identifier": "title",
        "text": "notes",
        "other": "title",
        "matched": False,
        "invalid": ("source", "hearsay", FailureCategory.OPTION_MISSING),
    },
    "products": {
        "kind": "product",
        "identifier": "sku",
        "text": "description",
        "other": "name",
        "invalid": ("sku", "x" * 65, FailureCategory.TOO_LONG),
    },
    "tickets": {
        "kind": "ticket",
        "identifier": "subject",
        "text": "description",
        "other": "subject",
        "matched": False,
        "invalid": ("channels", ["pigeon"], FailureCategory.OPTION_MISSING),
    },
    "tasks": {
        "kind": "task",
        "identifier": "title",
        "text": "notes",
        "other": "title",
        "matched": False,
        "invalid": ("person_id", "per_nobody", FailureCategory.ASSOCIATION_MISSING),
    },
    "leads": {
        "kind": "lead",
        "identifier": "email",
        "text": "company",
        "other": "name",
        "invalid": ("temperature", "boiling", FailureCategory.OPTION_MISSING),
    },
    "assets": {
        "kind": "custom",
        "identifier": "name",
        "text": "serial_number",
        "other": "name",
        "matched": False,
        "invalid": ("serial_number", "x" * 65, FailureCategory.TOO_LONG),
    },
}


@pytest.mark.parametrize("object_type", ORBIT_OTHERS)
class TestOtherOrbitObjects(ConnectorContract, ConditionalWriteContract):
    """Opportunities, products, tickets, tasks, leads, and an object of the account's own."""

    @pytest.fixture
    def world(self, object_type: str) -> Iterator[OrbitWorld]:
        world = OrbitWorld(object_type, **ORBIT_OTHERS[object_type])
        yield world
        world.client.close()


class TestLedgerlyInvoices(ConnectorContract):
    """What no one is matched by: found again by its external id alone."""

    @pytest.fixture
    def world(self) -> Iterator[LedgerlyWorld]:
        world = LedgerlyWorld(
            "invoices",
            id_field="InvoiceID",
            kind="invoice",
            matched=False,
            identifier="Title",
            text="InvoiceNumber",
            other="Title",
            invalid=("ContactID", "987654321", FailureCategory.ASSOCIATION_MISSING),
        )
        yield world
        world.client.close()


class TestLedgerlyItems(ConnectorContract):
    """Products, matched by their code or name."""

    @pytest.fixture
    def world(self) -> Iterator[LedgerlyWorld]:
        world = LedgerlyWorld(
            "items",
            id_field="ItemID",
            kind="product",
            identifier="Code",
            text="Note",
            other="Name",
            invalid=("Code", "x" * 51, FailureCategory.TOO_LONG),
        )
        yield world
        world.client.close()
