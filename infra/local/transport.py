"""Lets an httpx client talk to a simulator in the same process."""

from __future__ import annotations

import httpx

from infra.local.http import Request, Simulator


class SimulatorTransport(httpx.BaseTransport):
    """An httpx transport whose other end is a simulator; a lost response is a read time-out."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; raises `httpx.ReadTimeout` where the answer is lost."""
        headers = dict(request.headers.items())
        answer = self._simulator.handle(Request.of(request.method, str(request.url), headers, request.read()))
        if answer.lost:
            raise httpx.ReadTimeout("The simulator lost the answer.", request=request)
        headers = {"content-type": "application/json;charset=utf-8", **answer.headers}
        return httpx.Response(answer.status, headers=headers, content=answer.content(), request=request)
