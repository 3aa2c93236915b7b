"""The API over the real use cases: who may come in, what each address answers, how errors look."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hubsync.connectors.errors import ConnectorBugError, RetryLaterError
from hubsync.model.connection import ConnectionStatus
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.outage import Outage, OutageKind
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from hubsync.stores.ports import Notification
from tests.unit.api.api_client import Client
from tests.unit.services.manage_world import World

DOCUMENT: dict[str, Any] = {
    "connections": {
        "hubspot": {"app": "hubspot", "token": "hub-token", "limit": {"calls": 100, "seconds": 10}},
        "orbit": {"app": "orbit", "token": "orbit-token", "base_url": "http://127.0.0.1:1", "webhook_secret": "s3"},
    },
    "syncs": {
        "contacts": {
            "hubspot": {"connection": "hubspot", "object": "contacts"},
            "app": {"connection": "orbit", "object": "people"},
            "direction": "two_way",
            "default": "hubspot",
            "require_email": True,
            "phone_region": "ES",
            "notify": ["ops@example.com"],
            "mappings": [
                {"hubspot": "firstname", "app": "first_name"},
                {"hubspot": "phone", "app": "phone", "transform": "phone", "direction": "to_app", "clears": True},
                {"hubspot": "email", "app": "email"},
            ],
        }
    },
}
ADDRESSES = [
    ("POST", "/v1/apply"),
    ("GET", "/v1/syncs"),
    ("GET", "/v1/syncs/contacts"),
    ("DELETE", "/v1/syncs/contacts"),
    ("POST", "/v1/syncs/contacts/off"),
    ("GET", "/v1/syncs/contacts/records"),
    ("GET", "/v1/syncs/contacts/records/h-1"),
    ("POST", "/v1/syncs/contacts/retry"),
    ("POST", "/v1/syncs/contacts/restore"),
    ("GET", "/v1/syncs/contacts/comparison"),
    ("GET", "/v1/connections"),
    ("GET", "/v1/apps"),
    ("GET", "/v1/nowhere"),
]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def call(world: World) -> Client:
    return Client(world)


@pytest.fixture
def applied(call: Client, world: World) -> Client:
    assert call("POST", "/v1/apply", DOCUMENT).status == 200
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    return call


def test_health_is_open_to_anybody(call: Client) -> None:
    answer = call("GET", "/v1/health", as_=None)
    assert (answer.status, answer.json) == (200, {"status": "ok"})


def test_a_document_is_applied(call: Client, world: World) -> None:
    answer = call("POST", "/v1/apply", DOCUMENT)
    assert answer.status == 200
    assert answer.json["dry"] is False
    assert [(each["name"], each["change"], each["status"]) for each in answer.json["syncs"]] == [
        ("contacts", "new", "initial_sync")
    ]
    assert answer.json["connections"] == [{"name": "hubspot", "change": "new"}, {"name": "orbit", "change": "new"}]
    sync = world.sync()
    assert (sync.phone_region, sync.notify) == ("ES", ("ops@example.com",))
    assert (sync.mappings[1].direction, sync.mappings[1].clears) == ("to_app", True)


def test_dry_and_restart_are_asked_for_in_the_address(applied: Client, world: World) -> None:
    assert applied("POST", "/v1/apply", DOCUMENT, dry="true", restart="true").json["syncs"][0]["change"] == "restarted"
    assert world.sync().generation == 1
    applied("POST", "/v1/apply", DOCUMENT, restart="true")
    assert world.sync().generation == 2
    assert applied("POST", "/v1/apply", DOCUMENT, dry="perhaps").status == 400


def spoilt(**changes: Any) -> dict[str, Any]:
    """The document with some of the sync's settings changed; `...` takes one away."""
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    sync = document["syncs"]["contacts"]
    sync.update(changes)
    document["syncs"]["contacts"] = {key: value for key, value in sync.items() if value is not ...}
    return document


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        (spoilt(colour="red"), "syncs.contacts.colour", "no setting colour"),
        (spoilt(direction="sideways"), "syncs.contacts.direction", "no direction"),
        (spoilt(direction=...), "syncs.contacts.direction", "missing"),
        (spoilt(default="orbit"), "syncs.contacts.default", "no default"),
        (spoilt(require_email="yes"), "syncs.contacts.require_email", "boolean"),
        (spoilt(phone_region="Spain"), "syncs.contacts.phone_region", "no country"),
        (spoilt(app=...), "syncs.contacts.app", "missing"),
        (spoilt(app="people"), "syncs.contacts.app", "no mapping"),
        (spoilt(app={"connection": "orbit"}), "syncs.contacts.app.object", "missing"),
        (spoilt(app={"connection": "orbit", "object": "people", "id": 1}), "syncs.contacts.app.id", "no setting id"),
        (spoilt(mappings={"a": "b"}), "syncs.contacts.mappings.a", "no setting a"),
        (spoilt(mappings="email"), "syncs.contacts.mappings", "no list"),
        (spoilt(mappings={"except": "email"}), "syncs.contacts.mappings.except", "tuple"),
        (spoilt(mappings={"add": [{"hubspot": "email"}]}), "syncs.contacts.mappings.add[0].app", "missing"),
        (spoilt(mappings=[{"hubspot": "email"}]), "syncs.contacts.mappings[0].app", "missing"),
        (spoilt(mappings=["email"]), "syncs.contacts.mappings[0]", "no mapping"),
        (spoilt(mappings=[{"hubspot": "email", "app": "email", "transform": "upper"}]),
         "syncs.contacts.mappings[0].transform", "no transform"),
        ({"connections": {"o": {"app": "orbit", "base_url": "orbit"}}}, "connections.o.base_url", "address"),
        ({"connections": {"o": {"app": "orbit", "base_url": "http://h:port"}}}, "connections.o.base_url", "address"),
        ({"connections": {"o": {"app": "orbit", "base_url": "http://["}}}, "connections.o.base_url", "address"),
        ({"connections": {"o": {"app": "orbit", "base_url": "http://a.example?b"}}}, "connections.o.base_url", "web"),
        ({"connections": {"o": {"app": "orbit", "token": "two words"}}}, "connections.o.token", "no token"),
        ({"connections": {"o": {"app": "orbit", "token": "line\nbreak"}}}, "connections.o.token", "no token"),
        ({"connections": {"o": {"app": "orbit", "limit": {"calls": 0}}}}, "connections.o.limit.calls", "greater"),
        ({"connections": {"o": {"app": "orbit", "limit": {"cals": 1}}}}, "connections.o.limit.cals", "no setting"),
        ({"connections": {"My App": {"app": "orbit"}}}, "connections.My App", "cannot be a name"),
        ({"connections": ["orbit"]}, "connections", "no mapping"),
        ({"sync": {}}, "sync", "no section sync"),
        (["syncs"], "", "no mapping"),
        (None, "", "no mapping"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_path(
    call: Client, world: World, document: object, path: str, words: str
) -> None:
    answer = call("POST", "/v1/apply", document)
    assert answer.status == 422
    reasons = {fault["path"]: fault["reason"] for fault in answer.json["faults"]}
    assert words in reasons[path]
    assert all(fault["remedy"] for fault in answer.json["faults"])
    assert world.untouched


def test_faults_of_reading_and_of_checking_come_together(call: Client) -> None:
    document = spoilt(direction="sideways", notify=["ops@"], colour="red")
    document["syncs"]["contacts"]["mappings"] += [{"hubspot": "nope", "app": "nickname"}, {"hubspot": "x"}]
    document["connections"]["spare"] = {"app": "orbti", "token": "t"}
    answer = call("POST", "/v1/apply", document)
    assert {fault["path"] for fault in answer.json["faults"]} == {
        "connections.spare.app",
        "syncs.contacts.direction",
        "syncs.contacts.colour",
        "syncs.contacts.notify[0]",
        "syncs.contacts.mappings[3].hubspot",
        "syncs.contacts.mappings[4].app",
    }
    assert answer.json["detail"] == "The document has 6 faults; nothing was saved."


def test_a_connection_that_cannot_be_read_draws_no_fault_of_its_syncs(call: Client) -> None:
    document = spoilt()
    document["connections"]["orbit"]["limit"] = "much"
    answer = call("POST", "/v1/apply", document)
    assert [fault["path"] for fault in answer.json["faults"]] == ["connections.orbit.limit"]


def test_an_answer_never_repeats_a_secret(call: Client) -> None:
    document = spoilt(direction="sideways")
    document["connections"]["orbit"] |= {"token": ["orbit-token"], "webhook_secret": {"s3cret": 1}}
    text = json.dumps(call("POST", "/v1/apply", document).json)
    assert "orbit-token" not in text
    assert "s3cret" not in text


@pytest.mark.parametrize("raw", ["", "{", "\ud800", b"\xff\xfe", "[" * 100_000])
def test_a_body_that_is_not_json_is_refused(call: Client, world: World, raw: str | bytes) -> None:
    assert call("POST", "/v1/apply", raw=raw).status == 400
    assert world.untouched


def test_a_body_in_base64_is_read(call: Client) -> None:
    assert call("POST", "/v1/apply", raw=json.dumps(DOCUMENT).encode()).status == 200


@pytest.mark.parametrize("raw", ["x" * (1024 * 1024 + 1), b"x" * (1024 * 1024 + 1)])
def test_a_body_over_one_megabyte_is_refused(call: Client, world: World, raw: str | bytes) -> None:
    assert call("POST", "/v1/apply", raw=raw).status == 413
    assert world.untouched


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/nowhere"),
        ("GET", "/"),
        ("PUT", "/v1/syncs"),
        ("GET", "/v1/syncs/nobody"),
        ("DELETE", "/v1/syncs/nobody"),
        ("POST", "/v1/syncs/nobody/off"),
        ("POST", "/v1/syncs/contacts/explode"),
        ("GET", "/v1/syncs/nobody/records"),
        ("GET", "/v1/syncs/nobody/comparison"),
    ],
)
def test_what_is_not_there_is_not_found(applied: Client, method: str, path: str) -> None:
    answer = applied(method, path)
    assert answer.status == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["remedy"]


