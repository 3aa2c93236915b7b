"""HubSpot's owners and pipelines."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError
from hubsync.model.directory import Owner, Pipeline, Stage
from infra.local.hubspot import HubSpotSimulator


class TestOwners:
    def test_everybody_is_told_and_who_left_as_such(self, desk: Any) -> None:
        assert desk.connector.owners() == (
            Owner("41629779", "olga@example.com", "Olga Owner"),
            Owner("41629780", "pedro@example.com", "Pedro Propietario"),
            Owner("41629781", "left@example.com", "Lena Left", active=False),
        )
        assert desk.calls.calls == 2

    def test_pages_are_walked_to_the_end(self, scripted: Any) -> None:
        def hubspot(request: httpx.Request) -> httpx.Response:
            if request.url.params["archived"] == "true":
                return httpx.Response(200, json={"results": []})
            if "after" not in request.url.params:
                body = {"results": [{"id": "1", "email": "a@example.com"}], "paging": {"next": {"after": "2"}}}
                return httpx.Response(200, json=body)
            return httpx.Response(200, json={"results": [{"id": 2, "email": None, "lastName": "Two"}]})

        assert scripted(hubspot).connector.owners() == (Owner("1", "a@example.com"), Owner("2", "", "Two"))

    def test_a_list_in_a_circle_ends(self, scripted: Any) -> None:
        body = {"results": [], "paging": {"next": {"after": "2"}}}
        with pytest.raises(ConnectorBugError, match="circle"):
            scripted(lambda _: httpx.Response(200, json=body)).connector.owners()

    def test_a_token_that_may_not_needs_a_person(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.settings.scopes = ["crm.objects.contacts.read"]
        with pytest.raises(NeedsPersonError, match="owners") as caught:
            desk.connector.owners()
        assert "scope" in caught.value.remedy


class TestPipelines:
    def test_pipelines_and_stages_come_in_the_order_that_people_see(self, desk: Any) -> None:
        (deals,) = desk.connector.pipelines("deals")
        assert (deals.id, deals.label) == ("default", "Sales Pipeline")
        assert deals.stages[0] == Stage("appointmentscheduled", "Appointment Scheduled")
        assert deals.stages[-1] == Stage("closedlost", "Closed Lost")
        assert desk.connector.pipelines("contacts") == ()

    def test_what_is_archived_is_left_out(self, scripted: Any) -> None:
        stages = [
            {"id": "late", "label": "Late", "displayOrder": 2},
            {"id": "gone", "label": "Gone", "displayOrder": 1, "archived": True},
            {"id": "soon", "label": "Soon", "displayOrder": 0},
        ]
        results = [
            {"id": "two", "label": "Two", "displayOrder": 1, "stages": stages},
            {"id": "old", "label": "Old", "displayOrder": 0, "archived": True},
        ]
        desk = scripted(lambda _: httpx.Response(200, json={"results": results}))
        wanted = Pipeline("two", "Two", (Stage("soon", "Soon"), Stage("late", "Late")))
        assert desk.connector.pipelines("deals") == (wanted,)

    def test_a_token_that_may_not_needs_a_person(self, simulator: HubSpotSimulator, desk: Any) -> None:
        simulator.settings.scopes = ["crm.objects.contacts.read"]
        with pytest.raises(NeedsPersonError, match="pipelines deals"):
            desk.connector.pipelines("deals")
