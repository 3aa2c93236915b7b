"""The metrics that hubsync's functions emit themselves, by name."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.constructs.function import SERVICE

PERIOD = Duration.minutes(5)

FAILING = "FailingRecords"
EXCLUDED = "ExcludedRecords"
IN_SYNC = "InSyncRecords"
PENDING = "PendingRecords"
HUBSPOT_CALLS = "HubSpotCalls"
HUBSPOT_THROTTLED = "HubSpotThrottled"
LOOKED = "RecordsLooked"
WRITES_HUBSPOT = "WritesHubSpot"
WRITES_APP = "WritesApp"
POLL_LAG = "PollLagSeconds"
DEAD_LETTERED = "DeadLettered"


def own(name: str, statistic: str, period: Duration = PERIOD) -> cloudwatch.Metric:
    """A metric of hubsync's namespace. Counts of records are states (Maximum), calls and writes are events (Sum)."""
    return cloudwatch.Metric(
        namespace=SERVICE,
        metric_name=name,
        dimensions_map={"service": SERVICE},
        statistic=statistic,
        period=period,
    )
