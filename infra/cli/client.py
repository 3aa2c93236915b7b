"""Calls the management API; whatever goes wrong becomes a sentence with a remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from infra.cli.errors import FAILED, UNAUTHORISED, UNREACHABLE, CliError
from infra.cli.target import Target
from infra.sign_in.tokens import SignInError

TIMEOUT_SECONDS = 35.0
"""The API's own limit is 30 seconds."""

BY_GATEWAY = {
    413: ("The file is larger than the API takes.", "Split it: one file for each sync."),
    429: ("The API is asked too much just now.", "Try again in a few seconds."),
    503: ("The API did not answer in time.", "Try again; what it began goes on, `hubsync status` shows how far it is."),
}
"""What API Gateway answers by itself, without words that a person could use, and what to do."""

Place = Callable[[str], str]
"""Turns a path in a document (`syncs.contacts.direction`) into where it stands in the file (`syncs.yaml:12`)."""


class Client:
    """The API of one deployment or stage."""

    def __init__(
        self, target: Target, transport: httpx.BaseTransport | None = None, *, seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self._url = target.url
        self._http = httpx.Client(base_url=target.url, auth=target.auth, timeout=seconds, transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str, **query: str | int | None) -> Any:
        """The JSON at an address. Raises `CliError`."""
        return self._call("GET", path, query)

    def post(self, path: str, body: object = None, *, place: Place = str, **query: str | int | None) -> Any:
        """Send JSON. Faults of a document are told with their `place`."""
        return self._call("POST", path, query, body, place)

    def patch(self, path: str, body: object) -> Any:
        """Change what is at an address."""
        return self._call("PATCH", path, {}, body)

    def delete(self, path: str) -> Any:
        """Delete what is at an address."""
        return self._call("DELETE", path, {})

    def _call(
        self, method: str, path: str, query: Mapping[str, str | int | None], body: object = None, place: Place = str
    ) -> Any:
        params = {name: value for name, value in query.items() if value is not None}
        try:
            response = self._http.request(method, path, params=params, json=body)
        except SignInError as error:
            raise CliError(error.sentence, error.remedy, code=UNAUTHORISED) from None
        except httpx.TransportError as error:
            raise CliError(
                f"The API at {self._url} does not answer ({type(error).__name__}).",
                "Check the address, and that the stage runs: `hubsync stage status`.",
                code=UNREACHABLE,
            ) from None
        if response.is_success:
            return _json(response)
        raise _failure(response, place)


def _failure(response: httpx.Response, place: Place) -> CliError:
    said = _json(response)
    problem = said if isinstance(said, dict) else {}
    if response.status_code == httpx.codes.UNAUTHORIZED:
        return CliError(
            "The API does not know you: the sign-in has ended, or the token is not one of this deployment.",
            "Sign in with `hubsync login`; `hubsync whoami` says who you are.",
            code=UNAUTHORISED,
        )
    if response.status_code == httpx.codes.FORBIDDEN:
        return CliError(
            problem.get("detail", "The token is not one for this API."),
            problem.get("remedy", "Sign in with `hubsync login`."),
            code=UNAUTHORISED,
        )
    if "detail" not in problem and response.status_code in BY_GATEWAY:
        return CliError(*BY_GATEWAY[response.status_code])
    if "detail" not in problem:
        return CliError(
            f"The API failed with status {response.status_code}.",
            "Look at the log of the function api, then try again.",
        )
    faults = problem.get("faults") or []
    lines = [f"{place(fault['path'])}: {fault['path']}: {fault['reason']} {fault['remedy']}" for fault in faults]
    remedy = "Mend these and apply the file again." if lines else problem.get("remedy", "Try again.")
    told = response.headers.get("Retry-After", "")
    after = int(told) if response.status_code == httpx.codes.SERVICE_UNAVAILABLE and told.isdecimal() else None
    return CliError(problem["detail"], remedy, code=FAILED, lines=lines, after=after)


def _json(response: httpx.Response) -> Any:
    try:
        return response.json()
    except ValueError:
        return None
