"""The one stack: which function there is, what it is told, what it may do, and what feeds it."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, Fn, Size, Stack
from constructs import Construct

from infra.constructs import grants
from infra.constructs.alarms import Alarms
from infra.constructs.bundling import code
from infra.constructs.consumers import Consumers
from infra.constructs.dashboard import Dashboard
from infra.constructs.encryption import Encryption
from infra.constructs.files import Files
from infra.constructs.function import Function
from infra.constructs.http_api import HttpApi
from infra.constructs.notifications import Notifications
from infra.constructs.phases import Phases
from infra.constructs.queues import Queues
from infra.constructs.schedules import Schedules
from infra.constructs.sign_in import SignIn
from infra.constructs.tables import STATUS_INDEX, Tables
from infra.constructs.target import WORKER_TIMEOUT, Target


class HubsyncStack(Stack):
    """Everything that hubsync needs in one account; see docs/architecture for the picture."""

    def __init__(self, scope: Construct, id_: str, *, target: Target, **options: Any) -> None:
        super().__init__(scope, id_, **options)
        self.target = target
        self.key = Encryption(self, "Encryption", target=target).key
        self.sign_in = SignIn(self, "SignIn", target=target)
        self.tables = Tables(self, "Tables", key=self.key, target=target)
        self.files = Files(self, "Files", key=self.key, target=target)
        self.queues = Queues(self, "Queues", key=self.key, target=target)
        self.notifications = Notifications(self, "Notifications", key=self.key, target=target)
        self._code = code(target)
        self._create_functions()
        self._grant()
        self._grant_plan()
        self._grant_export()
        self._feed()
        self._watch()
        self._put_out()

    def _create_functions(self) -> None:
        """The eleven functions, each told only what it needs. The state machines stand between: they call three of
        them and are started by two others."""
        index = {"INDEX_TABLE": self.tables.index.table_name}
        state = {"STATE_TABLE": self.tables.state.table_name}
        changes = {"CHANGES_QUEUE_URL": self.queues.changes.queue.queue_url}
        bulk = {"BULK_QUEUE_URL": self.queues.bulk.queue.queue_url}
        key = {"KEY_ID": self.key.key_id}
        mail = {"MAIL_FROM": self.notifications.sender} if self.notifications.sender else {}
        topic = {"TOPIC_ARN": self.notifications.topic.topic_arn}

        self.phase = self._function("phase", 60, {**state, **bulk}, loops=True)
        self.notify = self._function("notify", 30, {**index, **state, **mail, **topic})
        # As long as a function may run, and as much memory as every account may give one: a plan holds an index in it.
        self.plan = self._function("plan", 900, {**index, **state, **key}, memory=3008)
        self.phases = Phases(
            self,
            "Phases",
            phase=self.phase.function,
            plan=self.plan.function,
            notify=self.notify.function,
            target=self.target,
        )
        initial_sync = {"INITIAL_SYNC_ARN": self.phases.initial_sync.state_machine_arn}
        comparison = {"COMPARISON_ARN": self.phases.comparison.state_machine_arn}

        # A list goes through it part by part; only an XLSX file is put together on its disk.
        bucket = {"EXPORT_BUCKET": self.files.bucket.bucket_name}
        self.export = self._function(
            "export", 900, {**index, **state, **key, **mail, **bucket}, memory=1024, loops=True, disk=Size.gibibytes(4)
        )
        exporter = {"EXPORT_FUNCTION": self.export.function.function_name}

        self.webhook = self._function("webhook", 10, {**state, **changes, **key})
        self.api = self._function(
            "api",
            29,
            {
                **(index | state | changes | bulk | key | initial_sync | comparison | mail | bucket | exporter),
                **self.sign_in.environment(),
                # Rule 4.1: a deployment may forbid mappings that are not the apps' own.
                "CUSTOM_MAPPINGS": str(self.node.try_get_context("custom_mappings") or "true").lower(),
                "PLAN_FUNCTION": self.plan.function.function_name,
            },
        )
        self.poll = self._function(
            "poll", 120, {**index, **state, **changes, **bulk, **key, **topic, **exporter}, loops=True
        )
        self.worker = self._function(
            "worker",
            int(WORKER_TIMEOUT.to_seconds()),
            {**index, **state, **changes, **bulk, **key, **topic},
            memory=1024,
            loops=True,
        )
        self.dead_letter = self._function("dead_letter", 30, {**index, **state}, loops=True)
        self.counts = self._function("counts", 60, state)
        self.compare = self._function("compare", 60, {**state, **comparison})
        self.functions = {
            each.name: each
            for each in (
                *(self.webhook, self.api, self.poll, self.worker, self.phase),
                *(self.dead_letter, self.counts, self.notify, self.compare, self.plan, self.export),
            )
        }

    def _function(
        self,
        name: str,
        seconds: int,
        environment: dict[str, str],
        *,
        memory: int = 512,
        loops: bool = False,
        disk: Size | None = None,
    ) -> Function:
        return Function(
            self,
            name.title().replace("_", ""),
            name=name,
            code=self._code,
            target=self.target,
            timeout=Duration.seconds(seconds),
            environment=environment,
            memory=memory,
            loops=loops,
            disk=disk,
        )

    def _grant(self) -> None:
        """Least privilege: who is not in a line may not do it."""
        index, state, key = self.tables.index, self.tables.state, self.key
        changes, bulk = self.queues.changes, self.queues.bulk
        machines = (self.phases.initial_sync, self.phases.comparison)

        for each in (self.api, self.poll, self.worker, self.dead_letter, self.notify):
            grants.read(each.role, index, key, index=STATUS_INDEX)
        for each in (self.worker, self.dead_letter):
            grants.write(each.role, index, key)
        # A deletion begins in the API, and the tick goes on with it.
        for each in (self.api, self.poll):
            grants.erase(each.role, index, key)
        for each in self.functions.values():
            grants.read(each.role, state, key)
        for each in (self.api, self.poll, self.worker, self.phase, self.dead_letter, self.counts):
            grants.write(each.role, state, key)
        grants.note(self.notify.role, state, key)

        # The API sends what somebody asks for, a retry or a restore: few on changes, many on bulk.
        for each in (self.webhook, self.api, self.poll, self.worker):
            grants.send(each.role, changes.queue, key)
        for each in (self.api, self.poll, self.worker, self.phase):
            grants.send(each.role, bulk.queue, key)
        for pair in (changes, bulk):
            grants.consume(self.worker.role, pair.queue, key)
            grants.consume(self.dead_letter.role, pair.dead_letters, key)
        grants.follow(self.counts.role, index, key)
        grants.send(self.counts.role, self.queues.undelivered, key)

        for each in (self.webhook, self.api, self.poll, self.worker):
            grants.unseal(each.role, key)
        grants.seal(self.api.role, key)

        grants.start(self.api.role, *machines)
        grants.start(self.compare.role, self.phases.comparison)
        # Saved, turned off or deleted: the API ends the runs that are under way.
        grants.answer(self.api, self.api.role, *machines, done=False)
        for each in (self.poll, self.worker, self.phase, self.dead_letter):
            grants.answer(each, each.role, *machines)
        self.notifications.grant(self.notify.role, key)
        # A dead token: the connection needs a person, who is told once.
        for each in (self.poll, self.worker):
            grants.publish(each.role, self.notifications.topic, key)

    def _grant_plan(self) -> None:
        """A plan reads everything, keeps its own report and draws on the call budgets: it can write nothing else."""
        role = self.plan.role
        grants.read(role, self.tables.index, self.key, index=STATUS_INDEX)
        grants.note_under(role, self.tables.state, self.key, "plan#", "budget#")
        grants.unseal(role, self.key)
        grants.seal(role, self.key)
        grants.invoke(self.api.role, self.plan.function)

    def _grant_export(self) -> None:
        """An export reads everything, and writes its files, how far it is, and the call budgets: nothing else."""
        role, bucket = self.export.role, self.files.bucket
        grants.read(role, self.tables.index, self.key, index=STATUS_INDEX)
        grants.note_under(role, self.tables.state, self.key, "exports", "budget#")
        # The accounts' tokens; they are opened where values are asked for.
        grants.unseal(role, self.key)
        grants.put_files(role, bucket, self.key)
        grants.invoke_itself(self.export, role, self.export.function)
        self.notifications.grant_mail(role)
        for each in (self.api, self.poll):
            grants.invoke(each.role, self.export.function)
        grants.hand_out_files(self.api.role, bucket, self.key)

    def _feed(self) -> None:
        """Where each function's events come from."""
        self.http = HttpApi(
            self,
            "Http",
            webhook=self.webhook.function,
            api=self.api.function,
            sign_in=self.sign_in,
            target=self.target,
        )
        Schedules(
            self,
            "Schedules",
            poll=self.poll.function,
            compare=self.compare.function,
            undelivered=self.queues.undelivered,
            key=self.key,
        )
        consumers = Consumers(self, "Consumers")
        changes, bulk = self.queues.changes, self.queues.bulk
        consumers.worker(self.worker.function, changes.queue, bulk.queue)
        consumers.dead_letters(self.dead_letter.function, changes.dead_letters, bulk.dead_letters)
        consumers.counts(self.counts.function, self.tables.index, self.queues.undelivered)

    def _watch(self) -> None:
        """Alarms for people, a dashboard for everybody."""
        functions = {name: each.function for name, each in self.functions.items()}
        machines = {"InitialSync": self.phases.initial_sync, "Comparison": self.phases.comparison}
        alarms = Alarms(self, "Alarms", topic=self.notifications.topic)
        alarms.records()
        alarms.queues(
            self.queues.changes.queue,
            {
                "Changes": self.queues.changes.dead_letters,
                "Bulk": self.queues.bulk.dead_letters,
                "Undelivered": self.queues.undelivered,
            },
        )
        alarms.functions(functions)
        alarms.lags(self.counts.function)
        alarms.machines(machines)

        self.board = Dashboard(self, "Dashboard")
        self.board.records()
        self.board.queues(
            {
                "changes": self.queues.changes.queue,
                "bulk": self.queues.bulk.queue,
                "changes, dead": self.queues.changes.dead_letters,
                "bulk, dead": self.queues.bulk.dead_letters,
            }
        )
        self.board.remote()
        self.board.functions(self.worker.function, functions)
        self.board.machinery({"index": self.tables.index, "state": self.tables.state}, machines)

    def _put_out(self) -> None:
        """What the command line, the stage and the demo need to know."""
        api_url = self.http.api.api_endpoint
        outputs = {
            "ApiId": self.http.api.api_id,
            "ApiUrl": api_url,
            "WebhookUrl": Fn.join("", [api_url, "/webhooks/"]),
            **self.sign_in.outputs(),
            "KeyId": self.key.key_id,
            "ChangesQueueUrl": self.queues.changes.queue.queue_url,
            "BulkQueueUrl": self.queues.bulk.queue.queue_url,
            "ChangesDlqUrl": self.queues.changes.dead_letters.queue_url,
            "BulkDlqUrl": self.queues.bulk.dead_letters.queue_url,
            "UndeliveredUrl": self.queues.undelivered.queue_url,
            "IndexTableName": self.tables.index.table_name,
            "StateTableName": self.tables.state.table_name,
            "InitialSyncArn": self.phases.initial_sync.state_machine_arn,
            "ComparisonArn": self.phases.comparison.state_machine_arn,
            "TopicArn": self.notifications.topic.topic_arn,
            "ExportBucketName": self.files.bucket.bucket_name,
            "DashboardName": self.board.dashboard.dashboard_name,
        }
        for name, each in self.functions.items():
            outputs[f"{name.title().replace('_', '')}Function"] = each.function.function_name
        for name, value in outputs.items():
            CfnOutput(self, name, value=value)
