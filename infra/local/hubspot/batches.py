"""Batches of records: read, create, update, upsert, archive; at most 100 inputs, with 207 where some fail."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from infra.local.http import Response
from infra.local.hubspot import records
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.errors import ApiError, invalid
from infra.local.hubspot.objects import MAX_PAGE_WITH_HISTORY, associate, properties_of, written
from infra.local.hubspot.record import Record
from infra.local.hubspot.rules import changes_for
from infra.local.hubspot.table import Table
from infra.local.hubspot.times import iso
from infra.local.hubspot.view import View

MAX_INPUTS = 100
Input = Mapping[str, Any]
Act = Callable[[Input], dict[str, Any]]


def inputs_of(body: Mapping[str, Any], most: int = MAX_INPUTS) -> list[Input]:
    """The inputs of a batch; raises a 400 for too many or for none."""
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(item, Mapping) for item in inputs):
        raise invalid("Invalid input JSON: Some required fields were not set: [inputs]")
    if len(inputs) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}, not {len(inputs)}")
    return inputs


def _refuse_repeated(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    repeated: dict[str, None] = {}
    for key in keys:
        if key in seen:
            repeated[key] = None
        seen.add(key)
    if repeated:
        ids = list(repeated)
        raise invalid(f"Duplicate IDs found in batch input: {ids}. IDs must be unique", context={"ids": ids})


def _key(item: Input) -> str:
    key = item.get("id")
    if key is None:
        raise invalid("Invalid input JSON: Some required fields were not set: [id]")
    return str(key)


def _id_property(call: Call, inputs: Sequence[Input]) -> str | None:
    named = {str(item["idProperty"]) for item in inputs if item.get("idProperty")}
    named.update(call.request.all("idProperty"))
    if len(named) > 1:
        raise invalid(f"All inputs of a batch must name the same idProperty, not {sorted(named)}")
    return next(iter(named), None)


def _find(table: Table, id_property: str | None, key: str) -> Record | None:
    """For writes: an id that was merged away finds nothing."""
    if id_property:
        return records.by_unique(table, id_property, key)
    return table.live.get(int(key)) if key.isdecimal() else None


def _missing(table: Table, keys: Sequence[str]) -> dict[str, Any]:
    message = (
        f"Could not get some {table.kind.singular.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return ApiError(404, "OBJECT_NOT_FOUND", message, context={"ids": keys}).line()


def _answer(call: Call, status: int, results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> Response:
    now = iso(call.account.clock())
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return Response(207 if errors else status, body)


def _read(call: Call) -> Response:
    table, body = call.table, call.json()
    histories = body.get("propertiesWithHistory") or ()
    inputs = inputs_of(body, MAX_PAGE_WITH_HISTORY if histories else MAX_INPUTS)
    keys = [_key(item) for item in inputs]
    _refuse_repeated(keys)
    view = View.of(table, body.get("properties") or (), histories)
    archived, id_property = call.flag("archived"), body.get("idProperty")
    source = table.bin if archived else table.live
    found: dict[int, Record] = {}
    missing: list[str] = []
    for key in keys:
        record: Record | None
        if id_property and id_property != "hs_object_id":
            record = records.by_unique(table, id_property, key)
        else:
            record = source.get(table.survivor(int(key))) if key.isdecimal() else None
        if record is None:
            missing.append(key)
        else:
            found[record.id] = record
    results = [view.show(found[record_id], call.account) for record_id in sorted(found)]
    return _answer(call, 200, results, [_missing(table, missing)] if missing else [])


def _create(call: Call) -> Response:
    table, inputs = call.table, inputs_of(call.json())

    def act(item: Input) -> dict[str, Any]:
        given = properties_of(item)
        record = records.create(call.account, table, given, call.writer)
        associate(call, table, record, item)
        return written(table, given).show(record, call.account)

    return _write(call, 201, inputs, act, lambda _: None)


def _update(call: Call) -> Response:
    table, inputs = call.table, inputs_of(call.json())
    id_property = _id_property(call, inputs)
    _refuse_repeated(_key(item) for item in inputs)
    targets = {_key(item): _find(table, id_property, _key(item)) for item in inputs}
    _refuse_same_record(targets)
    missing = [key for key, record in targets.items() if record is None]

    def act(item: Input) -> dict[str, Any]:
        given, record = properties_of(item), targets[_key(item)]
        assert record is not None  # noqa: S101 - inputs without a record were taken out
        records.update(call.account, table, record, given, call.writer)
        return written(table, given).show(record, call.account)

    known = [item for item in inputs if targets[_key(item)] is not None]
    errors = [_missing(table, missing)] if missing else []
    return _write(call, 200, known, act, lambda item: targets[_key(item)], errors)


def _upsert(call: Call) -> Response:
    table, inputs = call.table, inputs_of(call.json())
    id_property = _id_property(call, inputs)
    if id_property is None:
        raise invalid("An upsert needs idProperty, the name of a property with unique values")
    fold = str.lower if id_property == "email" else str
    _refuse_repeated(fold(_key(item)) for item in inputs)
    targets = {_key(item): records.by_unique(table, id_property, _key(item)) for item in inputs}
    _refuse_same_record(targets)

    def act(item: Input) -> dict[str, Any]:
        given = properties_of(item)
        record, new = records.upsert(call.account, table, id_property, _key(item), given, call.writer)
        return {**written(table, {id_property: "", **given}).show(record, call.account), "new": new}

    return _write(call, 200, inputs, act, lambda item: targets[_key(item)])


def _refuse_same_record(targets: Mapping[str, Record | None]) -> None:
    """Two inputs that name one record, by its primary and its secondary email, are duplicates too."""
    _refuse_repeated(str(record.id) for record in targets.values() if record is not None)


def _write(
    call: Call,
    status: int,
    inputs: Sequence[Input],
    act: Act,
    target: Callable[[Input], Record | None],
    errors: list[dict[str, Any]] | None = None,
) -> Response:
    """Do each input. With an `objectWriteTraceId` on every one, those that fail are named in a 207 and the others
    are done; without, the first failure refuses the whole batch, before anything is written."""
    errors = list(errors or ())
    traces = [str(item["objectWriteTraceId"]) for item in inputs if item.get("objectWriteTraceId")]
    _refuse_repeated(traces)
    traced = len(traces) == len(inputs)
    if not traced:
        _check_all(call, inputs, target)
    results: list[dict[str, Any]] = []
    for item in inputs:
        trace = item.get("objectWriteTraceId")
        try:
            result = act(item)
        except ApiError as error:
            if not traced:
                raise
            errors.append(error.line({"objectWriteTraceId": [str(trace)]}))
        else:
            results.append({**result, "objectWriteTraceId": str(trace)} if trace else result)
    call.account.random.shuffle(results)  # HubSpot promises no order
    return _answer(call, status, results, errors)


def _check_all(call: Call, inputs: Sequence[Input], target: Callable[[Input], Record | None]) -> None:
    table, seen = call.table, set[tuple[str, str]]()
    for item in inputs:
        changes = changes_for(call.account, table, properties_of(item), call.writer, target(item))
        for pair in table.unique_pairs(changes):
            if pair in seen:
                raise invalid(f"Duplicate value {pair[1]} of {pair[0]} in batch input", context={"ids": [pair[1]]})
            seen.add(pair)


def _archive(call: Call) -> Response:
    table, inputs = call.table, inputs_of(call.json())
    keys = [_key(item) for item in inputs]
    _refuse_repeated(keys)
    for key in keys:
        record = _find(table, None, key)
        if record is not None:
            records.archive(call.account, table, record, call.writer)
    return Response(204)


_SCOPE = "crm.objects.{type}."
ROUTES = (
    Route("POST", "/crm/objects/{type}/batch/read", _read, _SCOPE + "read"),
    Route("POST", "/crm/objects/{type}/batch/create", _create, _SCOPE + "write"),
    Route("POST", "/crm/objects/{type}/batch/update", _update, _SCOPE + "write"),
    Route("POST", "/crm/objects/{type}/batch/upsert", _upsert, _SCOPE + "write"),
    Route("POST", "/crm/objects/{type}/batch/archive", _archive, _SCOPE + "write"),
)
