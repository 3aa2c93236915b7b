"""Rules 7.1 and 7.3: what happens when a record goes, or two become one."""

from __future__ import annotations

import pytest

from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from tests.rules.scene import Scene
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import companies

H, A = Side.HUBSPOT, Side.APP


def people(*addresses: str) -> Scene:
    """A pair for each address, in step."""
    records = [{"email": address} for address in addresses]
    return Scene(records, records)


def delete(scene: Scene, side: Side, at: int = 0) -> None:
    """A person deletes a record; HubSpot's own deletions are found by the comparison."""
    if side is H:
        scene.delete_hubspot(at)
    else:
        scene.delete_app(at)
    scene.look()
    scene.compare()


@pytest.mark.parametrize("side", list(Side))
def test_a_deletion_does_not_travel(side: Side) -> None:
    """7.1 The survivor stays, and is shown as deleted on the other side with a remedy."""
    scene = people("a@example.com")
    delete(scene, side)
    (entry,) = scene.entries()
    assert entry.failure is not None
    assert entry.failure.category is FailureCategory.DELETED
    assert entry.failure.remedy
    survivors = scene.apps() if side is H else scene.hubspots()
    assert len(survivors) == 1


@pytest.mark.parametrize("side", list(Side))
def test_a_survivor_stops_syncing_and_is_not_made_again(side: Side) -> None:
    """7.1 Neither an edit of the survivor, nor a comparison, nor a new initial sync makes the deleted record again."""
    scene = people("a@example.com")
    delete(scene, side)
    if side is H:
        scene.edit_app(0, first="Eva")
    else:
        scene.edit_hubspot(0, firstname="Eva")
    scene.look()
    scene.compare()
    scene.restart()
    assert len(scene.hubspots()) + len(scene.apps()) == 1
    (entry,) = scene.entries()
    assert entry.status is RecordStatus.FAILING


def test_when_both_are_gone_the_entry_goes_and_frees_its_identifier() -> None:
    """7.1 Both records deleted: nothing is known of them any more, and the email may be used anew."""
    scene = people("a@example.com")
    delete(scene, H)
    delete(scene, A)
    assert scene.entries() == []
    new = scene.create_app(email="a@example.com")
    scene.look()
    assert scene.entry(A, new).status is RecordStatus.IN_SYNC
    assert len(scene.hubspots()) == 1


def test_a_record_that_comes_back_goes_on() -> None:
    """7.1 A contact is taken out of HubSpot's bin: the pair syncs on, and nothing was doubled."""
    scene = people("a@example.com")
    delete(scene, H)
    scene.world.hubspot.restore("contacts", scene.hubspot_ids[0])
    scene.edit_hubspot(0, firstname="Ana")
    scene.look()
    assert scene.entry(A, 0).status is RecordStatus.IN_SYNC
    assert scene.app(0, "first") == "Ana"
    assert len(scene.hubspots()) == len(scene.apps()) == 1


@pytest.mark.parametrize("bound_is", ["the survivor", "the other"])
def test_a_merge_moves_the_binding_to_the_survivor(bound_is: str) -> None:
    """7.3 A bound contact is merged with one that is not: the pair goes on with the surviving id."""
    scene = Scene([{"email": "a@example.com"}, {"firstname": "Twin"}], [{"email": "a@example.com"}])
    first, second = scene.hubspot_ids if bound_is == "the survivor" else reversed(scene.hubspot_ids)
    survivor = scene.world.hubspot.merge("contacts", first, second)
    scene.look()
    scene.compare()
    entry = scene.entry(A, 0)
    assert (entry.hubspot.record_id, entry.status) == (str(survivor), RecordStatus.IN_SYNC)
    scene.edit_app(0, job_title="Pilot")
    scene.look()
    assert scene.world.hubspot.records("contacts")[survivor]["jobtitle"] == "Pilot"
    assert len(scene.hubspots()) == len(scene.apps()) == 1


FIRMS = ("Acme", "acme.example.com"), ("Globex", "globex.example.com")


def firms() -> Scene:
    """Two companies on both sides, bound by their domains."""
    return Scene(
        [{"name": name, "domain": domain} for name, domain in FIRMS],
        [{"title": name, "website": f"https://{domain}"} for name, domain in FIRMS],
        companies(),
    )


