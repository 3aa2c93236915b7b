"""However often a create is repeated, and whatever the application offers against it, one record comes of it."""

from __future__ import annotations

import json

import httpx
import pytest

from hubsync.connectors.declarative.manifest import parse_manifest
from hubsync.connectors.port import Create, Deferred, Refused, Update, Written
from hubsync.model.status import FailureCategory
from infra.local.parts.faults import Fault

ANA = {"email": "ana@example.com", "first_name": "Ana"}


class Shop:
    """An application that takes every create, and can only be searched; it knows half words and ignores case."""

    def __init__(self):
        self.rows = {}
        self.requests = []
        self.lose_next = False

    def __call__(self, request):
        self.requests.append(f"{request.method} {request.url.path}")
        if request.method == "POST":
            key = str(len(self.rows) + 1)
            self.rows[key] = {"id": key, **json.loads(request.content)}
            if self.lose_next:
                self.lose_next = False
                raise httpx.ReadTimeout("lost", request=request)
            return httpx.Response(201, json=self.rows[key])
        wanted = request.url.params.get("ref", "").lower()
        return httpx.Response(200, json={"items": [row for row in self.rows.values() if wanted in row["ref"].lower()]})


@pytest.fixture
def looking(shop, against):
    """A connector to an application without unique external ids or idempotency keys."""
    app = Shop()
    return app, against(parse_manifest(shop), app)


def test_where_nothing_else_helps_every_create_looks_first(looking):
    app, connector = looking
    inputs = [Create("h-1", {"email": "a@example.com"})]
    assert connector.create("customers", inputs)[0].created
    assert app.requests == ["GET /customers", "POST /customers"]
    again = connector.create("customers", inputs)[0]
    assert (again.created, again.record.ref.id, len(app.rows)) == (False, "1", 1)


def test_after_a_lost_answer_the_record_is_found_and_not_made_again(looking):
    app, connector = looking
    app.lose_next = True
    inputs = [Create("h-1", {"email": "a@example.com"}), Create("h-2", {"email": "b@example.com"})]
    first = connector.create("customers", inputs)
    # The one that was sent may have been made; the other was not sent.
    assert first == [Deferred(2, "timeout", unknown=True), Deferred(2, "timeout", unknown=False)]
    second = connector.create("customers", inputs)
    assert [result.created for result in second] == [False, True]
    assert [row["ref"] for row in app.rows.values()] == ["hubsync-h-1", "hubsync-h-2"]


def test_a_search_that_finds_too_much_finds_the_right_one(looking):
    app, connector = looking
    connector.create("customers", [Create("h-12", {"email": "a@example.com"})])
    app.rows["9"] = {"id": "9", "ref": "HUBSYNC-H-1"}
    assert connector.find_created("customers", ["h-1"], []) == {}
    assert connector.create("customers", [Create("h-1", {"email": "b@example.com"})])[0].created


def test_a_repeated_create_reads_the_record_as_it_is_now(orbit):
    (made,) = orbit.connector.create("people", [Create("h-1", ANA)])
    orbit.clock.at += 1000
    orbit.app.edit("people", made.record.ref.id, {"job_title": "Baker"})
    (again,) = orbit.connector.create("people", [Create("h-1", ANA)])
    assert (again.created, again.record.fields["job_title"], again.record.etag) == (False, "Baker", '"v2"')


def test_a_repeated_create_with_other_values_finds_the_record(orbit):
    (made,) = orbit.connector.create("people", [Create("h-1", ANA)])
    (again,) = orbit.connector.create("people", [Create("h-1", {**ANA, "first_name": "Anna"})])
    assert (again.created, again.record.ref) == (False, made.record.ref)
    assert again.record.fields["first_name"] == "Ana"
    assert len(orbit.app.records("people")) == 1


@pytest.mark.parametrize("other", [{}, {"first_name": "Anna"}])
def test_what_was_deleted_since_can_be_made_again(orbit, other):
    """Orbit would repeat its old answer for a day, and so name a record that is no more (rule 7.2)."""
    (made,) = orbit.connector.create("people", [Create("h-1", ANA)])
    orbit.app.delete("people", made.record.ref.id)
    results = [orbit.connector.create("people", [Create("h-1", {**ANA, **other})])[0] for _ in range(2)]
    assert [result.created for result in results] == [True, False]
    assert {result.record.ref.id for result in results} == {record["id"] for record in orbit.app.records("people")}
    assert made.record.ref not in {result.record.ref for result in results}


def test_keys_that_are_all_used_up_end_in_a_failure(orbit):
    for _ in range(4):
        (made,) = orbit.connector.create("people", [Create("h-1", ANA)])
        orbit.app.delete("people", made.record.ref.id)
    (refused,) = orbit.connector.create("people", [Create("h-1", ANA)])
    assert refused.failure.category is FailureCategory.UNEXPECTED


def test_after_a_day_the_external_id_still_holds(orbit):
    orbit.connector.create("people", [Create("h-1", ANA)])
    orbit.clock.at += 25 * 3600 * 1000
    (again,) = orbit.connector.create("people", [Create("h-1", ANA)])
    assert (again.created, len(orbit.app.records("people"))) == (False, 1)


KEYED = "create: {path: /customers, idempotency: {header: X-Once, replayed_header: X-Again, reused_codes: [reused]}}"


