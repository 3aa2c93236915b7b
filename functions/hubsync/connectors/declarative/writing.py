"""Writes the records of one object type, one call each, some at once, and sorts what comes back by consequence."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from hubsync.connectors.declarative.failures import GONE, Refusals
from hubsync.connectors.declarative.objects import ObjectManifest, WriteManifest
from hubsync.connectors.declarative.paging import Params
from hubsync.connectors.declarative.paths import item_path, put, reader
from hubsync.connectors.declarative.reading import Reading
from hubsync.connectors.declarative.shape import Shape, UnfitValueError
from hubsync.connectors.errors import ConnectorBugError, ConnectorError, RetryLaterError
from hubsync.connectors.http import Answer, Http
from hubsync.connectors.port import Create, Deferred, Refused, Update, WriteResult, Written
from hubsync.model.record import Record
from hubsync.model.status import FailureCategory

Input = TypeVar("Input")
KEYS = 4
"""How many idempotency keys a create may go through; each but the last was used up by a record that is gone."""
PAUSE = 60.0
"""Seconds until a write is tried again that was cut off by something which the next call will meet first."""
OURS = frozenset({300, 301, 302, 303, 304, 307, 308, 405, 406, 415})
"""Statuses that speak of the request and not of the record: the manifest is wrong."""


class _Posted(NamedTuple):
    """The end of a create's call. `used_up` says that its key belongs to an earlier request."""

    result: WriteResult
    used_up: bool = False


