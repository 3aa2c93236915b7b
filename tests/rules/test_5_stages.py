"""Rule 5.2: pipelines and stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.api.document import read_document
from hubsync.engine.stages import counterpart, fields_at, form, is_mapped
from hubsync.model.entry import IndexEntry
from hubsync.model.mapping import FieldMapping
from hubsync.model.record import Record, RecordRef
from hubsync.model.side import Direction, Side
from hubsync.model.stages import StageMap, StagePair
from hubsync.model.status import ExclusionReason, RecordStatus
from hubsync.model.sync import ObjectKind, Sync, SyncStatus
from hubsync.services.manage.apply import Apply
from tests.simulation.world import World

H, A = Side.HUBSPOT, Side.APP


MAP = StageMap(
    9, "dealstage", "stage_id", "pipeline", "pipeline_id",
    (
        StagePair("default", "appointmentscheduled", "pip_sales", "stg_meeting"),
        StagePair("default", "qualifiedtobuy", "pip_sales", "stg_qualified"),
        StagePair("default", "closedwon", "pip_sales", "stg_won"),
        StagePair("default", "contractsent", "pip_sales", "stg_won"),
        StagePair("renewals", "r-due", "pip_renewals", "stg_due"),
    ),
)  # fmt: skip


@given(st.sampled_from(MAP.pairs))
def test_a_stage_there_and_back_is_the_same_stage(pair: StagePair) -> None:
    """5.2 What is written on the other side compares equal to what it was made from."""
    for side in Side:
        source = Record(RecordRef(side, "1"), fields_at(MAP, pair.place(side), side))
        target = counterpart(MAP, pair.place(side), side.other)
        assert target is not None
        made = Record(RecordRef(side.other, "2"), fields_at(MAP, target, side.other))
        assert form(MAP, source) == form(MAP, made)
        assert is_mapped(MAP, source)
        assert is_mapped(MAP, made)


def deals(direction: Direction = Direction.TWO_WAY, default: Side = H) -> Sync:
    """Deals and opportunities."""
    return Sync(
        id="s5",
        name="deals",
        kind=ObjectKind.DEAL,
        hubspot_connection="hubspot",
        app_connection="orbit",
        hubspot_object="deals",
        app_object="opportunities",
        direction=direction,
        mappings=(FieldMapping(1, "dealname", "title", required=True), FieldMapping(2, "description", "notes")),
        match_keys=(),
        default_side=default,
        stages=MAP,
        status=SyncStatus.INITIAL,
        generation=1,
        hash_key=b"k" * 32,
        next_number=10,
    )


class Pipe:
    """Deals and opportunities in a simulated world."""

    def __init__(self, sync: Sync, hubspot: Sequence[dict[str, Any]] = (), app: Sequence[dict[str, Any]] = ()) -> None:
        self.world = World()
        self.world.app.connectors.connector(self.world.connection("hubspot"), bulk=False).prepare(["deals"])
        self.world.hubspot.seed("deals", hubspot)
        self.world.orbit.seed({"opportunities": app})
        self.world.save(sync)
        self.world.settle()

    def tell(self) -> None:
        self.world.deliver()
        self.world.poll()
        self.world.settle()

    def move(self, side: Side, stage: str, pipeline: str | None = None) -> None:
        """Somebody moves the only deal of a side."""
        self.world.clock.ms += 600_000
        if side is H:
            (deal,) = self.world.hubspot.records("deals")
            self.world.hubspot.edit("deals", deal, {"dealstage": stage} | ({"pipeline": pipeline} if pipeline else {}))
        else:
            body = {"stage_id": stage} | ({"pipeline_id": pipeline} if pipeline else {})
            self.world.orbit.edit("opportunities", self.opportunities()[0]["id"], body)
        self.tell()

    def opportunities(self) -> list[dict[str, Any]]:
        return [one for one in self.world.orbit.records("opportunities") if not one.get("deleted")]

    def stages(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """Where the deal is in HubSpot and in the app."""
        (deal,) = self.world.hubspot.records("deals").values()
        (other,) = self.opportunities()
        return (deal["pipeline"], deal["dealstage"]), (other["pipeline_id"], other["stage_id"])

    def entry(self) -> IndexEntry:
        (entry,) = self.world.entries("deals")
        return entry


def deal(stage: str, **more: str) -> dict[str, str]:
    return {"dealname": "Big one", "dealstage": stage, "pipeline": "default", **more}


def opportunity(stage: str, pipeline: str = "pip_sales") -> dict[str, str]:
    return {"title": "Big one", "stage_id": stage, "pipeline_id": pipeline}


def test_only_what_is_in_a_mapped_stage_enters() -> None:
    """5.2 One that is not stays out, with its reason, and enters as soon as it moves into a mapped stage."""
    pipe = Pipe(deals(), [deal("closedlost")])
    assert pipe.entry().exclusion is ExclusionReason.STAGE_NOT_MAPPED
    assert pipe.opportunities() == []
    pipe.move(H, "qualifiedtobuy")
    assert pipe.entry().status is RecordStatus.IN_SYNC
    assert pipe.stages() == (("default", "qualifiedtobuy"), ("pip_sales", "stg_qualified"))


def test_an_opportunity_enters_hubspot_in_the_stage_that_goes_with_its_own() -> None:
    """5.2 Of several stages of HubSpot that go with one of the app's the first is the way back."""
    pipe = Pipe(deals(), app=[opportunity("stg_won")])
    assert pipe.stages() == (("default", "closedwon"), ("pip_sales", "stg_won"))


