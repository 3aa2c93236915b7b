"""Rule 2.8: two systems that rewrite one field against each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.engine.flip_flop import LONGEST, QUIET_SECONDS, RETURNS, ROUNDS, Shown, flowed, remembered
from hubsync.model.rounds import Rounds
from hubsync.model.side import Direction, Side
from hubsync.model.status import FailureCategory, RecordStatus
from infra.local.parts.rewrites import Rewrite as Rewriting
from tests.simulation.invariants import assert_nothing_is_written
from tests.simulation.syncs import CONTACT_MAPPINGS, contacts
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP
Rewrite = Callable[[str], str]


class TwoSystems:
    """A contact and a person in sync, a HubSpot workflow that rewrites the first name, and an app that does, too.

    `ours` counts hubsync's own writes of the field.
    """

    def __init__(self, workflow: Rewrite, normaliser: Rewrite, direction: Direction = Direction.TWO_WAY) -> None:
        self.world = World()
        self.workflow, self.normaliser = workflow, normaliser
        self.world.hubspot.seed("contacts", [{"email": "a@example.com", "firstname": "Ana", "lastname": "Ruiz"}])
        self.world.save(contacts(direction))
        self.world.settle()
        (self.contact,), (self.person,) = self.world.hubspot.records("contacts"), self.world.living()

    def rounds(self, number: int, minutes: int = 10) -> None:
        """Both systems and hubsync have their turns, again and again."""
        for _ in range(number):
            self.world.clock.ms += minutes * 60_000 - 300_000
            if (before := self.last("people")) != (after := self.normaliser(before)):
                self.world.orbit.edit("people", self.person, {"name": {"first": after}})
            self.world.deliver()
            self.world.settle()
            if (before := self.last("contacts")) != (after := self.workflow(before)):
                self.world.hubspot.edit("contacts", self.contact, {"firstname": after})
            self.world.poll()
            self.world.settle()

    def last(self, kind: str) -> str:
        """The first name as it is now."""
        if kind == "people":
            return str(self.world.people()[0]["name"]["first"])
        return self.world.hubspot.records("contacts")[self.contact]["firstname"]

    def names(self) -> tuple[str, str]:
        """The first name in HubSpot and in the app."""
        return self.last("contacts"), self.last("people")

    def writes(self) -> int:
        """How many records hubsync has written so far."""
        sums = self.world.signals.sums
        return int(sums.get("WritesHubSpot", 0) + sums.get("WritesApp", 0))


def loop() -> TwoSystems:
    """Capitals in HubSpot, small letters in the app, after as many rounds as it takes."""
    systems = TwoSystems(str.upper, str.lower)
    systems.rounds(ROUNDS + 3)
    return systems


def test_a_loop_is_noticed_held_and_shown() -> None:
    """2.8 A workflow and an app that rewrite one field are held after three rounds; the failure names both fields."""
    systems = loop()
    (entry,) = systems.world.entries()
    assert (entry.status, entry.failure and entry.failure.category) == (RecordStatus.FAILING, FailureCategory.FLIP_FLOP)
    assert entry.failure is not None
    assert "firstname" in entry.failure.sentence
    assert "first_name" in entry.failure.sentence
    assert systems.names() == ("ANA", "ana")
    written = systems.writes()
    assert written <= 1 + 1 + 2 * ROUNDS  # made once, rewritten by each side's first answer, then round after round
    systems.rounds(3)
    assert systems.writes() == written


def test_the_index_holds_no_value_of_a_held_field() -> None:
    """2.8 Both values are shown by the two applications; the index keeps hashes of them only."""
    (entry,) = loop().world.entries()
    assert "ana" not in repr(entry).lower()


def test_a_held_field_costs_nothing_more() -> None:
    """2.8 While it is held, a round of looks writes nothing anywhere, the index included."""
    assert_nothing_is_written(loop().world)


def test_the_other_fields_go_on() -> None:
    """2.8 Only the field is held: an edit of another one is carried over, and the record goes on failing."""
    systems = loop()
    systems.world.hubspot.edit("contacts", systems.contact, {"lastname": "Vega"})
    systems.rounds(1)
    assert systems.world.people()[0]["name"]["last"] == "Vega"
    assert systems.world.statuses() == {"failing": 1}
    assert systems.names() == ("ANA", "ana")


@pytest.mark.parametrize("side", list(Side))
def test_an_edit_after_the_cause_is_gone_ends_it(side: Side) -> None:
    """2.8 The workflow is mended and somebody edits the field, on either side: it flows, whoever is the default."""
    systems = loop()
    systems.workflow = systems.normaliser = lambda name: name
    if side is H:
        systems.world.hubspot.edit("contacts", systems.contact, {"firstname": "Eva"})
    else:
        systems.world.orbit.edit("people", systems.person, {"name": {"first": "Eva"}})
    systems.rounds(1)
    assert systems.names() == ("Eva", "Eva")
    assert systems.world.statuses() == {"in_sync": 1}


def test_values_that_come_to_agree_end_it() -> None:
    """2.8 Somebody types the app's value into HubSpot: nothing is left to hold."""
    systems = loop()
    systems.workflow = lambda name: name
    systems.world.hubspot.edit("contacts", systems.contact, {"firstname": "ana"})
    systems.rounds(1)
    assert systems.world.statuses() == {"in_sync": 1}
    assert not systems.world.entries()[0].rounds or not systems.world.entries()[0].rounds[2].held


