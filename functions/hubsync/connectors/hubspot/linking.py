"""Writes associations: of each field of links the difference between what was read and what is to be, in batches.

An association that is there already is made again without harm, and so is one taken away that is gone: both may be
repeated. Nothing else is touched, so that a link that a person makes in between stays (rule 6.2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hubsync.connectors.errors import ConnectorBugError, RetryLaterError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import mapping, required, unexpected
from hubsync.connectors.hubspot.api import associations
from hubsync.connectors.hubspot.associations import PRIMARY, LinksField, links_fields
from hubsync.connectors.hubspot.records import results_of
from hubsync.connectors.port import Deferred, Refused, WriteResult, Written
from hubsync.model.association import links_changed
from hubsync.model.record import Value
from hubsync.model.status import Failure, FailureCategory

WRITE_AT_ONCE = 1_000
"""HubSpot takes 2,000 new associations in a call; removals have no number in its documentation."""

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"

NOT_MADE = Failure(
    FailureCategory.ASSOCIATION_MISSING,
    "HubSpot did not associate the record with the others that it is linked to in the app.",
    "See whether the linked record was deleted in HubSpot, or whether a limit of associations is reached there.",
)


@dataclass(frozen=True, slots=True)
class Link:
    """One link that is to be made or taken away: the place of its record among the inputs, and both ids."""

    index: int
    from_id: str
    to_id: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one call is about: the other type, the label (None: any), and what is to be done."""

    to: str
    label: str | None
    act: str


@dataclass(slots=True)
class _Written:
    """What became of the links. `failed` are those that HubSpot did not take, `waiting` why some were not tried."""

    failed: set[tuple[Batch, Link]] = field(default_factory=set)
    waiting: dict[int, Deferred] = field(default_factory=dict)


def write(
    http: Http,
    object_type: str,
    wanted: Sequence[Mapping[str, Value]],
    results: Sequence[WriteResult],
    *,
    made: bool = False,
) -> Sequence[WriteResult]:
    """Write the fields of links among the `wanted` fields of records whose properties are written already.

    `results` are the answers about those properties, in the same order; what was refused there gets no links. A record
    whose links could not be written is refused or deferred as a whole and looked at again; one that was only just
    `made` is answered all the same, without the missing links, so that it is known that it exists.
    """
    batches = _batches(object_type, wanted, results)
    if not batches:
        return _shown(wanted, results, {})
    outcome = _Written()
    for batch, links in batches.items():
        _carry_out(http, object_type, batch, links, outcome)
    return _shown(wanted, _answers(results, outcome, made=made), _missing(wanted, outcome))


def _batches(
    object_type: str, wanted: Sequence[Mapping[str, Value]], results: Sequence[WriteResult]
) -> dict[Batch, list[Link]]:
    """The links to write by kind of call: removals first, so that a new primary one has its place."""
    found: dict[Batch, list[Link]] = defaultdict(list)
    for index, (fields, result) in enumerate(zip(wanted, results, strict=True)):
        if not isinstance(result, Written):
            continue
        for one in links_fields(fields):
            was, now = links_changed(fields[one.name])
            for to_id in was:
                if to_id not in now:
                    found[Batch(one.to, one.label, "archive")].append(Link(index, result.record.ref.id, to_id))
            for at, to_id in enumerate(now):
                if to_id not in was:
                    primary = at == 0 and one.label is None and (object_type, one.to) in PRIMARY
                    batch = Batch(one.to, one.label, "primary" if primary else "create")
                    found[batch].append(Link(index, result.record.ref.id, to_id))
    return dict(sorted(found.items(), key=lambda item: item[0].act))


def _carry_out(http: Http, object_type: str, batch: Batch, links: Sequence[Link], outcome: _Written) -> None:
    """One kind of call for all its links; what meets a limit or an outage waits, and so do those after it."""
    waiting: Deferred | None = None
    for start in range(0, len(links), WRITE_AT_ONCE):
        some = links[start : start + WRITE_AT_ONCE]
        if waiting is None:
            try:
                outcome.failed |= {(batch, link) for link in _send(http, object_type, batch, some)}
            except RetryLaterError as error:
                waiting = Deferred(error.after, error.kind, unknown=True)
        if waiting is not None:
            outcome.failed |= {(batch, link) for link in some}
            outcome.waiting |= {link.index: waiting for link in some}