def test_a_sync_is_shown_whole(applied: Client) -> None:
    shown = applied("GET", "/v1/syncs/contacts").json
    assert shown["hubspot"] == {"connection": "hubspot", "object": "contacts"}
    assert shown["mappings"][0]["transform"] == "text"
    assert shown["counts"] == {"pending": 0, "queued": 0, "in_sync": 0, "failing": 0, "excluded": 0}
    assert shown["total"] == 0
    assert applied("GET", "/v1/syncs").json == {"syncs": [shown], "next": None}


def test_an_outage_shows_at_the_connection_and_its_syncs(applied: Client, world: World) -> None:
    """1.9 Both say the same; a dead token is shown before an outage."""
    now = world.clock.now()
    assert world.stores.outages.put_outage(Outage("orbit", OutageKind.UNREACHABLE, now - 90_000, now, now + 5_000))
    shown = applied("GET", "/v1/connections").json["connections"][1]
    assert (shown["status"], shown["since"], shown["until"]) == ("unreachable", now - 90_000, now + 5_000)
    (troubled,) = applied("GET", "/v1/syncs/contacts").json["troubled"]
    assert troubled == {"connection": "orbit", **{key: shown[key] for key in ("status", "problem", "since", "until")}}
    stored = world.stores.connections.connection("orbit")
    assert stored is not None
    broken = replace(stored, status=ConnectionStatus.NEEDS_PERSON, problem="The token is dead.")
    assert world.stores.connections.put_connection(broken)
    assert applied("GET", "/v1/connections").json["connections"][1]["status"] == "needs_person"