class Writing:
    """The writes of one object type; `threads` calls may run at once."""

    def __init__(
        self,
        object_type: str,
        manifest: ObjectManifest,
        shape: Shape,
        reading: Reading,
        http: Http,
        refusals: Refusals,
        params: Params,
        threads: int,
    ) -> None:
        self._threads = threads
        self._type = object_type
        self._manifest = manifest
        self._shape = shape
        self._reading = reading
        self._http = http
        self._refusals = refusals
        self._params = params
        self._one = reader(manifest.record)

    def create(self, inputs: Sequence[Create]) -> list[WriteResult]:
        """Make records; one that an earlier attempt made is found again."""
        for item in inputs:
            self._shape.check(tuple(item.fields))
        self._http.expect(len(inputs))
        return _in_rounds(inputs, self._create, self._threads)

    def update(self, inputs: Sequence[Update]) -> list[WriteResult]:
        """Write changed fields."""
        for item in inputs:
            self._shape.check(tuple(item.fields))
        self._http.expect(len(inputs))
        return _in_rounds(inputs, self._update, self._threads)

    def _create(self, item: Create) -> WriteResult:
        try:
            body = self._shape.body(item.fields, item.external_id)
        except UnfitValueError as error:
            return Refused(self._refusals.failure(error.category, error.field))
        way, field = self._manifest.create, self._manifest.external_id
        if field is not None and not field.unique:
            # The application would take it twice, and an earlier attempt may have been cut off after it was sent. An
            # idempotency key does not spare the look: an application forgets it after a day or so.
            found = self._reading.created(item.external_id)
            if found is not None:
                return Written(found)
        for number in range(KEYS if way.idempotency else 1):
            posted = self._post(item, body, number)
            if not posted.used_up:
                return posted.result
        return Refused(self._refusals.failure(FailureCategory.UNEXPECTED))

    def _post(self, item: Create, body: Mapping[str, Any], number: int) -> _Posted:
        way = self._manifest.create
        idempotency = way.idempotency
        headers = {}
        if idempotency is not None:
            headers[idempotency.header] = self._shape.external(item.external_id) + (f".{number}" if number else "")
        answer = self._send(way.method, way.path, "create", way, body, headers)
        if answer.ok:
            if idempotency is not None and _header(answer, idempotency.replayed_header) is not None:
                return self._replayed(answer)
            return _Posted(Written(self._after(way, answer, item.external_id, None), created=True))
        refused = self._refusals.refused(answer, self._shape.names)
        used_up = idempotency is not None and not self._refusals.codes(answer).isdisjoint(idempotency.reused_codes)
        if used_up or refused.failure.category is FailureCategory.UNIQUE_CONFLICT:
            found = self._reading.created(item.external_id)
            if found is not None:
                return _Posted(Written(found))
        # Another key is for a record that is gone for certain; where it cannot be looked for, that cannot be known.
        return _Posted(refused, used_up and self._manifest.external_id is not None)

    def _replayed(self, answer: Answer) -> _Posted:
        """An answer out of the application's memory: the record may have changed since, or be gone (rule 7.2)."""
        found = _after_write(lambda: self._reading.one(self._shape.id(self._one(answer.body))))
        if found is not None:
            return _Posted(Written(found))
        return _Posted(Refused(self._refusals.failure(FailureCategory.DELETED)), used_up=True)

    def _update(self, item: Update) -> WriteResult:
        way = self._manifest.update
        try:
            body = self._shape.body(item.fields)
        except UnfitValueError as error:
            return Refused(self._refusals.failure(error.category, error.field))
        if not self._shape.known(item.id):
            return self._gone()
        conditional = way.if_match is not None and item.etag is not None
        headers = {way.if_match or "": item.etag or ""} if conditional else {}
        answer = self._send(way.method, item_path(way.path, item.id), "update", way, body, headers)
        if not answer.ok:
            return self._refusals.refused(answer, self._shape.names)
        record = self._after(way, answer, None, item.id)
        return self._gone() if record.deleted else Written(record)

    def _after(self, way: WriteManifest, answer: Answer, external_id: str | None, record_id: str | None) -> Record:
        """The record as it is after the write, read again where the answer does not hold it."""
        if way.answers == "record":
            return self._shape.record(self._one(answer.body))
        if way.answers == "id":
            record_id = self._shape.id(self._one(answer.body))
        if record_id is not None:
            key = record_id
            found = _after_write(lambda: self._reading.one(key))
        else:
            found = _after_write(lambda: self._reading.created(external_id or ""))
        if found is None:
            raise RetryLaterError(
                f"What was written to {self._type} cannot be read.", after=5, kind="unread", unknown=True
            )
        return found

    def _send(
        self, method: str, path: str, verb: str, way: WriteManifest, body: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Answer:
        sent: Any = dict(body)
        if way.envelope is not None:
            sent = {}
            put(sent, way.envelope, body)
        answer = self._http.send(
            method, path, kind=f"{verb} {self._type}", params=self._params, json=sent, headers=headers
        )
        if answer.status in OURS or (verb == "create" and answer.status in GONE):
            raise ConnectorBugError(f"The application answered {answer.status} to {verb} {self._type}.")
        return answer

    def _gone(self) -> Refused:
        return Refused(self._refusals.failure(FailureCategory.DELETED), gone=True)


Outcome = WriteResult | ConnectorError


def _in_rounds(inputs: Sequence[Input], act: Callable[[Input], WriteResult], threads: int) -> list[WriteResult]:
    """Write in rounds of `threads` at once. What stops a call stops the rounds after it: they were not sent, and it is
    not their records' fault.
    """
    outcomes: list[Outcome] = []
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(inputs), threads):
            some = inputs[start : start + threads]
            outcomes += [_attempt(act, some[0])] if len(some) == 1 else pool.map(lambda one: _attempt(act, one), some)
            stopped = next((outcome for outcome in outcomes if isinstance(outcome, ConnectorError)), None)
            if stopped is not None:
                written = any(isinstance(outcome, Written) for outcome in outcomes)
                if not written and not isinstance(stopped, RetryLaterError):
                    raise stopped
                rest = [replace(_put_off(stopped), unknown=False)] * (len(inputs) - len(outcomes))
                return [_put_off(one) if isinstance(one, ConnectorError) else one for one in [*outcomes, *rest]]
    return [outcome for outcome in outcomes if not isinstance(outcome, ConnectorError)]


def _attempt(act: Callable[[Input], WriteResult], item: Input) -> Outcome:
    try:
        return act(item)
    except ConnectorError as error:
        return error


def _put_off(error: ConnectorError) -> Deferred:
    """Why a write is tried again. Where another was written that has to be told, so is what would end the list; the
    next look meets the same error with its first call.
    """
    if isinstance(error, RetryLaterError):
        return Deferred(error.after, error.kind, error.unknown)
    unclear = isinstance(error, ConnectorBugError)
    return Deferred(PAUSE, "unreadable" if unclear else "needs_person", unknown=unclear)


def _after_write(read: Callable[[], Record | None]) -> Record | None:
    """A read that belongs to a write: if it has to wait, the write has happened all the same."""
    try:
        return read()
    except RetryLaterError as error:
        raise RetryLaterError(str(error), after=error.after, kind=error.kind, unknown=True) from error


def _header(answer: Answer, name: str) -> str | None:
    return next((value for key, value in answer.headers.items() if key.lower() == name.lower()), None)
