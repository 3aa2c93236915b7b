"""Rules 6.1 and 6.2 for every other pair of objects that can be linked, through the whole stack.

Deals, tickets, tasks, custom objects and invoices hang on contacts, companies and deals. Each is matched by ids alone,
so what was made on one side is made on the other, with its links.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from hubsync.model.association import Association
from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import RecordRef
from hubsync.model.side import Side
from hubsync.model.sync import MatchKey, Sync, SyncStatus
from hubsync.services.manage.document import AssociationSpec, EndSpec, RefusedDocumentError
from hubsync.services.manage.lifecycle import NotNowError
from tests.rules.scene import Scene
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import assets, companies, contacts, deals, invoices, linked, tasks, tickets
from tests.simulation.world import World
from tests.unit.services.manage_world import document_of, mappings, sync_of

H, A = Side.HUBSPOT, Side.APP
BOTH = ("hubspot", "app")


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
every_link = pytest.mark.parametrize("link", LINKS, ids=str)


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
                self.world.hubspot.associate(*self._ends(holder, end), self.link.label)
        else:
            ids = [self.app_id(self.link.to, end) for end in ends]
            here = self._field(holder)
            value = [*here, *ids] if self.link.many else ids[-1]
            self._edit(holder, value)

    def take(self, side: Side, holder: str, end: str) -> None:
        """A person takes a link away on one side."""
        if side is H:
            self.world.hubspot.dissociate(*self._ends(holder, end), self.link.label)
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
        self.world.poll()
        self.world.settle()
        for name in self.world.syncs:
            if self.world.sync(name).status is SyncStatus.ACTIVE:
                self.world.compare(name)
        self.world.settle()

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

    def _ends(self, holder: str, end: str) -> tuple[str, int, str, int]:
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


@pytest.mark.parametrize("holder_first", [True, False])
@every_link
def test_what_is_made_on_the_other_side_is_linked_there(link: Link, holder_first: bool) -> None:
    """6.1 Each record that is made on the other side has its links there, whichever of the two syncs comes first: a
    link to what is not bound yet waits, and is made."""
    one = Linked(link)
    one.put(H, "hubspot", "one")
    if link.to in MATCHED:
        one.put(A, "app", "two")
    both = [link.sync(), link.to.sync()]
    one.save(*(both if holder_first else reversed(both)))
    one.world.settle()
    one.listen()
    assert one.both("hubspot") == ({"one"}, {"one"})
    assert one.both("app") == (({"two"}, {"two"}) if link.to in MATCHED else (set(), set()))
    assert (one.statuses(), one.waiting()) == ({"in_sync": 2}, 0)
    assert_nothing_is_written(one.world)


@every_link
def test_a_link_is_made_when_its_other_end_arrives(link: Link) -> None:
    """6.1 While the record at the other end is not bound its link waits, and is no failure; once it is bound the link
    is made, without anybody touching the record that holds it."""
    one = Linked(link).run()
    end = link.to.sync()
    one.world.lifecycle.off(end.name)
    one.make(link.to, "four", H)
    one.put(H, "hubspot", "four")
    one.catch_up()
    assert (one.in_app("hubspot"), one.waiting(), one.statuses()) == (set(), 1, {"in_sync": 2})
    one.world.lifecycle.on(end.name)
    one.world.settle()
    assert (one.both("hubspot"), one.waiting()) == (({"four"}, {"four"}), 0)
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("way", ["hubspot's webhook", "the app's webhook", "comparison of hubspot", "comparison"])
@every_link
def test_an_edit_of_a_link_alone_is_found(link: Link, way: str) -> None:
    """6.1 By HubSpot's webhook and by the app's at once, else by the comparison: no other field changes."""
    one = Linked(link)
    by_type_id = link.holder is CAR and way == "hubspot's webhook"  # HubSpot's events know custom objects by id alone
    if by_type_id:
        link = replace(link, holder=replace(CAR, sync=lambda: replace(assets(), hubspot_object="2-1")))
        one.link = link
    one.run()
    side = H if "hubspot" in way else A
    if way == "hubspot's webhook":
        one.world.connect_webhooks()
    for holder in BOTH:
        one.put(side, holder, "three")
    if "webhook" in way:
        one.listen()
    else:
        one.app(link.holder).outbox.configure(None)
        one.world.compare(link.holder.sync().name)
        one.world.settle()
    for holder in BOTH:
        assert one.both(holder) == ({"three"}, {"three"}), holder
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("unlink", [True, False])
@pytest.mark.parametrize("side", Side)
@every_link
def test_what_is_taken_away_travels_only_where_that_is_asked_for(link: Link, side: Side, unlink: bool) -> None:
    """6.2 A link that goes on one side stays on the other and is not made again; with `unlink` it goes there, too."""
    one = Linked(link).run(unlink=unlink)
    one.put(H, "hubspot", "one")
    one.catch_up()
    assert one.both("hubspot") == ({"one"}, {"one"})
    one.take(side, "hubspot", "one")
    for _ in range(2):
        one.catch_up()
        left = set() if unlink else {"one"}
        assert one.both("hubspot") == ((set(), left) if side is H else (left, set()))
    assert_nothing_is_written(one.world)


def test_a_field_of_many_links_holds_them_all() -> None:
    """6.1 Where the app's field holds several, every link of either side is made on the other, and none is lost."""
    link = next(each for each in LINKS if each.many)
    one = Linked(link).run(unlink=True)
    one.put(H, "hubspot", "one", "two")
    one.put(A, "hubspot", "three")
    one.catch_up()
    assert one.both("hubspot") == ({"one", "two", "three"},) * 2
    one.take(A, "hubspot", "two")
    one.put(H, "app", "two")
    one.catch_up()
    assert one.both("hubspot") == ({"one", "three"},) * 2
    assert one.both("app") == ({"two"},) * 2
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("stride", [23, pytest.param(2, marks=pytest.mark.slow)])
def test_no_link_of_many_is_lost_or_doubled_by_a_crash(stride: int) -> None:
    """6.1, 9.1 Whatever call is the last one of the initial sync, a field of many links ends as if nothing had
    happened."""
    calls = 0
    while True:
        one = Linked(next(each for each in LINKS if each.many))
        one.put(H, "hubspot", "one", "two")
        one.put(A, "app", "two", "three")
        one.save(one.link.sync(), one.link.to.sync())
        one.world.fuse.left = calls
        one.world.settle()
        survived, one.world.fuse.left = one.world.fuse.left is not None, None
        one.world.make_peace()
        assert one.both("hubspot") == ({"one", "two"},) * 2, calls
        assert one.both("app") == ({"two", "three"},) * 2, calls
        assert (one.statuses(), one.waiting()) == ({"in_sync": 2}, 0), calls
        if survived:
            break
        calls += stride
    assert calls > 50