def test_connections_are_shown_without_secrets(applied: Client, world: World) -> None:
    shown = applied("GET", "/v1/connections").json["connections"]
    assert shown[1] == {
        "name": "orbit",
        "app": "orbit",
        "base_url": "http://127.0.0.1:1",
        "limit": None,
        "webhooks": True,
        "status": "active",
        "problem": None,
        "since": None,
        "until": None,
    }
    stored = world.stores.connections.connection("orbit")
    assert stored is not None
    assert stored.token.decode() not in json.dumps(shown)


def test_apps_are_listed(call: Client) -> None:
    assert call("GET", "/v1/apps").json["apps"][1] == {"key": "orbit", "name": "Orbit CRM"}


def test_records_are_listed_with_their_reasons(applied: Client, world: World) -> None:
    failure = Failure(FailureCategory.TOO_LONG, "The value is too long.", "Shorten it.", "first_name")
    for number in range(3):
        entry = IndexEntry(
            world.sync().id, f"h-{number}", hubspot=Half(str(number)), status=RecordStatus.FAILING, failure=failure
        )
        world.stores.index.write([PutEntry(replace(entry, since=number))])
    page = applied("GET", "/v1/syncs/contacts/records", status="failing", limit="2").json
    assert len(page["records"]) == 2
    assert page["records"][0]["failure"] == {
        "category": "too_long",
        "sentence": "The value is too long.",
        "remedy": "Shorten it.",
        "field": "first_name",
    }
    rest = applied("GET", "/v1/syncs/contacts/records", status="failing", limit="2", cursor=page["next"]).json
    assert len(rest["records"]) == 1


