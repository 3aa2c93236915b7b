"""Property definitions, pipelines, owners, custom objects."""

from __future__ import annotations

from typing import Any

from tests.simulators.hubspot.hubspot_account import CONTACTS, Hub, ids

PROPERTIES = "/crm/properties/2026-09/contacts"
DEALS = "/crm/pipelines/2026-09/deals"


def definition(name: str, **more: Any) -> dict[str, Any]:
    plain = {"label": name, "type": "string", "fieldType": "text", "groupName": "hubsync"}
    return {"name": name, **plain, **more}


def test_definitions_tell_type_options_and_what_can_be_written(hub: Hub) -> None:
    """The seven types, options, modificationMetadata, calculated and hasUniqueValue stand in each definition."""
    listed = {item["name"]: item for item in hub.get(PROPERTIES).json()["results"]}
    assert listed["email"]["hasUniqueValue"] is True
    assert listed["createdate"]["modificationMetadata"]["readOnlyValue"] is True
    assert listed["hs_email_domain"]["calculated"] is True
    assert listed["firstname"]["modificationMetadata"]["readOnlyValue"] is False
    assert [option["value"] for option in listed["lifecyclestage"]["options"]][:2] == ["subscriber", "lead"]
    assert hub.get(f"{PROPERTIES}/lifecyclestage").json() == listed["lifecyclestage"]
    for type_ in ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string"):
        body = definition(f"of_{type_}", type=type_, options=[{"value": "a", "label": "A"}])
        assert hub.post(PROPERTIES, body).json()["type"] == type_
    assert hub.post(PROPERTIES, definition("of_money", type="money")).status_code == 400


def test_a_property_is_made_once(hub: Hub) -> None:
    """201, then 409; 404 for an unknown one; it is used at once; an archived one is gone."""
    assert hub.get(f"{PROPERTIES}/hubsync_id").status_code == 404
    made = hub.post(PROPERTIES, definition("hubsync_id", hasUniqueValue=True))
    assert (made.status_code, made.json()["hasUniqueValue"]) == (201, True)
    again = hub.post(PROPERTIES, definition("hubsync_id", hasUniqueValue=True))
    assert (again.status_code, again.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert hub.get(f"{PROPERTIES}/hubsync_id").status_code == 200
    contact = hub.post(CONTACTS, {"properties": {"hubsync_id": "e-1"}}).json()["id"]
    assert hub.get(f"{CONTACTS}/e-1", idProperty="hubsync_id").json()["id"] == contact
    assert ids(hub.search(CONTACTS, ("hubsync_id", "EQ", "e-1"))) == [int(contact)]
    assert hub.client.delete(f"{PROPERTIES}/hubsync_id").status_code == 204
    assert hub.get(f"{PROPERTIES}/hubsync_id").status_code == 404
    assert "hubsync_id" not in hub.get(f"{CONTACTS}/{contact}", properties="hubsync_id").json()["properties"]


def test_ten_unique_properties_at_most_and_for_ever(hub: Hub) -> None:
    """An eleventh property with unique values is refused, and hasUniqueValue cannot be changed later."""
    for number in range(10):
        assert hub.post(PROPERTIES, definition(f"u{number}", hasUniqueValue=True)).status_code == 201
    assert hub.post(PROPERTIES, definition("u10", hasUniqueValue=True)).status_code == 400
    assert hub.post(PROPERTIES, definition("plain")).status_code == 201
    assert hub.client.patch(f"{PROPERTIES}/plain", json={"hasUniqueValue": True}).status_code == 400
    assert hub.client.patch(f"{PROPERTIES}/u1", json={"hasUniqueValue": False}).status_code == 400
    assert hub.client.patch(f"{PROPERTIES}/plain", json={"label": "Plain"}).json()["label"] == "Plain"


def test_property_batches_groups_and_refusals(hub: Hub) -> None:
    """Properties can be made, read and archived in batches; HubSpot's own cannot be touched."""
    made = hub.batch(f"{PROPERTIES}/batch/create", [definition("a"), definition("b")])
    assert made.status_code == 201
    read = hub.batch(f"{PROPERTIES}/batch/read", [{"name": "a"}, {"name": "b"}, {"name": "c"}]).json()["results"]
    assert [item["name"] for item in read] == ["a", "b"]
    assert hub.batch(f"{PROPERTIES}/batch/archive", [{"name": "a"}]).status_code == 204
    assert hub.post(f"{PROPERTIES}/groups", {"name": "mine", "label": "Mine"}).status_code == 201
    groups = {group["name"] for group in hub.get(f"{PROPERTIES}/groups").json()["results"]}
    assert {"mine", "hubsync"} <= groups
    assert hub.client.delete(f"{PROPERTIES}/email").status_code == 400
    assert hub.client.patch(f"{PROPERTIES}/email", json={"label": "x"}).status_code == 400
    assert hub.post(PROPERTIES, {"name": "x"}).status_code == 400
    assert hub.post(PROPERTIES, definition("Bad Name")).status_code == 400


def test_deal_stages_carry_a_probability_and_are_checked(hub: Hub) -> None:
    """A deal stage's probability is a string; a deal takes only stages of its pipeline."""
    (pipeline,) = hub.get(DEALS).json()["results"]
    assert [stage["metadata"]["probability"] for stage in pipeline["stages"]][:2] == ["0.2", "0.4"]
    stage = {"label": "Won", "displayOrder": 0, "metadata": {"probability": "1.0"}}
    made = hub.post(DEALS, {"label": "Renewals", "displayOrder": 1, "stages": [stage]}).json()
    deals = "/crm/objects/2026-09/deals"
    renewal = {"dealname": "R", "pipeline": made["id"], "dealstage": made["stages"][0]["id"]}
    assert hub.post(deals, {"properties": renewal}).status_code == 201
    for wrong in ({"dealstage": "closedwon"}, {"pipeline": "none"}):
        refused = hub.post(deals, {"properties": {**renewal, **wrong}})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "INVALID_OPTION")
    assert hub.post(f"{DEALS}/default/stages", {"label": "x", "displayOrder": 9}).status_code == 400


