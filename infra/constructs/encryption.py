"""The customer's key."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.target import Target


class Encryption(Construct):
    """One key for tables, queues, topic, files and the credentials of connections."""

    def __init__(self, scope: Construct, id_: str, *, target: Target) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            description="hubsync: tables, queues, topic, files and sealed credentials",
            enable_key_rotation=True,
            pending_window=Duration.days(30),
            removal_policy=target.removal,
        )
        # An alarm publishes to the encrypted topic under CloudWatch's own name.
        self.key.grant(iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
