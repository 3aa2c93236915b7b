"""What stands on the queues as text comes back as it was."""

from __future__ import annotations

import pytest

from hubsync.aws.messages import UnreadableMessageError, decode, encode
from hubsync.model.activity import Activity
from hubsync.model.message import EventMessage, LookMessage, PageKey, PageMessage
from hubsync.model.side import Side
from hubsync.model.sync import Phase

ACTIVITY = Activity("evt_1", "people", "per_1", "activity.email.opened", 1_790_000_000_000, {"subject": "Añil"})
PAGE = PageKey(3, Phase.SYNC_APP, 7)


@pytest.mark.parametrize(
    "message",
    [
        LookMessage("s1", Side.APP, ("1", "2"), "webhook", "c1", 5, PAGE, 2),
        LookMessage("s1", Side.HUBSPOT, ("1",), "poll", "c1", 5),
        PageMessage("s1", PAGE, "cursor", "c1", 5, 1),
        EventMessage("s1", ACTIVITY, "c1", 5, 3),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_comes_back(message: LookMessage | PageMessage | EventMessage) -> None:
    assert decode(encode(message)) == message


@pytest.mark.parametrize("text", ["", "{}", '{"v": 9}', '{"v": 1, "kind": "event", "activity": {"id": 1}}'])
def test_what_is_none_of_ours_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableMessageError):
        decode(text)