def test_a_pipeline_has_100_stages_at_most(hub: Hub) -> None:
    """The hundred-and-first stage is refused."""
    path = "/crm/pipelines/2026-09/tickets/0/stages"
    answers = [hub.post(path, {"label": f"S{i}", "displayOrder": i}).status_code for i in range(97)]
    assert answers == [201] * 96 + [400]


def test_pipelines_and_stages_are_changed_and_removed(hub: Hub) -> None:
    """PATCH, PUT and DELETE do what they say; unknown ones are 404."""
    made = hub.post(DEALS, {"pipelineId": "p1", "label": "P", "displayOrder": 1, "stages": []}).json()
    assert made["id"] == "p1"
    stage = hub.post(f"{DEALS}/p1/stages", {"label": "S", "displayOrder": 0, "metadata": {"probability": "0.5"}}).json()
    path = f"{DEALS}/p1/stages/{stage['id']}"
    assert hub.client.patch(path, json={"label": "T"}).json()["metadata"] == {"probability": "0.5"}
    assert hub.get(path).json()["label"] == "T"
    assert len(hub.get(f"{DEALS}/p1/stages").json()["results"]) == 1
    assert hub.client.delete(path).status_code == 204
    assert hub.get(path).status_code == 404
    assert hub.client.patch(f"{DEALS}/p1", json={"label": "Q"}).json()["label"] == "Q"
    assert hub.client.put(f"{DEALS}/p1", json={"label": "R", "stages": []}).json()["label"] == "R"
    assert hub.client.delete(f"{DEALS}/p1").status_code == 204
    assert hub.get(f"{DEALS}/p1").status_code == 404


def test_owners_are_assigned_by_id_not_user_id(hub: Hub) -> None:
    """An owner has both; a record takes only the id. Owners are found by email, and the archived ones apart."""
    (owner,) = hub.get("/crm/owners/2026-09", email="olga@example.com").json()["results"]
    assert owner["id"] != str(owner["userId"])
    good = hub.post(CONTACTS, {"properties": {"hubspot_owner_id": owner["id"]}})
    bad = hub.post(CONTACTS, {"properties": {"hubspot_owner_id": str(owner["userId"])}})
    assert (good.status_code, bad.status_code) == (201, 400)
    by_user = hub.get(f"/crm/owners/2026-09/{owner['userId']}", idProperty="userId")
    assert by_user.json() == hub.get(f"/crm/owners/2026-09/{owner['id']}").json() == owner
    assert len(hub.get("/crm/owners/2026-09").json()["results"]) == 2
    assert len(hub.get("/crm/owners/2026-09", archived="true").json()["results"]) == 1
    assert hub.get("/crm/owners/2026-09/1").status_code == 404
    page = hub.get("/crm/owners/2026-09", limit=1).json()
    rest = hub.get("/crm/owners/2026-09", limit=1, after=page["paging"]["next"]["after"]).json()
    assert [item["email"] for item in page["results"] + rest["results"]] == ["olga@example.com", "pedro@example.com"]


def test_custom_objects_have_a_schema_and_records(hub: Hub) -> None:
    """A custom object is registered with its properties and then used like any other, by name or type id."""
    schema = {
        "name": "cars",
        "labels": {"singular": "Car", "plural": "Cars"},
        "primaryDisplayProperty": "plate",
        "properties": [{"name": "plate", "label": "Plate", "type": "string", "hasUniqueValue": True}],
    }
    path = "/crm-object-schemas/2026-09/schemas"
    made = hub.post(path, schema).json()
    assert [item["name"] for item in hub.get(path).json()["results"]] == [made["name"]]
    assert hub.get(f"{path}/{made['objectTypeId']}").json()["primaryDisplayProperty"] == "plate"
    car = hub.post(f"/crm/objects/2026-09/{made['objectTypeId']}", {"properties": {"plate": "1234 BCD"}}).json()
    assert {"plate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id"} <= set(car["properties"])
    assert ids(hub.get("/crm/objects/2026-09/cars")) == [int(car["id"])]
    assert hub.post(path, schema).status_code == 400
