"""The two tables: what is known of each record, and what is known of everything else."""

from __future__ import annotations

from typing import Any

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.target import Target

STATUS_INDEX = "by-status"
EXPIRY_ATTRIBUTE = "expires_at"

_TEXT = dynamodb.AttributeType.STRING


class Tables(Construct):
    """`index` holds entries and claims, and streams its changes; `state` holds the rest, some of it for a time."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, target: Target) -> None:
        super().__init__(scope, id_)
        shared: dict[str, Any] = {
            "partition_key": dynamodb.Attribute(name="pk", type=_TEXT),
            "sort_key": dynamodb.Attribute(name="sk", type=_TEXT),
            "billing_mode": dynamodb.BillingMode.PAY_PER_REQUEST,
            "encryption": dynamodb.TableEncryption.CUSTOMER_MANAGED,
            "encryption_key": key,
            "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            # Of the index the history expires, and claims that nobody holds any more; an entry never has the attribute.
            "time_to_live_attribute": EXPIRY_ATTRIBUTE,
            "deletion_protection": target.protected,
            "removal_policy": target.removal,
        }
        self.index = dynamodb.Table(self, "IndexTable", stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES, **shared)
        # Sparse: every entry but those in sync carries the two keys, so what is in sync, the most, costs nothing here.
        self.index.add_global_secondary_index(
            index_name=STATUS_INDEX,
            partition_key=dynamodb.Attribute(name="gsi_pk", type=_TEXT),
            sort_key=dynamodb.Attribute(name="gsi_sk", type=_TEXT),
            projection_type=dynamodb.ProjectionType.ALL,
        )
        self.state = dynamodb.Table(self, "StateTable", **shared)
