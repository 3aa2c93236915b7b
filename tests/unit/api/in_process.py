"""The API's handler as a WSGI application, for what speaks HTTP."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from tests.unit.api.claims import ADMIN

Start = Callable[[str, list[tuple[str, str]]], object]


def wsgi(
    handler: Callable[[dict[str, Any], Any], dict[str, Any]],
) -> Callable[[dict[str, Any], Start], Iterable[bytes]]:
    """Each request becomes the event that an HTTP API would make of it."""

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        query: dict[str, str] = {}
        for name, value in parse_qsl(environ["QUERY_STRING"], keep_blank_values=True):
            query[name] = f"{query[name]},{value}" if name in query else value
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = {name[5:].lower().replace("_", "-"): value for name, value in environ.items() if name[:5] == "HTTP_"}
        answer = handler(
            {
                "version": "2.0",
                "rawPath": path,
                "rawQueryString": environ["QUERY_STRING"],
                "queryStringParameters": query or None,
                "headers": headers,
                "requestContext": {
                    "stage": "$default",
                    "http": {"method": environ["REQUEST_METHOD"], "path": path},
                    "authorizer": ADMIN,
                },
                "body": base64.b64encode(body).decode(),
                "isBase64Encoded": True,
            },
            None,
        )
        told = {**answer.get("headers", {}), **{k: v[0] for k, v in answer.get("multiValueHeaders", {}).items()}}
        status = answer["statusCode"]
        start(f"{status} {HTTPStatus(status).phrase}", list(told.items()))
        return [answer["body"].encode()]

    return app
