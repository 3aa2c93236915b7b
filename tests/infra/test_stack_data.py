"""Tables, queues and key: what the emulator does not show."""

from __future__ import annotations

import pytest

from tests.infra.stack_template import StackTemplate

TABLES = ("TablesIndexTable", "TablesStateTable")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_kept_encrypted_and_can_be_put_back(aws: StackTemplate, table: str) -> None:
    resource = aws.one("AWS::DynamoDB::Table", table)
    properties = resource["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["SSEType"] == "KMS"
    assert properties["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0].startswith("EncryptionKey")
    assert properties["DeletionProtectionEnabled"] is True
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"
    assert "TableName" not in properties


@pytest.mark.parametrize("table", TABLES)
def test_what_carries_an_expiry_expires(aws: StackTemplate, table: str) -> None:
    properties = aws.properties("AWS::DynamoDB::Table", table)
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}


def test_only_the_index_streams_with_both_images(aws: StackTemplate) -> None:
    index = aws.properties("AWS::DynamoDB::Table", "TablesIndexTable")
    assert index["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "StreamSpecification" not in aws.properties("AWS::DynamoDB::Table", "TablesStateTable")


def test_the_status_index_has_keys_of_its_own_and_is_therefore_sparse(aws: StackTemplate) -> None:
    (index,) = aws.properties("AWS::DynamoDB::Table", "TablesIndexTable")["GlobalSecondaryIndexes"]
    assert index["IndexName"] == "by-status"
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["gsi_pk", "gsi_sk"]
    assert index["Projection"] == {"ProjectionType": "ALL"}


@pytest.mark.parametrize("pair", ["QueuesChanges", "QueuesBulk"])
def test_five_crashes_make_a_dead_letter(aws: StackTemplate, pair: str) -> None:
    queue = aws.properties("AWS::SQS::Queue", f"{pair}Queue")
    worker = aws.properties("AWS::Lambda::Function", "WorkerFunction")
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0].startswith(f"{pair}DeadLetters")
    assert queue["VisibilityTimeout"] >= 6 * worker["Timeout"]


def test_a_dead_letter_stays_two_weeks_and_outlives_its_consumer(aws: StackTemplate) -> None:
    consumer = aws.properties("AWS::Lambda::Function", "DeadLetterFunction")
    for pair in ("QueuesChanges", "QueuesBulk"):
        queue = aws.properties("AWS::SQS::Queue", f"{pair}DeadLetters")
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["VisibilityTimeout"] >= 6 * consumer["Timeout"]


def test_every_queue_is_encrypted_and_refuses_plain_http(aws: StackTemplate) -> None:
    guarded = {
        queue["Ref"]
        for policy in aws.of("AWS::SQS::QueuePolicy").values()
        for queue in policy["Properties"]["Queues"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    queues = aws.of("AWS::SQS::Queue")
    assert guarded == set(queues)
    for queue in queues.values():
        assert queue["Properties"]["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("EncryptionKey")


def test_the_key_turns_and_is_kept(aws: StackTemplate) -> None:
    key = aws.one("AWS::KMS::Key", "EncryptionKey")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["DeletionPolicy"] == "Retain"


def test_an_alarm_may_use_the_key_to_reach_the_encrypted_topic(aws: StackTemplate) -> None:
    statements = aws.properties("AWS::KMS::Key", "EncryptionKey")["KeyPolicy"]["Statement"]
    assert any(each["Principal"].get("Service") == "cloudwatch.amazonaws.com" for each in statements)
    topic = aws.properties("AWS::SNS::Topic", "NotificationsTopic")
    assert topic["KmsMasterKeyId"]["Fn::GetAtt"][0].startswith("EncryptionKey")


def test_the_files_of_exports_are_encrypted_private_and_gone_after_a_week(aws: StackTemplate) -> None:
    """8.5 The customer's key, no public access, no plain HTTP, no versions, an end by itself."""
    bucket = aws.properties("AWS::S3::Bucket", "FilesExports")
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    assert rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"]["Fn::GetAtt"][0].startswith("EncryptionKey")
    assert rule["BucketKeyEnabled"] is True
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert "VersioningConfiguration" not in bucket
    rules = {each["Id"]: each for each in bucket["LifecycleConfiguration"]["Rules"]}
    assert {name: each.get("ExpirationInDays") for name, each in rules.items()} == {
        "files": 7,
        "parts": 2,
        "uploads": None,
    }
    assert rules["uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 1}
    assert {each["Status"] for each in rules.values()} == {"Enabled"}
    policy = aws.properties("AWS::S3::BucketPolicy", "FilesExports")["PolicyDocument"]["Statement"]
    refused = [each["Condition"] for each in policy if each["Effect"] == "Deny" and each["Action"] == "s3:*"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in refused
