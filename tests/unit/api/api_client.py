"""Calls the API's handler with the events that an HTTP API sends, and holds each answer against the document."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hubsync.api.app import create_app
from hubsync.api.identity import SignIn
from hubsync.api.once import Once
from hubsync.services.manage.accounts import Accounts
from tests.unit.api.claims import ADMIN, PEOPLE_CLIENT
from tests.unit.api.told import check
from tests.unit.services.manage_fakes import FakeSignals
from tests.unit.services.manage_world import World

SIGN_IN = SignIn("https://sign-in.example.com", PEOPLE_CLIENT, ("http://localhost:8765/",))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    json: Any


class Client:
    def __init__(self, world: World) -> None:
        self.world = world
        self.signals = FakeSignals()
        self.handler = create_app(
            apply=world.apply,
            lifecycle=world.lifecycle,
            view=world.view,
            records=world.records,
            plans=world.plans,
            exports=world.exports,
            explain=world.explain,
            deployed=world.deployed,
            differ=world.differ,
            accounts=Accounts(world.stores.connections, world.stores.syncs, world.apply),
            once=Once(world.stores.answers, world.clock),
            sign_in=SIGN_IN,
            signals=self.signals,
        )

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        as_: Mapping[str, Any] | None = ADMIN,
        raw: str | bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> Answer:
        text = raw if raw is not None else json.dumps(body)
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "&".join(f"{key}={value}" for key, value in query.items()),
            "queryStringParameters": query or None,
            "headers": headers or {},
            "requestContext": {
                "stage": "$default",
                "http": {"method": method, "path": path},
                **({} if as_ is None else {"authorizer": as_}),
            },
            "body": base64.b64encode(text).decode() if isinstance(text, bytes) else text,
            "isBase64Encoded": isinstance(text, bytes),
        }
        answer = self.handler(event, None)
        told = {**answer.get("headers", {}), **{k: v[0] for k, v in answer.get("multiValueHeaders", {}).items()}}
        shown = json.loads(answer["body"])
        check(method, path, answer["statusCode"], told["Content-Type"], shown)
        return Answer(answer["statusCode"], told, shown)
