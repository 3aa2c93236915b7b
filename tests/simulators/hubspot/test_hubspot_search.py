"""Search, its caps and its lag; the change cursor."""

from __future__ import annotations

import pytest

from infra.local.hubspot import PLANS
from tests.simulators.hubspot.hubspot_account import COMPANIES, CONTACTS, START, Hub, ids


@pytest.fixture
def free() -> Hub:
    """No limit on calls."""
    return Hub(limits=PLANS["unlimited"])


def people(hub: Hub) -> list[int]:
    return hub.sim.seed(
        "contacts",
        [
            {"email": "ana@acme.example", "firstname": "Ana", "city": "Lugo", "hs_analytics_num_page_views": "9"},
            {"email": "eva@acme.example", "firstname": "Eva", "city": "Vigo", "hs_analytics_num_page_views": "10"},
            {"email": "leo@other.example", "firstname": "Leo Ana", "hs_buying_role": "CHAMPION;BLOCKER"},
        ],
    )


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (("firstname", "EQ", "ana"), [0]),
        (("firstname", "NEQ", "Ana"), [1, 2]),
        (("firstname", "IN", ["ana", "eva"]), [0, 1]),
        (("firstname", "IN", ["Ana", "Eva"]), []),
        (("firstname", "NOT_IN", ["ana"]), [1, 2]),
        (("city", "HAS_PROPERTY", None), [0, 1]),
        (("city", "NOT_HAS_PROPERTY", None), [2]),
        (("email", "CONTAINS_TOKEN", "*@acme.example"), [0, 1]),
        (("firstname", "CONTAINS_TOKEN", "ana"), [0, 2]),
        (("email", "EQ", "LEO@other.example"), [2]),
        (("email", "IN", ["leo@other.example", "ana@acme.example"]), [0, 2]),
        (("hs_buying_role", "EQ", "BLOCKER"), [2]),
        (("hs_analytics_num_page_views", "GT", "9"), [1]),
        (("hs_analytics_num_page_views", "GTE", "9"), [0, 1]),
        (("hs_analytics_num_page_views", "LT", "10"), [0]),
        (("hs_analytics_num_page_views", "LTE", "10.0"), [0, 1]),
        (("hs_analytics_num_page_views", "EQ", "9.0"), [0]),
        (("hs_analytics_num_page_views", "BETWEEN", ("1", "9")), [0]),
        (("createdate", "GTE", str(START)), [0, 1, 2]),
        (("lastmodifieddate", "LT", str(START)), []),
        (("lastmodifieddate", "EQ", str(START)), [0, 1, 2]),
    ],
)
def test_operators(hub: Hub, condition: tuple[str, str, str], found: list[int]) -> None:
    """Each operator means what HubSpot's page says; IN wants its values in lower case."""
    made = people(hub)
    answer = hub.search(CONTACTS, condition)
    assert answer.status_code == 200, answer.text
    assert (ids(answer), answer.json()["total"]) == ([made[i] for i in found], len(found))


@pytest.mark.parametrize(
    "others", [(), (("firstname", "EQ", "x"),), (("email", "IN", ["c1@x.example", "c8@x.example"]),)]
)
@pytest.mark.parametrize(("low", "high"), [(0, 9), (2, 3), (6, 9), (8, 7)])
@pytest.mark.parametrize(("first", "last"), [(0, 9), (1, 8), (7, 9)])
def test_windows_of_time_and_of_ids_combine(
    hub: Hub, others: tuple[tuple[str, str, str], ...], low: int, high: int, first: int, last: int
) -> None:
    """However a search is answered inside, it finds what a plain reading of the filters finds."""
    moments = [(7 * i) % 10 for i in range(10)]
    rows = [
        {"email": f"C{i}@x.example", "firstname": "x", "lastmodifieddate": str(START + moment)}
        for i, moment in enumerate(moments)
    ]
    made = hub.sim.seed("contacts", rows)
    answer = hub.search(
        CONTACTS,
        ("lastmodifieddate", "BETWEEN", (str(START + low), str(START + high))),
        ("hs_object_id", "GTE", str(made[first])),
        ("hs_object_id", "LTE", str(made[last])),
        *others,
    )
    emails = others[0][2] if others and others[0][0] == "email" else [f"c{i}@x.example" for i in range(10)]
    expected = [
        made[i]
        for i, moment in enumerate(moments)
        if low <= moment <= high and first <= i <= last and f"c{i}@x.example" in emails
    ]
    assert ids(answer) == expected


def test_exact_lookups_follow_the_values(hub: Hub) -> None:
    """A name is found in any case, by its present value alone."""
    (company,) = hub.sim.seed("companies", [{"name": "Acme"}])
    assert ids(hub.search(COMPANIES, ("name", "EQ", "ACME"))) == [company]
    hub.sim.edit("companies", company, {"name": "Zenith"})
    assert ids(hub.search(COMPANIES, ("name", "EQ", "Acme"))) == []
    assert ids(hub.search(COMPANIES, ("name", "EQ", "zenith"))) == [company]


