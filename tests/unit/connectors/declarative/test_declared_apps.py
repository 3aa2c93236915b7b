"""Both manifests against their applications, in what the conformance suite does not ask of every connector."""

from __future__ import annotations

import base64
import json

import httpx
import pytest

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.manifest import parse_manifest
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.port import Create, Update
from hubsync.model.directory import Owner, Stage
from hubsync.model.schema import FieldType

PERSON = {
    "first_name": "Ana María",
    "last_name": "de la Cruz",
    "email": "ana@example.com",
    "phone": "+1 202 555 0100",
    "job_title": "Baker",
    "birthday": "1984-02-29",
    "score": 12.5,
    "vip": True,
    "stage": "lead",
}
ORGANISATION = {
    "title": "Acme",
    "website": "https://acme.example.com/",
    "phone": "+1 202 555 0101",
    "city": "León",
    "employees": 12,
    "founded_on": "1999-12-31",
}
CONTACT = {
    "GivenName": "Ana María",
    "FamilyName": "de la Cruz",
    "EmailAddress": "ana@example.com",
    "Phone": "+1 202 555 0100",
    "JobRole": "Baker",
    "DateOfBirth": "1984-02-29",
    "CreditLimit": 12.5,
    "Preferred": True,
}
ORGANIZATION = {
    "Name": "Acme",
    "WebDomain": "acme.example.com",
    "Phone": "+1 202 555 0101",
    "City": "León",
    "HeadCount": 12,
    "EstablishedOn": "1999-12-31",
}
OPPORTUNITY = {
    "title": "New bakery",
    "notes": "Three ovens",
    "amount": 12_000.5,
    "closes_on": "2027-01-31",
    "source": "2",
    "tags": ["renewal", "hot"],
    "pipeline_id": "pip_sales",
    "stage_id": "stg_won",
    "owner_id": "usr_olga",
}
PRODUCT = {"name": "Oven", "sku": "OV-1", "price": 900, "description": "Bakes", "active": False}
TICKET = {"subject": "Help", "description": "No heat", "priority": "high", "channels": ["chat"], "solved": True}
TASK = {"title": "Call", "notes": "Soon", "due_at": "2027-02-03T04:05:06Z", "priority": "low", "done": True}
LEAD = {"name": "Ana", "email": "ana@example.com", "phone": "555 0100", "company": "Acme", "temperature": "hot"}
ASSET = {"name": "Van", "serial_number": "V-7", "bought_on": "2020-02-29", "value": 7}
INVOICE = {
    "InvoiceNumber": "2027-1",
    "Title": "Ovens",
    "IssuedOn": "2027-01-01",
    "DueOn": "2027-01-31",
    "Total": 900,
    "State": "SENT",
}
ITEM = {"Code": "OV-1", "Name": "Oven", "UnitPrice": 900, "Note": "Bakes"}
ALL = [
    ("orbit", "opportunities", OPPORTUNITY),
    ("orbit", "products", PRODUCT),
    ("orbit", "tickets", TICKET),
    ("orbit", "tasks", TASK),
    ("orbit", "leads", LEAD),
    ("orbit", "assets", ASSET),
    ("ledgerly", "invoices", INVOICE),
    ("ledgerly", "items", ITEM),
    ("orbit", "people", PERSON),
    ("orbit", "organisations", ORGANISATION),
    ("ledgerly", "contacts", CONTACT),
    ("ledgerly", "organizations", ORGANIZATION),
]