@pytest.mark.parametrize("kept", [0, 1])
def test_of_two_merged_companies_one_binding_stays(kept: int) -> None:
    """7.3 HubSpot lists the domain of the merged company beside the survivor's own: by it the second organisation is
    known as a duplicate, and is not made again in HubSpot; whichever of the two companies was kept.
    """
    scene = firms()
    assert scene.pairs() == {(0, 0), (1, 1)}
    first, second = scene.hubspot_ids if kept == 0 else reversed(scene.hubspot_ids)
    survivor = scene.world.hubspot.merge("companies", first, second)
    (company,) = scene.hubspots()
    assert (company["domain"], company["hs_additional_domains"]) == (FIRMS[kept][1], FIRMS[1 - kept][1])
    for _ in range(2):
        scene.look()
        scene.compare()
        entries = [scene.entry(A, at) for at in (0, 1)]
        assert sorted(entry.status for entry in entries) == [RecordStatus.EXCLUDED, RecordStatus.IN_SYNC]
        assert {entry.exclusion for entry in entries} == {None, ExclusionReason.DUPLICATE}
        (bound,) = [entry for entry in entries if entry.bound]
        assert bound.hubspot.record_id == str(survivor)
        assert (len(scene.hubspots()), len(scene.apps())) == (1, 2)
    scene.restart()
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 2)
    assert_nothing_is_written(scene.world)


def test_a_merged_companys_organisation_is_told_by_a_webhook_of_the_merge() -> None:
    """7.3 The same, heard of at once where HubSpot's webhooks are connected, without any comparison."""
    scene = firms()
    scene.world.connect_webhooks()
    scene.world.hubspot.merge("companies", *scene.hubspot_ids)
    scene.world.deliver()
    scene.world.settle()
    assert {scene.entry(A, at).exclusion for at in (0, 1)} == {None, ExclusionReason.DUPLICATE}
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 2)


def test_of_two_bound_partners_one_stays() -> None:
    """7.3 Both contacts were bound: one pair goes on, the other side's second record is a duplicate and is not made
    again in HubSpot.
    """
    scene = people("a@example.com", "b@example.com")
    scene.world.hubspot.merge("contacts", *scene.hubspot_ids)
    scene.look()
    scene.compare()
    entries = [scene.entry(A, at) for at in (0, 1)]
    assert sorted(entry.status for entry in entries) == [RecordStatus.EXCLUDED, RecordStatus.IN_SYNC]
    assert {entry.exclusion for entry in entries} == {None, ExclusionReason.DUPLICATE}
    assert (len(scene.hubspots()), len(scene.apps())) == (1, 2)


def test_a_partner_that_stands_alone_after_a_merge_takes_nobodys_record() -> None:
    """7.3 hubsync made two contacts, and a person merges them: the survivor bears the external id of one. The person
    whose contact went up in it has another email by then, and gets a contact of their own, not the survivor.
    """
    scene = Scene(app=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    first, second = scene.world.hubspot.records("contacts")
    scene.world.hubspot.merge("contacts", second, first)
    scene.edit_app(1, email="c@example.com")
    scene.look()
    scene.compare()
    scene.look()
    entries = [scene.entry(A, at) for at in (0, 1)]
    assert [entry.status for entry in entries] == [RecordStatus.IN_SYNC] * 2
    assert len({entry.hubspot.record_id for entry in entries}) == 2
    assert sorted(one["email"] for one in scene.hubspots()) in (
        ["a@example.com", "c@example.com"],
        ["b@example.com", "c@example.com"],
    )
    assert_nothing_is_written(scene.world)


def test_who_finds_another_partner_after_a_merge_leaves_the_email_behind() -> None:
    """7.3 The person whose contact went up in another one's is matched anew by another email: the old one is free for
    the pair that goes on, at once.
    """
    scene = Scene(app=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    made = {values["email"]: number for number, values in scene.world.hubspot.records("contacts").items()}
    scene.world.lifecycle.off("contacts")
    scene.create_hubspot(email="x@example.com")
    scene.world.hubspot.merge("contacts", made["b@example.com"], made["a@example.com"])
    scene.edit_app(1, email="x@example.com")
    scene.world.lifecycle.on("contacts")
    scene.look()
    assert [scene.entry(A, at).status for at in (0, 1)] == [RecordStatus.IN_SYNC] * 2
    assert [scene.app(at, "email") for at in (0, 1)] == ["b@example.com", "x@example.com"]
