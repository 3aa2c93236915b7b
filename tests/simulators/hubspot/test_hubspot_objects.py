"""Objects: lists, single records, batches."""

from __future__ import annotations

from tests.simulators.hubspot.hubspot_account import COMPANIES, CONTACTS, Hub, ids

DAY = 86_400_000


def seeded(hub: Hub, number: int) -> list[int]:
    return hub.sim.seed("contacts", [{"email": f"c{i}@example.com", "firstname": f"C{i}"} for i in range(number)])


def test_a_list_pages_by_the_next_record_id(hub: Hub) -> None:
    """A page holds 10 unless told, 100 at most; `after` is the id of the next record, and the last page has none."""
    made = seeded(hub, 120)
    first = hub.get(CONTACTS)
    assert ids(first) == made[:10]
    assert first.json()["paging"]["next"]["after"] == str(made[10])
    page = hub.get(CONTACTS, limit=100)
    rest = hub.get(CONTACTS, limit=100, after=page.json()["paging"]["next"]["after"])
    assert ids(page) + ids(rest) == made
    assert "paging" not in rest.json()
    assert hub.get(CONTACTS, limit=101).status_code == 400
    assert hub.get(CONTACTS, limit=10, after="x").status_code == 400


def test_a_list_goes_on_though_its_next_record_was_deleted(hub: Hub) -> None:
    """`after` is a place among the ids, not a record that must exist."""
    made = seeded(hub, 5)
    after = hub.get(CONTACTS, limit=2).json()["paging"]["next"]["after"]
    hub.sim.archive("contacts", made[2])
    assert ids(hub.get(CONTACTS, after=after)) == made[3:]


def test_the_bin_is_listed_for_90_days(hub: Hub) -> None:
    """Archiving answers 204; `archived=true` lists and reads what was archived, for 90 days."""
    made = seeded(hub, 3)
    assert hub.client.delete(f"{CONTACTS}/{made[0]}").status_code == 204
    assert hub.batch(f"{CONTACTS}/batch/archive", [{"id": str(made[1])}]).status_code == 204
    assert ids(hub.get(CONTACTS)) == made[2:]
    binned = hub.get(CONTACTS, archived="true").json()["results"]
    assert [(item["id"], item["archived"]) for item in binned] == [(str(made[0]), True), (str(made[1]), True)]
    assert binned[0]["archivedAt"].startswith("2026-09-")
    assert hub.get(f"{CONTACTS}/{made[0]}").status_code == 404
    assert hub.get(f"{CONTACTS}/{made[0]}", archived="true").status_code == 200
    hub.clock.advance(90 * DAY)
    assert hub.get(f"{CONTACTS}/{made[0]}", archived="true").status_code == 404
    assert ids(hub.get(CONTACTS, archived="true")) == []


def test_a_batch_has_100_inputs_at_most_and_none_twice(hub: Hub) -> None:
    """More than 100 inputs are refused; so are repeated ones, and the 400 names them."""
    made = seeded(hub, 101)
    many = [{"id": str(i)} for i in made]
    for verb in ("read", "update", "archive"):
        assert hub.batch(f"{CONTACTS}/batch/{verb}", many).status_code == 400
        twice = hub.batch(f"{CONTACTS}/batch/{verb}", [{**many[0], "properties": {}}] * 2)
        assert (twice.status_code, twice.json()["context"]) == (400, {"ids": [str(made[0])]})
    upsert = {"idProperty": "email", "id": "x@example.com", "properties": {}}
    twice = hub.batch(f"{CONTACTS}/batch/upsert", [upsert, upsert])
    assert (twice.status_code, twice.json()["context"]) == (400, {"ids": ["x@example.com"]})
    cased = hub.batch(f"{CONTACTS}/batch/upsert", [upsert, {**upsert, "id": "X@example.com"}])
    assert cased.status_code == 400
    assert len(hub.sim.records("contacts")) == 101
    assert len(ids(hub.batch(f"{CONTACTS}/batch/read", many[:100]))) == 100


