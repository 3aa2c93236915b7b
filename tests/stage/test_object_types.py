"""Every type of object on the deployed stage: made on the other side, linked, edited, deleted, and made again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.stage.accounts import AppAccount, Body
from tests.stage.scene import LEDGERLY, ORBIT, Product, Scene

pytestmark = pytest.mark.slow

CARS = {
    "name": "cars",
    "primaryDisplayProperty": "name",
    "properties": [
        {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "cars"}
        for name in ("name", "serial")
    ],
}
"""An object type of HubSpot's account: `p_cars`."""

GENEROUS = 450.0
"""Seconds that ten syncs at once may take; one alone has `PATIENCE`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One pair of object types. `name` and `text` are pairs of mapped fields, HubSpot's first; `text` is edited."""

    hubspot: str
    app: str
    name: tuple[str, str]
    text: tuple[str, str]
    key: str = "id"
    product: Product = ORBIT
    staged: bool = False

    def value(self, side: str) -> str:
        """What a record that was made on a side is called."""
        return f"{side}@example.com" if self.name[0] == "email" else f"From {side}"

    @property
    def both(self) -> list[str]:
        """What the two records are called, in order."""
        return sorted(self.value(side) for side in ("hubspot", "app"))

    def record(self, side: str) -> Body:
        """A new record of a side; only a deal in a mapped stage is synced (rule 5.2)."""
        stages = {
            "hubspot": {"pipeline": "default", "dealstage": "closedwon"},
            "app": {"pipeline_id": "pip_sales", "stage_id": "stg_won"},
        }
        return {self.name[side == "app"]: self.value(side), **(stages[side] if self.staged else {})}

    def setting(self, hubspot: str, app: str) -> Body:
        """The sync in a document, without links."""
        pairs = dict.fromkeys([self.name, self.text])
        pipelines = [{"hubspot": "default", "app": "pip_sales"}]
        return {
            **({"pipelines": pipelines} if self.staged else {}),
            "hubspot": {"connection": hubspot, "object": self.hubspot},
            "app": {"connection": app, "object": self.app},
            "direction": "two_way",
            "require_email": self.app != "leads",
            "mappings": [{"hubspot": theirs, "app": ours} for theirs, ours in pairs],
        }


CONTACTS = Kind("contacts", "people", ("email", "email"), ("jobtitle", "job_title"))
COMPANIES = Kind("companies", "organisations", ("name", "title"), ("city", "city"))
DEALS = Kind("deals", "opportunities", ("dealname", "title"), ("description", "notes"), staged=True)
TICKETS = Kind("tickets", "tickets", ("subject", "subject"), ("content", "description"))
INVOICES = Kind("invoices", "invoices", ("hs_title", "Title"), ("hs_number", "InvoiceNumber"), "InvoiceID", LEDGERLY)
TASKS = Kind("tasks", "tasks", ("hs_task_subject", "title"), ("hs_task_body", "notes"))
CARS_KIND = Kind("p_cars", "assets", ("name", "name"), ("serial", "serial_number"))
KINDS = (
    COMPANIES,
    CONTACTS,
    Kind("leads", "leads", ("hs_lead_name", "name"), ("hs_lead_name", "name")),
    DEALS,
    TICKETS,
    Kind("products", "products", ("name", "name"), ("description", "description")),
    INVOICES,
    TASKS,
    CARS_KIND,
)
BILLED = Kind("contacts", "contacts", ("email", "EmailAddress"), ("firstname", "GivenName"), "ContactID", LEDGERLY)
"""The same contacts in Ledgerly, for its invoices to hang on: a second sync over HubSpot's contacts."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who is linked to whom, and in which field of the app. Nothing else of KINDS holds a reference."""

    holder: Kind
    end: Kind
    field: str


