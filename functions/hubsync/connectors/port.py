"""The port that every application is reached through; HubSpot's connector and the declarative one implement it.

One conformance suite (`tests/contract/connectors`) runs against every implementation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from hubsync.model.activity import Activity, TimelineEvent
from hubsync.model.directory import Owner, Pipeline
from hubsync.model.record import Record, Value
from hubsync.model.schema import ObjectSchema
from hubsync.model.status import Failure


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `cursor` leads to the next one, None after the last. `total` where the application tells."""

    records: tuple[Record, ...]
    cursor: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Create:
    """A record to make. `external_id` goes into the field that hubsync finds it by, whatever happens to the answer."""

    external_id: str
    fields: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Update:
    """The changed fields of one record. `etag` makes the write conditional where the application offers that."""

    id: str
    fields: Mapping[str, Value]
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """The write was done; `record` is the application's own answer and holds at least the written fields.

    `created` is False where a create found the record that an earlier attempt with the same external id had made.
    """

    record: Record
    created: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """The application will not take this record as it is. `existing_id` is the record that is in the way, if told.

    `gone` says that the record to update is not there any more; `stale` that a conditional write lost its race.
    """

    failure: Failure
    existing_id: str | None = None
    gone: bool = False
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not the record's fault; look again in `after` seconds.

    `unknown` says that the write may or may not have happened (a time-out after sending).
    """

    after: float
    kind: str
    unknown: bool = False


WriteResult = Written | Refused | Deferred


@dataclass(frozen=True, slots=True)
class Notice:
    """One reference out of an application's webhook: this record was touched. It carries no data.

    `erased` says that it was deleted for privacy's sake (rule 7.4).
    """

    object_type: str
    id: str
    erased: bool = False


@dataclass(frozen=True, slots=True)
class Features:
    """What an application can do, as the worker has to know it.

    `page_size` is the greatest number of records in a list page.
    `external_ids` says that a create is found by its external id at once and never makes a second record.
    """

    page_size: int = 100
    external_ids: bool = True


class Connector(Protocol):
    """One account of one application.

    Reads raise `RetryLaterError`, `NeedsPersonError` or `ConnectorBugError`. Writes answer for each input, in the
    inputs' order; they raise `NeedsPersonError` or `ConnectorBugError` only where nothing was written.
    `fields` are the names to read; what is not asked for may be left out of `Record.fields`.
    """

    features: Features

    def schema(self, object_type: str) -> ObjectSchema:
        """The fields of an object type."""
        ...

    def prepare(self, object_types: Sequence[str]) -> None:
        """Make the application ready, once, when a sync is saved: the `hubsync_id` property, a webhook. Idempotent."""
        ...

    def list_page(self, object_type: str, fields: Sequence[str], cursor: str | None, limit: int) -> Page:
        """The next page of all living records, in an order that stays the same from run to run."""
        ...

    def read(self, object_type: str, ids: Sequence[str], fields: Sequence[str]) -> Mapping[str, Record]:
        """The living records among at most 100 `ids`, by the id that was asked for. What is missing is gone.

        A record that was merged into another answers under the old id with the survivor's `ref` (rule 7.3).
        """
        ...

    def find_created(
        self, object_type: str, external_ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Record]:
        """The living records that carry these external ids, by external id; never from a lagging search index."""
        ...

    def search(self, object_type: str, wanted: Mapping[str, Sequence[str]], fields: Sequence[str]) -> Sequence[Record]:
        """Living records that have one of the `wanted` values in one of these fields; letters' case may be ignored.

        The answer is a hint: it may be some seconds old, and empty where the application cannot be searched by a field,
        or itself refuses a second record of the same value and names the first.
        """
        ...

    def create(self, object_type: str, inputs: Sequence[Create]) -> Sequence[WriteResult]:
        """Make records, at most 100; repeating it with the same external ids makes nothing twice."""
        ...

    def update(self, object_type: str, inputs: Sequence[Update]) -> Sequence[WriteResult]:
        """Write changed fields of at most 100 records."""
        ...


@dataclass(frozen=True, slots=True)
class ChangeWindow:
    """A closed window of modification times, in epoch ms, walked by record id.

    After (`since`, `until`] every record whose id is greater than `after_id` is still to come.
    """

    since: int
    until: int
    after_id: int = 0


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some of the records changed in a window; `next` is the rest of the window, None when it is walked."""

    records: tuple[Record, ...]
    next: ChangeWindow | None
    total: int


