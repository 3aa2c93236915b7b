"""Rules 2.1 to 2.6, 2.9: which way values go, and whose stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.side import Direction, Side
from tests.rules.scene import PERSON, Pair
from tests.simulation.world import World, contacts

H, A = Side.HUBSPOT, Side.APP
TO_HUBSPOT, TO_APP, TWO_WAY = Direction.TO_HUBSPOT, Direction.TO_APP, Direction.TWO_WAY


@pytest.mark.parametrize(
    ("direction", "in_hubspot", "in_app"),
    [(TWO_WAY, "ab", "ab"), (TO_HUBSPOT, "ab", "b"), (TO_APP, "a", "ab")],
)
def test_new_records_go_the_way_that_the_sync_says(direction: Direction, in_hubspot: str, in_app: str) -> None:
    """2.1 What only one side has is made on the other, where the direction leads there, and nowhere else."""
    world = World(1)
    world.hubspot.seed("contacts", [{"email": "a@example.com"}])
    world.orbit.seed({"people": [{"email": "b@example.com"}]})
    world.save(contacts(direction))
    world.settle()
    assert sorted(one["email"][0] for one in world.contacts()) == list(in_hubspot)
    assert sorted(one["email"][0] for one in world.people()) == list(in_app)


@pytest.mark.parametrize(
    ("direction", "job", "name"),
    [(TWO_WAY, "Captain", "Eva"), (TO_HUBSPOT, "Pilot", "Eva"), (TO_APP, "Captain", "Ana")],
)
def test_edits_go_the_way_that_the_sync_says(direction: Direction, job: str, name: str) -> None:
    """2.1 An edit in HubSpot reaches the app, and one in the app reaches HubSpot, where the direction leads there."""
    pair = Pair(contacts(direction))
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(first="Eva")
    pair.look()
    assert pair.person("job_title") == job
    assert pair.contact("firstname") == name


@pytest.mark.parametrize("default", list(Side))
def test_a_change_on_one_side_only_wins_over_the_default(default: Side) -> None:
    """2.2 Only the baseline can tell who changed: what changed on one side flows, whoever is the default."""
    pair = Pair(contacts(default=default))
    pair.edit_contact(jobtitle="Captain")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")
    pair.edit_person(job_title="Major")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Major", "Major")


def test_different_fields_both_survive() -> None:
    """2.2 One field edited in HubSpot, another in the app, before anybody looked: both edits are on both sides."""
    pair = Pair()
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(first="Eva")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")
    assert pair.both("firstname", "first") == ("Eva", "Eva")


@pytest.mark.parametrize(("default", "stands"), [(H, "Captain"), (A, "Major")])
def test_the_default_wins_at_first_match(default: Side, stands: str) -> None:
    """2.3 Nobody knows who changed last: at first match the default side's value stands."""
    pair = Pair(
        contacts(default=default),
        {"email": "ana@example.com", "jobtitle": "Captain"},
        {"email": "ana@example.com", "job_title": "Major"},
    )
    assert pair.both("jobtitle", "job_title") == (stands, stands)


@pytest.mark.parametrize(("default", "stands"), [(H, "Captain"), (A, "Major")])
def test_the_default_wins_where_one_field_changed_on_both_sides(default: Side, stands: str) -> None:
    """2.3 The same field changed on both sides: the default side's value stands, and the log says who won."""
    pair = Pair(contacts(default=default))
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(job_title="Major")
    pair.look()
    assert pair.both("jobtitle", "job_title") == (stands, stands)
    (won,) = [facts["won"] for event, facts in pair.world.signals.notes if event == "conflict_decided"]
    assert won == f"5:{default}"


@pytest.mark.parametrize("default", list(Side))
def test_an_empty_default_is_filled(default: Side) -> None:
    """2.3 Where the default side has nothing, the other side's value stands and fills the blank."""
    full = {"email": "ana@example.com", "jobtitle": "Pilot"}, PERSON
    contact, person = (
        ({"email": "ana@example.com"}, full[1]) if default is H else (full[0], {"email": full[0]["email"]})
    )
    pair = Pair(contacts(default=default), contact, person)
    assert pair.both("jobtitle", "job_title") == ("Pilot", "Pilot")


