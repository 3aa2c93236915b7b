"""Mend of how the emulator feeds a function from a queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import sqs

from infra.local.emulator.patch import wrap


def whole_batches() -> None:
    """AWS hands a function as many messages as its mapping's batch size says; the emulator never more than ten."""

    def unlimited(_: Callable[..., list[Any]]) -> Callable[..., list[Any]]:
        def receive(queue_url: str, max_number: int) -> list[Any]:
            with sqs._queues_lock:
                queue = sqs._get_q(queue_url)
                sqs._expire_retained(queue)
                sqs._dlq_sweep(queue)
                visibility = int(queue["attributes"].get("VisibilityTimeout", "30"))
                messages: list[Any] = sqs._collect_msgs(queue, int(max_number or 1), visibility)
                return messages

        return receive

    wrap(sqs, "_receive_messages_for_esm", unlimited)
