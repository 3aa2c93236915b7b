"""Rule 4.7: owners are the same person if they have the same email; nobody's record fails for an owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from hubsync.api.shapes import record as shown_record
from hubsync.connectors.errors import RetryLaterError
from hubsync.engine.context import Context
from hubsync.engine.owners import OwnerMatch, UnknownOwnerError
from hubsync.model.connection import Connection
from hubsync.model.decision import Action
from hubsync.model.directory import Owner
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction, Side
from hubsync.model.status import RecordStatus, RecordWarning, WarningCode
from hubsync.services.owners import KEPT_MS, Owners, asked_for
from infra.cli.show import records as shown_in_the_terminal
from infra.local.hubspot.pipelines import Owner as HubSpotOwner
from tests.rules.saved_mapping import saved
from tests.rules.scene import CONTACT, PERSON, Scene
from tests.rules.typed_pair import Pair
from tests.simulation.world import contacts

H, A = Side.HUBSPOT, Side.APP
OWNER = FieldMapping(20, "hubspot_owner_id", "owner_id", Transform.OWNER)
OWNERS = {
    H: {
        "1": Owner("1", "Olga@example.com", "Olga Owner"),
        "2": Owner("2", "eva@example.com", "Eva Exit", active=False),
        "3": Owner("3", "solo@example.com"),
        "4": Owner("4", ""),
    },
    A: {"u1": Owner("u1", "olga@EXAMPLE.com"), "u2": Owner("u2", "eva@example.com", "Eva"), "u4": Owner("u4", "")},
}


class Owned(Pair):
    """A pair whose owner is mapped."""

    def __init__(self, direction: Direction = Direction.TWO_WAY, mapping: FieldMapping = OWNER) -> None:
        super().__init__(mapping, direction=direction)
        self.context = replace(self.context, owners=OWNERS)


def test_an_owner_is_matched_by_email() -> None:
    """4.7 The other side gets its own id of the person with the same email, without case."""
    pair = Owned().put(H, hubspot_owner_id="1")
    pair.settle()
    assert pair.shown(A)["owner_id"] == "u1"
    assert pair.settle().patches == {}


def test_an_unknown_owner_is_a_warning_and_the_other_fields_go_on() -> None:
    """4.7 No failure: the record is in sync, and says which field waits for what."""
    pair = Owned().put(H, hubspot_owner_id="3", nick="Ana")
    pair.sync = replace(pair.sync, mappings=(OWNER, FieldMapping(21, "nick", "nick")))
    pair.context = Context(pair.sync, pair.context.may_create, owners=OWNERS)
    decision = pair.settle()
    assert (decision.action, decision.status) == (Action.UPDATE, RecordStatus.IN_SYNC)
    assert decision.patches[A].fields == {"nick": "Ana"}
    assert decision.warnings == (RecordWarning(20, WarningCode.OWNER_UNKNOWN),)
    assert [win.number for win in decision.wins] == [21]
    assert pair.decide().warnings == decision.warnings


def test_an_owner_who_comes_later_is_carried_then() -> None:
    """4.7 What could not be carried is not taken for settled."""
    pair = Owned().put(H, hubspot_owner_id="1").put(A, owner_id="u1")
    pair.settle()
    pair.put(H, hubspot_owner_id="3").settle()
    assert pair.shown(A)["owner_id"] == "u1"
    invited = {**OWNERS, A: {**OWNERS[A], "u3": Owner("u3", "solo@example.com")}}
    pair.context = replace(pair.context, owners=invited)
    pair.settle()
    assert pair.shown(A)["owner_id"] == "u3"
    assert pair.decide().warnings == ()


def test_who_left_gets_no_new_records_and_keeps_the_old_ones() -> None:
    """4.7 An inactive owner is known, and is not written."""
    pair = Owned().put(A, owner_id="u2")
    assert pair.settle().warnings == (RecordWarning(20, WarningCode.OWNER_UNKNOWN),)
    both = Owned().put(A, owner_id="u2").put(H, hubspot_owner_id="2")
    assert both.settle().warnings == ()


def test_owners_without_an_email_match_nobody() -> None:
    """4.7 Two blanks are not the same person."""
    match = OwnerMatch(OWNERS)
    assert match.form(H, "4") != match.form(A, "u4")
    with pytest.raises(UnknownOwnerError):
        match.id(A, "4")


def test_without_the_lists_every_owner_is_unknown_and_nothing_is_written() -> None:
    """4.7 An application that does not tell its owners."""
    pair = Owned().put(H, hubspot_owner_id="1").put(A, owner_id="u1")
    pair.context = replace(pair.context, owners={})
    assert pair.settle().patches == {}
    assert [warning.code for warning in pair.decide().warnings] == [WarningCode.OWNER_UNKNOWN]


def test_a_record_is_made_without_an_unknown_owner() -> None:
    """4.7 Also in a new record."""
    made = Owned().put(H, hubspot_owner_id="3").made(H)
    assert made.action is Action.CREATE
    assert made.patches[A].fields == {}
    assert [warning.number for warning in made.warnings] == [20]


@pytest.mark.parametrize(("owner", "text"), [("1", "Olga Owner"), ("3", "solo@example.com")])
def test_an_owner_goes_into_a_text_by_name_or_email(owner: str, text: str) -> None:
    """4.3 One way, from either side; the text is not carried back."""
    pair = Owned(Direction.TO_APP, FieldMapping(20, "hubspot_owner_id", "keeper", Transform.OWNER_NAME))
    pair.put(H, hubspot_owner_id=owner).settle()
    assert pair.shown(A)["keeper"] == text
    assert pair.settle().patches == {}
    pair.put(A, keeper="somebody else")
    assert pair.settle().drifted == (20,)


def test_owners_go_two_ways_with_owners_and_one_way_into_text() -> None:
    """4.3 When a sync is saved: an owner is no number and no option, and a text is no owner."""
    assert saved(FieldType.OWNER, FieldType.OWNER) == {}
    assert saved(FieldType.OWNER, FieldType.TEXT, direction=Direction.TO_APP) == {}
    assert saved(FieldType.TEXT, FieldType.OWNER, direction=Direction.TO_HUBSPOT) == {}
    assert set(saved(FieldType.OWNER, FieldType.TEXT)) == {".hubspot"}
    assert saved(FieldType.OWNER, FieldType.OPTION)


# --- the lists


class Lists:
    """Connectors, as far as lists of owners are asked for. Counts the calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.down = False

    def directory(self, connection: Connection) -> Any:
        return None if connection.id == "silent" else self._of(connection)

    def _of(self, connection: Connection) -> Any:
        class Directory:
            @staticmethod
            def owners() -> list[Owner]:
                self.calls.append(connection.id)
                if self.down:
                    raise RetryLaterError("owners", after=1)
                return [Owner("1", "olga@example.com")]

        return Directory


