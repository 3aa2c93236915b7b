"""Rule 5.3, leads and lifecycle stages; and 5.1, nobody becomes a marketing contact unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.engine.context import Context
from hubsync.engine.decide import decide
from hubsync.engine.identify import fingerprint
from hubsync.engine.lifecycle import covers, moves_back, newcomers_stage
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.lifecycle import LEADS, PROPERTY, STAGES, Covers, Lifecycle
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import Record, RecordRef
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema, Option
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason
from hubsync.model.sync import MARKETING, ObjectKind, Sync
from hubsync.services.manage.document import RefusedDocumentError
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import contacts
from tests.simulation.world import World
from tests.unit.services import manage_schemas, manage_world

H, A = Side.HUBSPOT, Side.APP
STAGE = FieldMapping(6, PROPERTY, "stage")


def contact(stage: str | None) -> Record:
    return Record(RecordRef(H, "1"), {"email": "a@example.com", PROPERTY: stage})


# --- whom a sync covers


@given(st.sampled_from([None, "", "7001", *STAGES]))
def test_leads_and_the_rest_share_all_contacts_between_them(stage: str | None) -> None:
    """5.3 Every contact belongs to a sync of leads or to one of the rest, never to both; a blank stage to the rest."""
    leads, rest = (covers(Lifecycle(which), contact(stage), paired=False) for which in (Covers.LEADS, Covers.REST))
    assert leads is not rest
    assert leads is (stage in LEADS)
    assert covers(Lifecycle(), contact(stage), paired=False)


# --- never backward


@given(st.sampled_from(STAGES), st.sampled_from(STAGES))
def test_no_stage_is_ever_moved_back(now: str, then: str) -> None:
    """5.3 The app's value moves a contact forward or not at all, by internal name or by what people read."""
    back = STAGES.index(then) < STAGES.index(now)
    assert moves_back(STAGE, H, now, then) is back
    assert moves_back(STAGE, H, now, then.upper()) is back
    assert not moves_back(STAGE, A, now, then)
    assert not moves_back(replace(STAGE, hubspot_field="jobtitle"), H, now, then)


@pytest.mark.parametrize(
    ("now", "then", "back"),
    [("customer", "Marketing Qualified Lead", True), ("lead", "7001", False), ("7001", "lead", False),
     ("lead", "", True), ("", "lead", False), (None, None, False)],
)  # fmt: skip
def test_stages_whose_order_is_not_known_are_left_to_hubspot(now: str | None, then: str | None, back: bool) -> None:
    """5.3 An account's own stages have no order that we know; a clear is a step back, and behind a blank is none."""
    assert moves_back(STAGE, H, now, then) is back


@pytest.mark.parametrize(("app", "written"), [("lead", None), ("customer", "customer"), ("", None)])
def test_a_mapped_stage_goes_forward_only(app: str, written: str | None) -> None:
    """5.3 A step back is not tried: it is left alone as a difference, and the other fields go on."""
    sync = replace(contacts(), mappings=(*contacts().mappings, replace(STAGE, clears=True)))
    values = {1: "a@example.com", 6: "opportunity"}
    was = {number: fingerprint(sync.hash_key, value) for number, value in values.items()}
    entry = IndexEntry(sync.id, "h-1", Half("1", was), Half("1", was), version=1)
    person = Record(RecordRef(A, "1"), {"email": "a@example.com", "stage": app, "first_name": "Eva"})
    decision = decide(entry, contact("opportunity"), person, Context(sync))
    assert decision.patches[H].fields.get(PROPERTY) == written
    assert decision.patches[H].fields["firstname"] == "Eva"
    assert decision.drifted == (() if written else (6,))


# --- newcomers


@pytest.mark.parametrize("stage", [None, "", *STAGES])
def test_a_default_stage_is_for_blanks_only(stage: str | None) -> None:
    """5.3 A contact that has a stage keeps it."""
    assert newcomers_stage(Lifecycle(default="lead"), contact(stage)) == (None if stage else "lead")
    assert newcomers_stage(Lifecycle(default="lead"), None) == "lead"
    assert newcomers_stage(Lifecycle(), None) is None


LEAD_MAPPINGS = (
    FieldMapping(1, "email", "email", Transform.EMAIL),
    FieldMapping(2, "lastname", "name", required=True),
    FieldMapping(3, "phone", "phone", Transform.PHONE),
)


def leads(direction: Direction = Direction.TWO_WAY, lifecycle: Lifecycle | None = None) -> Sync:
    """HubSpot's contacts with Orbit's leads."""
    return replace(
        contacts(direction, mappings=LEAD_MAPPINGS),
        kind=ObjectKind.LEAD,
        app_object="leads",
        lifecycle=lifecycle or Lifecycle(Covers.LEADS, "lead"),
    )


