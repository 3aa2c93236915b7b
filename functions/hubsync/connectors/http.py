"""One HTTP call to an application: budget first, then the call, then its errors sorted by consequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import httpx

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Allowance, CallCount

TIMEOUT_SECONDS = 20.0
"""How long one call may take. The lease of an entry outlives the invocation's deadline by this much."""

UNAVAILABLE = frozenset({408, 500, 502, 503, 504, 520, 521, 522, 523, 524})
LOCKED = frozenset({423, 477})
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Answer:
    """A status that the connector has to interpret: 2xx, or a 4xx about the request's content."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300


class Http:
    """Calls one account's API. There is no retry in here: long waits belong to the queue. Threads may share it."""

    def __init__(
        self,
        client: httpx.Client,
        *,
        base_url: str,
        headers: Mapping[str, str],
        allowance: Allowance,
        calls: CallCount,
        patience: Callable[[int, Any], float | None] | None = None,
    ) -> None:
        """`patience` gives the seconds to wait after a refusal without `Retry-After`, from its status and its body
        (None if that is not JSON), where an application says so in a way of its own."""
        self._client = client
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers)
        self._allowance = allowance
        self._calls = calls
        self._patience = patience
        self._counting = Lock()

    def expect(self, calls: int) -> None:
        """Say how many calls are about to be made, so that the budget reserves them together."""
        self._allowance.expect(calls)

    def send(
        self,
        method: str,
        path: str,
        *,
        kind: str,
        params: Sequence[tuple[str, str]] = (),
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        bucket: str = "normal",
    ) -> Answer:
        """One call. `kind` names it in metrics (`list contacts`); `bucket` is the budget it draws on.

        Raises `RetryLaterError` for 429, 423, 477, 5xx, a time-out or no connection; `NeedsPersonError` for 401 and
        403; `ConnectorBugError` for an answer that is not JSON.
        """
        self._allowance.take(1, bucket=bucket)
        with self._counting:
            self._calls.calls += 1
            self._calls.by_kind[kind] = self._calls.by_kind.get(kind, 0) + 1
        try:
            response = self._client.request(
                method,
                self._base_url + path,
                params=list(params) or None,
                json=json,
                headers={**self._headers, **(headers or {})},
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise RetryLaterError(f"No connection for {kind!r}.", after=5, kind="unavailable") from error
        except httpx.RequestError as error:
            unknown = method in WRITES
            raise RetryLaterError(f"No answer to {kind!r}.", after=2, kind="timeout", unknown=unknown) from error
        self._sort(response, kind, bucket, method)
        return Answer(response.status_code, _body(response, kind), dict(response.headers.items()))

    def _sort(self, response: httpx.Response, kind: str, bucket: str, method: str) -> None:
        status = response.status_code
        if status == 429:
            with self._counting:
                self._calls.throttled += 1
            after = self._pause(response, default=2.0)
            self._allowance.penalise(after, bucket=bucket)
            raise RetryLaterError(f"The application's limit is used up ({kind}).", after=after, kind="throttled")
        if status in LOCKED:
            after = self._pause(response, default=2.0)
            raise RetryLaterError(f"The application is locked ({kind}).", after=after, kind="locked")
        if status in UNAVAILABLE:
            after = self._pause(response, default=5.0)
            raise RetryLaterError(
                f"The application answered {status} ({kind}).",
                after=after,
                kind="unavailable",
                unknown=method in WRITES,
            )
        if status == 401:
            raise NeedsPersonError(
                "The application no longer accepts the token.",
                remedy="Give the connection a new token and apply the file again.",
            )
        if status == 403:
            raise NeedsPersonError(
                f"The token may not do this: {kind}.",
                remedy="Give the token the missing permission (scope), or a token that has it.",
            )

    def _pause(self, response: httpx.Response, *, default: float) -> float:
        if self._patience is not None:
            own = self._patience(response.status_code, _json_or_none(response))
            default = default if own is None else own
        return retry_after(response.headers, default=default)


def retry_after(headers: Mapping[str, str], *, default: float) -> float:
    """The seconds that a `Retry-After` header asks for; `default` where it is missing or a date."""
    try:
        return max(0.0, float(headers.get("retry-after", "")))
    except ValueError:
        return default


def _body(response: httpx.Response, kind: str) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError as error:
        raise ConnectorBugError(f"The answer to {kind!r} is not JSON (status {response.status_code}).") from error


def _json_or_none(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