def test_groups_are_or_and_filters_are_and(hub: Hub) -> None:
    """Any group must hold, in a group every filter; `query` looks into the default text properties."""
    made = people(hub)
    equal = {"operator": "EQ", "propertyName": "firstname"}
    groups = [{"filters": [{**equal, "value": name}]} for name in ("Ana", "Eva")]
    assert ids(hub.post(f"{CONTACTS}/search", {"filterGroups": groups})) == made[:2]
    assert ids(hub.search(CONTACTS, ("firstname", "EQ", "Ana"), ("city", "EQ", "Vigo"))) == []
    assert ids(hub.post(f"{CONTACTS}/search", {"query": "acme eva"})) == [made[1]]


def test_one_sort_and_pages_by_number(hub: Hub) -> None:
    """10 results unless told, 200 at most, one sort; `after` is a whole number as a string."""
    hub.sim.seed("contacts", [{"firstname": f"{i:03}"} for i in range(250)])
    down = [{"propertyName": "firstname", "direction": "DESCENDING"}]
    first = hub.post(f"{CONTACTS}/search", {"sorts": down, "properties": ["firstname"]})
    assert [item["properties"]["firstname"] for item in first.json()["results"]][:2] == ["249", "248"]
    assert first.json()["paging"]["next"]["after"] == "10"
    page = hub.post(f"{CONTACTS}/search", {"limit": 200, "after": "200"})
    assert (len(ids(page)), page.json()["total"]) == (50, 250)
    assert "paging" not in page.json()
    hub.clock.advance(1_000)
    for wrong in ({"limit": 201}, {"after": "abc"}, {"after": "1.5"}, {"sorts": [*down, *down]}):
        assert hub.post(f"{CONTACTS}/search", wrong).status_code == 400


def test_a_search_shows_10_000_results_at_most(free: Hub) -> None:
    """Beyond the ten-thousandth result a search answers 400, though `total` says how many there are."""
    free.sim.seed("contacts", [{"firstname": "x"}] * 10_050)
    last = free.search(CONTACTS, ("firstname", "EQ", "x"), limit=200, after="9800")
    assert (len(ids(last)), last.json()["total"]) == (200, 10_050)
    assert "paging" not in last.json()
    assert free.search(CONTACTS, ("firstname", "EQ", "x"), limit=200, after="9801").status_code == 400


def test_limits_of_the_query(free: Hub) -> None:
    """5 groups, 6 filters each, 18 in all, 3,000 characters; unknown properties and operators are refused."""
    one = {"propertyName": "firstname", "operator": "EQ", "value": "x"}

    def groups(*sizes: int) -> int:
        body = {"filterGroups": [{"filters": [one] * size} for size in sizes]}
        return free.post(f"{CONTACTS}/search", body).status_code

    assert groups(6, 6, 6) == groups(1, 1, 1, 1, 1) == 200
    assert groups(6, 6, 6, 1) == groups(7) == groups(1, 1, 1, 1, 1, 1) == 400
    assert free.search(CONTACTS, ("firstname", "EQ", "x" * 2_850)).status_code == 200
    assert free.search(CONTACTS, ("firstname", "EQ", "x" * 3_000)).status_code == 400
    assert free.search(CONTACTS, ("nonsense", "EQ", "x")).status_code == 400
    assert free.search(CONTACTS, ("firstname", "LIKE", "x")).status_code == 400
    assert free.search(CONTACTS, ("lastmodifieddate", "GT", "soon")).status_code == 400


def test_the_index_lags(free: Hub) -> None:
    """A search sees a new record, and a record's new values, only some time later; until then the old ones."""
    free.sim.settings.search_lag_ms = 5_000
    contact = free.post(CONTACTS, {"properties": {"firstname": "Ana"}}).json()["id"]
    assert ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"))) == []
    free.clock.advance(5_000)
    assert ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"))) == [int(contact)]
    free.client.patch(f"{CONTACTS}/{contact}", json={"properties": {"firstname": "Eva"}})
    old = free.search(CONTACTS, ("firstname", "EQ", "Ana"), properties=["firstname"])
    assert old.json()["results"][0]["properties"]["firstname"] == "Ana"
    free.clock.advance(5_000)
    assert free.search(CONTACTS, ("firstname", "EQ", "Ana")).json()["total"] == 0
    assert free.search(CONTACTS, ("firstname", "EQ", "Eva")).json()["total"] == 1


def test_the_lag_has_no_bound(free: Hub) -> None:
    """With jitter some records are found later than others that were written after them."""
    free.sim.settings.search_lag_jitter_ms = 10_000
    for _ in range(20):
        free.post(CONTACTS, {"properties": {"firstname": "Ana"}})
    free.clock.advance(5_000)
    found = ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"), limit=200))
    assert 0 < len(found) < 20
    assert found != list(range(found[0], found[0] + len(found)))
    free.clock.advance(5_000)
    assert free.search(CONTACTS, ("firstname", "EQ", "Ana")).json()["total"] == 20