@pytest.mark.parametrize(
    ("side", "to", "expected"),
    [
        (H, "closedwon", (("default", "closedwon"), ("pip_sales", "stg_won"))),
        (A, "stg_won", (("default", "closedwon"), ("pip_sales", "stg_won"))),
    ],
)
def test_a_move_is_carried_over(side: Side, to: str, expected: object) -> None:
    """5.2 Pipeline and stage flow through the same merge as any field, both ways, and cause no echo."""
    pipe = Pipe(deals(), [deal("appointmentscheduled")])
    pipe.move(side, to)
    assert pipe.stages() == expected
    calls = dict(pipe.world.signals.sums)
    pipe.tell()
    assert {name: pipe.world.signals.sums[name] for name in calls if name.startswith("Writes")} == {
        name: value for name, value in calls.items() if name.startswith("Writes")
    }


def test_a_move_between_stages_that_mean_the_same_is_none() -> None:
    """5.2 Two stages of HubSpot go with one of the app's: to move between them writes nothing."""
    pipe = Pipe(deals(), [deal("closedwon")])
    before = pipe.world.signals.sums["WritesApp"]
    pipe.move(H, "contractsent")
    assert pipe.stages() == (("default", "contractsent"), ("pip_sales", "stg_won"))
    assert pipe.world.signals.sums["WritesApp"] == before


def test_another_pipeline_is_carried_over() -> None:
    """5.2 A move to another pipeline moves both properties on the other side."""
    pipe = Pipe(deals(), [deal("appointmentscheduled")])
    pipe.world.hubspot.account.pipelines["deals"]["renewals"] = renewals()
    pipe.move(A, "stg_due", "pip_renewals")
    assert pipe.stages() == (("renewals", "r-due"), ("pip_renewals", "stg_due"))


def renewals() -> Any:
    from infra.local.hubspot import pipelines

    found = pipelines.Pipeline("renewals", "Renewals", 1)
    found.stages["r-due"] = pipelines.Stage("r-due", "Due", 0, {"probability": "0.5"})
    return found


