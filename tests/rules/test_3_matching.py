"""Rules 3.1 to 3.8: who is the same person, the same company, the same anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from hubsync.model.sync import MatchKey, Sync
from hubsync.services.manage.plan import restarted
from tests.rules.scene import Scene
from tests.simulation.syncs import (
    COMPANY_MAPPINGS,
    CONTACT_MAPPINGS,
    assets,
    deals,
    invoices,
    leads,
    products,
    tasks,
    tickets,
)
from tests.simulation.world import World, companies, contacts

H, A = Side.HUBSPOT, Side.APP


def firms(hubspot: list[dict[str, str]], app: list[dict[str, str]]) -> Scene:
    """Companies and organisations, in step."""
    return Scene(hubspot, app, companies())


def emails(*addresses: str) -> list[dict[str, str]]:
    """A record for each address."""
    return [{"email": address} for address in addresses]


def test_contacts_match_by_email() -> None:
    """3.1 A contact and a person of the same email are one; another email makes another record on each side."""
    scene = Scene(emails("a@example.com", "b@example.com"), emails("b@example.com", "c@example.com"))
    assert scene.pairs() == {(1, 0)}
    assert len(scene.hubspots()) == len(scene.apps()) == 3


def test_companies_match_by_domain_or_name() -> None:
    """3.1 Companies match by their domain, whatever they are called, or by their name where no domain speaks."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex"}],
        [{"title": "Globex"}, {"title": "Acme Holding", "website": "https://acme.example"}],
    )
    assert scene.pairs() == {(0, 1), (1, 0)}


def test_equal_names_match_with_another_domain() -> None:
    """3.2 Same name, another domain that nobody else has: one company."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}], [{"title": "Acme", "website": "https://acme-shop.example"}]
    )
    assert scene.pairs() == {(0, 0)}


def test_equal_domains_match_with_another_name() -> None:
    """3.2 Same domain, another name: one company."""
    scene = firms([{"name": "Acme", "domain": "acme.example"}], [{"title": "Ajax", "website": "https://acme.example"}])
    assert scene.pairs() == {(0, 0)}


def test_the_domain_wins_over_the_name() -> None:
    """3.2 The name says the first company, the domain the second: the domain wins, and the reason says so."""
    scene = firms(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex", "domain": "globex.example"}],
        [{"title": "Acme", "website": "https://globex.example"}],
    )
    assert (1, 0) in scene.pairs()
    assert "the name named another record, the domain counts" in scene.entry(A, 0).reason


def test_matching_does_not_depend_on_mappings() -> None:
    """3.3 The email is not mapped at all, and contacts match by it all the same."""
    unmapped = tuple(one for one in CONTACT_MAPPINGS if one.app_field != "email")
    scene = Scene(emails("a@example.com"), emails("a@example.com"), contacts(mappings=unmapped))
    assert scene.pairs() == {(0, 0)}


def test_a_domain_that_is_not_mapped_does_not_count() -> None:
    """3.3 With the domain unmapped, two companies of one domain are two, and those of one name are one."""
    unmapped = tuple(one for one in COMPANY_MAPPINGS if one.hubspot_field != "domain")
    scene = Scene(
        [{"name": "Acme", "domain": "acme.example"}, {"name": "Globex"}],
        [{"title": "Ajax", "website": "https://acme.example"}, {"title": "globex"}],
        replace(companies(), mappings=unmapped),
    )
    assert scene.pairs() == {(1, 1)}
    assert len(scene.hubspots()) == 3


@pytest.mark.parametrize(
    ("in_hubspot", "in_app"),
    [
        ({"domain": "acme.example"}, {"website": "HTTPS://www.Acme.example:443/about?x=1"}),
        ({"domain": "bücher.example"}, {"website": "https://xn--bcher-kva.example/"}),
        ({"name": "  ACME   Holding "}, {"title": "acme holding"}),
        ({"name": "Straße & Söhne"}, {"title": "STRASSE & SÖHNE"}),
    ],
    ids=["web address", "punycode", "blanks and case", "folded case"],
)
def test_companies_are_compared_in_a_normal_form(in_hubspot: dict[str, str], in_app: dict[str, str]) -> None:
    """3.4 Scheme, www, port, path and script of a domain, case and blanks of a name say nothing."""
    title = {"title": "Somebody else"} if "title" not in in_app else {}
    scene = firms([in_hubspot], [{**title, **in_app}])
    assert scene.pairs() == {(0, 0)}


def test_emails_are_compared_in_a_normal_form() -> None:
    """3.4 Case and blanks of an email say nothing; accents and plus signs do."""
    scene = Scene(emails("a@example.com", "b+1@example.com"), emails("  A@EXAMPLE.com ", "b@example.com"))
    assert scene.pairs() == {(0, 0)}


@pytest.mark.parametrize("default", list(Side))
def test_a_secondary_email_matches_and_the_primary_stays(default: Side) -> None:
    """3.4 HubSpot's secondary emails count; a match by one never overwrites the primary, whoever is the default."""
    contact = {"email": "a@example.com", "hs_additional_emails": "old@example.com;older@example.com"}
    scene = Scene([contact], emails("OLDER@example.com"), contacts(default=default))
    assert scene.pairs() == {(0, 0)}
    assert scene.hubspot(0, "email") == "a@example.com"
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC


@pytest.mark.parametrize("default", list(Side))
def test_a_further_domain_matches_and_the_primary_stays(default: Side) -> None:
    """3.4 So do a company's further domains: the organisation with one of them is that company, whose own domain
    stays."""
    company = {"name": "Acme", "domain": "acme.example", "hs_additional_domains": "acme-shop.example;acme-old.example"}
    scene = Scene([company], [{"title": "Shop", "website": "https://www.acme-old.example"}], companies(default=default))
    assert scene.pairs() == {(0, 0)}
    assert scene.hubspot(0, "domain") == "acme.example"
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC


def test_the_first_in_the_apps_list_is_synced() -> None:
    """3.5 The app's first record is in sync, the next with the same email is a duplicate, on every rerun."""
    scene = Scene([], emails("a@example.com", "A@example.com", "a@example.com"))
    for _ in range(2):
        assert scene.entry(A, 0).status is RecordStatus.IN_SYNC
        assert {scene.entry(A, at).exclusion for at in (1, 2)} == {ExclusionReason.DUPLICATE}
        assert len(scene.hubspots()) == 1
        scene.restart()


@pytest.mark.parametrize("how", ["deleted", "edited"])
def test_the_next_duplicate_takes_the_place_of_the_first(how: str) -> None:
    """3.5 When the first is deleted, or its identifier changes, the next one in line is synced."""
    scene = Scene([], emails("a@example.com", "a@example.com", "a@example.com"))
    if how == "deleted":
        scene.delete_app(0)
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.entry(A, 1).status is RecordStatus.IN_SYNC
    assert scene.entry(A, 2).exclusion is ExclusionReason.DUPLICATE


def test_a_duplicate_of_another_waits_for_that_one() -> None:
    """3.5 A duplicate of one person gets the email of another: it takes the place of that other one when it goes."""
    scene = Scene([], emails("a@example.com", "b@example.com", "a@example.com"))
    scene.edit_app(2, email="b@example.com")
    scene.look()
    assert scene.entry(A, 2).exclusion is ExclusionReason.DUPLICATE
    scene.edit_app(1, email="c@example.com")
    scene.look()
    assert scene.entry(A, 2).status is RecordStatus.IN_SYNC
    assert sorted(one["email"] for one in scene.hubspots()) == ["a@example.com", "b@example.com", "c@example.com"]


def test_the_lowest_id_is_first_in_hubspot() -> None:
    """3.5 Among HubSpot's own duplicates the lowest id is synced."""
    scene = firms([{"name": "Acme"}, {"name": "ACME"}, {"name": "acme "}], [])
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
    assert {scene.entry(H, at).exclusion for at in (1, 2)} == {ExclusionReason.DUPLICATE}


