"""Runs that nobody waits for any more end at once, and are no failures (rule 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from hubsync.model.side import Side
from hubsync.model.sync import INITIAL_PHASES, Phase, PhaseProgress, SyncStatus
from hubsync.services.phases import SupersededError
from tests.simulation.ports import Run
from tests.simulation.world import World, contacts


@pytest.fixture
def world() -> World:
    return World()


def begun(world: World, kind: str) -> Run:
    """A run that waits for the token of its first phase, with its first page on the queue."""
    run = next(run for run in world.orchestrator.runs.values() if run.kind == kind and run.steps)
    while run.token is None:
        assert world.step()
    return run


def active(world: World) -> None:
    """A small world in step."""
    world.hubspot.seed("contacts", [{"email": "anna@example.com", "firstname": "Anna"}])
    world.save(contacts())
    world.settle()
    assert world.sync().status is SyncStatus.ACTIVE


ENDINGS: dict[str, Callable[[World], object]] = {
    "off": lambda world: world.lifecycle.off("contacts"),
    "delete": lambda world: world.lifecycle.delete("contacts"),
    "restart": lambda world: world.lifecycle.restart("contacts"),
}
endings = pytest.mark.parametrize("how", ENDINGS)


@endings
@pytest.mark.parametrize("kind", ["initial", "comparison"])
def test_an_open_run_ends_without_failure(world: World, kind: str, how: str) -> None:
    if kind == "initial":
        world.save(contacts())
    else:
        active(world)
        world.compare()
    run = begun(world, kind)
    world.queues.waiting.clear()  # not even its pages are there to end it
    ENDINGS[how](world)
    if how == "restart":
        assert world.step()  # prepares the new run
    assert (run.steps, run.failed) == ([], None)
    world.settle()
    assert how != "restart" or world.sync().status is SyncStatus.ACTIVE


@endings
@pytest.mark.parametrize("kind", ["initial", "comparison"])
def test_a_phase_that_starts_at_that_very_moment_is_ended_by_its_first_page(world: World, kind: str, how: str) -> None:
    if kind == "initial":
        world.save(contacts())
    else:
        active(world)
        world.compare()
    run = begun(world, kind)
    token, run.token = run.token, "nobody saw it yet"
    ENDINGS[how](world)
    if how == "restart":
        while (following := world.orchestrator.ready()) is not None and following.steps[0] == "prepare":
            world.step()
    run.token = token
    world.settle()
    assert (run.steps, run.failed) == ([], None)


def test_the_comparison_of_an_account_that_needs_a_person_ends(world: World) -> None:
    active(world)
    world.compare()
    run = begun(world, "comparison")
    world.hubspot.settings.revoked = True
    world.settle()
    assert (run.steps, run.failed) == ([], None)
    world.compare()
    again = begun(world, "comparison")
    world.settle()
    assert (again.steps, again.failed) == ([], None)


def test_preparing_ends_the_last_three_generations_and_the_last_comparison(world: World) -> None:
    sync = world.save(replace(contacts(), generation=5, comparison=1_700_000_000_000))
    opened = [(generation, phase) for generation in range(1, 6) for phase in INITIAL_PHASES]
    opened += [(sync.comparison, Phase.COMPARE_APP), (sync.comparison - 1, Phase.COMPARE_APP)]
    runs = {}
    for generation, phase in opened:
        token = f"{generation} {phase}"
        world.stores.ledger.open_phase(sync.id, PhaseProgress(phase, generation), token)
        runs[generation, phase] = world.orchestrator.runs[token] = Run("x", sync.id, generation, [phase], token)
    world.app.phases.prepare(sync.id, 5)
    ended = {key for key, run in runs.items() if run.token is None}
    assert ended == {key for key in opened if key[0] in (2, 3, 4, sync.comparison)}


@pytest.mark.parametrize("step", ["prepare", "start", "finish"])
def test_an_older_run_finds_out_at_its_next_step(world: World, step: str) -> None:
    sync = world.save(replace(contacts(), generation=2))
    phases = world.app.phases
    steps: dict[str, Callable[[], object]] = {
        "prepare": lambda: phases.prepare(sync.id, 1),
        "start": lambda: phases.start(sync.id, 1, Phase.INDEX_HUBSPOT, "token"),
        "finish": lambda: phases.finish(sync.id, 1),
    }
    with pytest.raises(SupersededError):
        steps[step]()
    assert world.sync() == replace(sync, version=world.sync().version)
    assert not world.queues.waiting


def test_a_run_that_is_current_is_left_alone(world: World) -> None:
    world.save(contacts())
    run = begun(world, "initial")
    world.app.phases.prepare(run.sync_id, run.generation)
    assert run.token is not None
    world.settle()
    assert (world.sync().status, run.failed, world.sync().indexed) == (SyncStatus.ACTIVE, None, tuple(Side))
