"""Where people look at a record: HubSpot's own pages, the app's where its manifest says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.manifest import Manifest
from infra.local.hubspot.faults import Fault
from tests.unit.api.api_client import Client
from tests.unit.services.look_world import H, Small, contact, person
from tests.unit.services.managed import managed

RECORDS = "/v1/syncs/contacts/records"
LOOK = "Look for the id {} in {}."


def over(small: Small) -> Client:
    return Client(managed(small))


@pytest.fixture
def small() -> Small:
    return Small([contact()], [person()])


@pytest.fixture
def orbit_has_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if Orbit's manifest said where people look at people."""
    real = catalogue.manifest("orbit")
    people = real.objects["people"].model_copy(update={"web": "https://orbit.example.com/people/{id}?tab=1"})
    told = real.model_copy(update={"objects": {**real.objects, "people": people}})
    manifest = catalogue.manifest

    def found(key: str) -> Manifest:
        return told if key == "orbit" else manifest(key)

    monkeypatch.setattr(catalogue, "manifest", found)


def test_hubspot_s_page_has_the_account_the_type_and_the_record(small: Small) -> None:
    call = over(small)
    answer = call("GET", f"{RECORDS}/{small.a[0]}/addresses").json
    hubspot, app = answer["addresses"]
    assert answer["id"] == small.entry(H, 0).id
    url = f"https://app-eu1.hubspot.com/contacts/62515/record/0-1/{small.h[0]}"
    assert hubspot == {"side": "hubspot", "id": str(small.h[0]), "url": url, "problem": None, "remedy": None}
    assert (app["side"], app["id"], app["url"]) == ("app", small.a[0], None)
    assert "people" in app["problem"]
    assert app["remedy"] == LOOK.format(small.a[0], "the app")


@pytest.mark.usefixtures("orbit_has_pages")
def test_the_app_s_page_is_the_one_of_its_manifest(small: Small) -> None:
    small.world.orbit.gate.reset_counts()
    _, app = over(small)("GET", f"{RECORDS}/ana%40example.com/addresses").json["addresses"]
    assert app["url"] == f"https://orbit.example.com/people/{small.a[0]}?tab=1"
    assert not small.world.orbit.gate.counts


def test_the_account_is_asked_for_once(small: Small) -> None:
    call = over(small)
    small.world.hubspot.calls.reset()
    for _ in range(3):
        assert call("GET", f"{RECORDS}/{small.h[0]}/addresses").status == 200
    assert dict(small.world.hubspot.calls.calls) == {"GET /account-info/details": 1}


def test_what_was_deleted_has_no_page(small: Small) -> None:
    small.delete_h(0)
    small.rest()
    small.compare()
    hubspot, _ = over(small)("GET", f"{RECORDS}/{small.a[0]}/addresses").json["addresses"]
    assert (hubspot["url"], "deleted" in hubspot["problem"]) == (None, True)


def test_a_record_of_one_side_has_one_address() -> None:
    small = Small([contact(None, firstname="Ida")], [])
    (only,) = over(small)("GET", f"{RECORDS}/{small.h[0]}/addresses").json["addresses"]
    assert only["side"] == "hubspot"


def test_hubspot_that_does_not_answer_is_told_and_the_rest_is_there(small: Small) -> None:
    small.world.hubspot.faults.add(Fault("503"))
    answer = over(small)("GET", f"{RECORDS}/{small.h[0]}/addresses")
    assert answer.status == 200
    hubspot, app = answer.json["addresses"]
    assert (hubspot["url"], bool(hubspot["problem"]), "again" in hubspot["remedy"]) == (None, True, True)
    assert app["id"] == small.a[0]


def test_a_token_that_may_not_ask_for_the_account_is_told(small: Small) -> None:
    small.world.hubspot.settings.scopes = ["crm.objects.contacts.read"]
    hubspot, _ = over(small)("GET", f"{RECORDS}/{small.h[0]}/addresses").json["addresses"]
    assert (hubspot["url"], "permission" in hubspot["remedy"]) == (None, True)


@pytest.mark.parametrize(
    ("object_type", "number"), [("companies", "0-2"), ("leads", "0-136"), ("2-123", "2-123"), ("p_cars", None)]
)
def test_each_object_type_has_its_number(small: Small, object_type: str, number: str | None) -> None:
    syncs = small.world.stores.syncs
    syncs.put_sync(replace(small.world.sync(), hubspot_object=object_type))
    hubspot, _ = over(small)("GET", f"{RECORDS}/{small.h[0]}/addresses").json["addresses"]
    if number is None:
        assert (hubspot["url"], object_type in hubspot["problem"]) == (None, True)
    else:
        assert hubspot["url"].endswith(f"/record/{number}/{small.h[0]}")


def test_what_is_not_there_has_no_address(small: Small) -> None:
    call = over(small)
    assert call("GET", f"{RECORDS}/nobody/addresses").status == 404
    assert call("GET", "/v1/syncs/nobody/records/1/addresses").status == 404