class KeyedShop(Shop):
    """It remembers keys, with the body that came with each."""

    def __init__(self):
        super().__init__()
        self.keys = {}

    def __call__(self, request):
        key = request.headers.get("x-once")
        if key is None and "/customers/" in request.url.path:
            return httpx.Response(200, json=self.rows[request.url.path.rpartition("/")[2]])
        if key not in self.keys:
            answer = super().__call__(request)
            if key is not None:
                self.keys[key] = (request.content, answer.json())
            return answer
        content, document = self.keys[key]
        if content != request.content:
            return httpx.Response(422, json={"errors": [{"code": "reused"}]})
        return httpx.Response(201, json=document, headers={"X-Again": "yes"})


@pytest.fixture
def keyed(shop, against):
    """A connector to an application with idempotency keys and no external id."""
    app = KeyedShop()
    text = shop.replace("create: {path: /customers}", KEYED)
    return app, against(parse_manifest(text.replace("    external_id: {path: ref, parameter: ref}\n", "")), app)


def test_with_keys_alone_repeating_makes_one_record(keyed):
    app, connector = keyed
    results = [connector.create("customers", [Create("h-1", {"email": "a@example.com"})])[0] for _ in range(2)]
    assert [result.created for result in results] == [True, False]
    assert len(app.rows) == 1


def test_with_keys_alone_other_values_are_refused_rather_than_made_twice(keyed):
    app, connector = keyed
    connector.create("customers", [Create("h-1", {"email": "a@example.com"})])
    (refused,) = connector.create("customers", [Create("h-1", {"email": "b@example.com"})])
    assert isinstance(refused, Refused)
    assert len(app.rows) == 1


def test_keys_that_are_forgotten_do_no_harm_where_the_record_can_be_found(shop, against):
    app = KeyedShop()
    connector = against(parse_manifest(shop.replace("create: {path: /customers}", KEYED)), app)
    results = []
    for email in ("a@example.com", "b@example.com"):
        results += connector.create("customers", [Create("h-1", {"email": email})])
        app.keys.clear()
    assert [result.created for result in results] == [True, False]
    assert len(app.rows) == 1


def test_an_unknown_end_after_the_write_says_so(orbit):
    """The create is repeated by Orbit from memory, and then the read of the record fails."""
    orbit.connector.create("people", [Create("h-1", ANA)])
    orbit.app.gate.faults.add(Fault(kind="people.get", status=503, retry_after=7))
    assert orbit.connector.create("people", [Create("h-1", ANA)]) == [Deferred(7, "unavailable", unknown=True)]


def test_an_archived_record_frees_its_number(ledgerly):
    (made,) = ledgerly.connector.create("contacts", [Create("h-1", {"GivenName": "Ana"})])
    ledgerly.app.delete("contacts", made.record.ref.id)
    (again,) = ledgerly.connector.create("contacts", [Create("h-1", {"GivenName": "Ana"})])
    assert (again.created, again.record.ref == made.record.ref) == (True, False)


@pytest.mark.parametrize("answers", ["id", "nothing"])
def test_a_record_that_is_not_in_the_answer_is_read(shop, against, answers):
    requests = []

    def app(request):
        requests.append(f"{request.method} {request.url.path}")
        whole = {"id": 7, "email": "a@example.com", "ref": "hubsync-h-1"}
        if request.method == "GET":
            found = [whole] if "POST /customers" in requests else []
            return httpx.Response(200, json={"items": found} if request.url.path == "/customers" else whole)
        return httpx.Response(201, json={"id": 7}) if answers == "id" else httpx.Response(204)

    text = shop.replace("/customers}", f"/customers, answers: {answers}}}").replace('{id}"}\n    id', '{id}"}\n    id')
    text = text.replace(
        'update: {path: "/customers/{id}"}', f'update: {{path: "/customers/{{id}}", answers: {answers}}}'
    )
    connector = against(parse_manifest(text), app)
    (made,) = connector.create("customers", [Create("h-1", {"email": "a@example.com"})])
    assert (made.created, made.record.fields["email"]) == (True, "a@example.com")
    requests.clear()
    (written,) = connector.update("customers", [Update("7", {"email": "a@example.com"})])
    assert written.record.fields["email"] == "a@example.com"
    assert requests == ["PATCH /customers/7", "GET /customers/7"]


def test_without_an_external_id_the_features_say_so(shop, against):
    text = shop.replace("    external_id: {path: ref, parameter: ref}\n", "")
    connector = against(parse_manifest(text), lambda request: httpx.Response(201, json={"id": "1"}))
    assert not connector.features.external_ids
    assert connector.find_created("customers", ["h-1"], []) == {}
    assert isinstance(connector.create("customers", [Create("h-1", {})])[0], Written)


def test_an_external_id_of_other_people_is_none_of_ours(orbit):
    (key,) = orbit.app.seed({"people": [{"email": "a@example.com", "external_ref": "CUST-1"}]})["people"]
    assert orbit.connector.read("people", [key], ["email"])[key].external_id is None


def test_another_record_with_the_same_unique_value_is_in_the_way(shop, against):
    def app(request):
        if request.method == "GET":
            return httpx.Response(200, json={"items": []})
        body = {"errors": [{"code": "E7", "field": "email", "message": "taken by bob"}], "other": 12}
        return httpx.Response(409, json=body)

    connector = against(parse_manifest(shop + "errors: {existing_id: other}\n"), app)
    (refused,) = connector.create("customers", [Create("h-1", {"email": "a@example.com"})])
    assert isinstance(refused, Refused)
    assert (refused.existing_id, refused.failure.field) == ("12", "email")
    assert refused.failure.category is FailureCategory.UNIQUE_CONFLICT
