"""Writes batches of records to HubSpot so that one bad record never fails its neighbours.

A batch is answered in one of three ways. 200: all is done. 207: some is done, and each error names its input by
`objectWriteTraceId` or by id. 400 or 409: nothing is done, because of some input that may not be named. What stays
unanswered is sent again in halves, down to single records, whose error is their own. Both batch upsert by `hubsync_id`
and batch update may be repeated without harm.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hubsync.connectors.errors import ConnectorBugError, NeedsPersonError, RetryLaterError
from hubsync.connectors.http import Answer, Http
from hubsync.connectors.hubspot.answers import mapping, mappings, unexpected, whole_call
from hubsync.connectors.hubspot.api import BATCH, EXTERNAL_ID, objects
from hubsync.connectors.hubspot.records import results_of, written_record
from hubsync.connectors.hubspot.refusals import broken_definitions, refusal
from hubsync.connectors.port import Create, Deferred, Update, WriteResult, Written
from hubsync.model.association import is_links_field
from hubsync.model.record import Value

MAX_CALLS = 40
"""Calls of one write, at most: enough to single out five bad records of a hundred. What is then still unsettled is
deferred; each round settles some of it, and no write outlives its lease."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a batch. `index` is its place in the caller's list, and its trace id; `key` is what it is named by:
    the external id of a create, the record id of an update."""

    index: int
    key: str
    sent: Mapping[str, str]

    @property
    def trace(self) -> str:
        """The `objectWriteTraceId`."""
        return str(self.index)


@dataclass(frozen=True, slots=True)
class Verb:
    """A batch endpoint: its name, how an input looks there, and by what key a result names its input."""

    name: str
    body: Callable[[Input], dict[str, Any]]
    key: Callable[[Mapping[str, Any]], str]


UPSERT = Verb(
    "upsert",
    lambda item: {"id": item.key, "idProperty": EXTERNAL_ID, "properties": {**item.sent, EXTERNAL_ID: item.key}},
    lambda result: str((result.get("properties") or {}).get(EXTERNAL_ID) or ""),
)
UPDATE = Verb("update", lambda item: {"id": item.key, "properties": dict(item.sent)}, lambda result: str(result["id"]))


def create(http: Http, object_type: str, inputs: Sequence[Create]) -> Sequence[WriteResult]:
    """Create by upsert on the external id, so that a repetition finds what an earlier attempt made."""
    items = [Input(index, item.external_id, as_sent(item.fields)) for index, item in enumerate(inputs)]
    return Batch(http, object_type, UPSERT).write(items)


def update(http: Http, object_type: str, inputs: Sequence[Update]) -> Sequence[WriteResult]:
    """Update by record id."""
    items = [Input(index, item.id, as_sent(item.fields)) for index, item in enumerate(inputs)]
    return Batch(http, object_type, UPDATE).write(items)


def as_sent(fields: Mapping[str, Value]) -> dict[str, str]:
    """Fields as HubSpot takes them: text, and `""` to clear. Links are written apart (`linking`)."""
    return {name: "" if value is None else str(value) for name, value in fields.items() if not is_links_field(name)}


class Batch:
    """One write of any number of inputs by one verb. Used once."""

    def __init__(self, http: Http, object_type: str, verb: Verb) -> None:
        self._http = http
        self._object_type = object_type
        self._verb = verb
        self._kind = f"{verb.name} {object_type}"
        self._results: dict[int, WriteResult] = {}
        self._groups: deque[Sequence[Input]] = deque()

    def write(self, inputs: Sequence[Input]) -> Sequence[WriteResult]:
        """A result for each input, in order."""
        self._groups.extend(rounds(inputs))
        calls = 0
        while self._groups:
            if calls == MAX_CALLS:
                self._defer(Deferred(1.0, "split"))
                break
            calls += 1
            group = self._groups.popleft()
            try:
                unsettled = self._send(group)
            except RetryLaterError as error:
                self._settle(group, Deferred(error.after, error.kind, unknown=error.unknown))
                self._defer(Deferred(error.after, error.kind))
            except (NeedsPersonError, ConnectorBugError) as error:
                if not any(isinstance(result, Written) for result in self._results.values()):
                    raise
                kind = "needs_person" if isinstance(error, NeedsPersonError) else "unexpected"
                self._settle(group, Deferred(1.0, kind))  # the next attempt raises it where nothing was written
                self._defer(Deferred(1.0, kind))
            else:
                self._groups.extendleft(reversed(_again(group, unsettled)))
        return [self._results[item.index] for item in inputs]

    def _send(self, group: Sequence[Input]) -> Sequence[Input]:
        """One call; gives back the inputs that its answer does not settle."""
        body = {"inputs": [{**self._verb.body(item), "objectWriteTraceId": item.trace} for item in group]}
        answer = self._http.send(
            "POST", objects(self._object_type, f"batch/{self._verb.name}"), kind=self._kind, json=body
        )
        if not isinstance(answer.body, Mapping):
            raise unexpected(answer, self._kind)
        if answer.ok:
            self._take_results(group, answer.body)
            self._take_errors(group, answer.body)
        else:
            self._take_refusal(group, answer)
        unsettled = [item for item in group if item.index not in self._results]
        if unsettled and len(group) == 1:
            self._settle(group, Deferred(5.0, "unavailable", unknown=True))  # neither a result nor an error
            return ()
        return unsettled

    def _take_results(self, group: Sequence[Input], body: Mapping[str, Any]) -> None:
        traces = {item.trace: item for item in group}
        keys = {item.key: item for item in group}
        for result in results_of(body):
            item = traces.get(str(result.get("objectWriteTraceId"))) or keys.get(self._verb.key(result))
            if item is None and len(group) == 1:
                item = group[0]
            if item is not None:
                record = written_record(result, self._object_type, item.sent)
                self._results[item.index] = Written(record, created=bool(result.get("new")))

    def _take_errors(self, group: Sequence[Input], body: Mapping[str, Any]) -> None:
        """The errors of a 207, as far as they name their inputs; the only error of the only open input is its own."""
        errors = mappings(body.get("errors"))
        for error in errors:
            named = _named(error)
            for item in group:
                if item.index not in self._results and (item.trace in named[0] or item.key in named[1]):
                    self._results[item.index] = refusal(error)
        unsettled = [item for item in group if item.index not in self._results]
        if len(unsettled) == 1 and len(errors) == 1:
            self._settle(unsettled, refusal(errors[0]))

    def _take_refusal(self, group: Sequence[Input], answer: Answer) -> None:
        """A whole call was refused. Settles the one input it had, or those that write a property HubSpot refuses."""
        error: Mapping[str, Any] = answer.body
        if answer.status not in {400, 404, 409} or whole_call(error):
            raise unexpected(answer, self._kind)
        if len(group) == 1:
            self._settle(group, refusal(error))
            return
        broken = broken_definitions(error)
        for item in group:
            name = next((name for name in item.sent if name in broken), None)
            if name is not None:
                self._results[item.index] = broken[name]

    def _settle(self, group: Sequence[Input], result: WriteResult) -> None:
        self._results |= {item.index: result for item in group}

    def _defer(self, result: Deferred) -> None:
        """What waits is not sent any more: it would meet the same wall, and the time belongs to the lease."""
        while self._groups:
            self._settle(self._groups.popleft(), result)


def rounds(inputs: Sequence[Input]) -> list[Sequence[Input]]:
    """Groups to send one after the other: at most 100 inputs, and no key twice in one (HubSpot refuses that)."""
    seen: dict[str, int] = {}
    by_round: dict[int, list[Input]] = {}
    for item in inputs:
        turn = seen.get(item.key, 0)
        seen[item.key] = turn + 1
        by_round.setdefault(turn, []).append(item)
    return [group[start : start + BATCH] for group in by_round.values() for start in range(0, len(group), BATCH)]


def _again(group: Sequence[Input], unsettled: Sequence[Input]) -> list[Sequence[Input]]:
    """What to send again: in halves if the call settled nothing, else what is left of it as it is."""
    if not unsettled:
        return []
    if len(unsettled) < len(group):
        return [unsettled]
    middle = len(unsettled) // 2
    return [unsettled[:middle], unsettled[middle:]]


def _named(error: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The trace ids and the keys that an error names in its context."""
    context = mapping(error.get("context"))
    traces = _texts(context.get("objectWriteTraceId"))
    return traces, frozenset() if traces else _texts(context.get("ids")) | _texts(context.get("id"))


def _texts(values: Any) -> frozenset[str]:
    if values is None:
        return frozenset()
    return frozenset(map(str, values if isinstance(values, list) else [values]))
