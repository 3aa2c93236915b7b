"""The simulator: takes a request through token, faults, limits and scopes to its route."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from random import Random

from infra.local.http import Request, Response
from infra.local.hubspot import (
    association_routes,
    batches,
    details,
    objects,
    pipeline_routes,
    properties,
    records,
    timeline,
)
from infra.local.hubspot.admin import Admin
from infra.local.hubspot.call import Call, Route, Router
from infra.local.hubspot.control import Control
from infra.local.hubspot.errors import ApiError
from infra.local.hubspot.faults import LOST_AFTER, LOST_BEFORE, SLOW
from infra.local.hubspot.limits import Limits
from infra.local.hubspot.settings import Settings
from infra.local.hubspot.times import http_date

_ROUTES = (
    *objects.ROUTES,
    *batches.ROUTES,
    *association_routes.ROUTES,
    *properties.ROUTES,
    *pipeline_routes.ROUTES,
    *timeline.ROUTES,
    *details.ROUTES,
)
_OPTIONAL = ("correlationId", "category", "subCategory", "errors", "context", "links", "message")


class HubSpotSimulator(Control):
    """One account of a HubSpot that runs on this machine.

    `clock` gives epoch milliseconds; with the same clock, `random` and requests every answer is the same. `sleep`
    takes seconds and is called for slow answers: nothing in a test, `time.sleep` when served.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], int],
        random: Random,
        token: str,
        limits: Limits | None = None,
        settings: Settings | None = None,
        sleep: Callable[[float], None] | None = None,
    ) -> None:
        super().__init__(clock, random, token, limits, settings)
        self._sleep = sleep
        self._router = Router(_ROUTES)
        self._admin = Admin(self)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.startswith("/_admin/"):
            return self._admin.handle(request)
        now = self._clock()
        dated = {"Date": http_date(now)}
        if request.path.startswith("/oauth/"):
            self.calls.calls[f"{request.method} /oauth"] += 1
            answer = self.tokens.handle(request, now)
        else:
            answer = self._call(request, now)
            records.run_workflows(self.account)
        self.calls.statuses["lost" if answer.lost else str(answer.status)] += 1
        return replace(answer, headers={**answer.headers, **dated})

    def _call(self, request: Request, now: int) -> Response:
        try:
            route, version, args = self._router.find(request)
        except ApiError as error:
            return self._refused(error)
        self.calls.calls[route.kind] += 1
        try:
            answer = self._admitted(request, Call(self.account, request, version, args), route, now)
        except ApiError as error:
            answer = self._refused(error)
        return replace(answer, headers={**answer.headers, **self.limiter.headers(route.bucket, now)})

    def _admitted(self, request: Request, call: Call, route: Route, now: int) -> Response:
        granted = self.tokens.check(request, now)
        fault = self.faults.strike(request.method, request.path)
        if fault is not None:
            if fault.kind == LOST_BEFORE:
                return Response(504, lost=True)
            if fault.kind == SLOW:
                if self._sleep is not None:
                    self._sleep(fault.lag_ms / 1000)
            elif fault.kind != LOST_AFTER:
                refusal = fault.refusal(self.limiter)
                if isinstance(refusal, ApiError):
                    raise refusal
                return refusal
        self.limiter.take(route.bucket, now)
        self._check_scope(route, call, granted)
        try:
            answer = route.handler(call)
        except ApiError as error:
            answer = self._refused(error)
        return replace(answer, lost=fault is not None and fault.kind == LOST_AFTER)

    def _check_scope(self, route: Route, call: Call, granted: list[str] | None) -> None:
        if granted is None or route.scope is None:
            return
        types = {name: self.account.table(call.args[name]).kind.name for name in ("type", "from") if name in call.args}
        needed = route.scope.format_map(types)
        if needed not in granted:
            raise ApiError(
                403,
                "MISSING_SCOPES",
                "This app hasn't been granted all required scopes to make this call. "
                "Read more about required scopes in HubSpot's developer documentation.",
                context={"requiredGranularScopes": [needed]},
            )

    def _refused(self, error: ApiError) -> Response:
        correlation = str(uuid.UUID(int=self._random.getrandbits(128)))
        body = error.body(correlation)
        if self.settings.sparse_errors and self._random.random() < self.settings.sparse_errors:
            body = {name: value for name, value in body.items() if name not in _OPTIONAL}
        return Response(error.status, body, error.headers)