class ChangeFeed(Protocol):
    """Where changes are found by polling. HubSpot's connector has it; an app's may (a lost webhook is then found)."""

    def now(self, object_type: str) -> int:
        """The application's own time in epoch ms (HubSpot: its `Date` header), against which windows are cut.

        It is asked for by way of `object_type`, of which alone the token is known to may read.
        """
        ...

    def changes(self, object_type: str, fields: Sequence[str], window: ChangeWindow) -> ChangePage:
        """The next records changed in the window, by ascending id."""
        ...


class ChangedPages(Protocol):
    """Where an application lists what changed since an instant; a lost webhook is then found by polling, too."""

    def changed_page(self, object_type: str, fields: Sequence[str], since: int, cursor: str | None, limit: int) -> Page:
        """The next page of what changed at or after `since` (epoch ms), deleted records included where it tells."""
        ...


class Directory(Protocol):
    """Where an application tells its users."""

    def owners(self) -> Sequence[Owner]:
        """Everybody to whom records are or were assigned, the inactive ones as well. Raises as reads do."""
        ...


class Pipelines(Protocol):
    """Where an application tells the pipelines of its object types (rule 5.2)."""

    def pipelines(self, object_type: str) -> Sequence[Pipeline]:
        """The pipelines of an object type and their stages, in their order. Raises as reads do."""
        ...


class SignatureError(Exception):
    """A webhook whose signature is missing, wrong or too old (answered 401)."""


class PayloadError(Exception):
    """A webhook whose body is not what the application sends (answered 400)."""


class WebhookReader(Protocol):
    """Reads an application's webhooks."""

    def notices(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: int, url: str = ""
    ) -> Sequence[Notice]:
        """The references in a webhook. `headers` has lower-case names, `now` is epoch ms, `url` is where it was posted.

        Raises `SignatureError` before the body is looked at, `PayloadError` if it cannot be read.
        """
        ...


@runtime_checkable
class ActivityReader(Protocol):
    """What reads events of people, beside references, out of an application's webhooks (rule 6.3)."""

    @property
    def activity_types(self) -> frozenset[str]:
        """The object types whose events are told."""
        ...

    def activities(self, body: bytes) -> Sequence[Activity]:
        """The events in a webhook whose signature was found to hold. Raises `PayloadError`."""
        ...


@runtime_checkable
class Timeline(Protocol):
    """Where events are logged. HubSpot's connector has it."""

    def log_events(self, template: str, events: Sequence[TimelineEvent]) -> None:
        """Log events on the timelines of contacts; one that was logged before, by its id, is there once.

        Raises `RetryLaterError`, `NeedsPersonError` or `ConnectorBugError`; then some may have been logged.
        """
        ...


@runtime_checkable
class WebPages(Protocol):
    """Where a connector knows on which pages people look at records."""

    def page_of(self, object_type: str, record_id: str) -> str | None:
        """The web address of a record; None where it is not known. Raises as reads do."""
        ...


class Allowance(Protocol):
    """Permission to call an account's API, shared by all workers (the GCRA budget in the state table)."""

    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        """Take permission for some calls, sleeping up to a second; raises `RetryLaterError` (kind `budget`) beyond."""
        ...

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """Say how many calls are about to be made, so that they are reserved together. A guess does no harm."""
        ...

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        """The application itself said 429: nobody calls for that long."""
        ...


@dataclass(slots=True)
class CallCount:
    """Counts the calls of one invocation, for logs and metrics."""

    calls: int = 0
    throttled: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)
