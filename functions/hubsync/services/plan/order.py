"""Plans as jobs: ordered in a moment, made in minutes, looked at meanwhile, and forgotten after a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from hubsync.model.connection import Connection
from hubsync.model.side import Side
from hubsync.model.sync import Sync, SyncStatus
from hubsync.services.manage.apply import Apply
from hubsync.services.manage.document import Document
from hubsync.services.manage.expected import Expected, hold
from hubsync.services.manage.lifecycle import NotNowError, sync_named
from hubsync.services.manage.plan import Change, restarted
from hubsync.services.plan.report import Json, PlanStatus, opened, waiting
from hubsync.services.ports import Clock, Ids, Vault
from hubsync.stores.ports import ConnectionStore, PlanOrder, PlanStore, SyncStore

LONGEST_MS = 16 * 60 * 1000
"""A plan that says nothing for so long was cut off: its function has fifteen minutes."""

CUT_OFF = (
    "The plan ended without a result: its function was cut off, most likely for lack of memory. "
    "Try a sync as large as this on chosen records, or give the function plan more memory."
)


class PlanMaker(Protocol):
    """Lets a plan be made, somewhere else and soon."""

    def make(self, plan_id: str) -> None:
        """Begin. Asking twice is asking once: a plan that was begun is not begun again."""
        ...


class UnknownPlanError(Exception):
    """There is no plan of that id, or it was forgotten."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """The plans that were ordered, with the id of each; and the syncs of the document that would begin no run."""

    plans: Mapping[str, str]
    unchanged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plans:
    """The use cases over their ports."""

    plans: PlanStore
    syncs: SyncStore
    connections: ConnectionStore
    apply: Apply
    maker: PlanMaker
    vault: Vault
    clock: Clock
    ids: Ids

    def of_sync(self, name: str, *, expected: Expected = None) -> Ordered:
        """Order a plan of what a new initial sync of `name` would do. Raises `UnknownSyncError`, `NotNowError`, and
        `StaleError` if it is not one of the `expected` versions."""
        sync = sync_named(self.syncs, name)
        hold(expected, name, sync)
        if sync.status is SyncStatus.DELETING:
            raise NotNowError(f"{name} is being deleted.", remedy="Apply it again under another name, and plan that.")
        accounts = {each.id: each for each in self.connections.connections()}
        return Ordered({name: self._order(restarted(sync, self.clock.now()), accounts)})

    def of_document(self, document: Document, *, restart: bool = False) -> Ordered:
        """Order plans of what applying `document` would do: one for each sync that would begin a run.

        Raises what `Apply` raises; the document's faults are those of applying it.
        """
        applied = self.apply(document, dry=True, restart=restart)
        # What is active afterwards begins no run: no record feels what was edited (rule 1.2).
        off = {name for name, spec in document.syncs.items() if spec.enabled is False}
        calm = [
            each.change is Change.UNCHANGED or each.sync.status is SyncStatus.ACTIVE or each.sync.name in off
            for each in applied.syncs
        ]
        moved = [each.sync for each, still in zip(applied.syncs, calm, strict=True) if not still]
        still = tuple(each.sync.name for each, still in zip(applied.syncs, calm, strict=True) if still)
        return Ordered({sync.name: self._order(sync, applied.accounts) for sync in moved}, still)

    def view(self, plan_id: str) -> Json:
        """How far a plan is, and what it says. Raises `UnknownPlanError`."""
        report = self.plans.report(plan_id)
        if report is None:
            raise UnknownPlanError(f"There is no plan {plan_id}.")
        shown = opened(report, self.vault)
        if shown["status"] in (PlanStatus.WAITING, PlanStatus.RUNNING) and self.clock.now() - report.at > LONGEST_MS:
            shown |= {"status": PlanStatus.FAILED, "problem": CUT_OFF}
        return shown

    def _order(self, sync: Sync, accounts: Mapping[str, Connection]) -> str:
        if sync.status is SyncStatus.DRAFT:
            sync = restarted(sync, self.clock.now())
        order = PlanOrder(
            id=self.ids.new(),
            at=self.clock.now(),
            # A sync that is off is planned as if it were turned on, one that is tried as if for all its records.
            sync=replace(sync, status=SyncStatus.INITIAL, trial=None, version=0),
            accounts=_of(sync, accounts),
        )
        self.plans.put_order(order)
        self.plans.put_report(waiting(order))
        self.maker.make(order.id)
        return order.id


def _of(sync: Sync, accounts: Mapping[str, Connection]) -> Sequence[Connection]:
    return tuple(replace(accounts[sync.connection(side)], version=0) for side in Side)