def world_of(sync: Sync, hubspot: list[dict[str, str]], app: list[dict[str, Any]]) -> World:
    world = World()
    world.hubspot.seed("contacts", hubspot)
    world.orbit.seed({"leads": app})
    world.save(sync)
    world.settle()
    return world


def people(world: World) -> dict[str, str | None]:
    """HubSpot's stages by last name."""
    return {one["lastname"]: one.get(PROPERTY) for one in world.contacts()}


def app_leads(world: World) -> set[str]:
    return {one["name"] for one in world.orbit.records("leads") if not one.get("deleted")}


def test_a_sync_of_leads_covers_subscribers_and_leads() -> None:
    """5.3 Contacts in the stages subscriber and lead become the app's leads; the rest, and the blank, are left out."""
    stages = ["subscriber", "lead", "customer", "opportunity", ""]
    contacts_ = [
        {"email": f"{at}@example.com", "lastname": f"L{at}", PROPERTY: stage} for at, stage in enumerate(stages)
    ]
    world = world_of(leads(), contacts_, [])
    assert app_leads(world) == {"L0", "L1"}
    assert world.statuses() == {"in_sync": 2, "excluded": 3}
    out = [entry for entry in world.entries() if entry.exclusion is not None]
    assert {entry.exclusion for entry in out} == {ExclusionReason.FILTER}
    assert all("lifecycle" in entry.reason for entry in out)
    assert_nothing_is_written(world)


def test_an_app_lead_becomes_a_contact_that_is_a_lead() -> None:
    """5.3 The default stage is given to what is made, and to a matched contact that has none, and to nobody else."""
    world = world_of(
        leads(),
        [
            {"email": "blank@example.com", "lastname": "Blank"},
            {"email": "sub@example.com", "lastname": "Sub", PROPERTY: "subscriber"},
        ],
        [{"email": f"{name.lower()}@example.com", "name": name} for name in ("New", "Blank", "Sub")],
    )
    assert people(world) == {"New": "lead", "Blank": "lead", "Sub": "subscriber"}
    assert world.statuses() == {"in_sync": 3}
    assert_nothing_is_written(world)


def test_a_lead_of_a_contact_that_is_further_on_stays_out() -> None:
    """5.3 The app's lead matches a customer: the pair is bound and left out, and the customer is never moved back."""
    world = world_of(
        leads(),
        [{"email": "c@example.com", "lastname": "C", PROPERTY: "customer"}],
        [{"email": "c@example.com", "name": "Changed"}],
    )
    (entry,) = world.entries()
    assert (entry.exclusion, entry.bound) == (ExclusionReason.FILTER, True)
    assert people(world) == {"C": "customer"}


