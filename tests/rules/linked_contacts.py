"""A world in which contacts and people hang on companies and organisations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hubsync.model.sync import Sync
from tests.rules.scene import poll_and_compare
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import companies, contacts, linked
from tests.simulation.world import World

NAMES = ("Acme", "Globex", "Initech")


@dataclass
class Linked:
    """A world with links, in which records go by their names: contacts by `p0`, companies by `Acme`."""

    world: World

    def contact(self, name: str) -> int:
        found = self.world.hubspot.records("contacts").items()
        return next(id_ for id_, values in found if values.get("email") == f"{name}@example.com")

    def company(self, name: str) -> int:
        return next(id_ for id_, values in self.world.hubspot.records("companies").items() if values["name"] == name)

    def person(self, name: str) -> str:
        found = (one["id"] for one in self.world.people() if one.get("email") == f"{name}@example.com")
        return str(next(found))

    def organisation(self, name: str) -> str:
        found = (one["id"] for one in self.world.orbit.records("organisations") if one["title"] == name)
        return str(next(found))

    def link(self, contact: str, company: str) -> None:
        """A person links them in HubSpot."""
        self.world.hubspot.associate("contacts", self.contact(contact), "companies", self.company(company))

    def unlink(self, contact: str, company: str) -> None:
        self.world.hubspot.dissociate("contacts", self.contact(contact), "companies", self.company(company))

    def move(self, person: str, organisation: str | None) -> None:
        """A person puts somebody into an organisation in Orbit, or takes them out."""
        value = None if organisation is None else self.organisation(organisation)
        self.world.orbit.edit("people", self.person(person), {"organisation_id": value})

    def in_hubspot(self, contact: str) -> set[str]:
        """The companies of a contact."""
        names = {id_: values["name"] for id_, values in self.world.hubspot.records("companies").items()}
        pairs = self.world.hubspot.associations("contacts", "companies")
        return {names[company] for one, company in pairs if one == self.contact(contact)}

    def primary(self, contact: str) -> str | None:
        names = {id_: values["name"] for id_, values in self.world.hubspot.records("companies").items()}
        pairs = self.world.hubspot.associations("contacts", "companies").items()
        mine = (names[company] for (one, company), types in pairs if one == self.contact(contact) and 1 in types)
        return next(mine, None)

    def in_app(self, person: str) -> str | None:
        """The organisation of a person."""
        names = {one["id"]: one["title"] for one in self.world.orbit.records("organisations")}
        found = next(one for one in self.world.people() if one["id"] == self.person(person))
        return names.get(found.get("organisation_id"))

    def waiting(self) -> int:
        return sum(entry.waiting_links for entry in self.world.entries())

    def catch_up(self) -> None:
        """Everything that happens by itself within a day: webhooks, a poll, the nightly comparison of both syncs."""
        self.world.deliver()
        self.world.settle()
        poll_and_compare(self.world)

    def calm(self) -> None:
        assert_nothing_is_written(self.world)


def made(
    *, contacts_first: bool = False, sync: Sync | None = None, people: int = 3, before: Callable[[Linked], None] = id
) -> Linked:
    """Three companies on both sides, three people on both sides, in sync; `before` links them in either app first."""
    world = World(11)
    world.hubspot.seed("contacts", [{"email": f"p{at}@example.com", "firstname": f"P{at}"} for at in range(people)])
    world.hubspot.seed("companies", [{"name": name} for name in NAMES])
    world.orbit.seed(
        {
            "people": [{"email": f"p{at}@example.com", "name": {"first": f"P{at}"}} for at in range(people)],
            "organisations": [{"title": name} for name in NAMES],
        }
    )
    one = Linked(world)
    before(one)
    both = [sync or linked(contacts()), companies()]
    for each in both if contacts_first else reversed(both):
        world.save(each)
    world.settle()
    return one
