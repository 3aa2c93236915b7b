"""How a document differs from what is deployed, before it is applied. Nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hubsync.services.manage.apply import Apply
from hubsync.services.manage.deployed import Deployed
from hubsync.services.manage.document import Document
from hubsync.services.manage.plan import Change
from hubsync.stores.ports import ConnectionStore, SyncStore


@dataclass(frozen=True, slots=True)
class Differing:
    """What is deployed and what would be, both in the same words, every mapping listed. `connections` and `syncs` say
    by name what applying does with those that the document names, and with those that have to start anew for them.
    `secrets` are the connections that would get another token or webhook secret, and which. `others` are deployed and
    not in the document: they are left alone.
    """

    before: Document
    after: Document
    connections: Mapping[str, Change]
    syncs: Mapping[str, Change]
    secrets: Mapping[str, tuple[str, ...]]
    others: tuple[str, ...]


class Differ:
    """The use case over its ports."""

    def __init__(self, *, connections: ConnectionStore, syncs: SyncStore, apply: Apply, deployed: Deployed) -> None:
        self._connections = connections
        self._syncs = syncs
        self._apply = apply
        self._deployed = deployed

    def __call__(self, document: Document) -> Differing:
        """Check a document and compare it. Raises what applying it raises."""
        applied = self._apply(document, dry=True)
        accounts, syncs = self._connections.connections(), self._syncs.syncs()
        planned = {each.sync.id: each.sync for each in applied.syncs}
        after = {each.id: each for each in syncs} | planned
        secrets = {
            each.id: tuple(name for name in ("token", "webhook_secret") if getattr(each, name) != getattr(then, name))
            for each in accounts
            if (then := applied.accounts.get(each.id, each)) is not each
        }
        return Differing(
            before=self._deployed.of(accounts, syncs, in_full=True).document,
            after=self._deployed.of(applied.accounts.values(), after.values(), in_full=True).document,
            connections=applied.connections,
            syncs={each.sync.name: each.change for each in applied.syncs},
            secrets={name: found for name, found in secrets.items() if found},
            others=tuple(
                f"{section}.{each}"
                for section, names in (
                    ("connections", [account.id for account in accounts]),
                    ("syncs", [sync.name for sync in syncs]),
                )
                for each in names
                if each not in getattr(document, section)
            ),
        )
