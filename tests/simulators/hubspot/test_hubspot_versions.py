"""Versions and paths."""

from __future__ import annotations

import pytest

from tests.simulators.hubspot.hubspot_account import Hub


@pytest.mark.parametrize(
    "path",
    [
        "/crm/objects/2026-09/contacts",
        "/crm/objects/2026-03/contacts",
        "/crm/v3/objects/contacts",
        "/crm/objects/2026-09/contact",
        "/crm/objects/2026-09/0-1",
    ],
)
def test_every_version_and_name_leads_to_the_same_records(hub: Hub, path: str) -> None:
    """The dated versions, v3 and v4 answer alike; a type goes by plural, singular and type id."""
    contact = hub.contact(email="ana@example.com")
    assert [item["id"] for item in hub.get(path).json()["results"]] == [str(contact)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/crm/objects/2026-09/contacts"),
        ("POST", "/crm/objects/2026-09/contacts/batch/read"),
        ("POST", "/crm/objects/2026-09/contacts/batch/create"),
        ("POST", "/crm/objects/2026-09/contacts/batch/update"),
        ("POST", "/crm/objects/2026-09/contacts/batch/upsert"),
        ("POST", "/crm/objects/2026-09/contacts/batch/archive"),
        ("POST", "/crm/objects/2026-09/contacts/search"),
        ("POST", "/crm/objects/2026-09/contacts/merge"),
        ("POST", "/crm/objects/2026-09/contacts/gdpr-delete"),
        ("POST", "/crm/associations/2026-09/contacts/companies/batch/read"),
        ("GET", "/crm/properties/2026-09/contacts"),
        ("GET", "/crm/pipelines/2026-09/deals"),
        ("GET", "/crm/owners/2026-09"),
        ("GET", "/crm/v3/owners/"),
        ("GET", "/crm-object-schemas/2026-09/schemas"),
        ("POST", "/integrators/timeline/2026-09/events"),
        ("POST", "/integrators/timeline/2026-09/events/batch"),
        ("POST", "/events/2026-09/send"),
        ("POST", "/events/2026-09/send/batch"),
        ("POST", "/events/custom/2026-09/send"),
        ("GET", "/crm/v4/objects/contacts/101/associations/companies"),
    ],
)
def test_every_path_of_the_page_has_a_route(hub: Hub, method: str, path: str) -> None:
    """Each path named under "Versions and paths" exists: it does its work or refuses the body, never "no route"."""
    hub.contact(email="ana@example.com")
    answer = hub.client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code in (200, 204, 400, 404)
    assert "No route" not in answer.text


def test_unknown_paths_versions_methods_and_types_are_refused(hub: Hub) -> None:
    """What does not exist answers 404, a wrong method 405, an unknown object type 400."""
    assert hub.get("/crm/objects/contacts").status_code == 404
    assert hub.get("/crm/objects/2019-01/contacts").status_code == 404
    assert hub.get("/crm/nothing/2026-09/contacts").status_code == 404
    assert hub.client.put("/crm/objects/2026-09/contacts").status_code == 405
    answer = hub.get("/crm/objects/2026-09/unicorns")
    assert answer.status_code == 400
    assert "Unable to infer object type" in answer.json()["message"]


def test_admin_rules_hold_for_api_writes_since_2026_09(hub: Hub) -> None:
    """What the account's admin demands of people is demanded of apps too, from 2026-09 on: 400 VALIDATION_ERROR."""
    hub.sim.settings.required = {"contacts": ["lastname"]}
    body = {"properties": {"email": "ana@example.com"}}
    refused = hub.post("/crm/objects/2026-09/contacts", body)
    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    assert refused.json()["errors"][0]["context"] == {"propertyName": ["lastname"]}
    assert hub.post("/crm/objects/2026-03/contacts", body).status_code == 201


def test_timeline_and_custom_events_are_kept(hub: Hub) -> None:
    """An app logs events on a record's timeline and sends custom events, one by one or in batches."""
    event = {"eventTemplateId": "1001", "id": "order-1", "email": "ana@example.com", "tokens": {"total": "9"}}
    path = "/integrators/timeline/2026-09/events"
    assert hub.post(path, event).status_code == 201
    assert hub.batch(f"{path}/batch", [event, {**event, "id": "order-2"}]).status_code == 201
    sent = {"eventName": "pe62515_paid", "objectId": "101", "uuid": "u-1"}
    assert hub.post("/events/2026-09/send", sent).status_code == 204
    assert hub.batch("/events/2026-09/send/batch", [{**sent, "uuid": "u-2"}]).status_code == 204
    assert hub.post(path, {"id": "no template"}).status_code == 400
    kept = hub.get("/_admin/events").json()
    assert [event.get("id") or event["uuid"] for event in kept] == ["order-1", "order-2", "u-1", "u-2"]
