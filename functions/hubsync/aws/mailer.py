"""Mail by SES, alerts by SNS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

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
        _send(self._ses, self._sender, to, subject, text)


class SesPost:
    """Mail to one person who asked for it (`Post`); the topic does not hear of it."""

    def __init__(self, ses: SESV2Client, sender: str | None) -> None:
        self._ses = ses
        self._sender = sender

    def mail(self, to: str, subject: str, text: str) -> bool:
        """Send one mail; False without a sender, or where SES refuses it (an unverified address in its sandbox)."""
        if self._sender is None:
            return False
        try:
            _send(self._ses, self._sender, [to], subject, text)
        except ClientError:
            return False
        return True


def _send(ses: SESV2Client, sender: str, to: Sequence[str], subject: str, text: str) -> None:
    ses.send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": list(to)},
        Content={
            "Simple": {
                "Subject": {"Data": subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
            }
        },
    )
