"""Serves a simulator over HTTP on 127.0.0.1."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from infra.local.http import Request, Response, Simulator

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def asgi(simulator: Simulator) -> Callable[[Message, Receive, Send], Awaitable[None]]:
    """The simulator as an ASGI application. One request is answered at a time, as in a test."""

    async def application(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = bytearray()
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = bool(message.get("more_body", False))
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        target = scope.get("raw_path", scope["path"].encode()).decode("latin-1")
        query = scope["query_string"].decode("latin-1")
        request = Request.of(scope["method"], f"{target}?{query}" if query else target, headers, bytes(body))
        response = simulator.handle(request)
        if response.lost:
            _hang_up(send)
            return
        await _send(response, send)

    return application


def _hang_up(send: Send) -> None:
    """Close the connection without a byte. ASGI has no word for that, so uvicorn's own request cycle is asked."""
    cycle = send.__self__  # type: ignore[attr-defined]
    cycle.disconnected = True
    cycle.transport.abort()


async def _send(response: Response, send: Send) -> None:
    content = response.content()
    headers = {
        "content-type": "application/json;charset=utf-8",
        **{k.lower(): v for k, v in response.headers.items()},
    }
    headers["content-length"] = str(len(content))
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": content})


def serve(simulator: Simulator, port: int) -> None:
    """Serve until the process is ended. `port` must be free; the stage picks one."""
    config = uvicorn.Config(
        asgi(simulator),
        host="127.0.0.1",
        port=port,
        log_level="critical",
        access_log=False,
        lifespan="off",
        date_header=False,
    )
    asyncio.run(uvicorn.Server(config).serve())