def test_a_batch_read_names_what_it_did_not_find_in_a_207(hub: Hub) -> None:
    """Found records and one OBJECT_NOT_FOUND with the missing ids come together, with numErrors."""
    made = seeded(hub, 2)
    hub.sim.archive("contacts", made[1])
    answer = hub.batch(f"{CONTACTS}/batch/read", [{"id": str(i)} for i in (*made, 999)], properties=["firstname"])
    assert answer.status_code == 207
    body = answer.json()
    assert [item["properties"]["firstname"] for item in body["results"]] == ["C0"]
    assert body["numErrors"] == 1
    assert body["errors"][0]["category"] == "OBJECT_NOT_FOUND"
    assert body["errors"][0]["context"] == {"ids": [str(made[1]), "999"]}


def test_a_batch_create_tells_by_trace_id_which_input_failed(hub: Hub) -> None:
    """With a unique objectWriteTraceId on each input the good ones are made, and a 207 names the others."""
    taken = hub.contact(email="taken@example.com")
    emails = {"a": "new@example.com", "b": "taken@example.com", "c": "no email"}
    inputs = [{"objectWriteTraceId": t, "properties": {"email": e}} for t, e in emails.items()]
    answer = hub.batch(f"{CONTACTS}/batch/create", inputs)
    body = answer.json()
    assert (answer.status_code, body["numErrors"]) == (207, 2)
    assert [item["objectWriteTraceId"] for item in body["results"]] == ["a"]
    errors = {error["context"]["objectWriteTraceId"][0]: error for error in body["errors"]}
    assert (errors["b"]["category"], errors["b"]["message"]) == (
        "CONFLICT",
        f"Contact already exists. Existing ID: {taken}",
    )
    assert (errors["c"]["category"], errors["c"]["errors"][0]["code"]) == ("VALIDATION_ERROR", "INVALID_EMAIL")


def test_the_results_of_a_batch_come_in_no_order(hub: Hub) -> None:
    """Whoever takes the nth result for the nth input will be wrong: the trace id or the value tells."""
    inputs = [{"objectWriteTraceId": str(i), "properties": {"firstname": str(i)}} for i in range(20)]
    results = hub.batch(f"{CONTACTS}/batch/create", inputs).json()["results"]
    traces = [item["objectWriteTraceId"] for item in results]
    assert traces == [item["properties"]["firstname"] for item in results]
    assert sorted(traces, key=int) == [str(i) for i in range(20)] != traces


def test_a_batch_without_trace_ids_fails_as_a_whole(hub: Hub) -> None:
    """Without trace ids nobody could tell which input failed, so nothing is written."""
    hub.contact(email="taken@example.com")
    inputs = [{"properties": {"email": email}} for email in ("new@example.com", "taken@example.com")]
    answer = hub.batch(f"{CONTACTS}/batch/create", inputs)
    assert (answer.status_code, answer.json()["category"]) == (409, "CONFLICT")
    assert len(hub.sim.records("contacts")) == 1
    repeated = [{"objectWriteTraceId": "a", "properties": {}}] * 2
    assert hub.batch(f"{CONTACTS}/batch/create", repeated).status_code == 400


def test_a_batch_update_skips_unknown_ids_and_reports_them(hub: Hub) -> None:
    """The known records are written, the unknown ids stand in a 207."""
    made = seeded(hub, 1)
    inputs = [{"id": str(i), "properties": {"firstname": "Ana"}} for i in (made[0], 999)]
    answer = hub.batch(f"{CONTACTS}/batch/update", inputs)
    assert (answer.status_code, answer.json()["errors"][0]["context"]) == (207, {"ids": ["999"]})
    assert hub.sim.records("contacts")[made[0]]["firstname"] == "Ana"


