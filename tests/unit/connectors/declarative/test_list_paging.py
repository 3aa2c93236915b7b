"""The four ways of paging: every record once, and no scan without end."""

from __future__ import annotations

import re

import httpx
import pytest

from hubsync.connectors.declarative.manifest import parse_manifest
from hubsync.connectors.errors import ConnectorBugError

IDS = ["a", "b", "c", "d", "e"]
CURSOR = "{strategy: cursor, parameter: after, next: next, size_parameter: size}"


def rows(some):
    return [{"id": key} for key in some]


def by_cursor(query, headers):
    start = int(query.get("after", "0"))
    size = int(query["size"])
    return {"items": rows(IDS[start : start + size]), "next": start + size if start + size < len(IDS) else None}


def by_offset(query, headers):
    start = int(query["from"])
    # This one cuts a page at 2 whatever is asked for, and says nothing.
    return {"items": rows(IDS[start : start + 2]), "all": len(IDS)}


def by_page(query, headers):
    start = (int(query["page"]) - 1) * 2
    return {"items": rows(IDS[start : start + 2]), "meta": {"pages": 3}}


def by_page_from_zero(query, headers):
    return by_page({"page": str(int(query["page"]) + 1)}, headers)


def by_cursor_that_ends_blank(query, headers):
    answer = by_cursor(query, headers)
    return {**answer, "next": answer["next"] or ""}


def by_link(query, headers):
    answer = by_cursor({"size": "2", **query}, headers)
    link = f"https://api.shop.example.com/customers?size=2&after={answer['next']}" if answer["next"] else None
    return {"items": answer["items"], "links": {"next": link}}


def by_link_header(query, headers):
    answer = by_cursor({"size": "2", **query}, headers)
    if answer["next"]:
        last = '<https://api.shop.example.com/customers?after=4>; rel="last"'
        headers["Link"] = f'<https://api.shop.example.com/customers?size=2&after={answer["next"]}>; rel="next", {last}'
    return {"items": answer["items"]}


WAYS = {
    "cursor": (CURSOR, by_cursor, 3),
    "cursor that ends blank": (CURSOR, by_cursor_that_ends_blank, 3),
    "offset with total": ("{strategy: offset, parameter: from, size_parameter: n, total: all}", by_offset, 3),
    "offset without total": ("{strategy: offset, parameter: from}", by_offset, 4),
    "page with pages": ("{strategy: page, parameter: page, pages: meta.pages}", by_page, 3),
    "page from zero": ("{strategy: page, parameter: page, first_page: 0, pages: meta.pages}", by_page_from_zero, 3),
    "page without pages": ("{strategy: page, parameter: page}", by_page, 4),
    "link in the body": ("{strategy: link, next: links.next, size_parameter: size}", by_link, 3),
    "link in the header": ("{strategy: link, size_parameter: size}", by_link_header, 3),
}


@pytest.fixture
def paged(shop, against):
    """Makes a connector whose list is paged in a way, and counts the requests."""

    def make(way, answer):
        asked = []

        def handle(request):
            asked.append(dict(request.url.params))
            headers = {}
            body = answer(asked[-1], headers)
            return httpx.Response(200, json=body, headers=headers)

        return against(parse_manifest(shop.replace(CURSOR, way)), handle), asked

    return make


def walk(connector, limit=2):
    found, cursor = [], None
    for _ in range(10):
        page = connector.list_page("customers", ["email"], cursor, limit)
        found += [record.ref.id for record in page.records]
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError("The list has no end.")


@pytest.mark.parametrize(("way", "answer", "calls"), WAYS.values(), ids=WAYS)
def test_every_record_comes_once(paged, way, answer, calls):
    connector, asked = paged(way, answer)
    assert walk(connector) == IDS
    assert len(asked) == calls


@pytest.mark.parametrize(("way", "answer", "calls"), WAYS.values(), ids=WAYS)
def test_an_application_that_ignores_its_parameters_does_not_hold_us_for_ever(paged, way, answer, calls):
    def stubborn(query, headers):
        first = {name: value for name, value in query.items() if name not in ("after", "from", "page")}
        return answer({"from": "0", "page": "1", **first}, headers)

    connector, asked = paged(way, stubborn)
    with pytest.raises(ConnectorBugError, match="go round in a circle"):
        walk(connector)
    assert len(asked) == 2


def test_no_more_is_asked_for_than_the_application_gives(paged):
    connector, asked = paged(CURSOR, by_cursor)
    connector.list_page("customers", [], None, 1000)
    assert asked == [{"size": "2"}]


def test_an_empty_list_has_no_second_page(paged):
    for way, _, _ in WAYS.values():
        connector, asked = paged(way, lambda query, headers: {"items": [], "all": 0, "meta": {"pages": 0}})
        page = connector.list_page("customers", [], None, 2)
        assert (page.records, page.cursor, len(asked)) == ((), None, 1)


@pytest.mark.parametrize(
    "link",
    ["https://elsewhere.example.net/steal?after=2", "https://api.shop.example.com/admin?after=2", 7, "nothing to ask"],
)
def test_a_link_to_another_place_is_not_followed(paged, link):
    connector, _ = paged(WAYS["link in the body"][0], lambda query, headers: {"items": [], "links": {"next": link}})
    with pytest.raises(ConnectorBugError, match="leads somewhere else"):
        connector.list_page("customers", [], None, 2)


def test_a_link_gives_its_query_and_nothing_else(shop, against):
    asked = []

    def handle(request):
        asked.append(str(request.url))
        link = "https://evil.example.net/customers?after=2"
        return httpx.Response(200, json={"items": rows("a"), "links": {"next": link}})

    connector = against(parse_manifest(shop.replace(CURSOR, WAYS["link in the body"][0])), handle)
    page = connector.list_page("customers", [], None, 2)
    with pytest.raises(ConnectorBugError, match="go round in a circle"):
        connector.list_page("customers", [], page.cursor, 2)
    assert asked[-1] == "https://api.shop.example.com/customers?after=2"


def test_what_the_link_repeats_is_not_asked_twice(shop, against):
    asked = []

    def handle(request):
        asked.append(request.url.query.decode())
        link = None if len(asked) > 1 else "/customers?order=id&after=2"
        return httpx.Response(200, json={"items": rows("a"), "links": {"next": link}})

    way = WAYS["link in the body"][0]
    text = shop.replace(CURSOR, way).replace("page_size: 2", "page_size: 2\n      params: {order: id}")
    assert len(walk(against(parse_manifest(text), handle))) == 2
    assert asked == ["size=2&order=id", "order=id&after=2"]


@pytest.mark.parametrize("cursor", ["x", "-1:a", ":", "2"])
def test_a_cursor_of_another_list_is_refused(paged, cursor):
    connector, _ = paged(WAYS["offset with total"][0], by_offset)
    with pytest.raises(ConnectorBugError, match="not one of this list"):
        connector.list_page("customers", [], cursor, 2)


@pytest.mark.parametrize("body", [{}, {"items": None}, {"items": {"id": 1}}, [], {"items": [{"name": "x"}]}])
def test_an_answer_of_another_shape_is_a_bug_and_not_an_empty_list(paged, body):
    connector, _ = paged(CURSOR, lambda query, headers: body)
    with pytest.raises(ConnectorBugError, match=re.escape("where the manifest says")):
        connector.list_page("customers", [], None, 2)
