"""Single records: list, read, create, change, archive, merge, privacy deletion, search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.http import Response
from infra.local.hubspot import query, records, search
from infra.local.hubspot.associations import End
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.errors import invalid, not_found
from infra.local.hubspot.limits import Bucket
from infra.local.hubspot.record import Record
from infra.local.hubspot.table import Table
from infra.local.hubspot.view import View

DEFAULT_PAGE = 10
MAX_PAGE = 100
MAX_PAGE_WITH_HISTORY = 50


def _list(call: Call) -> Response:
    histories = call.names("propertiesWithHistory")
    limit = call.limit(DEFAULT_PAGE, MAX_PAGE_WITH_HISTORY if histories else MAX_PAGE)
    after = call.request.first("after") or "0"
    if not after.isdecimal():
        raise invalid(f"after must be a record id, not {after!r}")
    table, archived = call.table, call.flag("archived")
    table.empty_bin(call.account.clock())
    page, following = table.page(int(after), limit, archived=archived)
    view = View.of(table, call.names("properties"), histories, call.names("associations"))
    return Response(200, paged([view.show(record, call.account) for record in page], following))


def paged(results: list[dict[str, Any]], following: int | str | None) -> dict[str, Any]:
    """A page: `paging` is there only if more follows."""
    body: dict[str, Any] = {"results": results}
    if following is not None:
        body["paging"] = {"next": {"after": str(following), "link": f"?after={following}"}}
    return body


def _create(call: Call) -> Response:
    table, body = call.table, call.json()
    record = records.create(call.account, table, properties_of(body), call.writer)
    associate(call, table, record, body)
    return Response(201, written(table, properties_of(body)).show(record, call.account))


def properties_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The `properties` of a write; raises a 400."""
    properties = body.get("properties")
    if not isinstance(properties, Mapping):
        raise invalid("Invalid input JSON: Some required fields were not set: [properties]")
    return properties


def written(table: Table, given: Mapping[str, Any]) -> View:
    """The view of the answer to a write: what was written, and what every answer has."""
    return View.of(table, given)


def associate(call: Call, table: Table, record: Record, body: Mapping[str, Any]) -> None:
    """The `associations` that a create may bring along; raises a 400 for an unknown type or record."""
    associations = call.account.associations
    for wanted in body.get("associations") or ():
        for kind in wanted.get("types") or ():
            type_id = int(kind["associationTypeId"])
            for (left, right), labels in list(associations.labels.items()):
                label = next((label for label in labels if label.type_id == type_id), None)
                if left != table.kind.name or label is None:
                    continue
                other = int(wanted["to"]["id"])
                if other not in call.account.table(right).live:
                    raise invalid(f"No {right} record {other} to associate with")
                associations.link(End(left, record.id), End(right, other), [label])


def find(call: Call, *, archived: bool = False) -> Record:
    """The record of the path, by id or by `idProperty`; an id that was merged away finds the survivor."""
    table, key, id_property = call.table, call.args["id"], call.request.first("idProperty")
    record: Record | None = None
    if id_property and id_property != "hs_object_id":
        record = records.by_unique(table, id_property, key)
    elif key.isdecimal():
        record_id = table.survivor(int(key))
        table.empty_bin(call.account.clock())
        record = (table.bin if archived else table.live).get(record_id)
    if record is None:
        raise not_found("resource not found")
    return record


def _read(call: Call) -> Response:
    record = find(call, archived=call.flag("archived"))
    view = View.of(
        call.table, call.names("properties"), call.names("propertiesWithHistory"), call.names("associations")
    )
    return Response(200, view.show(record, call.account))


def _change(call: Call) -> Response:
    record, given = find(call), properties_of(call.json())
    records.update(call.account, call.table, record, given, call.writer)
    return Response(200, written(call.table, given).show(record, call.account))


def _archive(call: Call) -> Response:
    table, key = call.table, call.args["id"]
    record = table.live.get(int(key)) if key.isdecimal() else None
    if record is not None:
        records.archive(call.account, table, record, call.writer)
    elif not key.isdecimal() or not (int(key) in table.bin or int(key) in table.merged):
        raise not_found("resource not found")
    return Response(204)


def _merge(call: Call) -> Response:
    table, body = call.table, call.json()
    pair = [_live(table, body.get(name)) for name in ("primaryObjectId", "objectIdToMerge")]
    record = records.merge(call.account, table, pair[0], pair[1], call.writer)
    return Response(200, View.of(table).show(record, call.account))


def _live(table: Table, key: Any) -> Record:
    record = table.live.get(int(str(key))) if str(key).isdecimal() else None
    if record is None:
        raise not_found(f"No {table.kind.singular} {key}")
    return record


def _gdpr_delete(call: Call) -> Response:
    table, body = call.table, call.json()
    key, id_property = str(body.get("objectId", "")), body.get("idProperty")
    record: Record | None
    if id_property:
        record = records.by_unique(table, str(id_property), key)
    else:
        record_id = table.survivor(int(key)) if key.isdecimal() else -1
        record = table.live.get(record_id) or table.bin.get(record_id)
    if record is not None:
        records.purge(call.account, table, record, call.writer)
    return Response(204)


def _search(call: Call) -> Response:
    table = call.table
    table.index.catch_up(call.account.clock())
    size = len(call.request.body.decode(errors="replace"))
    wanted = query.parse(call.json(), size, table.kind)
    found = search.run(wanted, table.index, table.kind)
    view, visible = View.of(table, wanted.properties), table.index.visible
    body = paged([view.version(table.live[i], visible[i]) for i in found.ids], found.next_after)
    return Response(200, {"total": found.total, **body})


_READ, _WRITE = "crm.objects.{type}.read", "crm.objects.{type}.write"
ROUTES = (
    Route("GET", "/crm/objects/{type}", _list, _READ),
    Route("POST", "/crm/objects/{type}", _create, _WRITE),
    Route("GET", "/crm/objects/{type}/{id}", _read, _READ),
    Route("PATCH", "/crm/objects/{type}/{id}", _change, _WRITE),
    Route("DELETE", "/crm/objects/{type}/{id}", _archive, _WRITE),
    Route("POST", "/crm/objects/{type}/search", _search, _READ, Bucket.SEARCH),
    Route("POST", "/crm/objects/{type}/merge", _merge, _WRITE),
    Route("POST", "/crm/objects/{type}/gdpr-delete", _gdpr_delete, _WRITE),
)
