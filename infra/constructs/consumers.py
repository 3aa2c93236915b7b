"""What feeds the functions that answer nobody: queues, dead letters and the stream of the index."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.findings import SERVERLESS, acknowledge

CHANGES_BATCH = 50
BULK_BATCH = 1
"""One message of `bulk` is a whole page; two of them would not fit one invocation's time."""
DEFAULT_CONCURRENCY = 4
"""Four workers keep HubSpot's 100 calls in 10 seconds busy; more would only wait for the budget."""


class Consumers(Construct):
    """Event source mappings. Maximum concurrency is set here, so that waiting messages are not counted as received."""

    def worker(self, worker: lambda_.IFunction, changes: sqs.IQueue, bulk: sqs.IQueue) -> None:
        """Changes in batches, pages one by one; context `worker_concurrency` and `bulk_concurrency` set the width."""
        self._queue(
            "Changes",
            worker,
            changes,
            batch=CHANGES_BATCH,
            window=Duration.seconds(1),
            concurrency=self._number("worker_concurrency"),
        )
        self._queue("Bulk", worker, bulk, batch=BULK_BATCH, concurrency=self._number("bulk_concurrency"))

    def dead_letters(self, consumer: lambda_.IFunction, changes: sqs.IQueue, bulk: sqs.IQueue) -> None:
        """The dead letters of both queues; two at a time are plenty for what should not happen."""
        self._queue("ChangesDeadLetters", consumer, changes, batch=10, concurrency=2)
        self._queue("BulkDeadLetters", consumer, bulk, batch=10, concurrency=2)

    def counts(self, counts: lambda_.IFunction, index: dynamodb.Table, undelivered: sqs.IQueue) -> None:
        """The stream of the index, entries only, in order: the counts remember the last sequence number of a bucket."""
        mapping = lambda_.EventSourceMapping(
            self,
            "Counts",
            target=counts,
            event_source_arn=index.table_stream_arn,
            starting_position=lambda_.StartingPosition.TRIM_HORIZON,
            batch_size=500,
            max_batching_window=Duration.seconds(1),
            parallelization_factor=1,
            bisect_batch_on_error=False,
            report_batch_item_failures=True,
            # About an hour with Lambda's pauses. What is given up then is missing until the nightly recount.
            retry_attempts=100,
            filters=[
                lambda_.FilterCriteria.filter({"dynamodb": {image: {"kind": {"S": ["entry", "recount"]}}}})
                for image in ("NewImage", "OldImage")
            ],
        )
        if isinstance(mapping.node.default_child, lambda_.CfnEventSourceMapping):
            # The library's own `on_failure` would grant the function more of the key than sending takes.
            failures = lambda_.CfnEventSourceMapping.OnFailureProperty(destination=undelivered.queue_arn)
            mapping.node.default_child.destination_config = lambda_.CfnEventSourceMapping.DestinationConfigProperty(
                on_failure=failures
            )

    def _queue(
        self,
        id_: str,
        function: lambda_.IFunction,
        queue: sqs.IQueue,
        *,
        batch: int,
        concurrency: int,
        window: Duration | None = None,
    ) -> None:
        mapping = lambda_.EventSourceMapping(
            self,
            id_,
            target=function,
            event_source_arn=queue.queue_arn,
            batch_size=batch,
            max_batching_window=window,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
        )
        acknowledge(
            mapping,
            SERVERLESS,
            "LambdaEventSourceMappingDestination",
            "SQS keeps what failed: the queue's own redrive policy leads to its dead letters.",
        )

    def _number(self, name: str) -> int:
        return int(self.node.try_get_context(name) or DEFAULT_CONCURRENCY)
