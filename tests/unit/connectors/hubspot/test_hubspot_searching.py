"""Searching for what may be there already keeps to the limits of HubSpot's search."""

from __future__ import annotations

import json
from typing import Any

from hubsync.connectors.hubspot.api import SEARCH_BODY
from infra.local.hubspot import HubSpotSimulator


def bodies(desk: Any) -> list[dict[str, Any]]:
    """The bodies of the searches."""
    return [json.loads(request.content) for request in desk.requests if request.url.path.endswith("/search")]


def test_many_values_go_in_few_searches(simulator: HubSpotSimulator, desk: Any) -> None:
    """No body is longer than HubSpot takes, no value is left out, and none is asked for twice."""
    domains = [f"a-rather-long-name-{number}.example.com" for number in range(150)]
    ids = simulator.seed("companies", [{"domain": domain, "name": f"Firm {domain}"} for domain in domains])
    simulator.settings.search_lag_ms = 0
    wanted = {"domain": [*domains, *domains], "name": ["Nobody", *(f"Firm {domain}" for domain in domains[:3])]}
    found = desk.connector.search("companies", wanted, ["domain", "name"])
    assert sorted(record.ref.id for record in found) == sorted(map(str, ids))
    sent = bodies(desk)
    assert all(len(json.dumps(body)) <= SEARCH_BODY for body in sent)
    assert len(sent) <= 4
    groups = [group["filters"][0] for body in sent for group in body["filterGroups"]]
    asked = [value for group in groups if group["propertyName"] == "domain" for value in group["values"]]
    assert sorted(asked) == sorted(domains)


def test_case_does_not_matter(simulator: HubSpotSimulator, desk: Any) -> None:
    """HubSpot wants the values in lower case, however they are written in the app."""
    simulator.settings.search_lag_ms = 0
    simulator.seed("companies", [{"name": "ACME Rockets"}])
    (found,) = desk.connector.search("companies", {"name": ["Acme ROCKETS"]}, ["name"])
    assert found.fields["name"] == "ACME Rockets"


def test_a_contact_is_not_searched_by_email(simulator: HubSpotSimulator, desk: Any) -> None:
    """HubSpot refuses a second contact with an email, and says which is the first: the call is spared."""
    simulator.seed("contacts", [{"email": "ana@example.com"}])
    assert desk.connector.search("contacts", {"email": ["ana@example.com"]}, ["email"]) == []
    assert bodies(desk) == []
