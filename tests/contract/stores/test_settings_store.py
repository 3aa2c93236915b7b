"""Connections, syncs and poll cursors, in every implementation."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from hubsync.model.association import Association
from hubsync.model.brake import Brake
from hubsync.model.comparison import ComparisonReport, PhaseTally, Tally
from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.connection import Connection, ConnectionStatus
from hubsync.model.filter import Condition, Filters, Group, Joined, Operator
from hubsync.model.identifier import IdentifierKind
from hubsync.model.lifecycle import Covers, Lifecycle
from hubsync.model.mapping import FieldMapping, Transform
from hubsync.model.record import RecordRef
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction, Side
from hubsync.model.stages import StageMap, StagePair
from hubsync.model.sync import MatchKey, ObjectKind, Phase, Suspension, Sync, SyncStatus, Trial
from hubsync.stores.ports import MOST_AT_ONCE, PollCursor
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

CONNECTION = Connection(
    id="orbit-1",
    app="orbit",
    token=b"\x00sealed\xff",
    base_url="https://orbit.example.com/api",
    webhook_secret=b"sealed too",
    limit=110,
    limit_seconds=60,
    status=ConnectionStatus.NEEDS_PERSON,
    problem="The token was revoked; give a new one.",
)

SYNC = Sync(
    id="s1",
    name="Contactos de España",
    kind=ObjectKind.CONTACT,
    hubspot_connection="hubspot-1",
    app_connection="orbit-1",
    hubspot_object="contacts",
    app_object="people",
    direction=Direction.TO_APP,
    mappings=(
        FieldMapping(1, "email", "mail", Transform.EMAIL, required=True),
        FieldMapping(7, "firstname", "given_name", direction=Direction.TO_HUBSPOT, clears=True, winner=Winner.APP),
    ),
    match_keys=(MatchKey(IdentifierKind.EMAIL, "email", "mail", ("hs_additional_emails",), ("other_mail",)),),
    default_side=Side.APP,
    conflict=ConflictPolicy.NEWEST,
    filters=Filters(
        hubspot=Group(
            Joined.ALL,
            (Condition("city", Operator.ONE_OF, FieldType.TEXT, ("bilbao", "león")),),
            (Group(Joined.ANY, (Condition("vip", Operator.IS_TRUE, FieldType.BOOLEAN),)),),
        ),
        strict=True,
    ),
    lifecycle=Lifecycle(Covers.REST, "customer"),
    marketing_contacts=True,
    brake=Brake(500, 0.25),
    weighed="s1-3",
    released=4,
    trial=Trial((RecordRef(Side.HUBSPOT, "7"), RecordRef(Side.APP, "p1")), SyncStatus.HELD, 4),
    narrow=True,
    stages=StageMap(9, "dealstage", "stage_id", "pipeline", None, (StagePair("default", "closedwon", "", "won"),)),
    require_email=False,
    phone_region="ES",
    notify=("ana@example.com", "ben@example.com"),
    status=SyncStatus.INITIAL,
    phase=Phase.SYNC_APP,
    generation=4,
    keys_since=3,
    indexed=(Side.HUBSPOT,),
    hash_key=bytes(range(32)),
    history_key=b"sealed as well",
    history_days=30,
    saved_at=1_790_000_000_000,
    next_number=11,
    associations=(
        Association(
            10, "companies", "organisation_ids", "s2", "Billing", many=True, direction=Direction.TO_APP, unlink=True
        ),
    ),
    event_template="1001",
    problem="Nothing.",
    comparison=1_790_000_000_000,
    compared=ComparisonReport(
        1_790_000_000_000, (PhaseTally("compare_app", Tally(1, 2, 3, 4, 5, 6, 7)),), 1_790_000_000_001, "app"
    ),
    suspended=(
        Suspension(7, Side.APP, "It is a number now.", "Save it again.", FieldType.TEXT),
        Suspension(1, Side.HUBSPOT, "It is gone.", "Bring it back."),
    ),
    shared=True,
)

CURSOR = PollCursor("hubspot-1", "contacts", 1_000, 2_000, 77, 3_000, "place")


@pytest.mark.parametrize("value", [CONNECTION, SYNC, CURSOR], ids=lambda value: type(value).__name__)
def test_the_examples_have_something_in_every_field(value: object) -> None:
    """Otherwise a field that is not stored would go unnoticed."""
    empty = [field.name for field in fields(value) if getattr(value, field.name) == field.default]  # type: ignore[arg-type]
    assert empty == ["version"]


class TestConnections:
    """Connections, by id."""

    def test_every_field_comes_back(self, stores: Stores) -> None:
        assert stores.connections.connection(CONNECTION.id) is None
        assert stores.connections.put_connection(CONNECTION)
        assert stores.connections.connection(CONNECTION.id) == replace(CONNECTION, version=1)

    def test_fields_may_be_empty(self, stores: Stores) -> None:
        bare = Connection("c", "orbit", b"")
        assert stores.connections.put_connection(bare)
        assert stores.connections.connection("c") == replace(bare, version=1)

    def test_they_are_listed_by_id(self, stores: Stores) -> None:
        for connection_id in ("b", "a", "c"):
            stores.connections.put_connection(replace(CONNECTION, id=connection_id))
        assert [connection.id for connection in stores.connections.connections()] == ["a", "b", "c"]

    def test_an_old_version_is_refused(self, stores: Stores) -> None:
        assert stores.connections.put_connection(CONNECTION)
        assert not stores.connections.put_connection(replace(CONNECTION, problem="Late."))
        assert stores.connections.put_connection(replace(CONNECTION, version=1, problem=None))
        assert stores.connections.connection(CONNECTION.id) == replace(CONNECTION, version=2, problem=None)


class TestSyncs:
    """Syncs, by id."""

    def test_every_field_comes_back(self, stores: Stores) -> None:
        assert stores.syncs.sync(SYNC.id) is None
        assert stores.syncs.put_sync(SYNC)
        assert stores.syncs.sync(SYNC.id) == replace(SYNC, version=1)

    def test_a_destroyed_key_is_empty(self, stores: Stores) -> None:
        assert stores.syncs.put_sync(SYNC)
        assert stores.syncs.put_sync(replace(SYNC, version=1, hash_key=b"", history_key=b"", phase=None))
        assert stores.syncs.sync(SYNC.id) == replace(SYNC, version=2, hash_key=b"", history_key=b"", phase=None)

    def test_one_is_found_by_its_name(self, stores: Stores) -> None:
        assert stores.syncs.named(SYNC.name) is None
        assert stores.syncs.put_sync(SYNC)
        assert stores.syncs.put_sync(replace(SYNC, id="s2", name="another"))
        for version in (1, 2, 3):
            found = stores.syncs.named(SYNC.name)
            assert found == replace(SYNC, version=version)
            assert stores.syncs.put_sync(found)
        stores.syncs.delete_sync(SYNC.id)
        assert stores.syncs.named(SYNC.name) is None
        assert stores.syncs.put_sync(replace(SYNC, id="s3"))
        assert stores.syncs.named(SYNC.name) == replace(SYNC, id="s3", version=1)

    def test_they_are_listed_by_name(self, stores: Stores) -> None:
        for sync_id, name in (("1", "b"), ("2", "a"), ("3", "b")):
            stores.syncs.put_sync(replace(SYNC, id=sync_id, name=name))
        assert [sync.id for sync in stores.syncs.syncs()] == ["2", "1", "3"]

    def test_an_old_version_is_refused(self, stores: Stores) -> None:
        assert stores.syncs.put_sync(SYNC)
        assert not stores.syncs.put_sync(SYNC)
        assert not stores.syncs.put_sync(replace(SYNC, version=2))

    def test_a_deleted_sync_is_forgotten(self, stores: Stores) -> None:
        stores.syncs.put_sync(SYNC)
        stores.syncs.delete_sync(SYNC.id)
        stores.syncs.delete_sync(SYNC.id)
        assert stores.syncs.sync(SYNC.id) is None
        assert stores.syncs.syncs() == ()


class TestSavingTogether:
    """All of some connections and syncs, or none."""

    def test_all(self, stores: Stores) -> None:
        others = [replace(SYNC, id=f"s{number}", name=str(number)) for number in range(3)]
        assert stores.syncs.save([CONNECTION], others)
        assert stores.connections.connection(CONNECTION.id) == replace(CONNECTION, version=1)
        assert len(stores.syncs.syncs()) == 3
        assert stores.syncs.save([], [])

    def test_none(self, stores: Stores) -> None:
        assert stores.syncs.put_sync(SYNC)
        assert not stores.syncs.save([CONNECTION], [replace(SYNC, id="s2"), replace(SYNC, name="Late.")])
        assert stores.connections.connections() == ()
        assert stores.syncs.syncs() == (replace(SYNC, version=1),)


class TestAdding:
    """A sync is added to the syncs that whoever adds it has seen."""

    def test_of_two_who_add_a_sync_at_once_one_succeeds(self, stores: Stores) -> None:
        for number in (0, 3):
            roster = stores.syncs.roster()
            assert stores.syncs.save([], [replace(SYNC, id=f"s{number}")], roster=roster)
            assert not stores.syncs.save([CONNECTION], [replace(SYNC, id=f"s{number + 1}")], roster=roster)
        assert [sync.id for sync in stores.syncs.roster().syncs] == ["s0", "s3"]
        assert stores.connections.connections() == ()

    def test_nothing_is_added_where_nothing_could_be_saved(self, stores: Stores) -> None:
        roster = stores.syncs.roster()
        assert not stores.syncs.save([replace(CONNECTION, version=4)], [SYNC], roster=roster)
        assert stores.syncs.save([], [SYNC], roster=roster)

    def test_a_change_adds_nothing(self, stores: Stores) -> None:
        assert stores.syncs.put_sync(SYNC)
        roster = stores.syncs.roster()
        assert stores.syncs.save([], [replace(SYNC, id="s2")], roster=roster)
        assert stores.syncs.save([CONNECTION], [replace(SYNC, version=1)], roster=roster)

    def test_as_many_are_saved_together_as_can_be(self, stores: Stores) -> None:
        new = [replace(SYNC, id=f"s{number}") for number in range(MOST_AT_ONCE - 1)]
        assert stores.syncs.save([CONNECTION], new, roster=stores.syncs.roster())
        assert len(stores.syncs.syncs()) == MOST_AT_ONCE - 1


class TestCursors:
    """Poll cursors."""

    def test_every_field_comes_back(self, stores: Stores) -> None:
        assert stores.cursors.cursor("hubspot-1", "contacts") is None
        assert stores.cursors.put_cursor(CURSOR)
        assert stores.cursors.cursor("hubspot-1", "contacts") == replace(CURSOR, version=1)
        assert stores.cursors.cursor("hubspot-1", "companies") is None

    def test_only_one_of_two_polls_gets_the_lock(self, stores: Stores) -> None:
        stores.cursors.put_cursor(CURSOR)
        read = stores.cursors.cursor("hubspot-1", "contacts")
        assert read is not None
        assert stores.cursors.put_cursor(replace(read, lock_until=9_000))
        assert not stores.cursors.put_cursor(replace(read, lock_until=9_500))


def test_a_connection_is_forgotten_as_it_was_read(stores: Stores) -> None:
    assert stores.connections.put_connection(CONNECTION)
    read = stores.connections.connection(CONNECTION.id)
    assert read is not None
    assert not stores.connections.delete_connection(replace(read, version=read.version + 1))
    assert stores.connections.connection(CONNECTION.id) == read
    assert stores.connections.delete_connection(read)
    assert stores.connections.connection(CONNECTION.id) is None
    assert not stores.connections.delete_connection(read)
