"""An application's webhook: its sender is checked first, only references go on, a refusal leaves no trace."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hubsync.connectors.port import Notice, PayloadError
from hubsync.handlers import webhook
from hubsync.model.message import LookMessage, Queue
from hubsync.services.ingest import LARGEST_BODY
from infra.local.crm import signature
from tests.unit.services.look_world import A, Small, contact, contacts, person

SECRET = "orbit-secret"


def event(record_id: str, name: str = "person.updated") -> dict[str, str]:
    return {"event": name, "id": record_id, "occurred_at": "2026-09-21T14:13:20.000Z", "delivery": "dlv_00000001"}


def post(
    small: Small,
    body: bytes,
    *,
    to: str = "orbit",
    secret: str = SECRET,
    at: int | None = None,
    headers: Mapping[str, str] | None = None,
    base_64: bool = False,
) -> dict[str, Any]:
    """Hand a request to the webhook's Lambda as API Gateway does."""
    now = small.world.clock.ms if at is None else at
    signed = signature.sign(secret, body, now) if headers is None else headers
    text = base64.b64encode(body).decode() if base_64 else body.decode()
    answer: dict[str, Any] = webhook.handler(
        {
            "pathParameters": {"connection_id": to},
            "headers": dict(signed),
            "body": text,
            "isBase64Encoded": base_64,
        },
        small.world._context(),
    )
    return answer


def looks(small: Small) -> list[tuple[Queue, LookMessage]]:
    return [(queue, one) for queue, one in small.waiting() if isinstance(one, LookMessage)]


@pytest.mark.parametrize("base_64", [False, True])
def test_references_go_on_the_queue_where_people_wait(base_64: bool) -> None:
    small = Small()
    body = signature.pack([event("per_1"), event("per_2"), event("per_1")])
    answer = post(small, body, base_64=base_64)
    assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"references": 2})
    ((queue, message),) = looks(small)
    assert (queue, message.side, message.ids, message.cause) == (Queue.CHANGES, A, ("per_1", "per_2"), "webhook")


def test_no_value_goes_along() -> None:
    """The one idea: an event never carries data."""
    small = Small()
    post(small, signature.pack([{**event("per_1"), "email": "ana@example.com"}]))
    assert "ana@example.com" not in small.world.queues.waiting[0].body


def test_a_webhook_writes_no_table_and_calls_nobody() -> None:
    small = Small()
    before, calls = small.traces(), sum(small.world.orbit.gate.counts.values())
    post(small, signature.pack([event("per_1")]))
    assert small.traces() == (before[0] + 1, before[1])
    assert sum(small.world.orbit.gate.counts.values()) == calls


BODY = signature.pack([event("per_1")])


@pytest.mark.parametrize(
    ("status", "request_"),
    [
        pytest.param(401, {"secret": "another"}, id="another secret"),
        pytest.param(401, {"headers": {}}, id="no signature"),
        pytest.param(401, {"headers": {"x-orbit-signature": "t=1,v1=00"}}, id="a signature of nothing"),
        pytest.param(401, {"at": 1_000_000_000_000}, id="too old"),
        pytest.param(401, {"body": b"not JSON", "secret": "another"}, id="the signature is checked before the body"),
        pytest.param(404, {"to": "nobody"}, id="no such connection"),
        pytest.param(404, {"to": "hubspot"}, id="a connection that takes no webhooks"),
        pytest.param(400, {"body": b"not JSON"}, id="no JSON"),
        pytest.param(400, {"body": b'{"events": 7}'}, id="no events"),
        pytest.param(400, {"body": b'{"events": [{"event": "person.updated"}]}'}, id="an event without an id"),
        pytest.param(400, {"body": signature.pack([event("per_1"), event("")])}, id="one good event, one without id"),
        pytest.param(413, {"body": b" " * (LARGEST_BODY + 1)}, id="too large"),
    ],
)
def test_a_bad_request_leaves_no_trace(status: int, request_: dict[str, Any]) -> None:
    small = Small()
    before = small.traces()
    answer = post(small, request_.pop("body", BODY), **request_)
    problem = json.loads(answer["body"])
    assert (answer["statusCode"], problem["status"]) == (status, status)
    assert answer["headers"]["content-type"] == "application/problem+json"
    assert problem["detail"].endswith(".")
    assert small.traces() == before


class Nameless:
    """The reader of an application whose events may name no record; its body says which ids it has."""

    def notices(self, headers: Mapping[str, str], body: bytes, secret: str, now: int, url: str = "") -> list[Notice]:
        return [Notice("people", one) for one in json.loads(body)]


class OnlyNameless:
    def webhooks(self, connection: object) -> Nameless:
        return Nameless()


def test_an_event_without_an_id_refuses_the_whole_request() -> None:
    """An empty reference would be looked at for ever; whoever sent it has to be told."""
    small = Small()
    ingest = replace(small.world.app.ingest, connectors=OnlyNameless())
    before = small.traces()
    with pytest.raises(PayloadError):
        ingest.receive("orbit", {}, b'["per_1", ""]')
    assert small.traces() == before
    assert ingest.receive("orbit", {}, b'["per_1"]') == 1


def test_events_of_an_object_that_no_sync_has_are_taken_and_dropped() -> None:
    small = Small()
    answer = post(small, signature.pack([event("org_1", name="organisation.updated")]))
    assert (answer["statusCode"], json.loads(answer["body"])) == (202, {"references": 0})
    assert looks(small) == []


def test_each_sync_of_the_object_gets_its_own_message() -> None:
    """Rule 1.1: several syncs may share an account."""
    small = Small()
    small.world.save(replace(contacts(), id="s9", name="second"))
    small.world.settle()
    answer = post(small, BODY)
    assert json.loads(answer["body"]) == {"references": 2}
    assert {message.sync_id for _, message in looks(small)} == {"s1", "s9"}


def test_a_sync_that_is_off_hears_nothing() -> None:
    """Rule 1.7."""
    small = Small([contact()], [person()])
    small.world.lifecycle.off("contacts")
    assert json.loads(post(small, BODY)["body"]) == {"references": 0}
    assert looks(small) == []


def test_a_message_holds_a_hundred_references_at_most() -> None:
    small = Small()
    post(small, signature.pack([event(f"per_{at}") for at in range(230)]))
    assert [len(message.ids) for _, message in looks(small)] == [100, 100, 30]
    assert len({message.correlation_id for _, message in looks(small)}) == 1
