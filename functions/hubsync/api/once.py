"""Idempotency-Key: what was asked for twice is done once, and answered the same both times."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hubsync.api.caller import Caller
from hubsync.api.problem import Problem
from hubsync.services.ports import Clock
from hubsync.stores.ports import AnswerStore

HEADER = "idempotency-key"
REPLAYED = "Idempotent-Replayed"
KEY = re.compile(r"[!-~]{1,255}\Z")
ACTIONS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
ASKS = re.compile(r"/v1/(diff|syncs/[^/]+/records/values)\Z")
"""What is sent by POST for its body, and does nothing. It tells settings and values, which are not to be kept."""

LEASE_MS = 35_000
"""Whoever is not done by then is not at it any more: the function has 29 seconds."""

MOST = 300_000
"""Characters of an answer that is kept; an item takes 400 KB."""

Reply = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Once:
    """Carries out actions that have a key. Of a request only a hash is kept, for a day, and its answer.

    An answer that is an error is not kept: nothing was done, and asking again tries again. Neither is that of a
    deletion that is not done: asking again goes on with it.
    """

    answers: AnswerStore
    clock: Clock

    def __call__(
        self, event: Mapping[str, Any], body: bytes, caller: Caller | None, carry_out: Callable[[], Reply]
    ) -> Reply:
        """The answer, of now or of then. Raises `Problem` (400, 409).

        A key is its caller's own: who guesses another's gets neither an answer of theirs nor in their way.
        """
        given = _key(event)
        if given is None or caller is None:
            return carry_out()
        key, request = sha256(f"{caller.kind}\n{caller.id}\n{given}".encode()).hexdigest(), _request(event, body)
        kept = self.answers.begin(key, request, self.clock.now(), self.clock.now() + LEASE_MS)
        if kept is not None:
            return _again(kept.request == request, kept.text)
        reply = carry_out()
        text = json.dumps(reply)
        if _settled(_method(event), reply["statusCode"]) and len(text) <= MOST:
            self.answers.finish(key, request, text, self.clock.now())
        else:
            self.answers.release(key)
        return reply


def acts(method: str, path: str) -> bool:
    """Whether such a request does something, so that it may have a key."""
    return method in ACTIONS and ASKS.match(path) is None


def replayed(reply: Mapping[str, Any]) -> bool:
    """Whether an answer is one of before, so that nothing was done for it now."""
    return REPLAYED in (reply.get("headers") or {})


def _key(event: Mapping[str, Any]) -> str | None:
    headers = event.get("headers") or {}
    given: str | None = next((value for name, value in headers.items() if name.lower() == HEADER), None)
    if given is None or not acts(_method(event), event.get("rawPath", "")):
        return None
    if not KEY.match(given):
        raise Problem(400, "This is no Idempotency-Key.", "Send up to 255 letters, digits and signs, without spaces.")
    return given


def _again(same: bool, text: str | None) -> Reply:
    if not same:
        raise Problem(
            409, "This Idempotency-Key was used for another request.", "Take a new key for each thing that you want."
        )
    if text is None:
        raise Problem(
            409, "The same request is being carried out.", "Ask again in a moment.", headers={"Retry-After": "2"}
        )
    reply: Reply = json.loads(text)
    reply["headers"] = {**reply.get("headers", {}), REPLAYED: "true"}
    return reply


def _settled(method: str, status: int) -> bool:
    return 200 <= status < 300 and (method, status) != ("DELETE", 202)


def _method(event: Mapping[str, Any]) -> str:
    method: str = event["requestContext"]["http"]["method"]
    return method


def _request(event: Mapping[str, Any], body: bytes) -> str:
    query = json.dumps(event.get("queryStringParameters") or {}, sort_keys=True)
    tags = {name: value for name, value in (event.get("headers") or {}).items() if name.lower() == "if-match"}
    told = json.dumps([_method(event), event.get("rawPath"), query, list(tags.values())])
    return sha256(told.encode() + b"\n" + body).hexdigest()