PARTICIPANTS = "participant_ids"
DECIDER = Link("decider", DEAL, CONTACTS, "decider_id", label="Decision maker")


def labelled(**settings: Any) -> tuple[Linked, int]:
    """A deal's contacts, and who of them decides, each in a field of the app; the label's type id."""
    one = Linked(DECIDER)
    one.world.hubspot.define_label("deals", "contacts", "Decision maker")
    (label,) = [each for each in one.world.hubspot.account.associations.known("deals", "contacts") if each.name]
    sync = DECIDER.sync(**settings)
    plain = Association(sync.next_number, "contacts", PARTICIPANTS, "s1", many=True, **settings)
    sync = replace(sync, associations=(*sync.associations, plain), next_number=sync.next_number + 1)
    one.put(H, "hubspot", "one")
    one.put(A, "app", "two")
    one.save(contacts(), sync)
    one.world.settle()
    one.listen()
    return one, label.type_id


def test_a_label_is_carried_as_an_association_of_its_own() -> None:
    """6.1, 6.2 Who bears a label in HubSpot stands in the app's field for it, and the other way round; every labelled
    link is an unlabelled one as well."""
    one, label = labelled()
    assert (one.in_hubspot("hubspot", label), one.in_app("hubspot")) == ({"one"}, {"one"})
    assert (one.in_hubspot("app", label), one.in_app("app")) == ({"two"}, {"two"})
    one.catch_up()
    assert one.in_app("hubspot", PARTICIPANTS) == {"one"}
    assert one.in_app("app", PARTICIPANTS) == {"two"}
    assert (one.statuses(), one.waiting()) == ({"in_sync": 2}, 0)
    assert_nothing_is_written(one.world)


def test_a_link_without_the_label_says_nothing_about_it() -> None:
    """6.1, 6.2 A contact that is linked without the label takes part, and decides nothing."""
    one, label = labelled()
    one.take(H, "hubspot", "one")
    one.take(A, "hubspot", "one")
    one.catch_up()
    one.world.hubspot.associate(*one._ends("hubspot", "three"))
    one.catch_up()
    assert (one.in_hubspot("hubspot", label), one.in_app("hubspot")) == (set(), set())
    assert one.in_app("hubspot", PARTICIPANTS) == {"one", "three"}
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("side", Side)
def test_a_label_that_is_taken_away_leaves_the_link(side: Side) -> None:
    """6.2 Where unlinking travels, what goes with a label is the label: who took part takes part."""
    one, label = labelled(unlink=True)
    one.catch_up()
    one.take(side, "hubspot", "one")
    one.catch_up()
    assert (one.in_hubspot("hubspot", label), one.in_app("hubspot")) == (set(), set())
    assert (one.in_hubspot("hubspot"), one.in_app("hubspot", PARTICIPANTS)) == ({"one"}, {"one"})
    assert_nothing_is_written(one.world)


# --- privacy

BY_PERSON = tuple(each for each in LINKS if each.to in (CONTACTS, BILLED))