@pytest.mark.parametrize("side", list(Side))
def test_a_binding_outlives_its_identifier(side: Side) -> None:
    """3.6 The email of one side changes: the pair stays a pair, the new email is carried over, no record is made."""
    scene = Scene(emails("a@example.com"), emails("a@example.com"))
    if side is H:
        scene.edit_hubspot(0, email="b@example.com")
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.pairs() == {(0, 0)}
    assert (scene.hubspot(0, "email"), scene.app(0, "email")) == ("b@example.com", "b@example.com")
    assert len(scene.hubspots()) == len(scene.apps()) == 1


def test_an_edit_towards_somebody_elses_identifier_is_a_conflict() -> None:
    """3.6 The new email is bound elsewhere: a unique conflict, neither pair is overwritten, and it clears by itself."""
    scene = Scene(emails("a@example.com", "b@example.com"), emails("a@example.com", "b@example.com"))
    before = scene.written
    scene.edit_app(0, email="b@example.com", first="Eva")
    scene.look()
    failure = scene.entry(A, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.UNIQUE_CONFLICT
    assert scene.written == before
    assert [scene.hubspot(at, "email") for at in (0, 1)] == ["a@example.com", "b@example.com"]
    assert scene.entry(A, 1).status is RecordStatus.IN_SYNC
    scene.edit_app(0, email="c@example.com")
    scene.look()
    assert (scene.hubspot(0, "email"), scene.hubspot(0, "firstname")) == ("c@example.com", "Eva")
    assert scene.pairs() == {(0, 0), (1, 1)}


def test_an_identifier_that_only_we_know_to_be_taken_is_a_conflict() -> None:
    """3.6 A contact takes the email of a deleted one, which HubSpot allows; the app's survivor still bears it: a
    conflict, and the app gets no second person of that email.
    """
    scene = Scene(emails("a@example.com", "b@example.com"), emails("a@example.com", "b@example.com"))
    scene.delete_hubspot(1)
    scene.compare()
    scene.edit_hubspot(0, email="b@example.com")
    scene.look()
    failure = scene.entry(H, 0).failure
    assert failure is not None
    assert failure.category is FailureCategory.UNIQUE_CONFLICT
    assert [scene.app(at, "email") for at in (0, 1)] == ["a@example.com", "b@example.com"]


def test_contacts_without_a_valid_email_stay_out() -> None:
    """3.7 No email, or one that is none: excluded on either side, and nothing is made."""
    scene = Scene([{"firstname": "Ana"}], [{"name": {"first": "Bo"}}, {"email": "broken@", "name": {"first": "Cy"}}])
    assert {entry.exclusion for entry in scene.entries()} == {ExclusionReason.NO_EMAIL}
    assert scene.written == (0, 0)


def test_a_setting_lets_contacts_without_email_in() -> None:
    """3.7 With `require_email: false` they are made on the other side."""
    scene = Scene([{"firstname": "Ana"}], [{"name": {"first": "Bo"}}], contacts(require_email=False))
    assert len(scene.hubspots()) == len(scene.apps()) == 2
    assert {entry.status for entry in scene.entries()} == {RecordStatus.IN_SYNC}


@pytest.mark.parametrize("side", list(Side))
def test_a_bound_contact_that_loses_its_email_is_excluded(side: Side) -> None:
    """3.7 It keeps its binding and nothing is deleted; with an email again it syncs on, without a second record."""
    scene = Scene(emails("a@example.com"), emails("a@example.com"))
    if side is H:
        scene.edit_hubspot(0, email="")
    else:
        scene.edit_app(0, email=None, first="Ana")
    scene.look()
    assert scene.entry(H, 0).exclusion is ExclusionReason.NO_EMAIL
    assert scene.pairs() == {(0, 0)}
    if side is H:
        scene.edit_hubspot(0, email="b@example.com")
    else:
        scene.edit_app(0, email="b@example.com")
    scene.look()
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
    assert (scene.hubspot(0, "email"), scene.app(0, "email")) == ("b@example.com", "b@example.com")
    assert len(scene.hubspots()) == len(scene.apps()) == 1


def test_a_company_that_names_nothing_stays_out() -> None:
    """3.8 A company without domain and name has nothing to be matched by: excluded (missing identifier)."""
    scene = Scene([{"city": "Bonn"}], [], companies())
    assert scene.entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert scene.apps() == []


def test_products_match_by_sku_or_name() -> None:
    """3.1 Products match by SKU, whatever they are called, and whatever its case; or by name where no SKU speaks."""
    scene = Scene(
        [{"name": "Oven", "hs_sku": "OV-1"}, {"name": "Mixer"}, {"name": "Whisk", "hs_sku": "WH-1"}],
        [{"name": "mixer"}, {"name": "Big oven", "sku": " ov-1 "}, {"name": "Spoon", "sku": "SP-1"}],
        products(),
    )
    assert scene.pairs() == {(0, 1), (1, 0)}
    assert len(scene.hubspots()) == len(scene.apps()) == 4


def test_the_sku_wins_over_the_name() -> None:
    """3.1 The name says one product and the SKU another: the SKU wins, as a domain does over a name."""
    scene = Scene(
        [{"name": "Oven", "hs_sku": "OV-1"}, {"name": "Stove", "hs_sku": "ST-1"}],
        [{"name": "Oven", "sku": "ST-1"}],
        products(),
    )
    assert scene.pairs() == {(1, 0)}
    assert "the name named another record" in scene.entry(A, 0).reason
    assert len(scene.hubspots()) == len(scene.apps()) == 2


def test_a_product_without_anything_to_be_known_by_stays_out() -> None:
    """3.8 A product without SKU and name has nothing to be matched by: excluded (missing identifier)."""
    scene = Scene([{"description": "?"}], [], products())
    assert scene.entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert scene.apps() == []


def test_leads_match_by_email() -> None:
    """3.1 Leads match by email, HubSpot's by that of their contact, which is HubSpot's to write."""
    world = World(1)
    (lead,) = world.hubspot.seed("leads", [{"hs_lead_name": "Ana"}])
    world.hubspot.edit("leads", lead, {"hs_associated_contact_email": "ana@example.com"}, hidden=True)
    ana, bo = world.orbit.seed({"leads": [{"name": "Ana", "email": "Ana@example.com"}, {"name": "Bo"}]})["leads"]
    world.save(leads())
    world.settle()
    entries = {entry.app.record_id: entry for entry in world.entries("leads")}
    assert entries[ana].hubspot.record_id == str(lead)
    assert entries[bo].exclusion is ExclusionReason.NO_EMAIL
    assert len(world.hubspot.records("leads")) == 1


def test_a_lead_of_the_app_goes_with_contacts_as_well() -> None:
    """3.1 An app's leads that are synced with HubSpot's contacts match them by email."""
    sync = replace(contacts(), app_object="leads", mappings=(replace(CONTACT_MAPPINGS[0], number=1),))
    sync = replace(sync, mappings=(*sync.mappings, replace(CONTACT_MAPPINGS[1], number=2, app_field="name")))
    scene = Scene(emails("a@example.com"), [{"name": "A", "email": "a@example.com"}, {"name": "B"}], sync)
    assert scene.pairs() == {(0, 0)}
    assert scene.entry(A, 1).exclusion is ExclusionReason.NO_EMAIL


@pytest.mark.parametrize(
    ("sync", "hubspot", "app"),
    [
        (deals(), {"dealname": "Bakery", "amount": "12"}, {"title": "Bakery", "amount": 12}),
        (tickets(), {"subject": "Help"}, {"subject": "Help"}),
        (tasks(), {"hs_task_subject": "Call"}, {"title": "Call"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_others_match_by_ids_alone(sync: Sync, hubspot: dict[str, str], app: dict[str, object]) -> None:
    """3.1 Deals, tickets, tasks have nothing to be matched by but ids: equal ones are two, each made on the other side
    once, and bound for good.
    """
    scene = Scene([hubspot], [app], sync)
    assert scene.pairs() == set()
    assert len(scene.hubspots()) == len(scene.apps()) == 2
    assert {entry.status for entry in scene.entries()} == {RecordStatus.IN_SYNC}
    before = scene.written
    scene.restart()
    scene.compare()
    assert scene.written == before
    assert len(scene.hubspots()) == len(scene.apps()) == 2


def test_an_object_type_of_the_accounts_own_matches_by_ids_alone() -> None:
    """3.1 The same holds for custom objects, and for the invoices of an accounting application."""
    world = World(1)
    world.define_object("cars", "name", "serial")
    world.hubspot.seed("p_cars", [{"name": "Van", "serial": "1"}])
    world.orbit.seed({"assets": [{"name": "Van", "serial_number": "1"}]})
    world.save(assets())
    world.settle()
    assert len(world.hubspot.records("p_cars")) == len(world.orbit.records("assets")) == 2
    world = World(1)
    world.hubspot.seed("invoices", [{"hs_title": "Oven", "hs_due_date": "2027-01-31"}])
    ledgerly = world.connect("ledgerly", "ledgerly")
    ledgerly.seed({"invoices": [{"Title": "Oven", "Total": 12}]})
    world.save(invoices())
    world.settle()
    assert len(world.hubspot.records("invoices")) == 2
    assert [(one["Title"], one["DueOn"]) for one in ledgerly.records("invoices")] == [
        ("Oven", None),
        ("Oven", "2027-01-31T00:00:00"),
    ]


@pytest.mark.parametrize("fault", ["lost-after", "lost-before"])
def test_what_is_matched_by_ids_alone_is_found_again_by_its_external_id(fault: str) -> None:
    """3.1 A deal whose creation went unanswered is not made twice."""
    scene = Scene((), [{"title": "Bakery"}], deals(), settle=False)
    scene.world.hubspot.fail(fault, path="/batch/upsert", times=1)
    scene.look()
    scene.compare()
    assert len(scene.hubspots()) == 1
    assert scene.entry(A, 0).hubspot.record_id is not None


KEYS = (MatchKey(IdentifierKind.KEY, "phone", "phone"), MatchKey(IdentifierKind.KEY, "address2", "city"))


def keyed(*keys: MatchKey, sync: Sync | None = None) -> Sync:
    """Companies that are matched by a key of the sync's own."""
    return replace(sync or companies(), match_keys=keys or KEYS[:1])


def test_a_key_of_ones_own_replaces_the_default() -> None:
    """3.1 With a key of its own a sync matches by that and by nothing else, trimmed and with folded case."""
    scene = Scene(
        [{"name": "Acme", "domain": "acme.example", "phone": "K-1"}, {"name": "Globex", "phone": "k-2 "}],
        [{"title": "Acme", "website": "https://acme.example", "phone": "K-2"}, {"title": "Ajax", "phone": "K-1"}],
        keyed(),
    )
    assert scene.pairs() == {(0, 1), (1, 0)}


def test_several_keys_are_asked_one_after_the_other() -> None:
    """3.1 Of several keys the first that anybody holds decides; the value of one is not the value of another."""
    scene = Scene(
        [{"name": "A", "phone": "1", "address2": "x"}, {"name": "B", "address2": "2"}, {"name": "C", "address2": "1"}],
        [{"title": "a", "phone": "1", "city": "2"}, {"title": "b", "city": "2"}, {"title": "c", "phone": "9"}],
        keyed(*KEYS),
    )
    assert scene.pairs() == {(0, 0), (1, 1)}


def test_a_number_is_a_key_in_any_writing() -> None:
    """3.1 A text that goes with a number is that number: `007` is 7, and `7.0` too."""
    key = MatchKey(IdentifierKind.KEY, "phone", "employees", numeric=True)
    scene = Scene([{"name": "A", "phone": "007"}], [{"title": "B", "employees": 7}], keyed(key))
    assert scene.pairs() == {(0, 0)}
    key = MatchKey(IdentifierKind.KEY, "phone", "phone")
    scene = Scene([{"name": "A", "phone": "007"}], [{"title": "B", "phone": "7"}], keyed(key))
    assert scene.pairs() == set()


def test_a_key_of_ones_own_takes_the_place_of_the_email() -> None:
    """3.1 A contact without an email is let in by a key of the sync's own."""
    sync = replace(contacts(), match_keys=(MatchKey(IdentifierKind.KEY, "fax", "job_title"),))
    scene = Scene([{"firstname": "Ana", "fax": "1"}], [{"name": {"first": "Ana"}, "job_title": "1"}], sync)
    assert scene.pairs() == {(0, 0)}
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC


@pytest.mark.parametrize("side", Side)
def test_a_record_without_the_key_is_excluded_until_it_has_one(side: Side) -> None:
    """3.8 A record that lacks the custom key is excluded (missing identifier), and enters as soon as it has it."""
    mappings = (*COMPANY_MAPPINGS, FieldMapping(5, "phone", "phone"))
    sync = keyed(sync=replace(companies(), mappings=mappings, next_number=6))
    scene = Scene([{"name": "Acme"}], [], sync) if side is H else Scene([], [{"title": "Acme"}], sync)
    entry = scene.entry(side, 0)
    assert (entry.status, entry.exclusion) == (RecordStatus.EXCLUDED, ExclusionReason.MISSING_IDENTIFIER)
    assert "no phone" in entry.reason
    assert len(scene.hubspots()) + len(scene.apps()) == 1
    if side is H:
        scene.edit_hubspot(0, phone="1")
    else:
        scene.edit_app(0, phone="1")
    scene.look()
    assert scene.entry(side, 0).status is RecordStatus.IN_SYNC
    assert len(scene.hubspots()) == len(scene.apps()) == 1


def test_a_pair_that_loses_the_key_is_excluded_and_keeps_its_binding() -> None:
    """3.8 A bound pair whose key is cleared is excluded, deletes nothing, and goes on where it left off."""
    mappings = (*COMPANY_MAPPINGS, FieldMapping(5, "phone", "phone"))
    sync = keyed(sync=replace(companies(), mappings=mappings, next_number=6))
    scene = Scene([{"name": "Acme", "phone": "1"}], [{"title": "Acme", "phone": "1"}], sync)
    assert scene.pairs() == {(0, 0)}
    scene.edit_hubspot(0, phone="")
    scene.look()
    assert scene.entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER
    assert scene.pairs() == {(0, 0)}
    scene.edit_hubspot(0, phone="2")
    scene.look()
    assert scene.entry(H, 0).status is RecordStatus.IN_SYNC
    assert (scene.hubspot(0, "phone"), scene.app(0, "phone")) == ("2", "2")


def rekey(scene: Scene, *keys: MatchKey) -> None:
    """A person saves the sync with other match keys."""
    now = scene.world.sync(scene.saved.name)
    wanted = replace(now, match_keys=keys, keys_since=now.generation + 1)
    started = restarted(wanted, scene.world.clock.ms)
    assert scene.world.stores.syncs.put_sync(started)
    scene.world.orchestrator.start_initial(started.id, started.generation)
    scene.look()


def test_bindings_survive_another_key_and_hold_its_claims() -> None:
    """3.1 After the key was changed pairs are what they were, and nobody else is matched by what they hold now.

    The pair comes after a lone record with the same new key, and keeps its place all the same.
    """
    scene = Scene(
        [{"name": "Lone", "phone": "1"}, {"name": "Acme", "phone": "1"}],
        [{"title": "Acme", "phone": "1"}, {"title": "Lone", "phone": "9"}],
        companies(),
    )
    assert scene.pairs() == {(1, 0), (0, 1)}
    scene.delete_app(1)
    scene.look()
    lone = scene.create_hubspot(name="Late", phone="2")
    scene.look()
    rekey(scene, *KEYS[:1])
    assert (1, 0) in scene.pairs()
    assert scene.entry(H, 1).status is RecordStatus.IN_SYNC
    # Its new claims are its own: whoever comes with the same key is a duplicate, whoever has its old one is not.
    twin = scene.create_app(title="Twin", phone="1")
    free = scene.create_app(title="Acme", phone="3")
    scene.look()
    assert scene.entry(A, twin).exclusion is ExclusionReason.DUPLICATE
    assert scene.entry(A, free).status is RecordStatus.IN_SYNC
    assert scene.entry(H, lone).status is RecordStatus.IN_SYNC


def test_a_pair_goes_before_a_lone_record_with_its_new_key() -> None:
    """3.1 A lone record that comes first in the scan takes nothing from a pair when the key is changed."""
    sync = companies(Direction.TO_HUBSPOT)
    scene = Scene(
        [{"name": "Lone", "phone": "1"}, {"name": "Acme", "phone": "1"}], [{"title": "Acme", "phone": "1"}], sync
    )
    assert scene.pairs() == {(1, 0)}
    rekey(scene, *KEYS[:1])
    assert scene.pairs() == {(1, 0)}
    assert scene.entry(H, 1).status is RecordStatus.IN_SYNC
    scene.create_app(title="Twin", phone="1")
    scene.look()
    assert scene.entry(A, 1).exclusion is ExclusionReason.DUPLICATE
    before = scene.written
    rekey(scene, *companies().match_keys)
    assert scene.pairs() >= {(1, 0)}
    scene.create_app(title="acme")
    scene.look()
    assert scene.entry(A, 2).exclusion is ExclusionReason.DUPLICATE
    assert scene.written[0] == before[0] + 1  # the twin is another company by its name, and is made at last


def test_an_unchanged_world_is_calm_after_another_key() -> None:
    """3.1 The pairs are looked at once more when the key is changed, and then no more."""
    scene = Scene([{"name": "Acme", "phone": "1"}], [{"title": "Acme", "phone": "1"}], companies())
    rekey(scene, *KEYS[:1])
    (entry,) = scene.entries()
    assert entry.generation == scene.world.sync("companies").generation
    before = scene.written
    scene.restart()
    scene.compare()
    assert scene.entries() == [entry]
    assert scene.written == before


def absent(scene: Scene, *happens: str) -> None:
    """While the sync is off, the first record of the app gets another email, or one of a side is deleted, and somebody
    of its old email appears on the other side."""
    scene.world.lifecycle.off("contacts")
    if "edited" in happens:
        scene.edit_app(0, email="moved@example.com")
    if "deleted" in happens:
        scene.delete_hubspot(0)
    if "hubspot" in happens:
        scene.create_hubspot(email="ana@example.com")
    else:
        scene.create_app(email="ana@example.com")
    scene.world.lifecycle.on("contacts")
    scene.look()


def test_nobody_is_matched_by_what_an_older_scan_saw() -> None:
    """1.3 A record that was alone has got another email while the sync was off: it is not matched by its old one."""
    scene = Scene([], emails("ana@example.com"), contacts(Direction.TO_APP))
    absent(scene, "edited", "hubspot")
    assert scene.pairs() == set()
    assert sorted(one["email"] for one in scene.apps()) == ["ana@example.com", "moved@example.com"]


def test_a_record_that_is_gone_is_nobodys_match() -> None:
    """7.1 A record that was alone was deleted while the sync was off: whoever bears its email now is another."""
    scene = Scene(emails("ana@example.com"), [], contacts(Direction.TO_HUBSPOT))
    absent(scene, "deleted", "app")
    assert [one["email"] for one in scene.hubspots()] == ["ana@example.com"]
    (entry,) = scene.entries()
    assert entry.status is RecordStatus.IN_SYNC


def test_a_match_is_made_with_what_stands_there_now() -> None:
    """3.4 The poll has not yet told of an edited email: a record that bears the old one finds nobody there."""
    scene = Scene(emails("ana@example.com"), [], contacts(Direction.TO_HUBSPOT))
    scene.edit_hubspot(0, email="moved@example.com")
    scene.create_app(email="ana@example.com")
    scene.world.deliver()
    scene.world.settle()
    assert scene.pairs() == set()
    assert sorted(one["email"] for one in scene.hubspots()) == ["ana@example.com", "moved@example.com"]
