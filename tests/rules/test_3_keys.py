"""Rules 3.1 and 3.8: a sync that matches by keys of its own, and one that gets other keys."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.identifier import IdentifierKind
from hubsync.model.mapping import FieldMapping
from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import MatchKey, Sync
from hubsync.services.manage.plan import restarted
from tests.rules.scene import Scene
from tests.simulation.syncs import COMPANY_MAPPINGS
from tests.simulation.world import companies, contacts

H, A = Side.HUBSPOT, Side.APP
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
