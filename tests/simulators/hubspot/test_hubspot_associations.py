"""Associations: batches, labels, type ids."""

from __future__ import annotations

import pytest

from infra.local.hubspot.errors import ApiError
from tests.simulators.hubspot.hubspot_account import CONTACTS, Hub

PAIR = "/crm/associations/2026-09/contacts/companies"


def ends(hub: Hub, contacts: int = 2, companies: int = 2) -> tuple[list[int], list[int]]:
    return (
        hub.sim.seed("contacts", [{"firstname": f"C{i}"} for i in range(contacts)]),
        hub.sim.seed("companies", [{"name": f"A{i}"} for i in range(companies)]),
    )


def spec(left: object, right: object, *type_ids: int) -> dict[str, object]:
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": i} for i in type_ids]
    return {"from": {"id": left}, "to": {"id": right}, "types": types}


@pytest.mark.parametrize(
    ("left", "right", "type_id", "inverse"),
    [
        ("contacts", "companies", 279, 280),
        ("contacts", "companies", 1, 2),
        ("deals", "contacts", 3, 4),
        ("deals", "companies", 341, 342),
        ("deals", "companies", 5, 6),
        ("contacts", "tickets", 15, 16),
        ("tickets", "companies", 26, 25),
        ("tasks", "contacts", 204, 203),
        ("invoices", "contacts", 177, 178),
    ],
)
def test_type_ids(hub: Hub, left: str, right: str, type_id: int, inverse: int) -> None:
    """HubSpot's own type ids, seen from both ends."""
    (one,), (other,) = (hub.sim.seed(name, [{}]) for name in (left, right))
    answer = hub.batch(f"/crm/associations/2026-09/{left}/{right}/batch/create", [spec(one, other, type_id)])
    assert answer.status_code == 201
    there = hub.get(f"/crm/objects/2026-09/{left}/{one}/associations/{right}").json()["results"]
    back = hub.get(f"/crm/objects/2026-09/{right}/{other}/associations/{left}").json()["results"]
    assert type_id in [label["typeId"] for label in there[0]["associationTypes"]]
    assert inverse in [label["typeId"] for label in back[0]["associationTypes"]]
    labels = hub.get(f"/crm/associations/2026-09/{left}/{right}/labels").json()["results"]
    assert type_id in [label["typeId"] for label in labels]


def test_ids_are_taken_as_numbers_and_as_strings(hub: Hub) -> None:
    """An end's id may be a JSON number or a string; `toObjectId` is a number in v4, a string in dated versions."""
    (a, b), (x, _) = ends(hub)
    answer = hub.batch(f"{PAIR}/batch/create", [spec(a, str(x), 279), spec(str(b), x, 279)])
    assert [item["toObjectId"] for item in answer.json()["results"]] == [str(x), str(x)]
    for path, shown in ((PAIR, str(x)), ("/crm/v4/associations/contacts/companies", x)):
        read = hub.batch(f"{path}/batch/read", [{"id": a}, {"id": str(b)}]).json()["results"]
        assert [(i["from"]["id"], i["to"][0]["toObjectId"]) for i in read] == [(str(a), shown), (str(b), shown)]


def test_batch_read_pages_each_input_for_itself(hub: Hub) -> None:
    """Each input has its own `after`; 500 ends a page."""
    (a,), companies = ends(hub, 1, 501)
    for company in companies:
        hub.sim.associate("contacts", a, "companies", company)
    first = hub.batch(f"{PAIR}/batch/read", [{"id": str(a)}]).json()["results"][0]
    after = first["paging"]["next"]["after"]
    assert (len(first["to"]), after) == (500, str(companies[500]))
    second = hub.batch(f"{PAIR}/batch/read", [{"id": str(a), "after": after}]).json()["results"][0]
    assert [item["toObjectId"] for item in second["to"]] == [str(companies[500])]
    assert "paging" not in second


def test_batch_limits(hub: Hub) -> None:
    """A batch read takes 1,000 inputs, a batch create 2,000."""
    (a, _), (x, _) = ends(hub)
    assert hub.batch(f"{PAIR}/batch/read", [{"id": str(a)}] * 1_001).status_code == 400
    assert hub.batch(f"{PAIR}/batch/read", [{"id": str(a)}] * 1_000).status_code == 207
    assert hub.batch(f"{PAIR}/batch/create", [spec(a, x, 279)] * 2_001).status_code == 400
    assert hub.batch(f"{PAIR}/batch/create", [spec(a, x, 279)] * 2_000).status_code == 201


def test_records_without_associations_and_unknown_ones_stand_in_a_207(hub: Hub) -> None:
    """What has nothing to show is an error of its line, with the id in its context."""
    (a, b), (x, _) = ends(hub)
    hub.sim.associate("contacts", a, "companies", x)
    answer = hub.batch(f"{PAIR}/batch/read", [{"id": str(i)} for i in (a, b, 999)])
    body = answer.json()
    assert (answer.status_code, body["numErrors"], len(body["results"])) == (207, 2, 1)
    assert body["errors"][0]["context"] == {"fromObjectId": [str(b)]}
    failed = hub.batch(f"{PAIR}/batch/create", [spec(a, 999, 279), spec(a, x, 3)])
    assert (failed.status_code, failed.json()["numErrors"]) == (207, 2)


def test_put_replaces_the_labels(hub: Hub) -> None:
    """PUT sets exactly the given labels; the unlabelled association is always among them."""
    (a, _), (x, _) = ends(hub)
    label = hub.post(f"{PAIR}/labels", {"label": "Billing", "name": "billing"}).json()["results"][0]["typeId"]
    path = f"{CONTACTS}/{a}/associations/companies/{x}"

    def labels() -> list[int]:
        found = hub.get(f"{CONTACTS}/{a}/associations/companies").json()["results"]
        return [item["typeId"] for item in found[0]["associationTypes"]]

    both = [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1},
        {"associationCategory": "USER_DEFINED", "associationTypeId": label},
    ]
    hub.client.put(path, json=both)
    assert labels() == [1, 279, label]
    hub.client.put(path, json=both[1:])
    assert labels() == [279, label]
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": label}]
    assert hub.client.put(path, json=wrong).status_code == 400


