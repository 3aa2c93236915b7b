"""Emails, merges, privacy deletion: who a contact is."""

from __future__ import annotations

from tests.simulators.hubspot.hubspot_account import COMPANIES, CONTACTS, Hub, ids


def test_an_email_is_unique_and_kept_in_lower_case(hub: Hub) -> None:
    """A second contact with an email, whatever its case, is a 409 that names the first."""
    first = hub.post(CONTACTS, {"properties": {"email": "Ana@Example.com "}}).json()
    assert first["properties"]["email"] == "ana@example.com"
    refused = hub.post(CONTACTS, {"properties": {"email": "ANA@example.com"}})
    assert refused.status_code == 409
    assert refused.json()["message"] == f"Contact already exists. Existing ID: {first['id']}"
    other = hub.contact(email="eva@example.com")
    taken = hub.client.patch(f"{CONTACTS}/{other}", json={"properties": {"email": "ana@example.com"}})
    assert taken.status_code == 409


def test_secondary_emails_are_unique_though_search_does_not_find_them(hub: Hub) -> None:
    """Search by email, find none, create, and still get 409: the address is another contact's secondary one."""
    owner = hub.contact(email="ana@example.com", hs_additional_emails="ana.b@example.com;ab@example.com")
    assert hub.search(CONTACTS, ("email", "EQ", "ab@example.com")).json()["total"] == 0
    refused = hub.post(CONTACTS, {"properties": {"email": "AB@example.com"}})
    assert (refused.status_code, refused.json()["message"]) == (
        409,
        f"Contact already exists. Existing ID: {owner}",
    )
    second = hub.post(CONTACTS, {"properties": {"hs_additional_emails": "ana.b@example.com"}})
    assert second.status_code == 409


def test_id_property_email_finds_secondary_addresses(hub: Hub) -> None:
    """Reads and upserts by email find a contact by its primary and by its secondary addresses."""
    owner = hub.contact(email="ana@example.com", hs_additional_emails="ab@example.com")
    inputs = [{"id": "AB@example.com"}, {"id": "nobody@example.com"}]
    read = hub.batch(f"{CONTACTS}/batch/read", inputs, idProperty="email")
    assert (read.status_code, ids(read)) == (207, [owner])
    assert read.json()["errors"][0]["context"] == {"ids": ["nobody@example.com"]}
    assert hub.get(f"{CONTACTS}/ab@example.com", idProperty="email").json()["id"] == str(owner)
    one = {"idProperty": "email", "id": "ab@example.com", "properties": {"city": "Lugo"}}
    answer = hub.batch(f"{CONTACTS}/batch/upsert", [one]).json()["results"][0]
    assert (answer["id"], answer["new"]) == (str(owner), False)
    assert hub.sim.records("contacts")[owner]["email"] == "ana@example.com"
    both = [one, {**one, "id": "ana@example.com"}]
    assert hub.batch(f"{CONTACTS}/batch/upsert", both).status_code == 400


def test_a_secondary_address_made_primary_changes_places(hub: Hub) -> None:
    """Both addresses stay the contact's own."""
    owner = hub.contact(email="ana@example.com", hs_additional_emails="ab@example.com")
    hub.client.patch(f"{CONTACTS}/{owner}", json={"properties": {"email": "ab@example.com"}})
    values = hub.sim.records("contacts")[owner]
    assert (values["email"], values["hs_additional_emails"]) == ("ab@example.com", "ana@example.com")
    assert hub.post(CONTACTS, {"properties": {"email": "ana@example.com"}}).status_code == 409


def test_a_changed_or_archived_email_is_free_again(hub: Hub) -> None:
    """Uniqueness holds among live contacts and their present addresses."""
    owner = hub.contact(email="ana@example.com")
    hub.client.patch(f"{CONTACTS}/{owner}", json={"properties": {"email": "ana2@example.com"}})
    assert hub.post(CONTACTS, {"properties": {"email": "ana@example.com"}}).status_code == 201
    hub.client.delete(f"{CONTACTS}/{owner}")
    assert hub.post(CONTACTS, {"properties": {"email": "ana2@example.com"}}).status_code == 201
    refused = hub.client.post(f"/_admin/records/contacts/{owner}/restore")
    assert refused.status_code == 400


