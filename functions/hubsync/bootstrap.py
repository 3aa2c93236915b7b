"""Wires the ports to what stands behind them on AWS; nothing else knows both. Made once for each process."""

from __future__ import annotations

import os
import secrets
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3

from hubsync.aws.mailer import SesMailer
from hubsync.aws.orchestrator import StepFunctionsOrchestrator
from hubsync.aws.queues import SqsQueues
from hubsync.aws.vault import KmsVault
from hubsync.connectors.factory import ConnectorFactory
from hubsync.connectors.port import CallCount
from hubsync.model.message import Queue
from hubsync.observability import PowertoolsSignals
from hubsync.services.desk import GRACE_MS, DeskFactory
from hubsync.services.drift import Drift
from hubsync.services.health import Health
from hubsync.services.history import History
from hubsync.services.owners import Owners
from hubsync.services.poll import Poll
from hubsync.services.scan import Scan
from hubsync.services.schemas import Schemas
from hubsync.services.worker import Worker
from hubsync.settings import Settings
from hubsync.stores.dynamodb.stores import DynamoStores

if TYPE_CHECKING:
    from hubsync.aws.files import S3Files
    from hubsync.aws.functions import LambdaExportMaker
    from hubsync.aws.mailer import SesPost
    from hubsync.services.compare import Comparison
    from hubsync.services.dead_letter import DeadLetters
    from hubsync.services.export.make import MakeExport
    from hubsync.services.export.order import ReviveExports
    from hubsync.services.ingest import Ingest
    from hubsync.services.manage.lifecycle import Lifecycle
    from hubsync.services.phases import Phases
    from hubsync.services.plan.make import MakePlan
    from hubsync.services.plan.weigh import Weigh
    from hubsync.services.report import Report
    from hubsync.services.timeline import EventLog

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
WORKER_SECONDS = 60
"""The longest time that a worker runs (the stack's `WORKER_TIMEOUT`); with the grace it is the longest lease."""


class SystemClock:
    """The time of this machine (`Clock`)."""

    def now(self) -> int:
        """Epoch milliseconds."""
        return time.time_ns() // 1_000_000

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


class SystemIds:
    """Random ids and keys (`Ids`)."""

    def new(self) -> str:
        """16 letters and digits."""
        return "".join(secrets.choice(LETTERS) for _ in range(16))

    def key(self) -> bytes:
        """32 secret bytes."""
        return secrets.token_bytes(32)