def test_a_contact_has_one_primary_company(hub: Hub) -> None:
    """A new primary takes the label from the one before, and leaves the association; a company has many contacts."""
    (a, b), (x, y) = ends(hub)
    hub.batch(f"{PAIR}/batch/create", [spec(a, x, 1), spec(b, x, 1), spec(a, y, 1)])
    found = hub.get(f"{CONTACTS}/{a}/associations/companies").json()["results"]
    assert [[label["typeId"] for label in item["associationTypes"]] for item in found] == [[279], [1, 279]]
    other = hub.get(f"{CONTACTS}/{b}/associations/companies").json()["results"]
    assert [label["typeId"] for label in other[0]["associationTypes"]] == [1, 279]
    hub.batch("/crm/associations/2026-09/companies/contacts/batch/create", [spec(y, b, 2)])
    found = hub.get(f"{CONTACTS}/{b}/associations/companies").json()["results"]
    assert [[label["typeId"] for label in item["associationTypes"]] for item in found] == [[279], [1, 279]]


def test_associations_are_archived_whole_or_by_label(hub: Hub) -> None:
    """Archiving takes the association away, archiving labels only those."""
    (a, b), (x, _) = ends(hub)
    hub.batch(f"{PAIR}/batch/create", [spec(a, x, 1), spec(b, x, 279)])
    assert hub.batch(f"{PAIR}/batch/labels/archive", [spec(a, x, 1)]).status_code == 204
    found = hub.get(f"{CONTACTS}/{a}/associations/companies").json()["results"]
    assert [label["typeId"] for label in found[0]["associationTypes"]] == [279]
    gone = [{"from": {"id": str(a)}, "to": [{"id": str(x)}]}]
    assert hub.batch(f"{PAIR}/batch/archive", gone).status_code == 204
    assert hub.client.delete(f"{CONTACTS}/{b}/associations/companies/{x}").status_code == 204
    for contact in (a, b):
        assert hub.get(f"{CONTACTS}/{contact}/associations/companies").json()["results"] == []


def test_default_associations_and_those_made_with_a_record(hub: Hub) -> None:
    """An association needs no type, and a new record may bring its own; a read can show them."""
    (a, _), (x, y) = ends(hub)
    assert hub.client.put(f"{CONTACTS}/{a}/associations/default/companies/{x}").status_code == 200
    default = [{"from": {"id": str(a)}, "to": {"id": str(y)}}]
    assert hub.batch(f"{PAIR}/batch/associate/default", default).status_code == 200
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {"properties": {"firstname": "Ana"}, "associations": [{"to": {"id": str(x)}, "types": types}]}
    made = hub.post(CONTACTS, body).json()["id"]
    shown = hub.get(f"{CONTACTS}/{made}", associations="companies").json()["associations"]
    assert shown == {"companies": {"results": [{"id": str(x), "type": "contact_to_company"}]}}
    assert len(hub.get(f"{CONTACTS}/{a}/associations/companies").json()["results"]) == 2


def test_a_label_is_a_persons_and_leaves_the_association(hub: Hub) -> None:
    """A person links under a label of the account's own, and takes the label alone away."""
    (a, _), (x, _) = ends(hub)
    hub.sim.define_label("contacts", "companies", "Employer")
    hub.sim.associate("contacts", a, "companies", x, "Employer")
    (types,) = hub.sim.associations("contacts", "companies").values()
    hub.sim.dissociate("contacts", a, "companies", x, "Employer")
    (left,) = hub.sim.associations("contacts", "companies").values()
    assert (len(types), left) == (2, [279])
    with pytest.raises(ApiError, match="no association label Employee"):
        hub.sim.associate("contacts", a, "companies", x, "Employee")


def test_associations_are_told_whoever_makes_them(hub: Hub) -> None:
    """A webhook for each that comes or goes, by API as by a person; for one that is there already, none."""
    (a, _), (x, _) = ends(hub)
    hub.sim.webhooks.outbox.configure("https://hooks.example.com/hubspot", "secret")
    default = [{"from": {"id": str(a)}, "to": {"id": str(x)}}]
    for _ in range(2):
        hub.batch(f"{PAIR}/batch/associate/default", default)
    hub.batch(f"{PAIR}/batch/archive", [{"from": {"id": str(a)}, "to": [{"id": str(x)}]}])
    events = [pending.event for pending in hub.sim.webhooks.outbox.pending]
    told = [event for event in events if event["subscriptionType"] == "contact.associationChange"]
    assert [event["associationRemoved"] for event in told] == [False, True]
    assert {event["associationType"] for event in told} == {"CONTACT_TO_COMPANY"}
    assert {(event["fromObjectId"], event["toObjectId"]) for event in told} == {(a, x)}


def test_a_merge_takes_the_associations_along(hub: Hub) -> None:
    """What hung on either record hangs on the survivor; the primary record's primary company wins."""
    (a, b), (x, y) = ends(hub)
    hub.batch(f"{PAIR}/batch/create", [spec(a, x, 1), spec(b, y, 1)])
    survivor = hub.sim.merge("contacts", a, b)
    found = hub.get(f"{CONTACTS}/{survivor}/associations/companies").json()["results"]
    labels = {item["toObjectId"]: [label["typeId"] for label in item["associationTypes"]] for item in found}
    assert labels == {str(x): [1, 279], str(y): [279]}