def test_an_upsert_says_whether_it_created(hub: Hub) -> None:
    """`idProperty` names a property with unique values; the answer's `new` tells create from update."""
    label = {"label": "id", "type": "string", "fieldType": "text", "groupName": "hubsync"}
    hub.post("/crm/properties/2026-09/companies", {"name": "hubsync_id", "hasUniqueValue": True, **label})
    one = {"idProperty": "hubsync_id", "id": "e-1", "properties": {"name": "Acme"}}
    assert [item["new"] for item in hub.batch(f"{COMPANIES}/batch/upsert", [one]).json()["results"]] == [True]
    again = {**one, "properties": {"name": "Acme Ltd"}}
    answer = hub.batch(f"{COMPANIES}/batch/upsert", [again]).json()["results"][0]
    assert (answer["new"], answer["properties"]["hubsync_id"]) == (False, "e-1")
    assert [values["name"] for values in hub.sim.records("companies").values()] == ["Acme Ltd"]
    for name in ("name", "hs_object_id"):
        refused = hub.batch(f"{COMPANIES}/batch/upsert", [{**one, "idProperty": name}])
        assert refused.status_code == 400
        assert "non-unique 0-2 property" in refused.json()["message"]
    assert hub.batch(f"{COMPANIES}/batch/upsert", [{"id": "e-1", "properties": {}}]).status_code == 400


def test_a_unique_property_is_unique(hub: Hub) -> None:
    """A second record with the same value of a unique property is refused, and the error names it."""
    label = {"label": "id", "type": "string", "fieldType": "text", "groupName": "hubsync"}
    hub.sim.define("companies", {"name": "hubsync_id", "hasUniqueValue": True, **label})
    first, second = hub.sim.seed("companies", [{"name": "A", "hubsync_id": "e-1"}, {"name": "B"}])
    refused = hub.client.patch(f"{COMPANIES}/{second}", json={"properties": {"hubsync_id": "e-1"}})
    assert refused.status_code == 400
    error = refused.json()["errors"][0]
    assert (error["code"], error["context"]["existingIds"]) == ("CONFLICTING_UNIQUE_VALUE", [str(first)])
    hub.sim.archive("companies", first)
    moved = hub.client.patch(f"{COMPANIES}/{second}", json={"properties": {"hubsync_id": "e-1"}})
    assert moved.status_code == 200


def test_values_are_strings_and_empty_is_null_and_undefined_is_left_out(hub: Hub) -> None:
    """Ids and values come as strings, a defined but empty property as null, an undefined one not at all."""
    company = hub.post(COMPANIES, {"properties": {"name": "Acme", "numberofemployees": 7, "is_public": True}})
    assert isinstance(company.json()["id"], str)
    names = "name,numberofemployees,is_public,phone,no_such_property"
    shown = hub.get(f"{COMPANIES}/{company.json()['id']}", properties=names).json()["properties"]
    assert (shown["numberofemployees"], shown["is_public"], shown["phone"]) == ("7", "true", None)
    assert "no_such_property" not in shown
    assert {"createdate", "hs_lastmodifieddate", "hs_object_id"} <= set(shown)


def test_default_properties_come_when_none_are_asked_for(hub: Hub) -> None:
    """A contact shows its email and name, and the dates and id that every answer has."""
    hub.contact(email="ana@example.com", city="Lugo")
    shown = hub.get(CONTACTS).json()["results"][0]["properties"]
    assert set(shown) == {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}


def test_an_empty_string_clears(hub: Hub) -> None:
    """Write `""` to empty a property."""
    contact = hub.contact(email="ana@example.com", city="Lugo")
    answer = hub.client.patch(f"{CONTACTS}/{contact}", json={"properties": {"city": ""}})
    assert answer.json()["properties"]["city"] is None
    assert "city" not in hub.sim.records("contacts")[contact]