LINKS = (
    Link(CONTACTS, COMPANIES, "organisation_id"),
    Link(DEALS, CONTACTS, "person_id"),
    Link(DEALS, COMPANIES, "organisation_id"),
    Link(TICKETS, CONTACTS, "person_id"),
    Link(TICKETS, COMPANIES, "organisation_id"),
    Link(TASKS, CONTACTS, "person_id"),
    Link(TASKS, DEALS, "opportunity_id"),
    Link(CARS_KIND, CONTACTS, "person_id"),
    Link(CARS_KIND, COMPANIES, "organisation_id"),
    Link(INVOICES, BILLED, "ContactID"),
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The ids of one record on both sides."""

    hubspot: str
    app: str


class Everything:
    """A sync for each kind, all over one HubSpot, with Orbit and Ledgerly.

    Each has two records: one that was made in HubSpot, and one that was made in the app.
    """

    def __init__(self, orbit: Scene, ledgerly: Scene) -> None:
        self.orbit = orbit
        self.scenes = {ORBIT: orbit, LEDGERLY: ledgerly}
        self.apps = {kind: self._account(kind) for kind in (*KINDS, BILLED)}
        stage = orbit.stage
        made = httpx.post(
            f"{stage.hubspot_url}/crm-object-schemas/2026-09/schemas",
            json=CARS,
            headers={"Authorization": f"Bearer {stage.hubspot_token}"},
            timeout=30,
        )
        assert made.status_code == 201, made.text
        self.in_hubspot: dict[Kind, str] = {}
        self.in_app: dict[Kind, str] = {}
        for kind in KINDS:
            seeded = orbit.hubspot.admin("POST", f"records/{kind.hubspot}", {"records": [kind.record("hubspot")]})
            (self.in_hubspot[kind],) = (str(key) for key in seeded["ids"])
            (self.in_app[kind],) = self.apps[kind].seed([kind.record("app")])
        self.in_hubspot[BILLED] = self.in_hubspot[CONTACTS]
        (self.in_app[BILLED],) = self.apps[BILLED].seed([BILLED.record("app")])

    def leave(self) -> None:
        """Delete all of it."""
        for kind in reversed((BILLED, *KINDS)):  # those first that are linked by way of the others
            while self.orbit.api.delete(f"/v1/syncs/{self.sync(kind)}").status_code == 202:
                pass
            self.apps[kind].clear()
            self.apps[kind].close()

    def sync(self, kind: Kind) -> str:
        """The name of a kind's sync."""
        return f"{self.orbit.name}-{kind.app}"

    def apply(self) -> None:
        """Save every sync at once."""
        connections = {
            name: one for each in self.scenes.values() for name, one in each.document()["connections"].items()
        }
        syncs = {
            self.sync(kind): kind.setting(f"hubspot-{self.orbit.name}", self.scenes[kind.product].connection)
            for kind in (*KINDS, BILLED)
        }
        for each in LINKS:
            link = {"hubspot": each.end.hubspot, "app": each.field, "via": self.sync(each.end)}
            syncs[self.sync(each.holder)].setdefault("associations", []).append(link)
        answer = self.orbit.api.post("/v1/apply", json={"connections": connections, "syncs": syncs})
        assert answer.status_code == 200, answer.text

    def link(self) -> None:
        """On each side a person links the records that were made there."""
        for each in LINKS:
            kinds = (each.holder, each.end)
            holder, end = ({"type": kind.hubspot, "id": self.in_hubspot[kind]} for kind in kinds)
            self.orbit.hubspot.admin("POST", "associations", {"from": holder, "to": end})
            named = self.in_app[each.end]
            value = int(named) if each.end.product is LEDGERLY else named
            self.apps[each.holder].edit(self.in_app[each.holder], **{each.field: value})

    def unlinked(self) -> list[Link]:
        """The kinds of links that do not stand on both sides as they were made on one."""
        return [each for each in LINKS if self._pairs(each) != self._made(each)]

    def _made(self, link: Link) -> list[list[tuple[str, str]]]:
        """Of each side: the record that was made in HubSpot to the one that was made there, and so for the app's."""
        return [list(zip(link.holder.both, link.end.both, strict=True))] * 2

    def _pairs(self, link: Link) -> list[list[tuple[str, str]]]:
        """Who is linked to whom, by what they are called: in HubSpot, and in the app."""
        holders, ends = self.hubspot(link.holder), self.hubspot(link.end)
        found = self.orbit.hubspot.admin("GET", f"associations/{link.holder.hubspot}/{link.end.hubspot}")
        called = (link.holder.name[0], link.end.name[0])
        in_hubspot = [(holders[each["from"]][called[0]], ends[each["to"]][called[1]]) for each in found]
        rows, named, called = self.app(link.holder), self.app(link.end), (link.holder.name[1], link.end.name[1])
        linked = [(row[called[0]], str(row[link.field])) for row in rows.values() if row[link.field] is not None]
        in_app = [(name, named[end][called[1]]) for name, end in linked if end in named]
        return [sorted(in_hubspot), sorted(in_app)]

    def pairs(self, kind: Kind) -> tuple[Pair, Pair]:
        """What was made in HubSpot, and what was made in the app, each with what hubsync made of it."""
        apps = {row["hubspot_id"]: row["app_id"] for row in self.records(kind, "in_sync")}
        hubspots = {app: hubspot for hubspot, app in apps.items()}
        in_hubspot, in_app = self.in_hubspot[kind], self.in_app[kind]
        return Pair(in_hubspot, apps[in_hubspot]), Pair(hubspots[in_app], in_app)

    def in_step(self, kind: Kind) -> bool:
        """Whether both records are in sync."""
        return len(self.records(kind, "in_sync")) == 2

    def alone(self, kind: Kind) -> bool:
        """Whether both records say that they were deleted on the other side."""
        failing = [row["failure"]["category"] for row in self.records(kind, "failing")]
        return failing == ["deleted_on_the_other_side"] * 2

    def restore(self, kind: Kind, target: str) -> None:
        """Review and confirm that the one record that was deleted on a side is made there again."""
        path, wanted = f"/v1/syncs/{self.sync(kind)}/restore", {"target": target, "ids": "all"}
        review = self.orbit.api.post(path, json=wanted).json()
        assert review["count"] == 1, (kind, review)
        confirmed = self.orbit.api.post(path, json={**wanted, "confirm": 1, "token": review["token"]})
        assert confirmed.status_code == 202, confirmed.text

    def records(self, kind: Kind, status: str) -> list[Body]:
        """A kind's records of one status."""
        return self.orbit.records(status, self.sync(kind))

    def hubspot(self, kind: Kind) -> dict[str, Body]:
        """HubSpot's living records of a kind, by id."""
        found = self.orbit.hubspot.admin("GET", f"records/{kind.hubspot}")["records"]
        return {row["id"]: row["properties"] for row in found}

    def app(self, kind: Kind) -> dict[str, Body]:
        """The app's living records of a kind, by id."""
        found = self.apps[kind].admin("GET", f"records/{kind.app}")[kind.app]
        return {str(row[kind.key]): row for row in found if row.get("Status") != "ARCHIVED"}

    def names(self, kind: Kind) -> tuple[list[str], list[str]]:
        """What the living records are called, in HubSpot and in the app."""
        hubspot, app = self.hubspot(kind), self.app(kind)
        return sorted(row[kind.name[0]] for row in hubspot.values()), sorted(row[kind.name[1]] for row in app.values())

    def _account(self, kind: Kind) -> AppAccount:
        stage, prefix = self.orbit.stage, kind.product.prefix
        account = AppAccount(str(getattr(stage, f"{prefix}_url")), kind.app, key=kind.key, email=kind.name[1])
        account.clear()
        return account


@pytest.fixture
def everything(enter: Callable[[Product], Scene]) -> Iterator[Everything]:
    made = Everything(enter(ORBIT), enter(LEDGERLY))
    yield made
    made.leave()


def every(check: Callable[[Kind], bool]) -> bool:
    """Whether something is so of every kind; asks no more once it is not."""
    return all(check(kind) for kind in KINDS)


def test_every_type_is_created_linked_updated_deleted_and_restored_both_ways(everything: Everything) -> None:
    scene = everything.orbit

    def settled(what: str, check: Callable[[Kind], bool]) -> None:
        scene.until(what, lambda: every(check) and not scene.busy(), GENEROUS)

    everything.link()
    everything.apply()
    settled("every record is in sync", everything.in_step)
    pairs = {kind: everything.pairs(kind) for kind in KINDS}
    for kind, (of_hubspot, of_app) in pairs.items():
        assert everything.names(kind) == (kind.both, kind.both), kind
        assert everything.app(kind)[of_hubspot.app][kind.name[1]] == kind.value("hubspot"), kind
        assert everything.hubspot(kind)[of_app.hubspot][kind.name[0]] == kind.value("app"), kind
    scene.polled("every link is on both sides", lambda: not everything.unlinked(), GENEROUS)

    for each in everything.scenes.values():
        each.listen()
    for kind, (of_hubspot, of_app) in pairs.items():
        path = f"records/{kind.hubspot}/{of_hubspot.hubspot}"
        scene.hubspot.admin("PATCH", path, {"properties": {kind.text[0]: "by hubspot"}})
        everything.apps[kind].edit(of_app.app, **{kind.text[1]: "by the app"})

    def edited(kind: Kind) -> bool:
        of_hubspot, of_app = pairs[kind]
        in_hubspot = everything.hubspot(kind)[of_app.hubspot].get(kind.text[0])
        in_app = everything.app(kind)[of_hubspot.app].get(kind.text[1])
        return (in_hubspot, in_app) == ("by the app", "by hubspot")

    scene.polled("every edit is on the other side", lambda: every(edited), GENEROUS)
    named = {kind: everything.names(kind) for kind in KINDS}

    for kind, (of_hubspot, of_app) in pairs.items():
        scene.hubspot.admin("DELETE", f"records/{kind.hubspot}/{of_hubspot.hubspot}")
        everything.apps[kind].delete(of_app.app)
    for kind in (*KINDS, BILLED):
        assert scene.api.post(f"/v1/syncs/{everything.sync(kind)}/compare").status_code == 200
    settled("every survivor says so", everything.alone)
    for kind, (of_hubspot, of_app) in pairs.items():
        assert list(everything.hubspot(kind)) == [of_app.hubspot], kind
        assert list(everything.app(kind)) == [of_hubspot.app], kind

    for kind in KINDS:
        for target in ("hubspot", "app"):
            everything.restore(kind, target)
    settled("every record is in sync again", everything.in_step)
    for kind in KINDS:
        assert everything.names(kind) == named[kind], kind
    scene.polled("every link is on both sides again", lambda: not everything.unlinked(), GENEROUS)
