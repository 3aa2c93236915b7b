"""Every pair of objects that can be linked besides contacts and companies, and a world with one such link."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hubsync.model.association import Association
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.side import Side
from hubsync.model.sync import MatchKey, Sync
from tests.rules.scene import poll_and_compare
from tests.simulation.syncs import assets, companies, contacts, deals, invoices, tasks, tickets
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP


@dataclass(frozen=True, slots=True)
class End:
    """One pair of object types: its sync, and what its records are called, by a property and by a field of the app.

    `hubspot` and `app` make the records that are there, on both sides or, for what is matched by ids alone, on one.
    """

    sync: Callable[[], Sync]
    called: tuple[str, str]
    key: str = "id"
    account: str = "orbit"


def billed() -> Sync:
    """Contacts of Ledgerly."""
    mapped = (FieldMapping(1, "email", "EmailAddress", Transform.EMAIL), FieldMapping(2, "firstname", "GivenName"))
    keys = (MatchKey(IdentifierKind.EMAIL, "email", "EmailAddress"),)
    return replace(contacts(mappings=mapped), app_connection="ledgerly", app_object="contacts", match_keys=keys)


def owned() -> Sync:
    """Deals as the other end of a link."""
    return replace(deals(), id="s4")


CONTACTS = End(contacts, ("email", "email"))
COMPANIES = End(companies, ("name", "title"))
BILLED = End(billed, ("email", "EmailAddress"), "ContactID", "ledgerly")
DEALS = End(owned, ("dealname", "title"))
MATCHED = (CONTACTS, COMPANIES, BILLED)


@dataclass(frozen=True, slots=True)
class Link:
    """One kind of link: who holds it, to whom, in which field of the app, which may hold `many`."""

    name: str
    holder: End
    to: End
    field: str
    many: bool = False
    label: str | None = None

    def __str__(self) -> str:
        return self.name

    def sync(self, **settings: Any) -> Sync:
        """The holder's sync with this link."""
        sync, via = self.holder.sync(), self.to.sync()
        link = Association(
            sync.next_number, via.hubspot_object, self.field, via.id, label=self.label, many=self.many, **settings
        )
        return replace(sync, associations=(link,), next_number=sync.next_number + 1)


DEAL = End(deals, ("dealname", "title"))
CAR = End(assets, ("name", "name"))
TICKET = End(tickets, ("subject", "subject"))
TASK = End(tasks, ("hs_task_subject", "title"))
INVOICE = End(invoices, ("hs_title", "Title"), "InvoiceID", "ledgerly")
LINKS = (
    Link("deal-contact", DEAL, CONTACTS, "person_id"),
    Link("deal-contacts", DEAL, CONTACTS, "participant_ids", many=True),
    Link("deal-company", DEAL, COMPANIES, "organisation_id"),
    Link("custom-contact", CAR, CONTACTS, "person_id"),
    Link("custom-company", CAR, COMPANIES, "organisation_id"),
    Link("ticket-contact", TICKET, CONTACTS, "person_id"),
    Link("ticket-company", TICKET, COMPANIES, "organisation_id"),
    Link("task-contact", TASK, CONTACTS, "person_id"),
    Link("task-deal", TASK, DEALS, "opportunity_id"),
    Link("invoice-contact", INVOICE, BILLED, "ContactID"),
)