def test_a_record_names_the_fields_that_differ_and_are_left_alone(applied: Client, world: World) -> None:  # rule 2.9
    numbers = {each.hubspot_field: each.number for each in world.sync().mappings}
    gone = max(numbers.values()) + 1
    for name, drifted in (("h-1", (numbers["phone"], gone)), ("h-2", ())):
        half = Half(name)
        entry = IndexEntry(world.sync().id, name, hubspot=half, status=RecordStatus.IN_SYNC, drifted=drifted)
        world.stores.index.write([PutEntry(entry)])
    records = applied("GET", "/v1/syncs/contacts/records").json["records"]
    assert {each["id"]: each["drifted"] for each in records} == {
        "h-1": [{"hubspot": "phone", "app": "phone"}],
        "h-2": [],
    }


@pytest.mark.parametrize("query", [{"status": "broken"}, {"limit": "0"}, {"limit": "201"}, {"limit": "x"}])
def test_a_bad_question_is_refused(applied: Client, query: dict[str, str]) -> None:
    assert applied("GET", "/v1/syncs/contacts/records", **query).status == 400


def test_what_people_are_told_is_listed(applied: Client, world: World) -> None:
    notification = Notification(world.sync().id, 7, "Comparison of 'contacts'", "All is well.")
    told = {"sync_id": world.sync().id, "at": 7, "title": "Comparison of 'contacts'", "text": "All is well."}
    world.stores.notifications.add_notification(notification)
    assert applied("GET", "/v1/syncs/contacts/comparison").json == {"report": None, "reports": [told]}
    assert applied("GET", "/v1/notifications", limit="5").json == {"notifications": [told], "next": None}


def test_an_application_that_is_down_asks_for_patience(call: Client, world: World) -> None:
    world.schema_error = RetryLaterError("HubSpot does not answer.", after=2.5, kind="unavailable")
    answer = call("POST", "/v1/apply", DOCUMENT)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "3")


def test_an_impossible_answer_of_an_application_is_a_bad_gateway(call: Client, world: World) -> None:
    world.prepare_error = ConnectorBugError("400 to what we composed")
    assert call("POST", "/v1/apply", DOCUMENT).status == 502


def test_a_bug_of_ours_is_not_hidden(applied: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sync_id: str) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(world.stores.counts, "counts", broken)
    with pytest.raises(ZeroDivisionError):
        applied("GET", "/v1/syncs")


def test_what_is_deployed_is_answered_as_a_document(world: World, call: Client) -> None:
    """Applied again it changes nothing; secrets are named and not told."""
    assert call("GET", "/v1/document").json == {"document": {"connections": {}, "syncs": {}}, "secrets": {}}
    world.applied()
    answer = call("GET", "/v1/document").json
    assert answer["secrets"] == {"hubspot": ["token"], "orbit": ["token", "webhook_secret"]}
    applied = call("POST", "/v1/apply", answer["document"]).json
    assert {each["change"] for kind in ("connections", "syncs") for each in applied[kind]} == {"unchanged"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/syncs/contacts/records/{}",
        "/v1/syncs/contacts/records/{}/explain",
        "/v1/syncs/contacts/records/{}/addresses",
        "/v1/exports/{}",
        "/v1/plans/{}",
        "/v1/connections/{}",
        "/v1/connections/{}/objects/people",
    ],
)
@pytest.mark.parametrize("name", ["x" * 901, "%F0%9F%98%80" * 226, "%FF"])
def test_a_name_that_nothing_can_have_is_not_looked_for(
    applied: Client, world: World, monkeypatch: pytest.MonkeyPatch, path: str, name: str
) -> None:
    """A key of the table has no more than 1,024 bytes; who asks for a longer one is refused by it."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the table refuses such a key")

    stores = world.stores
    for store, read in ((stores.overview, "dossier"), (stores.index, "entries"), (stores.exports, "export")):
        monkeypatch.setattr(store, read, refuse)
    for store, read in ((stores.plans, "report"), (stores.connections, "connection"), (stores.syncs, "named")):
        monkeypatch.setattr(store, read, refuse)
    answer = applied("GET", path.format(name))
    assert (answer.status, bool(answer.json["remedy"])) == (404, True)
