"""The routes of associations, in the shape of v4 and of the dated versions, and in v3's for its batches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.http import Response
from infra.local.hubspot.account import Account
from infra.local.hubspot.associations import End, Label
from infra.local.hubspot.batches import inputs_of
from infra.local.hubspot.call import DATED, Call, Route
from infra.local.hubspot.errors import ApiError, invalid, not_found
from infra.local.hubspot.limits import Bucket
from infra.local.hubspot.objects import paged
from infra.local.hubspot.times import iso

MAX_READ = 1_000
MAX_CREATE = 2_000
PAGE = 500
Batch = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def _types(call: Call) -> tuple[str, str]:
    account = call.account
    return account.table(call.args["from"]).kind.name, account.table(call.args["to"]).kind.name


def _end(account: Account, type_name: str, key: Any) -> End:
    """An existing record, its id given as number or as string; raises a 404."""
    table, text = account.table(type_name), str(key)
    if not text.isdecimal() or int(text) not in table.live:
        raise not_found(f"No {table.kind.singular} {text}", {"ids": [text]})
    return End(table.kind.name, int(text))


def _labels(call: Call, left: str, right: str, types: Iterable[Mapping[str, Any]]) -> list[Label]:
    labels: list[Label] = []
    for wanted in types:
        label = call.account.associations.find(left, right, int(wanted.get("associationTypeId", 0)))
        if label is None or label.category != wanted.get("associationCategory", label.category):
            raise invalid(f"{dict(wanted)} is no association type from {left} to {right}")
        labels.append(label)
    return labels


def _show(labels: Iterable[Label]) -> list[dict[str, Any]]:
    return [{"category": lb.category, "typeId": lb.type_id, "label": lb.name} for lb in labels]


def _page(call: Call, end: End, right: str, after: str, limit: int) -> tuple[list[dict[str, Any]], int | None]:
    start = int(after) if after.isdecimal() else 0
    found = [(i, labels) for i, labels in call.account.associations.of(end, right) if i >= start]
    results = [
        {"toObjectId": _id(call, i), "associationTypes": _show(labels)}
        if call.version != "v3"
        else {"id": str(i), "type": f"{end.type_name}_to_{right}"}
        for i, labels in found[:limit]
    ]
    return results, found[limit][0] if len(found) > limit else None


def _list(call: Call) -> Response:
    left, right = _types(call)
    end = _end(call.account, left, call.args["id"])
    results, following = _page(call, end, right, call.request.first("after") or "", call.limit(PAGE, PAGE))
    return Response(200, paged(results, following))


def _put(call: Call) -> Response:
    left, right = _types(call)
    ends = _end(call.account, left, call.args["id"]), _end(call.account, right, call.args["other"])
    labels = _labels(call, left, right, call.request.json() or ())
    call.account.associations.replace(*ends, labels)
    return Response(201, _linked(call, *ends, labels))


def _put_default(call: Call) -> Response:
    left, right = _types(call)
    ends = _end(call.account, left, call.args["id"]), _end(call.account, right, call.args["other"])
    call.account.link(*ends, ())
    plain = call.account.associations.known(left, right)[0]
    return Response(200, {"status": "COMPLETE", "results": [_default(*ends, plain)]})


def _delete(call: Call) -> Response:
    left, right = _types(call)
    call.account.unlink(End(left, _number(call.args["id"])), End(right, _number(call.args["other"])))
    return Response(204)


def _number(key: Any) -> int:
    text = str(key)
    if not text.isdecimal():
        raise invalid(f"{text!r} is no record id")
    return int(text)


def _id(call: Call, record_id: int) -> int | str:
    """v4 gives the ids of associations as numbers, the dated versions as strings."""
    return str(record_id) if call.version in DATED else record_id


def _linked(call: Call, left: End, right: End, labels: Iterable[Label]) -> dict[str, Any]:
    types = [call.account.table(end.type_name).kind.type_id for end in (left, right)]
    return {
        "fromObjectTypeId": types[0],
        "fromObjectId": _id(call, left.record_id),
        "toObjectTypeId": types[1],
        "toObjectId": _id(call, right.record_id),
        "labels": [label.name for label in labels if label.name],
    }


def _default(left: End, right: End, label: Label) -> dict[str, Any]:
    return {
        "from": {"id": str(left.record_id)},
        "to": {"id": str(right.record_id)},
        "associationSpec": {"associationCategory": label.category, "associationTypeId": label.type_id},
    }


def _batch_read(call: Call) -> Response:
    left, right = _types(call)
    results, errors = [], []
    for item in inputs_of(call.json(), MAX_READ):
        try:
            end = _end(call.account, left, item.get("id"))
        except ApiError as error:
            errors.append(error.line())
            continue
        found, following = _page(call, end, right, str(item.get("after") or ""), PAGE)
        if found:
            results.append({"from": {"id": str(end.record_id)}, **_renamed(paged(found, following))})
        elif call.version != "v3":
            message = f"No {right} is associated with {left} {end.record_id}."
            line = ApiError(404, "OBJECT_NOT_FOUND", message, context={"fromObjectId": [str(end.record_id)]})
            line.sub_category = "crm.associations.NO_ASSOCIATIONS_FOUND"
            errors.append(line.line())
    return _answer(call, 200, (results, errors))


def _renamed(page: dict[str, Any]) -> dict[str, Any]:
    return {"to": page.pop("results"), **page}


def _answer(call: Call, status: int, batch: Batch) -> Response:
    results, errors = batch
    now = iso(call.account.clock())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Response(207 if errors else status, body)


def _ends(call: Call, item: Mapping[str, Any], left: str, right: str) -> tuple[End, End]:
    return (
        _end(call.account, left, (item.get("from") or {}).get("id")),
        _end(call.account, right, (item.get("to") or {}).get("id")),
    )


def _batch_create(call: Call) -> Response:
    left, right = _types(call)
    batch: Batch = ([], [])
    for item in inputs_of(call.json(), MAX_CREATE):
        try:
            ends = _ends(call, item, left, right)
            labels = _labels(call, left, right, item.get("types") or ())
        except ApiError as error:
            batch[1].append(error.line())
            continue
        call.account.link(*ends, labels)
        if call.version == "v3":
            batch[0].append({"from": item["from"], "to": item["to"], "type": item.get("type", "")})
        else:
            batch[0].append(_linked(call, *ends, labels))
    return _answer(call, 201, batch)


def _batch_default(call: Call) -> Response:
    left, right = _types(call)
    plain = call.account.associations.known(left, right)[0]
    batch: Batch = ([], [])
    for item in inputs_of(call.json(), MAX_CREATE):
        try:
            ends = _ends(call, item, left, right)
        except ApiError as error:
            batch[1].append(error.line())
            continue
        call.account.link(*ends, ())
        batch[0].append(_default(*ends, plain))
    return _answer(call, 200, batch)


def _batch_archive(call: Call) -> Response:
    left, right = _types(call)
    for item in inputs_of(call.json(), MAX_CREATE):
        end, to = End(left, _number((item.get("from") or {}).get("id"))), item.get("to") or []
        for other in to if isinstance(to, list) else [to]:
            call.account.unlink(end, End(right, _number(other.get("id"))))
    return Response(204)


def _batch_labels_archive(call: Call) -> Response:
    left, right = _types(call)
    for item in inputs_of(call.json(), MAX_CREATE):
        ends = _ends(call, item, left, right)
        labels = _labels(call, left, right, item.get("types") or ())
        call.account.unlink(*ends, labels)
    return Response(204)


def _known(call: Call) -> Response:
    labels = call.account.associations.known(*_types(call))
    return Response(200, {"results": _show(labels)})


def _define(call: Call) -> Response:
    left, right = _types(call)
    name = str(call.json().get("label", ""))
    if not name:
        raise invalid("An association label needs a label")
    there, back = call.account.associations.define(left, right, name)
    return Response(200, {"results": _show((there, back))})


_PAIR, _RECORD = "/crm/associations/{from}/{to}", "/crm/objects/{from}/{id}/associations"
_READ, _WRITE = "crm.objects.{from}.read", "crm.objects.{from}.write"
_OWN = Bucket.ASSOCIATIONS
ROUTES = (
    Route("GET", _RECORD + "/{to}", _list, _READ, _OWN),
    Route("PUT", _RECORD + "/{to}/{other}", _put, _WRITE, _OWN),
    Route("DELETE", _RECORD + "/{to}/{other}", _delete, _WRITE, _OWN),
    Route("PUT", _RECORD + "/default/{to}/{other}", _put_default, _WRITE, _OWN),
    Route("POST", _PAIR + "/batch/read", _batch_read, _READ, _OWN),
    Route("POST", _PAIR + "/batch/create", _batch_create, _WRITE, _OWN),
    Route("POST", _PAIR + "/batch/archive", _batch_archive, _WRITE, _OWN),
    Route("POST", _PAIR + "/batch/associate/default", _batch_default, _WRITE, _OWN),
    Route("POST", _PAIR + "/batch/labels/archive", _batch_labels_archive, _WRITE, _OWN),
    Route("GET", _PAIR + "/labels", _known, _READ, _OWN),
    Route("GET", _PAIR + "/types", _known, _READ, _OWN),
    Route("POST", _PAIR + "/labels", _define, _WRITE, _OWN),
)
