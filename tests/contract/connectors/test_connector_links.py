"""HubSpot's associations and the references of declared applications keep one and the same contract (rule 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from hubsync.model.association import change_of_links, links_field
from hubsync.model.record import Value
from hubsync.model.status import FailureCategory
from tests.contract.connectors.app_world import AppWorld, LedgerlyWorld, OrbitWorld
from tests.contract.connectors.association_contract import AssociationContract, LabelContract, LinkingWorld
from tests.contract.connectors.hubspot_world import HubSpotWorld

UNKNOWN = ("no such field", "", FailureCategory.UNEXPECTED)
"""What the suite of links does not play with."""


class HubSpotLinks(HubSpotWorld, LinkingWorld):
    """Records of HubSpot that hang on records of the type `to`, perhaps under a label."""

    nobody = "987654321"

    def __init__(self, object_type: str, to: str, *, label: str | None = None, **settings: Any) -> None:
        super().__init__(object_type, matched=False, **settings)
        self.to, self.links = to, links_field(to)
        if label is not None:
            self.simulator.define_label(object_type, to, label)
            self.labelled = links_field(to, label)

    def others(self, count: int) -> list[str]:
        named = {"contacts": "firstname", "companies": "name", "deals": "dealname"}[self.to]
        return [str(id_) for id_ in self.simulator.seed(self.to, [{named: f"Other {at}"} for at in range(count)])]

    def put(self, field: str, was: Sequence[str], now: Sequence[str]) -> Value:
        return change_of_links(was, now)


class AppLinks(AppWorld, LinkingWorld):
    """Records of a declared application with a reference to records of the type `to`."""

    to: str
    called: str

    def linking(self, to: str, links: str, called: str, *, many: bool, labelled: str | None, nobody: str) -> None:
        """Say how records are linked: by which field, to what, and what that is `called` by."""
        self.to, self.links, self.called = to, links, called
        self.many, self.labelled, self.nobody = many, labelled, nobody

    def others(self, count: int) -> list[str]:
        rows = [{self.called: f"other{at}@example.com"} for at in range(count)]
        return sorted(str(id_) for id_ in self.simulator.seed({self.to: rows})[self.to])

    def put(self, field: str, was: Sequence[str], now: Sequence[str]) -> Value:
        return [*now] if self.many and field == self.links else next(iter(now), None)


class OrbitLinks(AppLinks, OrbitWorld):
    """Orbit's records."""


class LedgerlyLinks(AppLinks, LedgerlyWorld):
    """Ledgerly's records."""


HUBSPOT: dict[str, dict[str, Any]] = {
    "contact-company": {"object_type": "contacts", "to": "companies", "identifier": "email", "text": "firstname"},
    "deal-contact": {"object_type": "deals", "to": "contacts", "identifier": "dealname", "text": "description"},
    "deal-company": {"object_type": "deals", "to": "companies", "identifier": "dealname", "text": "description"},
    "ticket-company": {"object_type": "tickets", "to": "companies", "identifier": "subject", "text": "content"},
    "task-deal": {"object_type": "tasks", "to": "deals", "identifier": "hs_task_subject", "text": "hs_task_body"},
    "invoice-contact": {"object_type": "invoices", "to": "contacts", "identifier": "hs_number", "text": "hs_title"},
    "custom-contact": {"object_type": "2-1", "to": "contacts", "identifier": "plate", "text": "model"},
}
KINDS = {"deals": "deal", "tickets": "ticket", "tasks": "task", "invoices": "invoice", "2-1": "custom"}


def hubspot(kind: str, **settings: Any) -> HubSpotLinks:
    made = dict(HUBSPOT[kind])
    type_, to = made.pop("object_type"), made.pop("to")
    return HubSpotLinks(type_, to, other=made["text"], kind=KINDS.get(type_), **made, **settings)


@pytest.mark.parametrize("kind", HUBSPOT)
class TestHubSpotAssociations(AssociationContract):
    """Associations in HubSpot: several of each, read and written apart from the properties."""

    @pytest.fixture
    def world(self, kind: str) -> Iterator[HubSpotLinks]:
        world = hubspot(kind)
        yield world
        world.client.close()


@pytest.mark.parametrize("kind", ["contact-company", "deal-contact", "custom-contact"])
class TestHubSpotLabels(LabelContract):
    """The account's own labels."""

    @pytest.fixture
    def world(self, kind: str) -> Iterator[HubSpotLinks]:
        world = hubspot(kind, label="Decision maker")
        yield world
        world.client.close()


ORBIT: dict[str, tuple[str, str, str, str, bool]] = {
    "person-organisation": ("people", "organisations", "organisation_id", "first_name", False),
    "opportunity-person": ("opportunities", "people", "person_id", "notes", False),
    "opportunity-people": ("opportunities", "people", "participant_ids", "notes", True),
    "ticket-organisation": ("tickets", "organisations", "organisation_id", "description", False),
    "task-opportunity": ("tasks", "opportunities", "opportunity_id", "notes", False),
    "asset-person": ("assets", "people", "person_id", "serial_number", False),
}
"""Who is linked to whom, by which field; a field of text, and whether there may be several links."""

NAMED = {"people": "email", "tickets": "subject", "assets": "name"}
CALLED = {"people": "email", "organisations": "title", "opportunities": "title"}


def orbit(kind: str, labelled: str | None = None) -> OrbitLinks:
    object_type, to, links, text, many = ORBIT[kind]
    name = NAMED.get(object_type, "title")
    of = "contact" if name == "email" else "other"
    world = OrbitLinks(object_type, kind=of, matched=False, identifier=name, text=text, other=text, invalid=UNKNOWN)
    world.linking(to, links, CALLED[to], many=many, labelled=labelled, nobody="per_0000000000000000000000zzzz")
    return world


@pytest.mark.parametrize("kind", ORBIT)
class TestOrbitReferences(AssociationContract):
    """References in the body of a record, one or several."""

    @pytest.fixture
    def world(self, kind: str) -> Iterator[OrbitLinks]:
        world = orbit(kind)
        yield world
        world.client.close()


class TestOrbitLabels(LabelContract):
    """Who decides about an opportunity stands in a field of its own, beside all who take part."""

    @pytest.fixture
    def world(self) -> Iterator[OrbitLinks]:
        world = orbit("opportunity-people", "decider_id")
        yield world
        world.client.close()


class TestLedgerlyReferences(AssociationContract):
    """Ids that are numbers: an invoice's contact."""

    @pytest.fixture
    def world(self) -> Iterator[LedgerlyLinks]:
        world = LedgerlyLinks(
            "invoices",
            id_field="InvoiceID",
            kind="invoice",
            matched=False,
            identifier="Title",
            text="InvoiceNumber",
            other="Title",
            invalid=UNKNOWN,
        )
        world.linking("contacts", "ContactID", "EmailAddress", many=False, labelled=None, nobody="987654321")
        yield world
        world.client.close()