class Bootstrap:
    """Everything that a handler can ask for, made when it is first asked for."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings(os.environ)
        self.clock = SystemClock()
        self.ids = SystemIds()
        self.signals = PowertoolsSignals()
        self.calls = CallCount()
        self.hubspot_calls = CallCount()

    @cached_property
    def stores(self) -> DynamoStores:
        """The two tables."""
        index = self.settings.get("INDEX_TABLE") or ""
        return DynamoStores(boto3.client("dynamodb"), index, self.settings["STATE_TABLE"])

    @cached_property
    def queues(self) -> SqsQueues:
        """The queues that this function may send to."""
        urls = {Queue.CHANGES: "CHANGES_QUEUE_URL", Queue.BULK: "BULK_QUEUE_URL"}
        known = {queue: self.settings[name] for queue, name in urls.items() if self.settings.get(name)}
        return SqsQueues(boto3.client("sqs"), known)

    @cached_property
    def orchestrator(self) -> StepFunctionsOrchestrator:
        """The state machines."""
        return StepFunctionsOrchestrator(
            boto3.client("stepfunctions"),
            initial_sync=self.settings.get("INITIAL_SYNC_ARN") or "",
            comparison=self.settings.get("COMPARISON_ARN") or "",
        )

    @cached_property
    def vault(self) -> KmsVault:
        """The deployment's key."""
        return KmsVault(boto3.client("kms"), self.settings["KEY_ID"])

    @cached_property
    def mailer(self) -> SesMailer:
        """Mail and the topic."""
        sender, topic = self.settings.get("MAIL_FROM"), self.settings["TOPIC_ARN"]
        return SesMailer(boto3.client("sesv2"), boto3.client("sns"), sender=sender, topic=topic)

    @cached_property
    def connectors(self) -> ConnectorFactory:
        """Connectors, with the shared budget."""
        return ConnectorFactory(
            budgets=self.stores.budgets,
            time=self.clock,
            open_secret=self.vault.open,
            calls=self.calls,
            hubspot_calls=self.hubspot_calls,
        )

    @cached_property
    def health(self) -> Health:
        """The state of connections."""
        stores = self.stores
        return Health(stores.connections, stores.notifications, self.mailer, self.clock, self.signals, stores.outages)

    @cached_property
    def schemas(self) -> Schemas:
        """The schemas of object types."""
        return Schemas(self.stores.schemas, self.clock)

    @cached_property
    def drift(self) -> Drift:
        """What becomes of a change of the schemas."""
        return Drift(
            schemas=self.schemas,
            syncs=self.stores.syncs,
            index=self.stores.index,
            notifications=self.stores.notifications,
            queues=self.queues,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
        )

    @cached_property
    def desks(self) -> DeskFactory:
        """What looks are made with."""
        return DeskFactory(
            index=self.stores.index,
            syncs=self.stores.syncs,
            connections=self.stores.connections,
            connectors=self.connectors,
            queues=self.queues,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
            health=self.health,
            history=self.history,
            schemas=self.schemas,
            drift=self.drift,
            owners=Owners(self.connectors, self.clock),
        )

    @cached_property
    def history(self) -> History:
        """What was written, sealed."""
        return History(self.stores.history, self.vault, self.ids)

    @cached_property
    def worker(self) -> Worker:
        """The record worker."""
        return Worker(self.desks, self.stores.ledger, self.orchestrator)

    @cached_property
    def event_log(self) -> EventLog:
        """The app's events, onto timelines."""
        from hubsync.services.timeline import EventLog

        return EventLog(self.desks, self.queues)

    @cached_property
    def scan(self) -> Scan:
        """The phases' pages."""
        return Scan(self.desks, self.stores.ledger, self.worker)

    @cached_property
    def comparison(self) -> Comparison:
        """The comparison's pages."""
        from hubsync.services.compare import Comparison

        stores = self.stores
        return Comparison(self.desks, stores.ledger, stores.notifications, self.worker, self.scan, stores.counts)

    @cached_property
    def poll(self) -> Poll:
        """The poll."""
        return Poll(
            syncs=self.stores.syncs,
            connections=self.stores.connections,
            cursors=self.stores.cursors,
            index=self.stores.index,
            connectors=self.connectors,
            queues=self.queues,
            health=self.health,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
        )

    @cached_property
    def ingest(self) -> Ingest:
        """The webhook's use case."""
        from hubsync.services.ingest import Ingest

        return Ingest(
            connections=self.stores.connections,
            syncs=self.stores.syncs,
            connectors=self.connectors,
            queues=self.queues,
            vault=self.vault,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
            events=self.queues,
        )

    @cached_property
    def phases(self) -> Phases:
        """The phases of a run."""
        from hubsync.services.phases import Phases

        return Phases(
            syncs=self.stores.syncs,
            ledger=self.stores.ledger,
            notifications=self.stores.notifications,
            cursors=self.stores.cursors,
            queues=self.queues,
            orchestrator=self.orchestrator,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
            longest_lease=WORKER_SECONDS * 1000 + GRACE_MS,
        )

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """Off, on, restart, compare, delete."""
        from hubsync.services.manage.lifecycle import Lifecycle

        return Lifecycle(
            syncs=self.stores.syncs,
            index=self.stores.index,
            ledger=self.stores.ledger,
            orchestrator=self.orchestrator,
            clock=self.clock,
            ids=self.ids,
        )

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """The dead-letter consumer."""
        from hubsync.services.dead_letter import DeadLetters

        return DeadLetters(
            index=self.stores.index,
            syncs=self.stores.syncs,
            ledger=self.stores.ledger,
            orchestrator=self.orchestrator,
            clock=self.clock,
            signals=self.signals,
        )

    @cached_property
    def make_plan(self) -> MakePlan:
        """What plans are made by."""
        from hubsync.services.plan.make import MakePlan

        return MakePlan(
            plans=self.stores.plans,
            index=self.stores.index,
            connectors=self.connectors,
            vault=self.vault,
            clock=self.clock,
            ids=self.ids,
            signals=self.signals,
        )

    @cached_property
    def weigh(self) -> Weigh:
        """What runs are weighed by."""
        from hubsync.services.plan.weigh import Weigh

        return Weigh(self.make_plan, self.stores.syncs, self.stores.connections)

    @cached_property
    def files(self) -> S3Files:
        """The bucket of exports."""
        from botocore.config import Config

        from hubsync.aws.files import S3Files

        # A link signed for the region's own address; only version 4 opens what is encrypted with a key of KMS.
        config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
        return S3Files(boto3.client("s3", config=config), self.settings["EXPORT_BUCKET"])

    @cached_property
    def post(self) -> SesPost:
        """Mail to those who ask for it."""
        from hubsync.aws.mailer import SesPost

        return SesPost(boto3.client("sesv2"), self.settings.get("MAIL_FROM"))

    @cached_property
    def export_maker(self) -> LambdaExportMaker:
        """Calls the function that makes exports."""
        from hubsync.aws.functions import LambdaExportMaker

        # The function itself is not told its name by the stack, which would go round in circles.
        name = self.settings.get("EXPORT_FUNCTION") or self.settings["AWS_LAMBDA_FUNCTION_NAME"]
        return LambdaExportMaker(lambda: boto3.client("lambda"), name)

    @cached_property
    def make_export(self) -> MakeExport:
        """What exports are made by."""
        from hubsync.services.export.collect import Collect
        from hubsync.services.export.make import MakeExport

        return MakeExport(
            exports=self.stores.exports,
            files=self.files,
            syncs=self.stores.syncs,
            collect=Collect(self.stores.index, self.stores.connections, self.connectors, self.files),
            maker=self.export_maker,
            post=self.post,
            clock=self.clock,
            signals=self.signals,
        )

    @cached_property
    def revive_exports(self) -> ReviveExports:
        """What goes on with exports that were cut off."""
        from hubsync.services.export.order import ReviveExports

        return ReviveExports(self.stores.exports, self.export_maker, self.clock)

    @cached_property
    def report(self) -> Report:
        """The mail at the end of an initial sync."""
        from hubsync.services.report import Report

        return Report(
            index=self.stores.index,
            syncs=self.stores.syncs,
            counts=self.stores.counts,
            notifications=self.stores.notifications,
            mailer=self.mailer,
            clock=self.clock,
        )

    def deadline(self, context: Any) -> int:
        """When this invocation ends, in epoch ms."""
        return self.clock.now() + int(context.get_remaining_time_in_millis())

    def flush(self) -> None:
        """Write the metrics of this invocation, the calls among them."""
        for prefix, calls in (("HubSpot", self.hubspot_calls), ("App", self.calls)):
            if calls.calls:
                self.signals.count(f"{prefix}Calls", calls.calls)
                self.signals.count(f"{prefix}Throttled", calls.throttled)
            calls.calls = calls.throttled = 0
            calls.by_kind.clear()
        self.signals.flush()
