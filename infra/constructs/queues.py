"""The queues: `changes`, where people are waiting, and `bulk`, the pages of scans, each with its dead letters."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, SERVERLESS, acknowledge
from infra.constructs.target import Target

MAX_RECEIVES = 5
"""What five workers could not finish is a dead letter. Deferral sends a new message, so only crashes count."""

DEAD_LETTER_VISIBILITY = Duration.minutes(3)
"""Six times the dead-letter consumer's timeout."""


class QueuePair(Construct):
    """A queue and its dead letters, encrypted, refusing plain HTTP."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, visibility: Duration) -> None:
        super().__init__(scope, id_)
        self.dead_letters = _queue(self, "DeadLetters", key, DEAD_LETTER_VISIBILITY)
        self.queue = _queue(
            self,
            "Queue",
            key,
            visibility,
            sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=MAX_RECEIVES),
        )


class Queues(Construct):
    """Both pairs, and the queue for what the scheduler or the table's stream could not deliver."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, target: Target) -> None:
        super().__init__(scope, id_)
        self.changes = QueuePair(self, "Changes", key=key, visibility=target.visibility)
        self.bulk = QueuePair(self, "Bulk", key=key, visibility=target.visibility)
        self.undelivered = _queue(self, "Undelivered", key, DEAD_LETTER_VISIBILITY)
        last = "This is itself a queue of dead letters; an alarm watches it."
        for queue in (self.changes.dead_letters, self.bulk.dead_letters, self.undelivered):
            acknowledge(queue, SERVERLESS, "SQSRedrivePolicy", last)
        acknowledge(self.undelivered, AWS_SOLUTIONS, "SQS3", last)


def _queue(
    scope: Construct,
    id_: str,
    key: kms.IKey,
    visibility: Duration,
    dead_letters: sqs.DeadLetterQueue | None = None,
) -> sqs.Queue:
    return sqs.Queue(
        scope,
        id_,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        # One call to KMS an hour instead of one every five minutes; messages hold references, no customer's values.
        data_key_reuse=Duration.hours(1),
        enforce_ssl=True,
        visibility_timeout=visibility,
        retention_period=Duration.days(14),
        dead_letter_queue=dead_letters,
    )
