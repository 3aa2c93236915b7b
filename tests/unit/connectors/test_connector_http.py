"""A call's errors are sorted by consequence."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import patience
from hubsync.connectors.port import CallCount


class Penalties:
    """Grants everything, and remembers penalties."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        """Granted."""

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """A guess does no harm."""

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        self.seconds.append(seconds)


def http_for(handler: Callable[[httpx.Request], httpx.Response], allowance: Penalties | None = None) -> Http:
    return Http(
        httpx.Client(transport=httpx.MockTransport(handler)),
        base_url="http://app.example.com/",
        headers={"Authorization": "Bearer secret"},
        allowance=allowance or Penalties(),
        calls=CallCount(),
        patience=patience,
    )


@pytest.mark.parametrize(
    ("response", "kind", "after"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), "throttled", 7),
        (httpx.Response(429), "throttled", 2),
        (httpx.Response(429, headers={"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), "throttled", 2),
        (httpx.Response(429, json={"policyName": "DAILY"}), "throttled", 900),
        (httpx.Response(429, json={"policyName": "SECONDLY"}), "throttled", 1),
        (
            httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"}, headers={"Retry-After": "3"}),
            "throttled",
            3,
        ),
        (httpx.Response(423), "locked", 2),
        (httpx.Response(477, headers={"Retry-After": "3600"}), "locked", 3600),
        (httpx.Response(477), "locked", 900),
        (httpx.Response(500), "unavailable", 5),
        (httpx.Response(524, text="<html>"), "unavailable", 5),
    ],
)
def test_what_is_to_be_waited_for(response: httpx.Response, kind: str, after: float) -> None:
    with pytest.raises(RetryLaterError) as caught:
        http_for(lambda _: response).send("GET", "/x", kind="test")
    assert (caught.value.kind, caught.value.after, caught.value.unknown) == (kind, after, False)


def test_the_account_pauses_as_long_as_the_application_asks() -> None:
    allowance = Penalties()
    with pytest.raises(RetryLaterError):
        http_for(lambda _: httpx.Response(429, json={"policyName": "DAILY"}), allowance).send("GET", "/x", kind="test")
    assert allowance.seconds == [900]


@pytest.mark.parametrize(
    ("error", "method", "kind", "unknown"),
    [
        (httpx.ConnectError("refused"), "POST", "unavailable", False),
        (httpx.ConnectTimeout("slow"), "POST", "unavailable", False),
        (httpx.ReadTimeout("slow"), "POST", "timeout", True),
        (httpx.ReadTimeout("slow"), "GET", "timeout", False),
        (httpx.RemoteProtocolError("closed"), "PATCH", "timeout", True),
        (httpx.DecodingError("garbled"), "POST", "timeout", True),
    ],
)
def test_no_answer(error: httpx.RequestError, method: str, kind: str, unknown: bool) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        raise error

    with pytest.raises(RetryLaterError) as caught:
        http_for(handler).send(method, "/x", kind="test")
    assert (caught.value.kind, caught.value.unknown) == (kind, unknown)


def test_a_server_error_to_a_write_may_have_been_carried_out() -> None:
    with pytest.raises(RetryLaterError) as caught:
        http_for(lambda _: httpx.Response(502)).send("POST", "/x", kind="test")
    assert caught.value.unknown


@pytest.mark.parametrize("status", [401, 403])
def test_a_person_is_needed(status: int) -> None:
    with pytest.raises(NeedsPersonError) as caught:
        http_for(lambda _: httpx.Response(status)).send("GET", "/x", kind="list people")
    assert caught.value.remedy
    assert "secret" not in str(caught.value)


def test_an_answer_that_is_not_json_is_a_bug() -> None:
    with pytest.raises(ConnectorBugError, match="status 200"):
        http_for(lambda _: httpx.Response(200, text="<html>")).send("GET", "/x", kind="test")


def test_what_is_about_the_content_is_left_to_the_connector() -> None:
    answer = http_for(lambda _: httpx.Response(409, json={"a": 1})).send("POST", "/x", kind="test", json={})
    assert (answer.status, answer.ok, answer.body) == (409, False, {"a": 1})


def test_calls_are_counted_by_kind_even_if_they_fail() -> None:
    http = http_for(lambda _: httpx.Response(500))
    for _ in range(2):
        with pytest.raises(RetryLaterError):
            http.send("GET", "/x", kind="list")
    assert http._calls.by_kind == {"list": 2}
