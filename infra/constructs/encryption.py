"""The customer's key, and the secret that opens the API."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, acknowledge
from infra.constructs.target import Target


class Encryption(Construct):
    """One key for tables, queues, topic, secret and the credentials of connections."""

    def __init__(self, scope: Construct, id_: str, *, target: Target) -> None:
        super().__init__(scope, id_)
        self.key = kms.Key(
            self,
            "Key",
            description="hubsync: tables, queues, topic, API token and sealed credentials",
            enable_key_rotation=True,
            pending_window=Duration.days(30),
            removal_policy=target.removal,
        )
        # An alarm publishes to the encrypted topic under CloudWatch's own name.
        self.key.grant(iam.ServicePrincipal("cloudwatch.amazonaws.com"), "kms:Decrypt", "kms:GenerateDataKey*")
        self.api_token = secretsmanager.Secret(
            self,
            "ApiToken",
            description="hubsync: the bearer token of the management API",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(exclude_punctuation=True, password_length=48),
            removal_policy=target.removal,
        )
        acknowledge(
            self.api_token,
            AWS_SOLUTIONS,
            "SMG4",
            "People hold this token in their shells: a rotation nobody ordered would lock them out. "
            "`aws secretsmanager put-secret-value` rotates it; the API reads it anew.",
        )