@dataclass
class Linked:
    """A world with one kind of link. Holders go by `hubspot` and `app`, where they were made; ends by `one` to `three`.

    Names of ends that are matched by email are addresses; `where` says in which application a record was made first.
    """

    link: Link
    world: World = field(default_factory=lambda: World(17))

    def __post_init__(self) -> None:
        if self.link.holder is CAR:
            self.world.define_object("cars", "name", "serial")
        if self.link.holder.account == "ledgerly":
            self.world.connect("ledgerly", "ledgerly")
        for name in ("one", "two", "three"):
            self.make(self.link.to, name)
        for side in Side:
            self.make(self.link.holder, side.value, side)

    # --- people

    def make(self, end: End, name: str, *sides: Side) -> None:
        """Records that were always there: on both sides, where they will be matched."""
        sync = end.sync()
        for side in sides or (tuple(Side) if end in MATCHED else (H,)):
            value = {end.called[side is A]: self._value(end, name)}
            if side is H:
                self.world.hubspot.seed(sync.hubspot_object, [value])
            else:
                self.app(end).seed({sync.app_object: [value]})

    def put(self, side: Side, holder: str, *ends: str) -> None:
        """A person links a holder on one side to these ends as well; in a field of one link, to the last of them."""
        if side is H:
            for end in ends:
                self.world.hubspot.associate(*self.ends(holder, end), self.link.label)
        else:
            ids = [self.app_id(self.link.to, end) for end in ends]
            here = self._field(holder)
            value = [*here, *ids] if self.link.many else ids[-1]
            self._edit(holder, value)

    def take(self, side: Side, holder: str, end: str) -> None:
        """A person takes a link away on one side."""
        if side is H:
            self.world.hubspot.dissociate(*self.ends(holder, end), self.link.label)
        else:
            gone = self.app_id(self.link.to, end)
            self._edit(holder, [one for one in self._field(holder) if one != gone] if self.link.many else None)

    # --- what happens by itself

    def save(self, *syncs: Sync) -> None:
        for sync in syncs:
            self.world.save(sync)

    def run(self, **settings: Any) -> Linked:
        """Save both syncs, and let them run."""
        self.save(self.link.to.sync(), self.link.sync(**settings))
        self.world.settle()
        self.world.deliver()
        self.world.settle()
        return self

    def listen(self) -> None:
        """HubSpot's and the app's webhooks arrive; nobody polls or compares."""
        self.world.deliver()
        self.world.settle()

    def catch_up(self) -> None:
        """Everything that happens by itself within a day."""
        self.listen()
        poll_and_compare(self.world)

    # --- what can be seen

    def app(self, end: End) -> Any:
        return self.world.accounts[end.account]

    def hubspot_id(self, end: End, name: str) -> int:
        """A record of HubSpot's by its name."""
        found = self.world.hubspot.records(end.sync().hubspot_object).items()
        return next(key for key, values in found if values.get(end.called[0]) == self._value(end, name))

    def app_id(self, end: End, name: str) -> Any:
        """A record of the app's by its name."""
        return self._row(end, name)[end.key]

    def in_hubspot(self, holder: str, label: int | None = None) -> set[str]:
        """What a holder is linked to in HubSpot, under a label or at all."""
        types = [self.link.holder.sync().hubspot_object, self.link.to.sync().hubspot_object]
        mine = self.hubspot_id(self.link.holder, holder)
        values = self.world.hubspot.records(types[1])
        return {
            self._name(values[end][self.link.to.called[0]])
            for (one, end), labels in self.world.hubspot.associations(*types).items()
            if one == mine and (label is None or label in labels)
        }

    def in_app(self, holder: str, field: str | None = None) -> set[str]:
        """What a holder is linked to in the app, by the link's field or by another one."""
        rows = self.app(self.link.to).records(self.link.to.sync().app_object)
        names = {row[self.link.to.key]: self._name(row[self.link.to.called[1]]) for row in rows}
        return {names[one] for one in self._field(holder, field)}

    def both(self, holder: str) -> tuple[set[str], set[str]]:
        return self.in_hubspot(holder), self.in_app(holder)

    def waiting(self) -> int:
        return sum(entry.waiting_links for entry in self.world.entries(self.link.holder.sync().name))

    def statuses(self) -> Mapping[str, int]:
        return self.world.statuses(self.link.holder.sync().name)

    def _field(self, holder: str, name: str | None = None) -> list[Any]:
        value = self._row(self.link.holder, holder)[name or self.link.field]
        return value if isinstance(value, list) else [] if value is None else [value]

    def _edit(self, holder: str, value: Any) -> None:
        object_type = self.link.holder.sync().app_object
        self.app(self.link.holder).edit(object_type, self.app_id(self.link.holder, holder), {self.link.field: value})

    def ends(self, holder: str, end: str) -> tuple[str, int, str, int]:
        """Both records of a link in HubSpot: their object types and ids, the holder's first."""
        left, right = self.link.holder, self.link.to
        ids = self.hubspot_id(left, holder), self.hubspot_id(right, end)
        return left.sync().hubspot_object, ids[0], right.sync().hubspot_object, ids[1]

    def _row(self, end: End, name: str) -> Mapping[str, Any]:
        rows = self.app(end).records(end.sync().app_object)
        return next(row for row in rows if row[end.called[1]] == self._value(end, name))

    @staticmethod
    def _value(end: End, name: str) -> str:
        return f"{name}@example.com" if end.called[0] == "email" else name

    @staticmethod
    def _name(value: str) -> str:
        return value.removesuffix("@example.com")