def test_archived_records_never_appear(free: Hub) -> None:
    """Archived records leave searches at once, whatever the lag; so do merged ones."""
    free.sim.settings.search_lag_ms = 5_000
    a, b, c = free.sim.seed("contacts", [{"firstname": "Ana"}] * 3)
    free.client.delete(f"{CONTACTS}/{a}")
    assert ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"))) == [b, c]
    survivor = free.sim.merge("contacts", b, c)
    assert ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"))) == []
    free.clock.advance(5_000)
    assert ids(free.search(CONTACTS, ("firstname", "EQ", "Ana"))) == [survivor]


def test_a_version_written_before_archiving_does_not_bring_a_record_back(free: Hub) -> None:
    """The index forgets an archived record, though a version of it was still on its way."""
    contact = free.contact(firstname="Ana")
    free.sim.settings.search_lag_ms = 5_000
    free.sim.edit("contacts", contact, {"firstname": "Eva"})
    free.sim.archive("contacts", contact)
    free.clock.advance(5_000)
    assert free.search(CONTACTS, ("firstname", "HAS_PROPERTY", None)).json()["total"] == 0


def test_the_cursor_is_another_property_on_contacts(free: Hub) -> None:
    """lastmodifieddate on contacts, hs_lastmodifieddate elsewhere; the wrong one silently finds nothing."""
    free.contact(firstname="Ana")
    free.sim.seed("companies", [{"name": "Acme"}])
    window = ("GTE", str(START))
    assert free.search(CONTACTS, ("lastmodifieddate", *window)).json()["total"] == 1
    assert free.search(COMPANIES, ("hs_lastmodifieddate", *window)).json()["total"] == 1
    for path, wrong in ((CONTACTS, "hs_lastmodifieddate"), (COMPANIES, "lastmodifieddate")):
        answer = free.search(path, (wrong, *window))
        assert (answer.status_code, answer.json()["total"]) == (200, 0)


def test_a_bulk_edit_bears_one_millisecond_and_is_walked_by_id(free: Hub) -> None:
    """More records than a search shows may bear one moment; a closed window sorted by hs_object_id finds them all."""
    made = free.sim.seed("contacts", [{"firstname": "x"}] * 10_400)
    free.clock.advance(60_000)
    now = str(free.clock.now)
    free.clock.step = 1  # as on a served simulator, time goes on during the edit
    free.client.patch("/_admin/records/contacts", json={"properties": {"city": "Lugo"}})
    free.clock.step = 0
    walked: list[int] = []
    for _ in range(10_400 // 200):
        walked += ids(
            free.search(
                CONTACTS,
                ("lastmodifieddate", "BETWEEN", (now, now)),
                ("hs_object_id", "GT", str(walked[-1] if walked else 0)),
                sorts=[{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                limit=200,
            )
        )
    assert walked == made


def test_every_write_moves_the_modified_date_even_of_equal_values(free: Hub) -> None:
    """Our own writes move it, equal values too, and so do properties that nobody sees."""
    contact = free.contact(firstname="Ana")
    path, moments = f"{CONTACTS}/{contact}", []
    for hidden in (False, False, True):
        free.clock.advance(1_000)
        if hidden:
            free.sim.edit("contacts", contact, {"hs_analytics_num_page_views": "5"}, hidden=True)
        else:
            free.client.patch(path, json={"properties": {"firstname": "Ana"}})
        moments.append(free.get(path).json()["properties"]["lastmodifieddate"])
    assert len(set(moments)) == 3
    assert sorted(moments) == moments
    now = str(free.clock.now)
    assert free.search(CONTACTS, ("lastmodifieddate", "GTE", now)).json()["total"] == 1


def test_associations_archiving_and_merges_leave_modified_dates_alone(free: Hub) -> None:
    """No modified date tells of an association, of an archived record or of a merge."""
    a, b, c = free.sim.seed("contacts", [{"firstname": name} for name in "abc"])
    (company,) = free.sim.seed("companies", [{"name": "Acme"}])
    free.clock.advance(60_000)
    free.sim.associate("contacts", a, "companies", company)
    free.sim.archive("contacts", c)
    survivor = free.sim.merge("contacts", a, b)
    since = ("GT", str(START))
    assert free.search(CONTACTS, ("lastmodifieddate", *since)).json()["total"] == 0
    assert free.search(COMPANIES, ("hs_lastmodifieddate", *since)).json()["total"] == 0
    assert free.get(f"{CONTACTS}/{survivor}").status_code == 200
    free.sim.restore("contacts", c)
    assert free.search(CONTACTS, ("lastmodifieddate", *since)).json()["total"] == 0