def test_values_must_fit_their_type(hub: Hub) -> None:
    """Dates are midnight in UTC, numbers have no separators, options are internal values; else 400 with each reason."""
    hub.sim.define("contacts", {"name": "born", "label": "b", "type": "date", "fieldType": "date", "groupName": "g"})
    good = {"born": "1790035200000", "hs_buying_role": "CHAMPION;BLOCKER", "closedate": "2026-09-22T10:00:00Z"}
    made = hub.post(CONTACTS, {"properties": good}).json()["properties"]
    assert (made["born"], made["hs_buying_role"]) == ("2026-09-22", "CHAMPION;BLOCKER")
    assert made["closedate"] == "2026-09-22T10:00:00.000Z"
    assert hub.post(CONTACTS, {"properties": {"born": "2026-09-22"}}).json()["properties"]["born"] == "2026-09-22"
    bad = {
        "born": ("1790035200001", "INVALID_DATE"),
        "closedate": ("soon", "INVALID_DATE"),
        "hs_buying_role": ("CHAMPION;Blocker", "INVALID_OPTION"),
        "lifecyclestage": ("Lead", "INVALID_OPTION"),
        "hs_email_optout": ("yes", "INVALID_OPTION"),
        "email": ("ana@", "INVALID_EMAIL"),
        "createdate": ("2026-09-22", "READ_ONLY_VALUE"),
        "nonsense": ("x", "PROPERTY_DOESNT_EXIST"),
        "hubspot_owner_id": ("7001", "INVALID_OPTION"),
    }
    for name, (value, code) in bad.items():
        refused = hub.post(CONTACTS, {"properties": {name: value}})
        assert refused.status_code == 400
        assert [error["code"] for error in refused.json()["errors"]] == [code], name
    both = hub.post(CONTACTS, {"properties": {"email": "x", "nonsense": "y"}}).json()
    assert [error["context"]["propertyName"] for error in both["errors"]] == [["email"], ["nonsense"]]
    refused = hub.post(COMPANIES, {"properties": {"annualrevenue": "1,000"}})
    assert refused.json()["errors"][0]["code"] == "INVALID_INTEGER"


def test_history_tells_when_and_by_whom(hub: Hub) -> None:
    """propertiesWithHistory lists a property's values, the newest first; at most 50 inputs a batch."""
    contact = hub.contact(email="ana@example.com", city="Lugo")
    hub.clock.advance(1_000)
    hub.client.patch(f"{CONTACTS}/{contact}", json={"properties": {"city": "Vigo"}})
    hub.clock.advance(1_000)
    hub.sim.edit("contacts", contact, {"city": "Ourense"})
    asked = {"propertiesWithHistory": ["city"]}
    record = hub.batch(f"{CONTACTS}/batch/read", [{"id": str(contact)}], **asked).json()["results"][0]
    told = [(item["value"], item["sourceType"]) for item in record["propertiesWithHistory"]["city"]]
    assert told == [("Ourense", "CRM_UI"), ("Vigo", "INTEGRATION"), ("Lugo", "IMPORT")]
    many = [{"id": str(i)} for i in range(1, 52)]
    assert hub.batch(f"{CONTACTS}/batch/read", many, **asked).status_code == 400


def test_lifecyclestage_moves_forward_only(hub: Hub) -> None:
    """A step back changes nothing, unless the stage is cleared first."""
    contact = hub.contact(email="ana@example.com", lifecyclestage="customer")
    path = f"{CONTACTS}/{contact}"
    back = hub.client.patch(path, json={"properties": {"lifecyclestage": "lead"}})
    assert (back.status_code, back.json()["properties"]["lifecyclestage"]) == (200, "customer")
    hub.client.patch(path, json={"properties": {"lifecyclestage": ""}})
    forward = hub.client.patch(path, json={"properties": {"lifecyclestage": "lead"}})
    assert forward.json()["properties"]["lifecyclestage"] == "lead"


def test_malformed_bodies_are_refused(hub: Hub) -> None:
    """What is no JSON object, or lacks its fields, is a 400."""
    for body in (b"{", b"[]", b"{}", b'{"inputs": 7}', b'{"inputs": ["x"]}'):
        for path in (CONTACTS, f"{CONTACTS}/batch/create", f"{CONTACTS}/batch/read"):
            assert hub.client.post(path, content=body).status_code == 400
