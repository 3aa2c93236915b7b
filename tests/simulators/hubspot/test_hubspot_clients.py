"""HubSpot's own Python clients talk to the simulator over a socket, unchanged but for the base URL."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hubspot import HubSpot as ApiClient
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest
from hubspot.crm.contacts import (
    ApiException,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchReadInputSimplePublicObjectId,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.properties import PropertyCreate
from hubspot_sdk import ConflictError, HubSpot, NotFoundError, RateLimitError

from infra.local.transport import SimulatorTransport
from tests.simulators.hubspot.hubspot_account import Hub

ROOT = Path(__file__).parents[3]
TOKEN = "pat-socket"
OURS = {"label": "hubsync", "type": "string", "field_type": "text", "group_name": "hubsync"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The simulator as the stage starts it: `python -m infra.local.hubspot`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "infra.local.hubspot", "--port", str(port), "--token", TOKEN]
    options = ["--seed", "7", "--plan", "unlimited", "--search-lag-ms", "0"]
    server = subprocess.Popen([*command, *options], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address)
        yield address
    finally:
        server.terminate()
        server.wait(10)


def _wait_until_up(address: str) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{address}/_admin/health").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the simulator did not come up within 20 s")


@pytest.fixture(autouse=True)
def empty(url: str) -> None:
    httpx.post(f"{url}/_admin/reset")
    httpx.patch(f"{url}/_admin/limits", json={"plan": "unlimited"})


@pytest.fixture
def v3(url: str) -> Any:
    """hubspot-api-client: v3 and v4 paths; it takes its address from `host` and from `base_url`."""
    return ApiClient(access_token=TOKEN, host=url, base_url=url)


@pytest.fixture
def sdk(url: str) -> Iterator[HubSpot]:
    """hubspot-sdk: 2026-03 paths."""
    with HubSpot(access_token=TOKEN, base_url=url, max_retries=0) as client:
        yield client


def test_v3_creates_reads_changes_and_archives(v3: Any) -> None:
    """The basic API of contacts."""
    api = v3.crm.contacts.basic_api
    made = api.create(SimplePublicObjectInputForCreate(properties={"email": "Ana@example.com"}, associations=[]))
    assert made.properties["email"] == "ana@example.com"
    api.update(made.id, SimplePublicObjectInput(properties={"city": "Lugo"}))
    read = api.get_by_id(made.id, properties=["city"], properties_with_history=["city"])
    assert (read.properties["city"], read.created_at.tzinfo is not None) == ("Lugo", True)
    assert read.properties_with_history["city"][0].value == "Lugo"
    with pytest.raises(ApiException) as conflict:
        api.create(SimplePublicObjectInputForCreate(properties={"email": "ana@example.com"}, associations=[]))
    assert conflict.value.status == 409
    assert f"Existing ID: {made.id}" in conflict.value.body
    api.archive(made.id)
    assert [item.id for item in api.get_page(archived=True).results] == [made.id]
    with pytest.raises(ApiException) as gone:
        api.get_by_id(made.id)
    assert gone.value.status == 404


def test_v3_pages_through_all(v3: Any, url: str) -> None:
    """Its get_all follows `paging.next.after` to the end."""
    rows = [{"email": f"c{i}@example.com"} for i in range(230)]
    httpx.post(f"{url}/_admin/records/contacts", json={"records": rows})
    assert len(v3.crm.contacts.get_all()) == 230


def test_v3_batches_and_search(v3: Any) -> None:
    """Batches with a 207, upsert, and search."""
    api = v3.crm.contacts.batch_api
    inputs = [
        {"objectWriteTraceId": str(i), "properties": {"email": email}, "associations": []}
        for i, email in enumerate(("a@example.com", "b@example.com", "a@example.com"))
    ]
    made = api.create(BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert (len(made.results), made.num_errors) == (2, 1)
    assert made.errors[0].context == {"objectWriteTraceId": ["2"]}
    upsert = {"idProperty": "email", "id": "a@example.com", "properties": {"city": "Lugo"}}
    changed = api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[upsert]))
    assert changed.results[0].new is False
    wanted = BatchReadInputSimplePublicObjectId(
        id_property="email",
        inputs=[{"id": "a@example.com"}, {"id": "z@example.com"}],
        properties=["city"],
        properties_with_history=[],
    )
    read = api.read(wanted)
    assert [item.properties["city"] for item in read.results] == ["Lugo"]
    assert read.errors[0].context == {"ids": ["z@example.com"]}
    equal = {"propertyName": "city", "operator": "EQ", "value": "Lugo"}
    search = PublicObjectSearchRequest(filter_groups=[{"filters": [equal]}], limit=10)
    assert v3.crm.contacts.search_api.do_search(search).total == 1


def test_v3_merges_companies_and_reads_definitions(v3: Any, url: str) -> None:
    """Merge, properties, pipelines, owners and v4 associations."""
    rows = {"records": [{"name": "A"}, {"name": "B"}]}
    a, b = httpx.post(f"{url}/_admin/records/companies", json=rows).json()["ids"]
    merge = PublicMergeInput(object_id_to_merge=str(b), primary_object_id=str(a))
    survivor = v3.crm.companies.basic_api.merge(merge)
    assert v3.crm.companies.basic_api.get_by_id(str(a)).id == survivor.id
    core = v3.crm.properties.core_api
    made = core.create("companies", PropertyCreate(name="hubsync_id", has_unique_value=True, **OURS))
    assert core.get_by_name("companies", "hubsync_id").has_unique_value is made.has_unique_value is True
    assert "name" in [item.name for item in core.get_all("companies").results]
    stages = v3.crm.pipelines.pipelines_api.get_all("deals").results[0].stages
    assert stages[0].metadata["probability"] == "0.2"
    owners = v3.crm.owners.owners_api.get_page(email="olga@example.com").results
    assert owners[0].user_id == 7001
    contact = httpx.post(f"{url}/_admin/records/contacts", json={"records": [{}]}).json()["ids"][0]
    v4 = v3.crm.associations.v4
    v4.basic_api.create_default("contacts", str(contact), "companies", survivor.id)
    asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": str(contact)}])
    found = v4.batch_api.get_page("contacts", "companies", asked).results
    assert [str(item.to_object_id) for item in found[0].to] == [survivor.id]


def test_sdk_reads_and_writes_contacts(sdk: HubSpot) -> None:
    """Single records, pages, a conflict and a record that is not there."""
    contacts = sdk.crm.objects.contacts
    made = contacts.create(properties={"email": "Ana@example.com"}, associations=[])
    assert made.properties["email"] == "ana@example.com"
    contacts.update(made.id, properties={"city": "Lugo"})
    assert contacts.get(made.id, properties=["city"]).properties["city"] == "Lugo"
    with pytest.raises(ConflictError, match="Existing ID"):
        contacts.create(properties={"email": "ana@example.com"}, associations=[])
    for number in range(25):
        contacts.create(properties={"email": f"c{number}@example.com"}, associations=[])
    assert len(list(contacts.list(limit=10))) == 26
    contacts.delete(made.id)
    with pytest.raises(NotFoundError):
        contacts.get(made.id)


def test_sdk_batches_search_and_definitions(sdk: HubSpot) -> None:
    """Batches, search, properties, owners, associations."""
    companies = sdk.crm.objects.companies
    made = companies.batch.create(inputs=[{"properties": {"name": name}, "associations": []} for name in "ab"])
    assert {item.properties["name"] for item in made.results} == {"a", "b"}
    inputs: Any = [{"id": item.id} for item in made.results]
    read = companies.batch.get(inputs=inputs, properties=["name"], properties_with_history=[])
    assert len(read.results) == 2
    equal: Any = {"propertyName": "name", "operator": "EQ", "value": "a"}
    found = companies.search(filter_groups=[{"filters": [equal]}], limit=10, after="0", properties=["name"], sorts=[])
    assert found.total == 1
    merged = companies.merge(object_id_to_merge=inputs[0]["id"], primary_object_id=inputs[1]["id"])
    assert companies.get(inputs[0]["id"]).id == merged.id
    assert "domain" in [item.name for item in sdk.crm.properties.list("companies").results]
    assert [owner.email for owner in sdk.crm.owners.list()] == ["olga@example.com", "pedro@example.com"]


def test_answers_have_the_shape_that_the_sdk_declares(hub: Hub) -> None:
    """With strict validation the client refuses any answer that lacks a field or has one of another type."""
    transport = httpx.Client(transport=SimulatorTransport(hub.sim))
    crm = HubSpot(
        access_token="pat-test",
        base_url="http://hubspot.example.com",
        http_client=transport,
        _strict_response_validation=True,
    ).crm
    row = {"firstname": "Ana", "lastname": "Bo", "city": "Lugo"}
    emails = ("a@example.com", "b@example.com", "c@example.com")
    a, b, c = map(str, hub.sim.seed("contacts", [{**row, "email": email} for email in emails]))
    (company,) = map(str, hub.sim.seed("companies", [{"name": "Acme", "domain": "acme.example"}]))
    contacts, pairs = crm.objects.contacts, crm.associations.batch
    link: Any = {"from": {"id": c}, "to": {"id": company}}
    labelled: Any = {**link, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]}
    assert pairs.create("companies", from_object_type="contacts", inputs=[labelled]).results
    assert pairs.create_default("companies", from_object_type="contacts", inputs=[link]).results
    read = pairs.get("companies", from_object_type="contacts", inputs=[{"id": c}, {"id": a}])
    assert [item.to[0].to_object_id for item in read.results] == [company]
    assert len(list(contacts.list(limit=2))) == 3
    assert contacts.get(c, properties_with_history=["city"], associations=["companies"]).associations
    known = contacts.batch.get(inputs=[{"id": a}, {"id": "9"}], properties=[], properties_with_history=[])
    assert [item.id for item in known.results] == [a]
    upsert: Any = [{"id": "d@example.com", "idProperty": "email", "properties": row}]
    assert contacts.batch.upsert(inputs=upsert).results[0].new
    assert contacts.batch.update(inputs=[{"id": a, "properties": row}]).results
    assert contacts.search(filter_groups=[], limit=1, after="0", properties=["email"], sorts=[]).total == 4
    assert contacts.merge(object_id_to_merge=b, primary_object_id=a).id
    assert crm.properties.list("contacts").results
    assert crm.pipelines.list("deals").results
    assert list(crm.owners.list())
    transport.close()


def test_sdk_meets_the_limit(sdk: HubSpot, url: str) -> None:
    """A 429 is what the client takes it for."""
    httpx.patch(f"{url}/_admin/limits", json={"per_10_seconds": 0})
    with pytest.raises(RateLimitError) as refused:
        sdk.crm.objects.contacts.list()
    assert refused.value.response.json()["policyName"] == "TEN_SECONDLY_ROLLING"


def test_over_the_socket_there_is_one_date_and_lost_answers_are_lost(url: str) -> None:
    """`Date` is the simulator's own; an answer lost after the write ends the connection without a byte."""
    client = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"})
    path = "/crm/objects/2026-09/contacts"
    assert len(client.get(path).headers.get_list("date")) == 1
    client.post("/_admin/faults", json={"kind": "lost-after", "times": 1})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.post(path, json={"properties": {"email": "ana@example.com"}})
    assert len(client.get(path).json()["results"]) == 1
    client.close()