@pytest.fixture
def bench(request):
    """The bench of the application that the test names."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize(("bench", "kind", "fields"), ALL, indirect=["bench"])
def test_every_field_is_written_and_read_back(bench, kind, fields):
    (made,) = bench.connector.create(kind, [Create("h-1", fields)])
    assert {name: made.record.fields[name] for name in fields} == fields
    read = bench.connector.read(kind, [made.record.ref.id], list(fields))[made.record.ref.id]
    assert read.fields == fields
    assert read.modified_at in (bench.clock.at, bench.clock.at // 1000 * 1000)
    assert made.record.fields["created_at" if bench.app.name == "orbit" else "CreatedDateUTC"].startswith("2026-03-01T")


@pytest.mark.parametrize(("bench", "kind", "fields"), ALL, indirect=["bench"])
def test_every_field_that_may_be_empty_can_be_cleared(bench, kind, fields):
    schema = bench.connector.schema(kind)
    (made,) = bench.connector.create(kind, [Create("h-1", fields)])
    # Orbit wants one of name and email; what has a default falls back to it.
    kept = {"email", "vip", "Preferred", "active", "solved", "done", "State"}
    kept |= {name for name, field in schema.fields.items() if field.required}
    cleared = [name for name in fields if name not in kept]
    (written,) = bench.connector.update(kind, [Update(made.record.ref.id, dict.fromkeys(cleared))])
    assert {name: written.record.fields[name] for name in cleared} == {
        name: [] if schema.fields[name].many else None for name in cleared
    }


@pytest.mark.parametrize(("bench", "kind", "fields"), ALL, indirect=["bench"])
def test_the_manifest_says_what_the_application_says_of_its_fields(bench, kind, fields):
    own = catalogue.manifest(bench.app.name).objects[kind]
    for name, field in own.fields.items():
        theirs = bench.app.collection(kind).kind.fields[field.path or name]
        assert (field.label, field.read_only, field.required) == (theirs.label, theirs.read_only, theirs.required)
        if field.type not in (
            FieldType.NUMBER,
            FieldType.BOOLEAN,
            FieldType.DATE,
            FieldType.DATETIME,
            FieldType.OPTION,
            FieldType.OPTIONS,
            FieldType.REFERENCE,
            FieldType.OWNER,
        ):
            # What holds the id of a stage is text to us.
            assert field.max_length == (None if theirs.refers_to else theirs.max_length)
        assert field.refers_to == (theirs.refers_to if field.type is FieldType.REFERENCE else None)
        assert field.several == theirs.type.endswith("s")
        known = [(one, "") if isinstance(one, str) else (one.value, one.label) for one in field.options]
        assert known == list(zip(theirs.options, theirs.labels or ("",) * len(theirs.options), strict=True))


@pytest.mark.parametrize(
    ("bench", "kind", "other", "field", "given"),
    [
        ("orbit", "people", "organisations", "organisation_id", {"first_name": "Ana"}),
        ("ledgerly", "contacts", "organizations", "OrganizationID", {}),
    ],
    indirect=["bench"],
)
def test_a_reference_holds_the_other_ones_id_as_text(bench, kind, other, field, given):
    (target,) = bench.app.seed({other: [{}]})[other]
    (made,) = bench.connector.create(kind, [Create("h-1", {**given, field: str(target)})])
    assert made.record.fields[field] == str(target)
    assert bench.app.records(kind)[0][field] == target
    (cleared,) = bench.connector.update(kind, [Update(made.record.ref.id, {field: None})])
    assert cleared.record.fields[field] is None


def test_orbit_tells_its_users_and_pipelines(orbit):
    owners = {owner.id: owner for owner in orbit.connector.owners()}
    assert owners["usr_olga"] == Owner("usr_olga", "Olga@example.com", "Olga Owner")
    assert not owners["usr_gone"].active
    sales, renewals = orbit.connector.pipelines("opportunities")
    assert (sales.label, renewals.id) == ("Sales", "pip_renewals")
    assert sales.stages[0] == Stage("stg_meeting", "Appointment scheduled")
    assert (orbit.connector.schema("opportunities").pipeline_field, len(orbit.sent)) == ("pipeline_id", 2)


def test_orbit_reads_a_hundred_in_one_call(orbit):
    ids = orbit.app.seed({"people": [{"email": f"p{number}@example.com"} for number in range(100)]})["people"]
    found = orbit.connector.read("people", [*reversed(ids), ids[0], "", ".."], ["email"])
    assert list(found) == list(reversed(ids))
    assert orbit.kinds() == ["GET /v1/people"]


def test_no_id_leads_to_another_path(orbit):
    (key,) = orbit.app.seed({"people": [{"email": "a@example.com"}]})["people"]
    for bad in ("..", ".", "", f"../people/{key}", f"{key}?x=1", f"{key}#x"):
        (refused,) = orbit.connector.update("people", [Update(bad, {"email": "b@example.com"})])
        assert refused.gone
    # The first three are no ids at all; the others are quoted whole.
    assert len(orbit.sent) == 3
    assert orbit.app.records("people")[0]["email"] == "a@example.com"


def test_ledgerly_is_not_asked_for_what_is_no_number(ledgerly):
    assert ledgerly.connector.read("contacts", ["abc", "1.5", "-1", "²"], []) == {}
    assert ledgerly.kinds() == []


def test_an_archived_record_is_gone_for_lists_and_reads_and_told_among_changes(ledgerly):
    first, second = ledgerly.app.seed({"contacts": [{"GivenName": "A"}, {"GivenName": "B"}]})["contacts"]
    ledgerly.clock.at += 60_000
    ledgerly.app.delete("contacts", first)
    page = ledgerly.connector.list_page("contacts", ["GivenName"], None, 50)
    assert ([record.ref.id for record in page.records], page.total) == ([str(second)], 2)
    assert list(ledgerly.connector.read("contacts", [str(first), str(second)], [])) == [str(second)]
    changed = ledgerly.connector.changed_page("contacts", ["GivenName"], ledgerly.clock.at, None, 50)
    assert [(record.ref.id, record.deleted) for record in changed.records] == [(str(first), True)]


@pytest.mark.parametrize(
    ("bench", "kind", "name"),
    [("orbit", "people", "job_title"), ("ledgerly", "contacts", "JobRole")],
    indirect=["bench"],
)
def test_changes_are_paged_like_a_list(bench, kind, name):
    ids = bench.app.seed({kind: [{} for _ in range(7)]})[kind]
    bench.clock.at += 60_000
    edited = [bench.app.edit(kind, key, {name: "Baker"}) and str(key) for key in ids[2:]]
    found, cursor = [], None
    for _ in range(5):
        page = bench.connector.changed_page(kind, [name], bench.clock.at, cursor, 2)
        found += [record.ref.id for record in page.records]
        cursor = page.cursor
        if cursor is None:
            break
    assert found == sorted(edited)


def test_changes_may_be_asked_for_by_a_header(shop, against):
    seen = []

    def app(request):
        seen.append((request.headers.get("if-modified-since"), request.url.query))
        return httpx.Response(200, json={"items": []})

    rule = "changed_since: {header: If-Modified-Since, format: http}"
    connector = against(parse_manifest(shop.replace("page_size: 2", f"page_size: 2\n      {rule}")), app)
    connector.changed_page("customers", [], 1_772_357_400_125, None, 2)
    connector.list_page("customers", [], None, 2)
    assert seen == [("Sun, 01 Mar 2026 09:30:00 GMT", b"size=2"), (None, b"size=2")]


def test_empty_fields_are_left_out_of_a_create_and_cleared_by_an_update(shop, against):
    bodies = []

    def app(request):
        if request.method == "GET":
            return httpx.Response(200, json={"items": []})
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json={"id": "7"})

    connector = against(parse_manifest(shop.replace("format: epoch_s", 'format: epoch_s, clear: ""')), app)
    connector.create("customers", [Create("h-1", {"email": " ", "born": None})])
    connector.update("customers", [Update("7", {"email": " ", "born": None})])
    assert bodies == [{"ref": "hubsync-h-1"}, {"email": None, "born": ""}]


def test_a_broken_value_is_read_as_it_is(orbit, shop, against):
    rows = [{"id": 1, "email": {"a": 1}, "born": "soon"}, {"id": 2, "email": 7, "born": [1]}]
    connector = against(parse_manifest(shop), lambda request: httpx.Response(200, json={"items": rows}))
    records = connector.list_page("customers", ["email", "born"], None, 2).records
    assert [dict(record.fields) for record in records] == [
        {"email": {"a": 1}, "born": "soon"},
        {"email": "7", "born": [1]},
    ]


def test_a_write_without_an_etag_is_unconditional(orbit):
    (key,) = orbit.app.seed({"people": [{"email": "a@example.com"}]})["people"]
    orbit.connector.update("people", [Update(key, {"job_title": "Baker"})])
    orbit.connector.update("people", [Update(key, {"job_title": "Baker"}, etag='"v2"')])
    assert [request.headers.get("if-match") for request in orbit.sent] == [None, '"v2"']


def test_a_record_that_was_archived_by_its_own_update_is_gone(shop, against):
    text = shop.replace("    list:", "    deleted: {path: state, equals: dead}\n    list:", 1)
    dead = {"id": 7, "state": "dead"}
    connector = against(parse_manifest(text), lambda request: httpx.Response(200, json=dead))
    assert connector.update("customers", [Update("7", {"email": "a@example.com"})])[0].gone


@pytest.mark.parametrize(("flag", "dead"), [("true", True), ("1", 1), ("gone", "gone"), ("null", None)])
def test_a_deleted_record_is_known_by_its_flag_as_json_has_it(shop, against, flag, dead):
    states = [True, 1, False, "gone", None]
    rows = [{"id": str(number), "state": state} for number, state in enumerate(states)]
    text = shop.replace("    list:", f"    deleted: {{path: state, equals: {flag}}}\n    list:", 1)
    text = text.replace("    create:", "    batch_read: {parameter: id}\n    create:", 1)
    connector = against(parse_manifest(text), lambda request: httpx.Response(200, json={"items": rows}))
    living = [str(n) for n, state in enumerate(states) if not (state == dead and type(state) is type(dead))]
    assert [record.ref.id for record in connector.list_page("customers", [], None, 2).records] == living
    assert list(connector.read("customers", list("01234"), [])) == living


@pytest.mark.parametrize(
    ("auth", "header", "value", "query"),
    [
        ("{scheme: bearer}", "authorization", "Bearer secret", ""),
        ("{scheme: header, header: X-Key, prefix: 'Key '}", "x-key", "Key secret", ""),
        ("{scheme: query, parameter: api_key}", "authorization", None, "secret"),
        ("{scheme: basic}", "authorization", "Basic " + base64.b64encode(b"secret").decode(), ""),
        ("{scheme: basic, username: x}", "authorization", "Basic " + base64.b64encode(b"x:secret").decode(), ""),
        ("{scheme: basic, password: x}", "authorization", "Basic " + base64.b64encode(b"secret:x").decode(), ""),
    ],
)
def test_the_token_goes_where_the_application_wants_it(shop, against, auth, header, value, query):
    seen = []

    def app(request):
        seen.append((request.headers.get(header), request.url.params.get("api_key", ""), request.headers.get("x-app")))
        return httpx.Response(200, json={"items": [], "id": "7"})

    text = shop.replace("auth: {scheme: bearer}", f"auth: {auth}\nheaders: {{X-App: hubsync}}")
    connector = against(parse_manifest(text), app)
    connector.list_page("customers", [], None, 2)
    connector.read("customers", ["7"], [])
    connector.find_created("customers", ["h-1"], [])
    connector.create("customers", [Create("h-1", {"email": "a@example.com"})])
    connector.update("customers", [Update("7", {"email": "a@example.com"})])
    assert len(seen) == 6
    assert set(seen) == {(value, query, "hubsync")}


def test_many_ids_are_asked_for_in_batches_and_one_by_one_in_the_query(shop, against):
    asked = []

    def app(request):
        asked.append(request.url.params.get_list("id"))
        return httpx.Response(200, json={"items": [{"id": key} for key in asked[-1]]})

    text = shop.replace("    create:", "    batch_read: {parameter: id, size: 2, style: repeated}\n    create:", 1)
    connector = against(parse_manifest(text), app)
    assert list(connector.read("customers", list("abcde"), [])) == list("abcde")
    assert asked == [["a", "b"], ["c", "d"], ["e"]]


def test_an_expression_that_does_not_fit_is_our_bug(shop, against):
    text = shop.replace("records: items", "records: 'sort_by(items, &id)'")
    connector = against(parse_manifest(text), lambda request: httpx.Response(200, json={"items": 7}))
    with pytest.raises(ConnectorBugError, match="does not fit the answer"):
        connector.list_page("customers", [], None, 2)
