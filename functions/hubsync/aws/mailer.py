"""Mail by SES, alerts by SNS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sns import SNSClient

LONGEST_SUBJECT = 100
"""What SNS takes as a subject."""


class SesMailer:
    """Sends a mail to people and a message to the deployment's topic (`Mailer`)."""

    def __init__(self, ses: SESV2Client, sns: SNSClient, *, sender: str | None, topic: str) -> None:
        """`sender` is None where no sending identity is set up: then only the topic hears of it."""
        self._ses = ses
        self._sns = sns
        self._sender = sender
        self._topic = topic

    def send(self, to: Sequence[str], subject: str, text: str) -> None:
        """Publish first: the topic is the surer way."""
        self._sns.publish(TopicArn=self._topic, Subject=subject[:LONGEST_SUBJECT], Message=text)
        if self._sender is None or not to:
            return
        self._ses.send_email(
            FromEmailAddress=self._sender,
            Destination={"ToAddresses": list(to)},
            Content={
                "Simple": {
                    "Subject": {"Data": subject, "Charset": "UTF-8"},
                    "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
                }
            },
        )
