"""What API Gateway answers by itself is told in words that say what to do."""

from __future__ import annotations

import httpx
import pytest

from infra.cli.client import Client
from infra.cli.errors import FAILED, CliError
from infra.cli.target import Target


def refused(status: int, body: str) -> CliError:
    """How a command ends that gets this answer."""
    answers = httpx.MockTransport(lambda _: httpx.Response(status, text=body))
    target = Target("https://api.example.com", httpx.Auth())
    with Client(target, answers) as client, pytest.raises(CliError) as told:
        client.get("/v1/syncs")
    return told.value


@pytest.mark.parametrize(
    ("status", "words"),
    [(413, "larger than the API takes"), (429, "too much just now"), (503, "in time"), (500, "500")],
)
def test_an_answer_of_the_gateway_becomes_a_sentence_with_a_remedy(status: int, words: str) -> None:
    error = refused(status, '{"message": "whatever it says"}')
    assert (words in error.sentence, error.code) == (True, FAILED)
    assert error.remedy


def test_an_answer_of_ours_keeps_its_own_words() -> None:
    body = '{"status": 503, "title": "x", "detail": "HubSpot is away.", "remedy": "Try again in 7 seconds."}'
    error = refused(503, body)
    assert (error.sentence, error.remedy) == ("HubSpot is away.", "Try again in 7 seconds.")