def test_it_is_tried_again_after_a_quiet_time() -> None:
    """2.8 The nightly comparison tries a field once more that was quiet: with the cause gone it mends by itself."""
    systems = loop()
    systems.workflow = systems.normaliser = lambda name: name
    systems.world.clock.ms += QUIET_SECONDS * 1000
    systems.world.compare()
    systems.world.settle()
    assert systems.names() == ("ANA", "ANA")
    assert systems.world.statuses() == {"in_sync": 1}


def test_a_loop_that_nobody_mends_is_held_again() -> None:
    """2.8 The cause is still there after the quiet time: the same few rounds, and it is held again."""
    systems = loop()
    before = systems.writes()
    systems.world.clock.ms += QUIET_SECONDS * 1000
    systems.world.compare()
    systems.world.settle()
    systems.rounds(ROUNDS + 5)
    assert systems.world.statuses() == {"failing": 1}
    assert 0 < systems.writes() - before <= 2 * ROUNDS + 1


def test_a_field_that_is_mapped_one_way_is_let_go() -> None:
    """2.8 The remedy that the failure names: once the field goes one way only, nothing holds it any more."""
    systems = loop()
    sync = systems.world.sync()
    one_way = tuple(
        replace(each, direction=Direction.TO_APP) if each.number == 2 else each for each in CONTACT_MAPPINGS
    )
    assert systems.world.stores.syncs.put_sync(replace(sync, mappings=one_way))
    systems.world.restart()
    systems.world.settle()
    systems.rounds(2)
    assert systems.world.statuses() == {"in_sync": 1}
    assert systems.names() == ("ANA", "ana")


@pytest.mark.parametrize("normaliser", [str.lower, str.strip, str.title], ids=["lower", "strip", "title"])
def test_an_app_that_puts_our_write_into_its_own_form_settles(normaliser: Rewrite) -> None:
    """2.8 One system that has a form of its own is no flip-flop: both sides have it after one round."""
    systems = TwoSystems(lambda name: name, normaliser)
    systems.rounds(1)
    systems.world.hubspot.edit("contacts", systems.contact, {"firstname": " ana MARÍA "})
    systems.rounds(2)
    before = systems.writes()
    systems.rounds(4)
    assert systems.writes() == before
    assert systems.world.statuses() == {"in_sync": 1}
    assert systems.names()[0].strip() == systems.names()[1].strip()


def test_people_at_work_are_no_flip_flop() -> None:
    """2.8 Edits thrice a day on both sides, to and fro between two values, are carried over, day after day."""
    systems = TwoSystems(lambda name: name, lambda name: name)
    for turn in range(12):
        name = ("Ana", "Anna")[turn % 2]
        systems.world.clock.ms += 4 * 3_600_000
        if turn % 2:
            systems.world.hubspot.edit("contacts", systems.contact, {"firstname": name})
        else:
            systems.world.orbit.edit("people", systems.person, {"name": {"first": name}})
        systems.rounds(1)
        assert systems.names() == (name, name)
    assert systems.world.statuses() == {"in_sync": 1}