@pytest.mark.parametrize("link", BY_PERSON, ids=str)
def test_a_privacy_deletion_clears_the_links_to_the_erased_record(link: Link) -> None:
    """6.1, 7.4 Whoever was linked to a contact that HubSpot erased goes on without it: nothing that is stored of the
    link leads there, in neither sync, and nobody waits for it."""
    one = Linked(link)
    one.world.connect_webhooks()
    one.run()
    one.put(H, "hubspot", "three")  # whose number no other record bears
    one.catch_up()
    assert one.both("hubspot") == ({"three"}, {"three"})
    number = str(one.hubspot_id(link.to, "three"))
    one.world.hubspot.gdpr_delete("contacts", int(number))
    one.catch_up()
    assert not traces(one, number)
    assert one.in_hubspot("hubspot") == set()
    assert one.statuses() == {"in_sync": 2}
    assert_nothing_is_written(one.world)


@pytest.mark.parametrize("link", BY_PERSON, ids=str)
def test_nobody_waits_for_an_erased_record(link: Link) -> None:
    """6.1, 7.4 A link that waited for a contact which HubSpot erased before it was bound waits no longer."""
    one = Linked(link).run()
    one.world.connect_webhooks()
    one.world.lifecycle.off("contacts")
    one.make(link.to, "four", H)
    one.put(H, "hubspot", "four")
    one.catch_up()
    number = str(one.hubspot_id(link.to, "four"))
    assert one.waiting() == 1
    assert traces(one, number)
    one.world.hubspot.gdpr_delete("contacts", int(number))
    one.catch_up()
    assert not traces(one, number)
    assert one.waiting() == 0


def test_an_erased_record_waits_for_nobody() -> None:
    """6.1, 7.4 A contact whose own link waited for a company is erased: nothing stays under the company."""
    world = World(3)
    world.connect_webhooks()
    (company,) = world.hubspot.seed("companies", [{"name": "Hooli"}])
    (number,) = world.hubspot.seed("contacts", [{"email": "one@example.com"}])
    world.hubspot.associate("contacts", number, "companies", company)
    world.save(companies())
    world.lifecycle.off("companies")
    world.save(linked(contacts()))
    world.settle()
    ref = RecordRef(H, str(company))
    assert world.stores.index.link_waiters("s2", [ref])
    world.hubspot.gdpr_delete("contacts", number)
    world.deliver()
    world.settle()
    assert world.stores.index.link_waiters("s2", [ref]) == {}


def traces(one: Linked, number: str) -> list[str]:
    """Where the number of a contact stands in the index: in its own sync, and among who waits for whom."""
    shelf = one.world.stores.index._shelf(one.link.to.sync().id)
    kept = {kind: str(getattr(shelf, kind)).replace("erased-", " ") for kind in shelf.__slots__}
    return [kind for kind, text in kept.items() if re.search(rf"\bh-{number}\b|id='{number}'", text)]


# --- what is refused


def test_a_sync_that_others_link_by_cannot_be_deleted() -> None:
    """6.1, 1.7 The deletion is refused and says who needs it; when they are gone it is done, and no link is touched."""
    one = Linked(LINKS[0])
    one.put(H, "hubspot", "one")
    one.run()
    with pytest.raises(NotNowError, match="opportunities links records by way of contacts"):
        one.world.lifecycle.delete("contacts")
    one.put(H, "hubspot", "two")
    one.take(H, "hubspot", "one")
    one.catch_up()
    assert (one.in_app("hubspot"), one.waiting()) == ({"two"}, 0), "everything goes on"
    assert one.world.lifecycle.delete("opportunities").done
    assert one.world.lifecycle.delete("contacts").done
    assert one.both("hubspot") == ({"two"}, {"two"})


def test_an_invoice_is_linked_to_contacts_and_to_nothing_else() -> None:
    """6.2 A document that links invoices to companies is refused with a remedy; one that links them to contacts is
    saved."""
    scene = Scene(sync=contacts())
    scene.world.connect("ledgerly", "ledgerly")
    people = sync_of(
        hubspot=EndSpec("hubspot", "contacts"),
        app=EndSpec("ledgerly", "contacts"),
        mappings=mappings(("email", "EmailAddress")),
    )
    firms = sync_of(
        hubspot=EndSpec("hubspot", "companies"),
        app=EndSpec("ledgerly", "organizations"),
        mappings=mappings(("name", "Name")),
    )
    bills = sync_of(
        hubspot=EndSpec("hubspot", "invoices"),
        app=EndSpec("ledgerly", "invoices"),
        mappings=mappings(("hs_title", "Title")),
        require_email=True,
    )

    def save(link: AssociationSpec) -> None:
        linked = replace(bills, associations=(link,))
        scene.apply()(replace(document_of(people=people, firms=firms, bills=linked), connections={}))

    with pytest.raises(RefusedDocumentError) as refused:
        save(AssociationSpec(0, "companies", "ContactID", "firms"))
    faults = {fault.path: fault for fault in refused.value.faults}
    fault = faults["syncs.bills.associations[0].hubspot"]
    assert fault.reason == "Invoices are associated to contacts only."
    assert fault.remedy == "Name contacts, or leave it out."
    save(AssociationSpec(0, "contacts", "ContactID", "people"))
