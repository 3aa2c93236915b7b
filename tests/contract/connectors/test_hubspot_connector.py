"""HubSpot's connector keeps every promise of the port, for contacts and for companies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from connector_contract import ConnectorContract
from further_contracts import ChangeFeedContract, MergeContract, UniqueIdentifierContract
from hubspot_world import HubSpotWorld


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