@pytest.mark.parametrize(("side", "out", "back"), [(H, "closedlost", "closedwon"), (A, "stg_lost", "stg_won")])
def test_one_that_leaves_the_mapped_stages_keeps_its_binding(side: Side, out: str, back: str) -> None:
    """5.2 It is excluded, nothing flows meanwhile, nothing is made twice, and it goes on when it is back."""
    pipe = Pipe(deals(), [deal("appointmentscheduled")])
    pipe.move(side, out)
    entry = pipe.entry()
    assert (entry.exclusion, entry.bound) == (ExclusionReason.STAGE_NOT_MAPPED, True)
    other = pipe.stages()[0 if side is A else 1]
    assert other in (("default", "appointmentscheduled"), ("pip_sales", "stg_meeting"))
    (number,) = pipe.world.hubspot.records("deals")
    pipe.world.hubspot.edit("deals", number, {"description": "written meanwhile"})
    pipe.tell()
    assert pipe.opportunities()[0]["notes"] is None
    pipe.world.compare("deals")
    pipe.world.settle()
    assert pipe.entry().exclusion is ExclusionReason.STAGE_NOT_MAPPED
    pipe.move(side, back)
    assert pipe.entry().status is RecordStatus.IN_SYNC
    assert pipe.stages() == (("default", "closedwon"), ("pip_sales", "stg_won"))
    assert pipe.opportunities()[0]["notes"] == "written meanwhile"


@pytest.mark.parametrize("default", list(Side))
def test_moved_on_both_sides_the_default_side_wins(default: Side) -> None:
    """5.2 The stage is contested like any field (2.3)."""
    pipe = Pipe(deals(default=default), [deal("appointmentscheduled")])
    pipe.world.clock.ms += 600_000
    (number,) = pipe.world.hubspot.records("deals")
    pipe.world.hubspot.edit("deals", number, {"dealstage": "qualifiedtobuy"})
    pipe.world.orbit.edit("opportunities", pipe.opportunities()[0]["id"], {"stage_id": "stg_won"})
    pipe.tell()
    qualified = (("default", "qualifiedtobuy"), ("pip_sales", "stg_qualified"))
    assert pipe.stages() == (qualified if default is H else (("default", "closedwon"), ("pip_sales", "stg_won")))


def test_in_a_one_way_sync_the_targets_stage_has_no_say() -> None:
    """5.2 A deal that somebody moves in the target stays in the sync, is left alone, and follows the source's next move
    (2.9).
    """
    pipe = Pipe(deals(Direction.TO_APP), [deal("appointmentscheduled")])
    pipe.move(A, "stg_lost")
    assert pipe.entry().status is RecordStatus.IN_SYNC
    assert pipe.stages()[1] == ("pip_sales", "stg_lost")
    pipe.move(H, "closedwon")
    assert pipe.stages()[1] == ("pip_sales", "stg_won")


def test_another_map_is_heeded_when_it_is_saved() -> None:
    """5.2 A stage that is mapped now lets in what waited in it, lone or bound."""
    pipe = Pipe(deals(), [deal("closedlost")])
    more = replace(MAP, pairs=(*MAP.pairs, StagePair("default", "closedlost", "pip_sales", "stg_lost")))
    assert pipe.world.stores.syncs.put_sync(replace(pipe.world.sync("deals"), stages=more))
    pipe.world.restart("deals")
    pipe.world.settle()
    assert pipe.stages() == (("default", "closedlost"), ("pip_sales", "stg_lost"))


def test_a_document_without_pipelines_maps_them_by_name() -> None:
    """5.2 From the document to both applications: what is alike is mapped when the sync is saved."""
    world = World()
    world.hubspot.seed("deals", [deal("closedwon"), deal("contractsent")])
    body = {
        "syncs": {
            "deals": {
                "hubspot": {"connection": "hubspot", "object": "deals"},
                "app": {"connection": "orbit", "object": "opportunities"},
                "direction": "two_way",
                "mappings": [{"hubspot": "dealname", "app": "title"}],
            }
        }
    }
    apply = Apply(
        connections=world.stores.connections,
        syncs=world.stores.syncs,
        ledger=world.stores.ledger,
        connectors=world.app.connectors,
        orchestrator=world.orchestrator,
        vault=world.app.vault,
        clock=world.clock,
        ids=world.ids,
        drift=world.app.drift,
    )
    (planned,) = apply(read_document(body)).syncs
    world.syncs["deals"] = planned.sync.id
    world.settle()
    (made,) = [one for one in world.orbit.records("opportunities") if not one.get("deleted")]
    assert (made["title"], made["pipeline_id"], made["stage_id"]) == ("Big one", "pip_sales", "stg_won")
    assert world.statuses("deals") == {"in_sync": 1, "excluded": 1}
