"""The two queues, on SQS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING

from hubsync.aws.messages import encode
from hubsync.model.message import EventMessage, LookMessage, PageMessage, Queue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

AT_ONCE = 10
LONGEST_DELAY = 900


class SendError(Exception):
    """SQS took only some of the messages; the caller's own message comes back, and everything is sent again."""


class SqsQueues:
    """Sends messages in batches of ten (`Queues`)."""

    def __init__(self, client: SQSClient, urls: Mapping[Queue, str]) -> None:
        self._client = client
        self._urls = urls

    def send_events(self, messages: Sequence[EventMessage], delay: float = 0) -> None:
        """Put events on the queue `changes` (`EventQueue`); raises `SendError` if one was not taken."""
        self._send(Queue.CHANGES, messages, delay)

    def send(self, queue: Queue, messages: Sequence[LookMessage | PageMessage], delay: float = 0) -> None:
        """Put messages on a queue; raises `SendError` if one was not taken."""
        self._send(queue, messages, delay)

    def _send(self, queue: Queue, messages: Sequence[LookMessage | PageMessage | EventMessage], delay: float) -> None:
        seconds = min(LONGEST_DELAY, ceil(max(0.0, delay)))
        for start in range(0, len(messages), AT_ONCE):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(at), "MessageBody": encode(message), "DelaySeconds": seconds}
                for at, message in enumerate(messages[start : start + AT_ONCE])
            ]
            answer = self._client.send_message_batch(QueueUrl=self._urls[queue], Entries=entries)
            if answer.get("Failed"):
                raise SendError(f"{len(answer['Failed'])} message(s) were not taken by the queue {queue}.")