def _send(http: Http, object_type: str, batch: Batch, links: Sequence[Link]) -> Iterable[Link]:
    """One call, in halves where HubSpot refuses it as a whole; returns the links that it did not make."""
    tail, inputs = _request(http, object_type, batch, links)
    kind = f"{batch.act} associations {object_type} {batch.to}"
    answer = http.send("POST", associations(object_type, batch.to, tail), kind=kind, json={"inputs": inputs})
    if answer.status in {400, 404, 409}:
        if len(links) == 1:
            return links
        middle = len(links) // 2
        return [
            *_send(http, object_type, batch, links[:middle]),
            *_send(http, object_type, batch, links[middle:]),
        ]
    if not answer.ok:
        raise unexpected(answer, kind)
    if batch.act == "archive":
        return ()  # what is not there is gone, whoever took it away
    made = {_ends(result) for result in results_of(mapping(answer.body))}
    return [link for link in links if (link.from_id, link.to_id) not in made]


def _request(
    http: Http, object_type: str, batch: Batch, links: Sequence[Link]
) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """The last part of the path, and the inputs."""
    if batch.act == "archive" and batch.label is None:
        return "batch/archive", [{"from": {"id": link.from_id}, "to": [{"id": link.to_id}]} for link in links]
    ends: list[dict[str, Any]] = [{"from": {"id": link.from_id}, "to": {"id": link.to_id}} for link in links]
    if batch.act == "primary":
        types: list[Mapping[str, Any]] = [
            {"associationCategory": HUBSPOT_DEFINED, "associationTypeId": PRIMARY[object_type, batch.to]}
        ]
    elif batch.label is None:
        return "batch/associate/default", ends
    else:
        types = [_labelled(http, object_type, batch.to, batch.label)]
    tail = "batch/labels/archive" if batch.act == "archive" else "batch/create"
    return tail, [{**end, "types": types} for end in ends]


def _labelled(http: Http, object_type: str, to: str, label: str) -> Mapping[str, Any]:
    """The association type with this label. One call."""
    kind = f"association labels {object_type} {to}"
    for one in results_of(required(http.send("GET", associations(object_type, to, "labels"), kind=kind), kind)):
        if one.get("label") == label:
            category = one.get("category") or USER_DEFINED
            return {"associationCategory": category, "associationTypeId": one.get("typeId")}
    raise ConnectorBugError(f"HubSpot has no association label {label!r} from {object_type} to {to} any more.")


def _ends(result: Mapping[str, Any]) -> tuple[str, str]:
    """The two ids of an association that was made; the two calls that make them answer in different ways."""
    from_id = result.get("fromObjectId") or mapping(result.get("from")).get("id")
    to_id = result.get("toObjectId") or mapping(result.get("to")).get("id")
    return str(from_id), str(to_id)


def _answers(results: Sequence[WriteResult], outcome: _Written, *, made: bool) -> list[WriteResult]:
    answers = list(results)
    if not made:
        for index in {link.index for _, link in outcome.failed}:
            answers[index] = outcome.waiting.get(index) or Refused(NOT_MADE)
    return answers


def _missing(wanted: Sequence[Mapping[str, Value]], outcome: _Written) -> dict[tuple[int, str], set[str]]:
    """By record and field, the ids whose link was not written."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    for batch, link in outcome.failed:
        for one in links_fields(wanted[link.index]):
            if (one.to, one.label) == (batch.to, batch.label):
                found[link.index, one.name].add(link.to_id)
    return found


def _shown(
    wanted: Sequence[Mapping[str, Value]],
    results: Sequence[WriteResult],
    missing: Mapping[tuple[int, str], set[str]],
) -> list[WriteResult]:
    """The answers, with the links as they are now for all we know."""
    return [
        replace(result, record=replace(result.record, fields={**result.record.fields, **_fields(at, fields, missing)}))
        if isinstance(result, Written) and links_fields(fields)
        else result
        for at, (fields, result) in enumerate(zip(wanted, results, strict=True))
    ]


def _fields(at: int, fields: Mapping[str, Value], missing: Mapping[tuple[int, str], set[str]]) -> Mapping[str, Value]:
    return {one.name: _now(one, fields, missing.get((at, one.name), set())) for one in links_fields(fields)}


def _now(one: LinksField, fields: Mapping[str, Value], missing: set[str]) -> Value:
    was, now = links_changed(fields[one.name])
    kept = [to_id for to_id in was if to_id in missing and to_id not in now]
    return [*(to_id for to_id in now if to_id in was or to_id not in missing), *kept]