class Clock:
    at = 0

    def now(self) -> int:
        return self.at


def test_a_list_of_owners_is_asked_for_once_in_five_minutes() -> None:
    """4.7 One call for an account and a warm process, not for a record."""
    lists, clock = Lists(), Clock()
    owners = Owners(lists, clock)  # type: ignore[arg-type]
    account, other = (Connection(name, "orbit", b"t") for name in ("orbit", "silent"))
    for _ in range(3):
        assert owners.owners(account)["1"].email == "olga@example.com"
        assert owners.owners(other) == {}
    assert lists.calls == ["orbit"]
    clock.at = KEPT_MS
    owners.owners(account)
    assert lists.calls == ["orbit"] * 2


def test_owners_are_asked_for_only_where_they_are_mapped() -> None:
    """4.7 Both lists for owners, one for the name of an owner, none otherwise."""
    sync = contacts()
    assert asked_for(sync) == frozenset()
    assert asked_for(replace(sync, mappings=(*sync.mappings, OWNER))) == {H, A}
    named = replace(OWNER, transform=Transform.OWNER_NAME, direction=Direction.TO_APP)
    assert asked_for(replace(sync, mappings=(*sync.mappings, named))) == {H}


# --- the whole stack


def owned_scene(hubspot: Mapping[str, Any], app: Mapping[str, Any]) -> Scene:
    sync = contacts()
    return Scene([{**CONTACT, **hubspot}], [{**PERSON, **app}], replace(sync, mappings=(*sync.mappings, OWNER)))


def test_owners_of_hubspot_and_of_an_app_are_kept_the_same() -> None:
    """4.7 With HubSpot's list and Orbit's, one call for each."""
    scene = owned_scene({"hubspot_owner_id": "41629779"}, {})
    assert scene.app(0, "owner_id") == "usr_olga"
    assert scene.world.orbit.gate.counts["users.list"] == 1
    scene.edit_hubspot(0, hubspot_owner_id="")
    scene.look()
    scene.edit_hubspot(0, hubspot_owner_id="41629780")
    scene.look()
    assert scene.app(0, "owner_id") == "usr_pedro"


def test_a_warning_is_shown_and_goes_by_itself_once_the_person_is_there() -> None:
    """4.7 In the API and in the terminal, without a value; the next comparison carries the owner (rule 8.4)."""
    scene = owned_scene({}, {})
    scene.edit_app(0, owner_id="usr_rosa", job_title="Dean")
    scene.look()
    entry = scene.entry(H, 0)
    assert (entry.status, scene.hubspot(0, "jobtitle")) == (RecordStatus.IN_SYNC, "Dean")
    assert scene.hubspot(0, "hubspot_owner_id") == ""
    shown = shown_record(entry, scene.saved)
    (warning,) = shown["warnings"]  # type: ignore[misc]
    assert (warning["code"], warning["hubspot"], warning["app"]) == ("owner_unknown", "hubspot_owner_id", "owner_id")
    assert "rosa" not in str(shown)
    terminal = Console(width=200, record=True, file=StringIO())
    terminal.print(shown_in_the_terminal([shown]))
    told = terminal.export_text()
    assert warning["remedy"] in told
    assert "hubspot_owner_id / owner_id" in told
    scene.look()
    scene.compare()
    assert scene.entry(H, 0) == entry
    scene.world.hubspot.account.owners[5] = HubSpotOwner(5, 6, "Rosa@example.com", "Rosa", "Only")
    scene.world.clock.ms += KEPT_MS
    scene.compare()
    assert scene.hubspot(0, "hubspot_owner_id") == "5"
    assert scene.entry(H, 0).warnings == ()
