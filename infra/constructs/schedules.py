"""What happens by the clock: the poll of HubSpot every five minutes, the comparison every night."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs import grants

POLL_EVERY = Duration.minutes(5)


class Schedules(Construct):
    """Each schedule with a role of its own; what could not be delivered lands in `undelivered`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        poll: lambda_.IFunction,
        compare: lambda_.IFunction,
        undelivered: sqs.Queue,
        key: kms.IKey,
    ) -> None:
        super().__init__(scope, id_)
        self._undelivered = undelivered
        self._key = key
        # A tick that comes late is worth nothing: the next one covers its window.
        self._schedule("Poll", poll, scheduler.ScheduleExpression.rate(POLL_EVERY), POLL_EVERY)
        self._schedule("Compare", compare, scheduler.ScheduleExpression.cron(hour="2", minute="30"), Duration.hours(2))

    def _schedule(
        self, id_: str, function: lambda_.IFunction, when: scheduler.ScheduleExpression, max_age: Duration
    ) -> None:
        role = iam.Role(self, f"{id_}Role", assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com"))
        grants.send(role, self._undelivered, self._key)
        grants.invoke(role, function)
        scheduler.Schedule(
            self,
            id_,
            schedule=when,
            target=targets.LambdaInvoke(
                function,
                # Left to itself the target would let the role call every version of the function.
                role=role.without_policy_updates(),
                dead_letter_queue=self._undelivered,
                max_event_age=max_age,
                retry_attempts=2,
            ),
        )