@pytest.mark.parametrize("direction", [TO_HUBSPOT, TO_APP])
def test_the_default_never_overrules_the_direction(direction: Direction) -> None:
    """2.4 The side that is not to be written keeps its value, though the other one is the default."""
    source = H if direction is TO_APP else A
    pair = Pair(contacts(direction, default=source.other))
    before = pair.written
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(job_title="Major")
    pair.look()
    mine = pair.contact("jobtitle") if source is H else pair.person("job_title")
    assert mine == ("Captain" if source is H else "Major")
    assert pair.written[0 if source is H else 1] == before[0 if source is H else 1]


def test_a_clear_does_not_travel() -> None:
    """2.5 What is emptied on one side stays on the other, and is not filled again until that one changes."""
    pair = Pair()
    pair.edit_contact(jobtitle="")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("", "Pilot")
    pair.edit_person(first="Eva")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("", "Pilot")
    pair.edit_person(job_title="Captain")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")


def test_a_clear_outlives_a_restart() -> None:
    """2.5, 1.2 The clear is remembered: a new initial sync does not take the pair for a first match."""
    pair = Pair()
    pair.edit_contact(jobtitle="")
    pair.look()
    pair.world.restart()
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("", "Pilot")


@pytest.mark.parametrize("side", list(Side))
def test_a_clear_travels_where_the_mapping_says_so(side: Side) -> None:
    """2.5 With `clears: true` an emptied field is emptied on the other side as well."""
    sync = contacts(default=side.other)
    pair = Pair(replace(sync, mappings=tuple(replace(one, clears=True) for one in sync.mappings)))
    if side is H:
        pair.edit_contact(jobtitle="")
    else:
        pair.edit_person(job_title=None)
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("", "")


def test_our_own_write_comes_back_and_is_let_be() -> None:
    """2.6 The webhook and the poll that follow our own writes cause no further write, in the app or in HubSpot."""
    pair = Pair()
    pair.edit_contact(jobtitle="Captain")
    pair.edit_person(first="Eva")
    pair.look()
    before = pair.written
    for _ in range(3):
        pair.look()
    assert pair.written == before


@pytest.mark.parametrize(
    ("contact", "person"),
    [
        ({"email": "ana@example.com"}, {"email": "Ana@Example.com"}),
        ({"email": "ana@example.com", "phone": "+1 212 555 0134"}, {"email": "ana@example.com", "phone": "2125550134"}),
        ({"email": "ana@example.com", "jobtitle": "Pilot"}, {"email": "ana@example.com", "job_title": " Pilot "}),
    ],
    ids=["case of an email", "form of a phone", "blanks around"],
)
def test_equal_after_normalisation_is_equal(contact: dict[str, str], person: dict[str, str]) -> None:
    """2.6 Two values that only look different are equal: nothing is written on either side."""
    pair = Pair(contacts(), contact, person)
    assert pair.written == (0, 0)
    assert pair.pair.status == "in_sync"
    assert pair.pair.drifted == ()


def test_a_field_may_go_one_way_in_a_two_way_sync() -> None:
    """2.7 A mapping's own direction narrows the sync's: that field flows one way, the others both ways."""
    sync = contacts()
    mappings = tuple(replace(one, direction=TO_APP) if one.app_field == "job_title" else one for one in sync.mappings)
    pair = Pair(replace(sync, mappings=mappings))
    pair.edit_person(job_title="Major", first="Eva")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Pilot", "Major")
    assert pair.both("firstname", "first") == ("Eva", "Eva")
    pair.edit_contact(jobtitle="Captain")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")


def test_an_edit_on_the_target_is_left_alone_and_reported() -> None:
    """2.9 One-way: the target's edit stays until the source changes; the record says which field differs."""
    pair = Pair(contacts(TO_APP))
    pair.edit_person(job_title="Major")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Pilot", "Major")
    assert pair.pair.drifted == (5,)
    pair.edit_contact(firstname="Eva")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Pilot", "Major")
    pair.edit_contact(jobtitle="Captain")
    pair.look()
    assert pair.both("jobtitle", "job_title") == ("Captain", "Captain")
    assert pair.pair.drifted == ()
