"""Rules 6.1 and 6.2: links under a label, each an association of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubsync.model.association import Association
from hubsync.model.side import Side
from tests.rules.linked_objects import CONTACTS, DEAL, Link, Linked
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import contacts

H, A = Side.HUBSPOT, Side.APP
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
    one.world.hubspot.associate(*one.ends("hubspot", "three"))
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