def test_one_side_that_changes_its_mind_is_no_flip_flop() -> None:
    """2.8 A value that goes to and fro in one application only is that application's affair, however often."""
    systems = TwoSystems(lambda name: name, lambda name: name)
    for turn in range(10):
        systems.world.hubspot.edit("contacts", systems.contact, {"firstname": ("Ana", "Anna")[turn % 2]})
        systems.rounds(1)
    assert systems.names() == ("Anna", "Anna")
    assert systems.world.statuses() == {"in_sync": 1}


def test_a_loop_whose_values_grow_is_held_as_well() -> None:
    """2.8 Each side adds something, so that no value ever comes back: the turns alone give it away in the end."""
    systems = TwoSystems(lambda name: name if name[-1] == "!" else name + "!", lambda name: name.rstrip("?") + "?")
    systems.rounds(LONGEST)
    assert systems.world.statuses() == {"failing": 1}
    assert systems.writes() <= LONGEST + 3


def test_workflows_that_answer_every_write_are_held() -> None:
    """2.8 Rewrites that the two applications do by themselves, on whoever's edit, in the middle of our own work."""
    world = World()
    world.hubspot.seed("contacts", [{"email": "a@example.com", "firstname": "Ana"}])
    world.save(contacts())
    world.settle()
    world.hubspot.rewrites.append(Rewriting("contacts", "firstname", "upper"))
    world.orbit.rewrites.append(Rewriting("people", "name.first", "lower"))
    (contact,) = world.hubspot.records("contacts")
    world.clock.ms += 600_000
    world.hubspot.edit("contacts", contact, {"firstname": "Anna"})
    for _ in range(3 * ROUNDS):
        world.poll()
        world.settle()
        world.deliver()
        world.settle()
    assert world.statuses() == {"failing": 1}
    assert (world.contacts()[0]["firstname"], world.people()[0]["name"]["first"]) == ("ANNA", "anna")
    assert_nothing_is_written(world)


HASHES = st.sampled_from([b"aaaa", b"bbbb", b"cccc"])
FLOWS = st.lists(st.tuples(st.sampled_from(Side), HASHES, HASHES, st.integers(0, QUIET_SECONDS - 1)), max_size=40)


def played(flows: list[tuple[Side, bytes, bytes, int]]) -> tuple[Rounds | None, int]:
    """The rounds after some flows, and how many of these were not held."""
    rounds, now, through = None, 1_790_000_000, 0
    for source, in_hubspot, in_app, later in flows:
        now += later
        rounds = flowed(rounds, source, Shown(in_hubspot, in_app), now)
        if rounds.held:
            break
        through += 1
    return rounds, through


@given(FLOWS)
def test_nothing_is_held_before_its_time(flows: list[tuple[Side, bytes, bytes, int]]) -> None:
    """2.8 Fewer than three rounds are never held, and no chain of turns is longer than the limit."""
    rounds, through = played(flows)
    if rounds is not None and rounds.held:
        assert through >= 2 * ROUNDS
    assert rounds is None or (rounds.turns <= LONGEST and rounds.returns <= RETURNS + 1)


@given(FLOWS, st.integers(QUIET_SECONDS, 10 * QUIET_SECONDS), HASHES)
def test_after_a_quiet_time_everything_begins_anew(
    flows: list[tuple[Side, bytes, bytes, int]], pause: int, value: bytes
) -> None:
    """2.8 What happened before a quiet time counts no more."""
    rounds, _ = played(flows)
    now = (rounds.at if rounds else 0) + pause
    assert flowed(rounds, H, Shown(value, b"zzzz"), now) == Rounds(H, now, value)


@given(FLOWS, st.integers(0, 3 * QUIET_SECONDS))
def test_to_forget_costs_no_write(flows: list[tuple[Side, bytes, bytes, int]], later: int) -> None:
    """2.8 Rounds that are over stay where they are until there is something else to note."""
    rounds, _ = played(flows)
    before = {} if rounds is None else {2: rounds}
    now = (rounds.at if rounds else 0) + later
    assert remembered(before, {**before}, now) == before


@pytest.mark.parametrize("source", list(Side))
def test_exactly_three_rounds(source: Side) -> None:
    """2.8 Six flows to and fro go through, the seventh does not."""
    values = Shown(b"UPPE", b"lowe")
    flows = [((source, source.other)[turn % 2], values.hubspot, values.app, 60) for turn in range(20)]
    rounds, through = played(flows)
    assert through == 2 * ROUNDS
    assert rounds is not None
    assert rounds.held
