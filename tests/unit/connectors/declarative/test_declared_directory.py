"""Users, pipelines, references and fields of several values, as a manifest describes them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from hubsync.connectors.declarative.manifest import ManifestError, parse_manifest
from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.port import Create, Update
from hubsync.model.directory import Owner, Pipeline, Stage
from hubsync.model.schema import Option

OWNERS = """
owners:
  path: /users
  records: users
  id: user_id
  email: mail
  name: join(' ', [first, last][?@])
  active: {path: state, equals: active}
  paging: {strategy: cursor, parameter: after, next: next, size_parameter: size}
"""
FIELDS = """
      stage: {type: option, options: [new, {value: "7", label: Seven}], format: text}
      tags: {type: options, options: [{value: "1", label: One}, {value: "2", label: Two}], format: integer}
      colours: {type: options, options: [red, blue], separator: ";"}
      emails: {type: email, many: true}
      employer: {type: reference, refers_to: customers, format: integer}
      friends: {type: reference, refers_to: customers, many: true}
      boss: {type: owner, format: integer}
"""
WITH_STAGES = """
    pipelines:
      stage: stage
      pipeline: employer
"""
GIVEN = WITH_STAGES + "      given: [{id: a, label: A, stages: [{id: new, label: New}, {id: old}]}]\n"
NESTED = WITH_STAGES + "      list: {path: /pipes, records: pipes, order: at, stages: {records: steps, order: at}}\n"
APART = WITH_STAGES + (
    "      list:\n        path: /pipes\n        records: pipes\n"
    "        stages: {list: {path: /steps, records: steps}, pipeline: pipe, label: name}\n"
)
PIPES = {
    "pipes": [
        {"id": 2, "label": "Second", "at": 2, "steps": [{"id": 8, "label": "B", "at": 1}, {"id": 9, "label": "A"}]},
        {
            "id": 1,
            "label": "First",
            "at": 1,
            "steps": [{"id": 5, "label": "Z", "at": 2}, {"id": 6, "label": "Y", "at": 1}],
        },
    ]
}
STEPS = {"steps": [{"id": 11, "name": "One", "pipe": 1}, {"id": 21, "name": "Two", "pipe": 2}, {"id": 12, "pipe": 1}]}


class TestOwners:
    def test_every_page_is_read_and_ids_are_text(self, shop: str, against: Any) -> None:
        asked = []

        def answer(request: httpx.Request) -> httpx.Response:
            asked.append(str(request.url).removeprefix("https://api.shop.example.com"))
            if "after" in request.url.params:
                return httpx.Response(200, json={"users": [{"user_id": 8, "state": "left"}]})
            ana = {"user_id": 7, "mail": "ana@example.com", "first": "Ana", "last": "Owner", "state": "active"}
            return httpx.Response(200, json={"users": [ana], "next": "x"})

        connector = against(parse_manifest(shop + OWNERS), answer)
        assert connector.owners() == (
            Owner("7", "ana@example.com", "Ana Owner"),
            Owner("8", "", active=False),
        )
        assert asked == ["/users?size=100", "/users?size=100&after=x"]

    @pytest.mark.parametrize(
        "body", [{"people": []}, {"users": {}}, {"users": [{"mail": "ana@example.com"}]}, {"users": [], "next": {}}]
    )
    def test_an_answer_of_another_shape_is_ours_to_look_at(self, shop: str, against: Any, body: Any) -> None:
        connector = against(parse_manifest(shop + OWNERS), lambda _: httpx.Response(200, json=body))
        with pytest.raises(ConnectorBugError):
            connector.owners()

    def test_a_list_without_end_is_noticed(self, shop: str, against: Any) -> None:
        count = iter(range(1000))

        def answer(_: httpx.Request) -> httpx.Response:
            number = next(count)
            return httpx.Response(200, json={"users": [{"user_id": number}], "next": f"page {number}"})

        with pytest.raises(ConnectorBugError, match="does not end"):
            against(parse_manifest(shop + OWNERS), answer).owners()

    def test_an_application_that_does_not_tell_is_not_asked(self, shop: str, against: Any) -> None:
        connector = against(parse_manifest(shop), lambda _: httpx.Response(500))
        with pytest.raises(ConnectorBugError, match="users"):
            connector.owners()
        with pytest.raises(ConnectorBugError, match="no pipelines of customers"):
            connector.pipelines("customers")


class TestPipelines:
    @pytest.mark.parametrize(
        ("pipelines", "wanted"),
        [
            (GIVEN, (Pipeline("a", "A", (Stage("new", "New"), Stage("old", "old"))),)),
            (
                NESTED,
                (
                    Pipeline("1", "First", (Stage("6", "Y"), Stage("5", "Z"))),
                    Pipeline("2", "Second", (Stage("8", "B"), Stage("9", "A"))),
                ),
            ),
            (
                APART,
                (
                    Pipeline("2", "Second", (Stage("21", "Two"),)),
                    Pipeline("1", "First", (Stage("11", "One"), Stage("12", ""))),
                ),
            ),
        ],
        ids=["given", "nested", "apart"],
    )
    def test_wherever_the_stages_are_they_come_in_order(
        self, shop: str, against: Any, pipelines: str, wanted: tuple[Pipeline, ...]
    ) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, json=PIPES if request.url.path == "/pipes" else STEPS)

        connector = against(parse_manifest(shop + FIELDS.strip("\n") + pipelines), answer)
        assert connector.pipelines("customers") == wanted
        schema = connector.schema("customers")
        assert (schema.pipeline_field, schema.stage_field) == ("employer", "stage")


class TestFields:
    def test_the_schema_says_what_a_field_holds(self, shop: str, against: Any) -> None:
        connector = against(parse_manifest(shop + FIELDS), lambda _: httpx.Response(500))
        fields = connector.schema("customers").fields
        assert fields["stage"].options == (Option("new"), Option("7", "Seven"))
        assert [option.text for option in fields["tags"].options] == ["One", "Two"]
        assert {name for name, field in fields.items() if field.many} == {"tags", "colours", "emails", "friends"}
        assert (fields["employer"].refers_to, fields["boss"].refers_to) == ("customers", None)

    def test_several_values_and_ids_are_read_as_text_and_written_as_the_application_has_them(
        self, shop: str, against: Any
    ) -> None:
        sent: list[Any] = []

        def answer(request: httpx.Request) -> httpx.Response:
            sent.append(json.loads(request.content))
            return httpx.Response(200, json={"id": "c1", "ref": "x", **sent[-1]})

        connector = against(parse_manifest(shop + FIELDS), answer)
        values = {
            "tags": ["1", "2"],
            "colours": ["red", "blue"],
            "emails": ["a@example.com"],
            "employer": "17",
            "friends": ["c2", "c3"],
            "boss": "4",
        }
        (written,) = connector.update("customers", [Update("c1", values)])
        assert sent[-1] == {**values, "tags": [1, 2], "colours": "red;blue", "employer": 17, "boss": 4}
        assert {name: written.record.fields[name] for name in values} == values
        connector.update("customers", [Update("c1", {"tags": [], "colours": None, "friends": None, "boss": ""})])
        assert sent[-1] == {"tags": [], "colours": None, "friends": [], "boss": None}

    def test_what_is_no_id_of_the_application_is_refused_before_the_call(self, shop: str, against: Any) -> None:
        connector = against(parse_manifest(shop + FIELDS), lambda _: httpx.Response(500))
        (refused,) = connector.update("customers", [Update("c1", {"employer": "per_17"})])
        assert refused.failure.category == "wrong_type"
        (refused,) = connector.update("customers", [Update("c1", {"tags": ["1", "x"]})])
        assert refused.failure.category == "wrong_type"


FAULTS = {
    "options without a list": ("options: [red, blue], ", "", "fields.colours: `options` go with"),
    "several of one option": ("type: option,", "type: option, many: true,", "has the type options"),
    "separator of one": ("many: true}", 'separator: ";"}', "fields.emails: a `separator` needs"),
    "reference to nothing": ("refers_to: customers, format", "format", "`refers_to` goes with"),
    "reference of a text": ("boss: {type: owner", "boss: {refers_to: customers, type: owner", "`refers_to` goes with"),
    "unknown reference": (
        "refers_to: customers, format",
        "refers_to: firms, format",
        "objects.customers.fields.employer.refers_to: 'firms' is none of customers",
    ),
    "unknown stage": ("stage: stage", "stage: step", "pipelines names no field of this object: step"),
    "no source": ("given", "gave", "gave: Extra inputs"),
    "two sources": ("given: [", "list: {path: /p, stages: {records: s}}\n      given: [", "either `given` or `list`"),
    "pipelines without a field": (
        "given: [",
        "given: [{id: b, stages: [{id: x}]}, ",
        "",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_with_its_path_and_reason(shop: str, old: str, new: str, said: str) -> None:
    text = shop + FIELDS.strip("\n") + GIVEN
    assert old in text
    changed = text.replace(old, new, 1)
    if not said:
        changed = changed.replace("      pipeline: employer\n", "")
        said = "several pipelines need the field"
    with pytest.raises(ManifestError) as refused:
        parse_manifest(changed)
    assert said in str(refused.value)


def test_stages_have_one_place(shop: str) -> None:
    for bad in ("{id: id}", "{records: s, list: {path: /s}, pipeline: p}", "{list: {path: /s}}"):
        text = shop + FIELDS.strip("\n") + NESTED.replace("{records: steps, order: at}", bad)
        with pytest.raises(ManifestError, match="give either `records`, or `list` and `pipeline`"):
            parse_manifest(text)


def test_a_new_record_leaves_empty_lists_out(shop: str, against: Any) -> None:
    bodies: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"items": []})
        bodies.append(request.content)
        return httpx.Response(201, json={"id": "c1"})

    against(parse_manifest(shop + FIELDS), answer).create(
        "customers", [Create("e-1", {"tags": [], "email": "a@example.com"})]
    )
    assert b"tags" not in bodies[0]
