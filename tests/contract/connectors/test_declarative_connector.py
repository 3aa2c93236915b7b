"""The declarative connector keeps every promise of the port for two applications of different shapes.

Between them differ paging, types of ids, envelopes, names, credentials, errors and deletion; no Python does.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app_world import LedgerlyWorld, OrbitWorld
from connector_contract import ConnectorContract
from further_contracts import ConditionalWriteContract

from hubsync.model.status import FailureCategory


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
