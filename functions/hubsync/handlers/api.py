"""The management API behind the HTTP API."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import boto3

from hubsync.api.app import create_app
from hubsync.api.identity import SignIn
from hubsync.api.once import Once
from hubsync.api.records import RecordUseCases
from hubsync.aws.functions import LambdaPlanMaker
from hubsync.bootstrap import Bootstrap
from hubsync.observability import logger
from hubsync.services.export.order import Exports
from hubsync.services.manage.accounts import Accounts
from hubsync.services.manage.addresses import Addresses
from hubsync.services.manage.apply import Apply
from hubsync.services.manage.deployed import Deployed
from hubsync.services.manage.differ import Differ
from hubsync.services.manage.enqueue import Enqueue
from hubsync.services.manage.record import Viewer
from hubsync.services.manage.restore import Restore
from hubsync.services.manage.retry import Retry
from hubsync.services.manage.search import Search
from hubsync.services.manage.values import Values
from hubsync.services.manage.view import View
from hubsync.services.plan.explain import Explain
from hubsync.services.plan.order import Plans


class Management:
    """The API's own wiring."""

    def __init__(self, app: Bootstrap) -> None:
        self.app = app

    @cached_property
    def answer(self) -> Any:
        """The API."""
        stores, app = self.app.stores, self.app
        enqueue = Enqueue(app.queues, app.clock, app.ids)
        apply = Apply(
            connections=stores.connections,
            syncs=stores.syncs,
            ledger=stores.ledger,
            connectors=app.connectors,
            orchestrator=app.orchestrator,
            vault=app.vault,
            clock=app.clock,
            ids=app.ids,
            drift=app.drift,
            custom_mappings=app.settings.get("CUSTOM_MAPPINGS") != "false",
        )
        deployed = Deployed(
            connections=stores.connections,
            syncs=stores.syncs,
            connectors=app.connectors,
            schemas=app.schemas,
        )
        return create_app(
            apply=apply,
            lifecycle=app.lifecycle,
            view=View(
                connections=stores.connections,
                syncs=stores.syncs,
                index=stores.index,
                overview=stores.overview,
                notifications=stores.notifications,
                connectors=app.connectors,
                outages=stores.outages,
                clock=app.clock,
            ),
            records=RecordUseCases(
                view=Viewer(
                    overview=stores.overview,
                    connectors=app.connectors,
                    history=app.history,
                    schemas=app.schemas,
                    clock=app.clock,
                ),
                values=Values(stores.syncs, stores.connections, stores.index, app.connectors),
                search=Search(stores.syncs, stores.connections, stores.index, app.connectors),
                addresses=Addresses(stores.overview, app.connectors),
                retry=Retry(stores.syncs, stores.index, enqueue),
                restore=Restore(stores.syncs, stores.index, enqueue),
            ),
            plans=Plans(
                plans=stores.plans,
                syncs=stores.syncs,
                connections=stores.connections,
                apply=apply,
                maker=LambdaPlanMaker(lambda: boto3.client("lambda"), app.settings.get("PLAN_FUNCTION") or ""),
                vault=app.vault,
                clock=app.clock,
                ids=app.ids,
            ),
            exports=Exports(
                exports=stores.exports,
                files=app.files,
                syncs=stores.syncs,
                counts=stores.counts,
                maker=app.export_maker,
                clock=app.clock,
                ids=app.ids,
                mails=app.settings.get("MAIL_FROM") is not None,
            ),
            explain=Explain(
                syncs=stores.syncs,
                connections=stores.connections,
                index=stores.index,
                connectors=app.connectors,
                clock=app.clock,
                ids=app.ids,
                outages=stores.outages,
            ),
            deployed=deployed,
            differ=Differ(connections=stores.connections, syncs=stores.syncs, apply=apply, deployed=deployed),
            accounts=Accounts(stores.connections, stores.syncs, apply),
            once=Once(stores.answers, app.clock),
            sign_in=SignIn(
                url=app.settings["SIGN_IN_URL"],
                client_id=app.settings["SIGN_IN_CLIENT_ID"],
                callbacks=tuple(app.settings["SIGN_IN_CALLBACKS"].split(",")),
            ),
            signals=app.signals,
        )


management = Management(Bootstrap())


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    try:
        answer: dict[str, Any] = management.answer(event, context)
        return answer
    finally:
        management.app.flush()
