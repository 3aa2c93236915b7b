"""Ends the runs that a saved, stopped or deleted sync leaves behind (rule 1.2)."""

from __future__ import annotations

from hubsync.model.sync import COMPARISON_PHASES, INITIAL_PHASES, Sync
from hubsync.services.ports import Orchestrator
from hubsync.stores.ports import Ledger

GENERATIONS = 3
"""Initial syncs that may still be open at once: a new one ends the older ones within seconds."""


def end_runs(ledger: Ledger, orchestrator: Orchestrator, sync: Sync, *, below: int) -> None:
    """End the last initial syncs of generations below `below`, and the last comparison, wherever they are.

    Costs one read. A phase that is over already is told in vain, which does no harm; a phase that starts at this very
    moment is ended by its first page (`Worker.end_run`).
    """
    generations = range(max(1, below - GENERATIONS), below)
    runs = [(generation, phase) for generation in generations for phase in INITIAL_PHASES]
    if sync.comparison:
        runs += [(sync.comparison, phase) for phase in COMPARISON_PHASES]
    for token in ledger.task_tokens(sync.id, runs):
        orchestrator.phase_superseded(token)
