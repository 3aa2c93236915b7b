"""Orbit's webhooks: who is told what, how it is signed, and how it goes astray."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from infra.local.crm import Orbit
from infra.local.parts.errors import MissingError
from infra.local.parts.faults import WebhookFaults

URL = "http://receiver.example.com/hooks/1"


@dataclass
class Receiver:
    """Takes posts and answers with `status`."""

    status: int = 204
    posts: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self.posts.append((url, headers, body))
        return self.status

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for _, _, body in self.posts for event in json.loads(body)["events"]]


@pytest.fixture
def receiver(orbit: Orbit) -> Receiver:
    orbit.outbox.configure(URL)
    return Receiver()


def touch(orbit: Orbit, count: int) -> list[str]:
    return [str(orbit.create("people", {"email": f"p{n}@example.com"})["id"]) for n in range(count)]


def test_every_change_is_told_whoever_made_it(
    orbit: Orbit, api: httpx.Client, receiver: Receiver, clock: list[int]
) -> None:
    ours = api.post("/v1/people", json={"email": "a@example.com"}).json()["data"]["id"]
    clock[0] += 1
    orbit.edit("people", ours, {"score": 1})
    api.delete(f"/v1/people/{ours}")
    theirs = orbit.create("organisations", {"title": "Example"})["id"]

    assert orbit.outbox.deliver(receiver) == 4

    assert [(event["event"], event["id"]) for event in receiver.events] == [
        ("person.created", ours),
        ("person.updated", ours),
        ("person.deleted", ours),
        ("organisation.created", theirs),
    ]
    assert receiver.events[0] == {
        "event": "person.created",
        "id": ours,
        "occurred_at": "2026-03-01T09:30:00.125Z",
        "delivery": "dlv_00000001",
    }
    assert orbit.outbox.deliver(receiver) == 0


def test_nothing_is_posted_inside_a_request_and_no_refusal_is_told(
    orbit: Orbit, api: httpx.Client, receiver: Receiver
) -> None:
    api.post("/v1/people", json={"email": "broken"})
    assert orbit.outbox.pending == []
    api.post("/v1/people", json={"email": "a@example.com"})
    assert receiver.posts == []
    assert len(orbit.outbox.pending) == 1


def test_the_signature_covers_time_and_body(orbit: Orbit, receiver: Receiver) -> None:
    touch(orbit, 1)
    orbit.outbox.deliver(receiver)
    ((url, headers, body),) = receiver.posts

    assert url == URL
    assert headers["Content-Type"] == "application/json"
    stamp, digest = (part.split("=")[1] for part in headers["X-Orbit-Signature"].split(","))
    assert stamp == "1772357400"
    assert digest == hmac.new(b"S", b"1772357400." + body, hashlib.sha256).hexdigest()


def test_a_signature_made_by_another_tool_is_the_same() -> None:
    """The digest was made with `printf '1700000000.{"events":[]}' | openssl dgst -sha256 -hmac S`."""
    from infra.local.crm.signature import pack, sign

    assert pack([]) == b'{"events":[]}'
    assert sign("S", pack([]), 1_700_000_000_999) == {
        "X-Orbit-Signature": "t=1700000000,v1=d0a67611214cd7b50fb43a743790f49d703f5f6111ffbd05e4ee024fadd36015"
    }


def test_events_travel_twenty_at_a_time_in_order(orbit: Orbit, receiver: Receiver) -> None:
    keys = touch(orbit, 45)
    orbit.outbox.deliver(receiver)
    assert [len(json.loads(body)["events"]) for _, _, body in receiver.posts] == [20, 20, 5]
    assert [event["id"] for event in receiver.events] == keys


def test_the_next_ones_can_be_lost(orbit: Orbit, receiver: Receiver) -> None:
    orbit.outbox.faults = WebhookFaults(lose_next=2)
    keys = touch(orbit, 3)
    orbit.outbox.deliver(receiver)
    assert [event["id"] for event in receiver.events] == keys[2:]
    assert orbit.outbox.counts["lost"] == 2


def test_some_are_lost_some_doubled(orbit: Orbit, receiver: Receiver) -> None:
    orbit.outbox.faults = WebhookFaults(lose=0.3, double=0.3)
    touch(orbit, 200)
    orbit.outbox.deliver(receiver)
    deliveries = [event["delivery"] for event in receiver.events]
    counts = orbit.outbox.counts
    assert len(set(deliveries)) == 200 - counts["lost"]
    assert len(deliveries) - len(set(deliveries)) == counts["doubled"]
    assert 30 < counts["lost"] < 90
    assert 20 < counts["doubled"] < 80


def test_a_delayed_event_leaves_later(orbit: Orbit, receiver: Receiver, clock: list[int]) -> None:
    orbit.outbox.faults = WebhookFaults(delay=1, delay_from=5_000, delay_to=5_000)
    (late,) = touch(orbit, 1)
    orbit.outbox.faults = WebhookFaults()
    (early,) = touch(orbit, 1)

    clock[0] += 4_999
    orbit.outbox.deliver(receiver)
    assert [event["id"] for event in receiver.events] == [early]
    clock[0] += 1
    orbit.outbox.deliver(receiver)
    assert [event["id"] for event in receiver.events] == [early, late]


def test_order_can_be_lost_but_no_event(orbit: Orbit, receiver: Receiver) -> None:
    orbit.outbox.faults = WebhookFaults(reorder=True)
    keys = touch(orbit, 30)
    orbit.outbox.deliver(receiver)
    arrived = [event["id"] for event in receiver.events]
    assert arrived != keys
    assert sorted(arrived) == sorted(keys)


def test_what_is_not_taken_is_tried_again_with_growing_pauses(
    orbit: Orbit, receiver: Receiver, clock: list[int]
) -> None:
    touch(orbit, 1)
    receiver.status = 500
    start, seen = clock[0], []
    for _ in range(60):
        before = len(receiver.posts)
        orbit.outbox.deliver(receiver)
        if len(receiver.posts) > before:
            seen.append((clock[0] - start) // 1000)
        clock[0] += 1000
    assert seen == [0, 1, 3, 7, 15]
    assert orbit.outbox.counts["given_up"] == 1
    assert orbit.outbox.pending == []
    assert len({headers["X-Orbit-Signature"] for _, headers, _ in receiver.posts}) == 5, "signed anew each time"


def test_a_receiver_that_recovers_gets_it(orbit: Orbit, receiver: Receiver, clock: list[int]) -> None:
    touch(orbit, 1)
    receiver.status = 0
    assert orbit.outbox.deliver(receiver) == 0
    receiver.status = 200
    assert orbit.outbox.deliver(receiver) == 0, "not before the pause is over"
    clock[0] += 1000
    assert orbit.outbox.deliver(receiver) == 1


def test_a_post_that_raises_loses_nothing(orbit: Orbit, receiver: Receiver, clock: list[int]) -> None:
    keys = touch(orbit, 25)

    def crash(url: str, headers: Mapping[str, str], body: bytes) -> int:
        raise RuntimeError(url)

    with pytest.raises(RuntimeError):
        orbit.outbox.deliver(crash)
    clock[0] += 1000
    orbit.outbox.deliver(receiver)
    assert sorted(event["id"] for event in receiver.events) == sorted(keys)


def test_an_event_caused_by_a_delivery_waits_for_the_next(orbit: Orbit, receiver: Receiver) -> None:
    (key,) = touch(orbit, 1)

    def echo(url: str, headers: Mapping[str, str], body: bytes) -> int:
        orbit.edit("people", key, {"score": len(receiver.posts) + 1})
        return receiver(url, headers, body)

    assert [orbit.outbox.deliver(echo) for _ in range(3)] == [1, 1, 1]


@pytest.mark.parametrize(("url", "active"), [(URL, False), (None, True)])
def test_switched_off_nothing_is_kept(orbit: Orbit, receiver: Receiver, url: str | None, active: bool) -> None:
    orbit.outbox.configure(url, active=active)
    touch(orbit, 1)
    orbit.outbox.configure(URL)
    assert orbit.outbox.deliver(receiver) == 0
    assert orbit.outbox.counts["unsent"] == 1


def test_an_app_sets_its_webhook_through_the_api(orbit: Orbit, api: httpx.Client) -> None:
    assert api.get("/v1/webhooks").json() == {"data": {"url": None, "active": True}}
    answer = api.put("/v1/webhooks", json={"url": URL, "secret": "another"})
    assert answer.json() == {"data": {"url": URL, "active": True}}
    assert "another" not in api.get("/v1/webhooks").text
    touch(orbit, 1)
    receiver = Receiver()
    orbit.outbox.deliver(receiver)
    ((_, headers, body),) = receiver.posts
    expected = hmac.new(b"another", b"1772357400." + body, hashlib.sha256).hexdigest()
    assert headers["X-Orbit-Signature"].endswith(f"v1={expected}")

    assert api.put("/v1/webhooks", json={"url": "ftp://x", "secret": "s"}).status_code == 422
    assert api.delete("/v1/webhooks").status_code == 204
    assert orbit.outbox.url is None


def test_the_same_seed_makes_the_same_story(clock: list[int]) -> None:
    def story() -> list[str]:
        orbit = Orbit(lambda: clock[0], random.Random(11), token="T")
        orbit.outbox.configure(URL)
        orbit.outbox.faults = WebhookFaults(lose=0.2, double=0.2, delay=0.2, delay_from=0, delay_to=9, reorder=True)
        touch(orbit, 30)
        receiver = Receiver()
        orbit.outbox.deliver(receiver)
        return [event["id"] + event["delivery"] for event in receiver.events]

    assert story() == story()


def test_what_a_person_did_is_told_with_its_data(orbit: Orbit, receiver: Receiver) -> None:
    """An activity changes no record; the same one may be told again."""
    (person,) = orbit.seed({"people": [{"email": "ana@example.com"}]})["people"]
    before = orbit.records("people")
    told = orbit.happen(person, "email.opened", "Offer")
    orbit.happen(person, "email.opened", "Offer", own_id=told)
    orbit.outbox.deliver(receiver)
    assert [(event["event"], event["id"], event["person_id"], event["subject"]) for event in receiver.events] == [
        ("activity.email.opened", told, person, "Offer")
    ] * 2
    assert len({event["delivery"] for event in receiver.events}) == 2
    assert orbit.records("people") == before


def test_nothing_happens_to_nobody(orbit: Orbit) -> None:
    with pytest.raises(MissingError):
        orbit.happen("per_nobody", "email.opened", "Offer")
