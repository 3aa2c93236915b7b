"""Records are searched by id and by what the sync matches by, and where the index finds nothing, by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.entry import entry_id_for
from hubsync.model.identifier import IdentifierKind
from hubsync.model.record import RecordRef
from hubsync.model.sync import MatchKey, SyncStatus
from hubsync.stores.index_port import PutAlias, PutEntry
from infra.local.hubspot.faults import Fault
from tests.unit.api.api_client import Answer, Client
from tests.unit.services.look_world import A, H, Small, companies, contact, contacts, person
from tests.unit.services.managed import managed

RECORDS = "/v1/syncs/contacts/records"


def over(small: Small) -> Client:
    """An API over a simulated world."""
    return Client(managed(small))


@pytest.fixture(scope="module")
def small() -> Small:
    """A pair, a pair with a duplicate in line behind it, and one that only HubSpot has."""
    small = Small(
        [
            contact("ana@example.com", firstname="Ana", lastname="Lima"),
            contact("eva@example.com", firstname="Eva"),
            contact(None, firstname="Ida", lastname="Noll"),
        ],
        [person("ana@example.com", first="Ana"), person("eva@example.com"), person("eva@example.com")],
    )
    small.world.clock.ms += 60_000  # HubSpot's search lags
    return small


@pytest.fixture(scope="module")
def call(small: Small) -> Client:
    return over(small)


def found(call: Client, text: str, path: str = RECORDS, **query: str) -> list[str]:
    answer = call("GET", path, search=text, **query)
    assert answer.status == 200
    assert answer.json["next"] is None
    return [each["id"] for each in answer.json["records"]]


@pytest.mark.parametrize("by", ["entry", "hubspot", "app", "email", "written otherwise"])
def test_a_record_is_found_by_any_of_its_ids_and_by_its_identifier(call: Client, small: Small, by: str) -> None:
    entry = small.entry(H, 0)
    text = {
        "entry": entry.id,
        "hubspot": str(small.h[0]),
        "app": small.a[0],
        "email": "ana@example.com",
        "written otherwise": "  ANA@Example.com ",
    }[by]
    assert found(call, text) == [entry.id]


def test_nothing_is_asked_of_the_applications_where_the_index_finds_it(call: Client, small: Small) -> None:
    small.world.hubspot.calls.reset()
    small.world.orbit.gate.reset_counts()
    assert found(call, "ana@example.com")
    assert not small.world.hubspot.calls.calls
    assert not small.world.orbit.gate.counts


def test_duplicates_behind_the_holder_are_found_too(call: Client, small: Small) -> None:
    pair, behind = found(call, "eva@example.com")
    assert pair == small.entry(H, 1).id
    assert behind == entry_id_for(RecordRef(A, small.a[2]))
    assert found(call, "eva@example.com", status="excluded") == [behind]
    assert found(call, "eva@example.com", status="failing") == []
    assert found(call, "eva@example.com", limit="1") == [pair]


def test_one_id_on_both_sides_is_two_records() -> None:
    """HubSpot's contact 7 is nobody's person 7."""
    two = Small([contact(), contact("eva@example.com")], [])
    index, first, second = two.world.stores.index, two.entry(H, 0), two.entry(H, 1)
    shared = str(two.h[0])
    index.write([PutEntry(replace(second, app=replace(second.app, record_id=shared)))])
    index.write([PutAlias(second.sync_id, RecordRef(A, shared), second.id)])
    assert found(over(two), shared) == [first.id, second.id]


@pytest.mark.parametrize("text", ["Ida", "noll", "ida  NOLL"])
def test_what_the_index_does_not_know_is_looked_for_by_name(call: Client, small: Small, text: str) -> None:
    assert found(call, text) == [small.entry(H, 2).id]


@pytest.mark.parametrize(
    "text", ["Id", "Ida N", "Noll Ida", "nobody", "nobody@example.com", "h-999", "😀", "%", "é\x00"]
)
def test_what_is_nobody_is_not_found(call: Client, text: str) -> None:
    assert found(call, text) == []


def test_companies_are_found_by_domain_and_by_name() -> None:
    small = Small([{"name": "Acme", "domain": "acme.example"}, {"name": "Peña"}], [], sync=companies())
    call, path = over(small), "/v1/syncs/companies/records"
    for text in ("acme.example", "https://www.ACME.example/about", "acme", " ACME "):
        assert found(call, text, path) == [small.entry(H, 0).id], text
    assert found(call, "pena", path) == []
    assert found(call, "PEÑA", path) == [small.entry(H, 1).id]


def test_records_are_found_by_a_key_of_the_sync_s_own() -> None:
    """3.1 In the form in which the two sides are compared."""
    key = MatchKey(IdentifierKind.KEY, "jobtitle", "job_title", numeric=True)
    sync = replace(contacts(require_email=False), match_keys=(key,))
    small = Small([contact(None, jobtitle="0017")], [{"job_title": "17"}], sync=sync)
    call = over(small)
    assert len(found(call, "17")) == 1
    assert found(call, "017.0") == found(call, "17")


def test_an_application_that_cannot_be_asked_is_told() -> None:
    small = Small([contact(firstname="Ana")], [])
    call = over(small)
    small.world.hubspot.faults.add(Fault("503"))
    answer = call("GET", RECORDS, search="Nobody")
    assert (answer.status, bool(answer.json["remedy"])) == (503, True)
    assert call("GET", RECORDS, search="ana@example.com").status == 200


def test_what_is_being_deleted_is_found_by_its_ids_alone() -> None:
    """1.7 Its key is gone, and with it every identifier."""
    small = Small([contact()], [])
    syncs = small.world.stores.syncs
    syncs.put_sync(replace(small.world.sync(), status=SyncStatus.DELETING, hash_key=b""))
    call = over(small)
    assert found(call, str(small.h[0]))
    assert found(call, "nobody@example.com") == []
    assert call("GET", f"{RECORDS}/ana@example.com").status == 404


def refused(call: Client, **query: str) -> Answer:
    answer = call("GET", RECORDS, **query)
    assert (answer.status, bool(answer.json["remedy"])) == (400, True)
    return answer


def test_what_is_no_search_is_refused(call: Client) -> None:
    for text in ("", "  ", "x" * 255, "😀" * 226, "\ud800"):
        refused(call, search=text)
    cursor = call("GET", RECORDS, limit="1").json["next"]
    refused(call, search="ana@example.com", cursor=cursor)
    assert call("GET", "/v1/syncs/nobody/records", search="x").status == 404


def test_searching_writes_nothing(call: Client, small: Small) -> None:
    before = small.world.queues.sent, small.index_writes(), small.writes()
    for text in ("ana@example.com", "Ida", "nobody"):
        call("GET", RECORDS, search=text)
    assert (small.world.queues.sent, small.index_writes(), small.writes()) == before


@pytest.mark.parametrize("tail", ["", "/explain"])
def test_one_record_is_shown_and_explained_by_its_identifier(call: Client, small: Small, tail: str) -> None:
    answer = call("GET", f"{RECORDS}/ana%40example.com{tail}")
    assert (answer.status, answer.json["hubspot_id"]) == (200, str(small.h[0]))
    held = call("GET", f"{RECORDS}/eva@example.com{tail}")
    assert held.json["hubspot_id"] == str(small.h[1]), "who holds it, and not who stands in line"
    assert call("GET", f"{RECORDS}/nobody@example.com{tail}").status == 404


@pytest.mark.parametrize("tail", ["", "/explain"])
def test_an_identifier_of_several_records_is_none_of_them(tail: str) -> None:
    """A company by its name, another by the same as a domain."""
    small = Small([{"name": "acme.example"}, {"name": "Other", "domain": "acme.example"}], [], sync=companies())
    answer = over(small)("GET", f"/v1/syncs/companies/records/acme.example{tail}")
    assert answer.status == 409
    assert small.entry(H, 0).id in answer.json["remedy"]
    assert small.entry(H, 1).id in answer.json["remedy"]