def test_a_merge_makes_a_new_id_and_the_old_ones_lead_to_it(hub: Hub) -> None:
    """The survivor has a new id; old ids stand in hs_merged_object_ids, answer on reads, fail in batch updates."""
    first = hub.contact(email="ana@example.com", firstname="Ana", lifecyclestage="lead")
    second = hub.contact(email="ab@example.com", city="Lugo", lifecyclestage="customer")
    body = {"primaryObjectId": str(first), "objectIdToMerge": str(second)}
    survivor = int(hub.post(f"{CONTACTS}/merge", body).json()["id"])
    assert survivor not in (first, second)
    values = hub.sim.records("contacts")[survivor]
    assert values["hs_merged_object_ids"] == f"{first};{second}"
    assert (values["email"], values["hs_additional_emails"]) == ("ana@example.com", "ab@example.com")
    assert (values["firstname"], values["city"], values["lifecyclestage"]) == ("Ana", "Lugo", "customer")
    for old in (first, second):
        assert hub.get(f"{CONTACTS}/{old}").json()["id"] == str(survivor)
        failed = hub.batch(f"{CONTACTS}/batch/update", [{"id": str(old), "properties": {"city": "Vigo"}}])
        assert (failed.status_code, failed.json()["errors"][0]["context"]) == (207, {"ids": [str(old)]})
    read = hub.batch(f"{CONTACTS}/batch/read", [{"id": str(first)}, {"id": str(second)}])
    assert (read.status_code, ids(read)) == (200, [survivor])
    assert ids(hub.get(CONTACTS)) == [survivor]


def test_merges_follow_each_other(hub: Hub) -> None:
    """An id that was merged twice over leads to the last survivor, which lists every older id; companies alike."""
    a, b, c = hub.sim.seed("companies", [{"name": name} for name in "abc"])
    middle = hub.sim.merge("companies", a, b)
    last = hub.sim.merge("companies", c, middle)
    assert hub.sim.records("companies")[last]["hs_merged_object_ids"] == f"{c};{a};{b};{middle}"
    assert hub.get(f"{COMPANIES}/{a}").json()["id"] == str(last)
    assert (
        hub.post(f"{COMPANIES}/merge", {"primaryObjectId": str(last), "objectIdToMerge": str(last)}).status_code == 400
    )
    assert hub.post(f"{COMPANIES}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}).status_code == 404


def test_privacy_deletion_leaves_nothing(hub: Hub) -> None:
    """gdpr-delete answers 204; record, bin, old ids, history and associations are gone, and nothing restores them."""
    old, other = hub.contact(email="ana@example.com"), hub.contact(email="ab@example.com")
    survivor = hub.sim.merge("contacts", old, other)
    (company,) = hub.sim.seed("companies", [{"name": "Acme"}])
    hub.sim.associate("contacts", survivor, "companies", company)
    assert hub.post(f"{CONTACTS}/gdpr-delete", {"objectId": str(survivor)}).status_code == 204
    assert hub.get(f"{COMPANIES}/{company}/associations/contacts").json()["results"] == []
    for key in (old, survivor):
        assert hub.get(f"{CONTACTS}/{key}").status_code == 404
        assert hub.get(f"{CONTACTS}/{key}", archived="true").status_code == 404
    assert hub.client.post(f"/_admin/records/contacts/{survivor}/restore").status_code == 404
    binned = hub.contact(email="eva@example.com")
    hub.sim.archive("contacts", binned)
    assert hub.post(f"{CONTACTS}/gdpr-delete", {"objectId": str(binned)}).status_code == 204
    assert ids(hub.get(CONTACTS, archived="true")) == []
    hub.contact(email="leo@example.com")
    by_email = {"objectId": "leo@example.com", "idProperty": "email"}
    assert hub.post(f"{CONTACTS}/gdpr-delete", by_email).status_code == 204
    assert hub.sim.records("contacts") == {}


def test_hubspot_may_make_a_company_from_an_email(hub: Hub) -> None:
    """If the account is set so, a new contact's domain makes or finds a company, and associates it."""
    hub.sim.settings.create_companies = True
    made = [
        hub.post(CONTACTS, {"properties": {"email": email}}).json()["id"]
        for email in ("ana@acme.example", "eva@acme.example", "leo@gmail.com")
    ]
    companies = hub.sim.records("companies")
    assert [values["domain"] for values in companies.values()] == ["acme.example"]
    path = "/crm/v4/objects/contacts/{}/associations/companies"
    found = [hub.get(path.format(i)).json()["results"] for i in made]
    assert [[item["toObjectId"] for item in page] for page in found] == [list(companies), list(companies), []]
