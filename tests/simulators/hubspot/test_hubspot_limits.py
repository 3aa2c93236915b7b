"""Limits: what each plan may ask, the headers that say so, the 429 that ends it."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from infra.local.hubspot import PLANS, Limits
from tests.simulators.hubspot.hubspot_account import CONTACTS, START, Hub

MAX = "x-hubspot-ratelimit-max"
LEFT = "x-hubspot-ratelimit-remaining"
INTERVAL = "x-hubspot-ratelimit-interval-milliseconds"
DAILY = "x-hubspot-ratelimit-daily"
DAILY_LEFT = "x-hubspot-ratelimit-daily-remaining"
DAY = 86_400_000


@pytest.mark.parametrize(
    ("plan", "per_10_seconds", "per_day"),
    [
        ("oauth", "110", None),
        ("free", "100", "250000"),
        ("starter", "100", "250000"),
        ("pro", "190", "650000"),
        ("enterprise", "190", "1000000"),
        ("pro-addon", "250", "1650000"),
        ("enterprise-addon", "250", "2000000"),
    ],
)
def test_each_plan_has_its_limits_and_says_so(plan: str, per_10_seconds: str, per_day: str | None) -> None:
    """Five headers tell the limits and what is left of them; an OAuth app has no daily ones."""
    hub = Hub(limits=PLANS[plan])
    headers = hub.get(CONTACTS).headers
    assert (headers[MAX], headers[LEFT]) == (per_10_seconds, str(int(per_10_seconds) - 1))
    assert headers[INTERVAL] == "10000"
    assert headers.get(DAILY) == per_day
    assert headers.get(DAILY_LEFT) == (str(int(per_day) - 1) if per_day else None)


def test_the_ten_seconds_roll(hub: Hub) -> None:
    """100 calls in any ten seconds; the 429 names TEN_SECONDLY_ROLLING, and is not counted itself."""
    for _ in range(60):
        assert hub.get(CONTACTS).status_code == 200
    hub.clock.advance(6_000)
    assert [hub.get(CONTACTS).status_code for _ in range(41)] == [200] * 40 + [429]
    refused = hub.get(CONTACTS)
    body = refused.json()
    assert (body["status"], body["category"], body["errorType"]) == ("error", "RATE_LIMITS", "RATE_LIMIT")
    assert body["policyName"] == "TEN_SECONDLY_ROLLING"
    assert refused.headers[LEFT] == "0"
    hub.clock.advance(4_000)
    assert [hub.get(CONTACTS).status_code for _ in range(61)] == [200] * 60 + [429]


def test_retry_after_may_be_missing() -> None:
    """Some 429 answers say how long to wait, some do not."""
    hub = Hub(limits=Limits(per_10_seconds=0))
    told = {hub.get(CONTACTS).headers.get("retry-after") for _ in range(40)}
    assert told == {None, "10"}


def test_the_daily_limit() -> None:
    """DAILY holds until the day is over."""
    hub = Hub(limits=Limits(per_day=2))
    assert [hub.get(CONTACTS).status_code for _ in range(3)] == [200, 200, 429]
    refused = hub.get(CONTACTS)
    assert (refused.json()["policyName"], refused.headers[DAILY_LEFT]) == ("DAILY", "0")
    assert "retry-after" not in refused.headers
    hub.clock.now = (START // DAY + 1) * DAY
    assert hub.get(CONTACTS).status_code == 200


def test_five_searches_a_second_outside_the_ten_second_limit() -> None:
    """The sixth search in a second is a SECONDLY 429; searches bear no limit headers and cost the others nothing."""
    hub = Hub(limits=Limits(per_10_seconds=1))
    answers = [hub.post(f"{CONTACTS}/search", {}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[5].json()["policyName"] == "SECONDLY"
    assert not [name for answer in answers for name in answer.headers if "ratelimit" in name]
    assert hub.get(CONTACTS).status_code == 200
    hub.clock.advance(1_000)
    assert hub.post(f"{CONTACTS}/search", {}).status_code == 200


def test_associations_have_limits_of_their_own() -> None:
    """Association calls neither use up the general limit nor are stopped by it."""
    hub = Hub(limits=Limits(per_10_seconds=1, associations_per_10_seconds=2))
    contact = hub.contact(firstname="Ana")
    path = f"{CONTACTS}/{contact}/associations/companies"
    assert hub.get(CONTACTS).status_code == 200
    answers = [hub.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers[MAX] == "2"
    assert hub.get(CONTACTS).status_code == 429


def test_every_answer_has_a_date_from_the_clock(hub: Hub) -> None:
    """`Date` is HubSpot's own time, on refusals too: the poll's window ends there."""
    for path in (CONTACTS, "/crm/objects/2026-09/unicorns", "/nowhere"):
        date = parsedate_to_datetime(hub.get(path).headers["date"])
        assert int(date.timestamp()) == START // 1000
    hub.clock.advance(1_000)
    assert int(parsedate_to_datetime(hub.get(CONTACTS).headers["date"]).timestamp()) == START // 1000 + 1
