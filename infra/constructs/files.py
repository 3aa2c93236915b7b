"""The bucket of exports: encrypted, private, and empty again by itself."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, acknowledge
from infra.constructs.target import Target

FILE_DAYS = 7
"""How long a file can be fetched (rule 8.5)."""

PART_DAYS = 2
"""An export waits a day for an application at most; what a crash leaves of its parts goes soon after."""


class Files(Construct):
    """`files/` holds what people fetch, `parts/` what a file is made of, for as long as that takes."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, target: Target) -> None:
        super().__init__(scope, id_)
        self.bucket = s3.Bucket(
            self,
            "Exports",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=key,
            # One data key for many objects; each object names the customer's key all the same.
            bucket_key_enabled=True,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            versioned=False,
            lifecycle_rules=[
                s3.LifecycleRule(id="files", prefix="files/", expiration=Duration.days(FILE_DAYS)),
                s3.LifecycleRule(id="parts", prefix="parts/", expiration=Duration.days(PART_DAYS)),
                s3.LifecycleRule(id="uploads", abort_incomplete_multipart_upload_after=Duration.days(1)),
            ],
            removal_policy=target.removal,
        )
        acknowledge(
            self.bucket,
            AWS_SOLUTIONS,
            "S1",
            "Server access logs would be a second bucket that outlives the files; who ordered an export is in the list "
            f"of exports of {Stack.of(self).stack_name}.",
        )