def test_a_lead_that_becomes_a_customer_goes_on() -> None:
    """5.3 Stages limit what enters: a pair in sync stays in sync when its contact moves on."""
    world = world_of(leads(), [{"email": "a@example.com", "lastname": "A", PROPERTY: "lead"}], [])
    (number,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", number, {PROPERTY: "customer", "lastname": "Anders"})
    world.poll()
    world.settle()
    assert world.statuses() == {"in_sync": 1}
    assert app_leads(world) == {"Anders"}


def test_a_stage_that_somebody_clears_is_left_to_them() -> None:
    """5.3 The default is for those that enter: a contact is moved back by clearing its stage first, undisturbed."""
    world = world_of(leads(), [{"email": "a@example.com", "lastname": "A", PROPERTY: "lead"}], [])
    (number,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", number, {PROPERTY: ""})
    world.poll()
    world.settle()
    assert people(world) == {"A": None}
    world.hubspot.edit("contacts", number, {PROPERTY: "subscriber"})
    assert people(world) == {"A": "subscriber"}


def test_a_contact_enters_when_it_becomes_a_lead() -> None:
    """5.3 What was left out enters as soon as its stage is covered."""
    world = world_of(leads(), [{"email": "a@example.com", "lastname": "A"}], [])
    assert app_leads(world) == set()
    (number,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", number, {PROPERTY: "lead"})
    world.poll()
    world.settle()
    assert app_leads(world) == {"A"}


# --- what a document may say


LIFECYCLE = FieldSchema(PROPERTY, FieldType.OPTION, options=tuple(Option(stage) for stage in STAGES))
APP_LEADS = replace(manage_schemas.PEOPLE, object_type="leads", kind="lead")


def saved(settings: Mapping[str, Any], *, app: str = "people", extra: FieldSchema | None = None) -> Sync:
    """The sync that a document with these settings makes; HubSpot's contacts have a lifecycle stage."""
    world = manage_world.World()
    contacts_ = manage_schemas.CONTACTS
    fields = {**contacts_.fields, PROPERTY: LIFECYCLE} | ({} if extra is None else {extra.name: extra})
    world.schemas["hubspot"]["contacts"] = ObjectSchema("contacts", fields, "contact", contacts_.identifiers)
    world.schemas["orbit"]["leads"] = APP_LEADS
    sync = {
        "hubspot": {"connection": "hubspot", "object": "contacts"},
        "app": {"connection": "orbit", "object": app},
        "direction": "two_way",
        "mappings": [{"hubspot": "email", "app": "email"}],
    }
    accounts = {"hubspot": {"app": "hubspot", "token": "t"}, "orbit": {"app": "orbit", "token": "t"}}
    world.applied(read_document({"connections": accounts, "syncs": {"contacts": {**sync, **settings}}}))
    return world.sync()


def faults(settings: Mapping[str, Any], **more: Any) -> dict[str, str]:
    with pytest.raises(RefusedDocumentError) as refused:
        saved(settings, **more)
    return {fault.path.removeprefix("syncs.contacts."): fault.reason for fault in refused.value.faults}


def test_contacts_cover_everybody_unless_they_say_otherwise() -> None:
    """5.3 A sync of contacts covers all; beside a sync of leads it says `covers: rest`."""
    assert saved({}).lifecycle == Lifecycle(Covers.ALL, None)
    assert saved({"lifecycle": {"covers": "rest", "default": "customer"}}).lifecycle == Lifecycle(
        Covers.REST, "customer"
    )


@pytest.mark.parametrize(
    ("lifecycle", "path"),
    [
        ({"default": "leed"}, "lifecycle.default"),
        ({"covers": "leads", "default": "customer"}, "lifecycle.default"),
        ({"covers": "rest", "default": "lead"}, "lifecycle.default"),
        ({"covers": "some"}, "lifecycle.covers"),
    ],
)
def test_a_lifecycle_setting_that_makes_no_sense_is_refused(lifecycle: Mapping[str, str], path: str) -> None:
    """5.3 A stage that is none, or that the sync itself would not cover."""
    assert list(faults({"lifecycle": lifecycle})) == [path]


def test_a_default_needs_a_contact_to_be_written() -> None:
    """5.3 A sync that only goes to the app gives nobody a stage."""
    assert list(faults({"lifecycle": {"default": "lead"}, "direction": "to_app"})) == ["lifecycle.default"]


# --- marketing contacts (5.1)


def marketing(*, read_only: bool) -> FieldSchema:
    return FieldSchema(MARKETING, FieldType.BOOLEAN, read_only=read_only)


def test_nobody_becomes_a_marketing_contact_unasked() -> None:
    """5.1 Without the setting the property is never written: not by a mapping, not at creation."""
    mapped = {"mappings": [{"hubspot": "email", "app": "email"}, {"hubspot": MARKETING, "app": "important"}]}
    found = faults(mapped, extra=marketing(read_only=False))
    assert "bills" in found["mappings[1].hubspot"]
    assert saved({}).marketing_contacts is False
    person = Record(RecordRef(A, "1"), {"email": "a@example.com"})
    decision = decide(IndexEntry("s1", "a-1"), None, person, Context(contacts(), frozenset(Side)))
    assert MARKETING not in decision.patches[H].fields
    one_way = {"mappings": [mapped["mappings"][0], {**mapped["mappings"][1], "direction": "to_app"}]}
    saved(one_way, extra=marketing(read_only=False))


def test_a_sync_that_says_so_makes_marketing_contacts() -> None:
    """5.1 With `marketing_contacts: true` a contact is made as one, where the account lets the API say so."""
    sync = saved({"marketing_contacts": True}, extra=marketing(read_only=False))
    assert sync.marketing_contacts
    person = Record(RecordRef(A, "1"), {"email": "a@example.com"})
    decision = decide(IndexEntry("s1", "a-1"), None, person, Context(sync, frozenset(Side)))
    assert decision.patches[H].fields[MARKETING] == "true"


@pytest.mark.parametrize("extra", [marketing(read_only=True), None])
def test_where_hubspot_decides_the_setting_is_refused(extra: FieldSchema | None) -> None:
    """5.1 HubSpot keeps the status to itself in most accounts: the document says where its switch is."""
    assert list(faults({"marketing_contacts": True}, extra=extra)) == ["marketing_contacts"]
