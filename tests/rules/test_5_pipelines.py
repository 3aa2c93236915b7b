"""Rule 5.2: which pipelines and stages go together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.model.directory import Pipeline, Stage
from hubsync.model.schema import FieldSchema, ObjectSchema
from hubsync.model.side import Side
from hubsync.services.manage.document import EndSpec, Fault, MappingSpec, PipelineSpec, RefusedDocumentError, SyncSpec
from hubsync.services.manage.stages import alike, check_stages, plan_stages
from tests.unit.services import manage_fakes, manage_world

H, A = Side.HUBSPOT, Side.APP


# --- which stages go together


def pipeline(id_: str, label: str, **stages: str) -> Pipeline:
    return Pipeline(id_, label, tuple(Stage(key, name) for key, name in stages.items()))


SALES = pipeline("default", "Sales Pipeline", appt="Appointment Scheduled", won="Closed Won", lost="Closed Lost")
PARTNERS = pipeline("77", "Partners", open="Open", done="Done")
APP_SALES = pipeline("p1", "Sales", s1="Appointment scheduled", s2="Negotiation", s3="Won", s4="Lost")
APP_PARTNERS = pipeline("p2", "PARTNERS", s5="open", s6="Abandoned")
FOUND = {H: [SALES, PARTNERS], A: [APP_SALES, APP_PARTNERS]}

DEALS = ObjectSchema("deals", {"dealname": FieldSchema("dealname")}, "deal", {}, "pipeline", "dealstage")
OPPORTUNITIES = ObjectSchema("opportunities", {"title": FieldSchema("title")}, "deal", {}, "pipeline_id", "stage_id")
SCHEMAS = {H: DEALS, A: OPPORTUNITIES}


def spec(*pipelines: PipelineSpec, auto: bool = False, mappings: Sequence[MappingSpec] = ()) -> SyncSpec:
    ends = EndSpec("hubspot", "deals"), EndSpec("orbit", "opportunities")
    return SyncSpec(*ends, mappings=tuple(mappings), pipelines=None if auto else pipelines)


def faults(found: SyncSpec, pipelines: Any = None) -> dict[str, str]:
    reported: list[Fault] = list(check_stages("syncs.deals", found, SCHEMAS, pipelines or FOUND))
    assert all(fault.remedy.endswith((".", "?")) for fault in reported)
    return {fault.path.removeprefix("syncs.deals"): fault.reason for fault in reported}


def pairs(found: SyncSpec, pipelines: Any = None) -> list[tuple[str, str, str, str]]:
    stages = plan_stages(found, SCHEMAS, pipelines or FOUND, 7)
    return [(*pair.place(H), *pair.place(A)) for pair in stages.pairs]


def test_names_that_are_alike_are_mapped_by_themselves() -> None:
    """5.2 Auto-map is a simple text search for similar names, over several pipelines; the rest stays unmapped."""
    assert faults(spec(auto=True)) == {}
    assert pairs(spec(auto=True)) == [
        ("77", "open", "p2", "s5"),
        ("default", "appt", "p1", "s1"),
        ("default", "won", "p1", "s3"),
        ("default", "lost", "p1", "s4"),
    ]


NAMES = st.sampled_from(["Won", "Closed Won", "won!", "Lost", "Open deal", "Deal", "", "New", "Wonder"])
STAGES = st.lists(NAMES, max_size=6).map(lambda names: [Stage(str(at), name) for at, name in enumerate(names)])


@given(STAGES, STAGES)
def test_auto_map_pairs_each_name_once_and_only_with_its_like(hubspot: list[Stage], app: list[Stage]) -> None:
    """5.2 No stage is paired twice; a word within a word is no likeness (`Won` and `Wonder`)."""
    found = alike(hubspot, app)
    assert len({one.id for one, _ in found}) == len({other.id for _, other in found}) == len(found)
    for one, other in found:
        assert "" not in (one.label, other.label)
        words = [set(label.casefold().strip("!").split()) for label in (one.label, other.label)]
        assert words[0] <= words[1] or words[1] <= words[0]
    for one in hubspot:
        for other in app:
            if one.label == other.label != "":
                assert any(pair[0] is one or pair[1] is other for pair in found)


def test_stages_are_mapped_by_hand_by_id_or_name() -> None:
    """5.2 Several pipelines; a pipeline whose stages are left out is mapped by names; several stages may share one."""
    wanted = spec(
        PipelineSpec("sales pipeline", "p1", {"appt": "Negotiation", "Closed Won": "s3", "lost": "WON"}),
        PipelineSpec("77", "Partners"),
    )
    assert faults(wanted) == {}
    assert pairs(wanted) == [
        ("default", "appt", "p1", "s2"),
        ("default", "won", "p1", "s3"),
        ("default", "lost", "p1", "s3"),
        ("77", "open", "p2", "s5"),
    ]


def test_every_fault_of_the_stages_is_told_at_once() -> None:
    """5.2 Unknown pipelines and stages, a stage with two targets, a pipeline that has to be named: all, by path."""
    wanted = spec(
        PipelineSpec("Sale Pipeline", "Sales"),
        PipelineSpec("default"),
        PipelineSpec("default", "Sales", {"apt": "Won", "won": "Wonn", "lost": "Lost"}),
        PipelineSpec("default", "Partners", {"Closed Lost": "open"}),
        mappings=[MappingSpec(0, "dealname", "title"), MappingSpec(1, "dealstage", "pipeline_id")],
    )
    assert list(faults(wanted)) == [
        ".mappings[1].hubspot", ".mappings[1].app", ".pipelines[0].hubspot", ".pipelines[1].app",
        ".pipelines[2].stages.apt", ".pipelines[2].stages.won", ".pipelines",
    ]  # fmt: skip


def test_nothing_alike_is_a_fault() -> None:
    """5.2 A map without a stage would sync nothing, so it is refused."""
    assert list(faults(spec(auto=True), {H: [PARTNERS], A: [pipeline("p", "Verkauf", a="Neu")]})) == [".pipelines"]


@pytest.mark.parametrize(
    ("hubspot", "app", "words"),
    [
        (
            NeedsPersonError("The token lacks crm.pipelines.read.", remedy="Grant it."),
            [APP_SALES],
            "crm.pipelines.read",
        ),
        ([SALES], ConnectorBugError("500"), "does not answer"),
        ([SALES], [], "there are none"),
        ([SALES], None, "there are none"),
    ],
)
def test_a_sync_whose_stages_cannot_be_read_is_not_saved(
    hubspot: Any, app: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """5.2 No permission, no answer, no stages: the document is refused, with the reason at `pipelines`."""

    class Answering:
        def __init__(self, answer: Any) -> None:
            self.answer = answer

        def pipelines(self, _: str) -> Sequence[Pipeline]:
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

    world = manage_world.World()
    world.schemas = {"hubspot": {"deals": DEALS}, "orbit": {"opportunities": OPPORTUNITIES}}

    def ask(_: object, connection: Any, __: str) -> Answering | None:
        answer = hubspot if connection.app == "hubspot" else app
        return None if answer is None else Answering(answer)

    monkeypatch.setattr(manage_fakes.FakeConnectors, "pipelines", ask)
    with pytest.raises(RefusedDocumentError) as refused:
        world.applied(manage_world.document_of(deals=spec(auto=True, mappings=[MappingSpec(0, "dealname", "title")])))
    found = {fault.path: fault.reason for fault in refused.value.faults}
    assert words in found["syncs.deals.pipelines"]
    assert world.untouched
