"""The change feed avoids the two traps of HubSpot's search."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.connectors.port import ChangeWindow
from infra.local.hubspot import HubSpotSimulator, query, search
from infra.local.hubspot.times import iso

SINCE, UNTIL = 1_700_000_000_000, 1_700_000_900_000
CAP = 450


@pytest.fixture
def small_cap(monkeypatch: pytest.MonkeyPatch) -> int:
    """Searches answer at most 450 results of a query instead of 10,000."""
    monkeypatch.setattr(query, "MAX_RESULTS", CAP)
    monkeypatch.setattr(search, "MAX_RESULTS", CAP)
    return CAP


def drain(desk: Any, object_type: str, fields: list[str]) -> list[str]:
    """The ids that a window holds, in the order of the walk."""
    ids: list[str] = []
    window: ChangeWindow | None = ChangeWindow(SINCE, UNTIL)
    while window is not None:
        page = desk.connector.changes(object_type, fields, window)
        ids += [record.ref.id for record in page.records]
        window = page.next
    return ids


@pytest.mark.usefixtures("small_cap")
class TestTraps:
    @pytest.mark.parametrize(
        ("object_type", "name", "modified"),
        [("contacts", "email", "lastmodifieddate"), ("companies", "domain", "hs_lastmodifieddate")],
    )
    def test_more_than_the_cap_in_one_millisecond(
        self, simulator: HubSpotSimulator, desk: Any, object_type: str, name: str, modified: str
    ) -> None:
        rows = [{name: f"n{n}@example.com", modified: iso(UNTIL), "createdate": iso(1)} for n in range(3 * CAP)]
        ids = simulator.seed(object_type, rows)
        assert drain(desk, object_type, [name]) == [str(id_) for id_ in ids]

    def test_more_than_the_cap_in_a_window_with_times_against_the_order_of_ids(
        self, simulator: HubSpotSimulator, desk: Any
    ) -> None:
        rows = [
            {"email": f"n{n}@example.com", "lastmodifieddate": iso(UNTIL - n), "createdate": iso(1)}
            for n in range(2 * CAP)
        ]
        ids = simulator.seed("contacts", rows)
        assert drain(desk, "contacts", ["email"]) == [str(id_) for id_ in ids]
        assert all("after" not in json.loads(request.content) for request in desk.requests)

    def test_a_walk_that_was_broken_off_goes_on_after_the_last_id(self, simulator: HubSpotSimulator, desk: Any) -> None:
        rows = [{"email": f"n{n}@example.com", "lastmodifieddate": iso(UNTIL), "createdate": iso(1)} for n in range(9)]
        ids = simulator.seed("contacts", rows)
        page = desk.connector.changes("contacts", ["email"], ChangeWindow(SINCE, UNTIL, after_id=ids[5]))
        assert ([record.ref.id for record in page.records], page.total) == ([str(id_) for id_ in ids[6:]], 3)


class TestSearch:
    def test_a_window_costs_one_search_for_200_records_and_draws_on_the_search_budget(
        self, simulator: HubSpotSimulator, desk: Any
    ) -> None:
        rows = [
            {"email": f"n{n}@example.com", "lastmodifieddate": iso(UNTIL), "createdate": iso(1)} for n in range(401)
        ]
        simulator.seed("contacts", rows)
        assert len(drain(desk, "contacts", ["email"])) == 401
        assert desk.allowance.taken == {"search": 3}

    def test_very_many_fields_never_make_a_long_body(
        self, simulator: HubSpotSimulator, desk: Any, many_fields: list[str]
    ) -> None:
        row = {"email": "a@example.com", many_fields[7]: "seven"}
        simulator.seed("contacts", [{**row, "lastmodifieddate": iso(UNTIL), "createdate": iso(1)}])
        page = desk.connector.changes("contacts", many_fields, ChangeWindow(SINCE, UNTIL))
        assert [record.fields[many_fields[7]] for record in page.records] == ["seven"]
        assert desk.allowance.taken == {"search": 1, "normal": 1}

    def test_an_answer_without_total_still_ends_or_goes_on_as_its_paging_says(self, scripted: Any) -> None:
        body = {"results": [{"id": "7", "properties": {}}], "paging": {"next": {"after": "200"}}}
        page = scripted(lambda _: httpx.Response(200, json=body)).connector.changes(
            "contacts", ["email"], ChangeWindow(1, 2)
        )
        assert page.next == ChangeWindow(1, 2, after_id=7)

    def test_a_search_that_goes_round_in_circles_is_broken_off(self, scripted: Any) -> None:
        body = {"results": [{"id": "7", "properties": {}}], "total": 9}
        desk = scripted(lambda _: httpx.Response(200, json=body))
        with pytest.raises(ConnectorBugError, match="ids"):
            desk.connector.changes("contacts", ["email"], ChangeWindow(1, 2, after_id=7))


class TestTime:
    def test_the_time_is_hubspots_own_in_whole_seconds(self, desk: Any) -> None:
        assert desk.connector.now("contacts") == 1_800_000_000_000
        assert desk.calls.calls == 1

    def test_a_token_for_companies_alone_is_told_the_time(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.settings.scopes = ["crm.objects.companies.read"]
        assert desk.connector.now("companies") == 1_800_000_000_000
        with pytest.raises(NeedsPersonError):
            desk.connector.now("contacts")

    def test_an_answer_without_a_date_is_no_time(self, scripted: Any) -> None:
        desk = scripted(lambda _: httpx.Response(200, json={"results": []}))
        with pytest.raises(ConnectorBugError, match="date"):
            desk.connector.now("contacts")
