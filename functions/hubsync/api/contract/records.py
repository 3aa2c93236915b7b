"""Records: listed, looked at, explained, retried, restored."""

from __future__ import annotations

from typing import Any

from hubsync.api.contract.operation import Answer, Operation, Query
from hubsync.api.contract.paging import CURSOR, LIMIT
from hubsync.api.records import RestoreBody, RetryBody, ValuesBody
from hubsync.model.decision import Action
from hubsync.model.history import Outcome
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, FailureCategory, RecordStatus
from hubsync.services.manage.record import FieldState


class FieldPair(Answer):
    """The names of a mapping's fields on both sides; a list where several are joined."""

    hubspot: str | list[str]
    app: str | list[str]


class Failure(Answer):
    """Why a record fails, and what can be done. `field` is to blame, where one is."""

    category: FailureCategory
    sentence: str
    remedy: str
    field: str | None


class RecordWarning(Answer):
    """A field of a record that could not be carried, while the others were."""

    code: str
    hubspot: str | list[str] | None = None
    app: str | list[str] | None = None
    sentence: str
    remedy: str


class Record(Answer):
    """One record or bound pair: where it is, how it stands and why. No value of it. `since` is epoch ms.

    `drifted` names pairs of fields that differ and are left alone. `waiting_links` counts links that are made later.
    """

    id: str
    status: RecordStatus
    hubspot_id: str | None
    app_id: str | None
    reason: str
    failure: Failure | None
    exclusion: ExclusionReason | None
    drifted: list[FieldPair]
    warnings: list[RecordWarning]
    waiting_links: int
    since: int


class RecordPage(Answer):
    """Some records. Where there are more, `next` is the cursor; a page may be short, or empty, before the end."""

    records: list[Record]
    next: str | None


class Next(Answer):
    """What the next look would do."""

    action: Action
    reason: str


class FieldValues(FieldPair):
    """A mapped field with its raw values on both sides as they are now; lists where several fields are joined."""

    hubspot_value: Any
    app_value: Any


class FieldNow(FieldValues):
    """A mapped field as it is now, and what the next look would do with it."""

    state: FieldState
    target: Side | None


class SideNow(Answer):
    """A record on one side: what people call it, null where it has no name. `gone` says that it was deleted."""

    name: str | None
    gone: bool


class RecordValues(Answer):
    """One entry with the names and values of its records as they are now. A side is null where it has no record."""

    id: str
    hubspot: SideNow | None
    app: SideNow | None
    fields: list[FieldValues]


class ValuesPage(Answer):
    """The entries that were asked for, in that order. `unknown` are ids that the index does not know, or no more."""

    records: list[RecordValues]
    unknown: list[str]


class Address(Answer):
    """Where people look at a record. `url` is null where that cannot be known; then the others say why."""

    side: Side
    id: str
    url: str | None
    problem: str | None
    remedy: str | None


class Addresses(Answer):
    """An entry, and where people look at each of its records."""

    id: str
    addresses: list[Address]


class FieldEdit(Answer):
    """What a write did to one field."""

    before: Any
    after: Any
    winner: Side | None
    why: str


class HistoryEvent(Answer):
    """One write to one record. `at` is epoch ms."""

    at: int
    side: Side
    create: bool
    outcome: Outcome | None
    cause: str
    correlation_id: str
    generation: int
    reason: str
    fields: dict[str, FieldEdit]


class RecordDetail(Record):
    """One record with both sides, what differs, and its history, newest first."""

    next: Next
    fields: list[FieldNow]
    history: list[HistoryEvent]


class ChangedField(Answer):
    """One field before and after."""

    field: str
    before: Any
    after: Any


class Difference(Answer):
    """One record that would be written. `id` is null where it would be made."""

    side: Side
    id: str | None
    entry: str | None
    created: bool
    reason: str
    fields: list[ChangedField]


class Explanation(Answer):
    """What state a record is in, why, and what the next look would do, in sentences."""

    sync: str
    entry: str | None
    hubspot_id: str | None
    app_id: str | None
    status: RecordStatus | None
    now: list[str]
    next: list[str]
    changes: list[Difference]


class Retried(Answer):
    """How many records are looked at again. Where there are more, `next` is the cursor to ask again with."""

    records: int
    unknown: list[str]
    next: str | None


class Review(Answer):
    """What a restore makes again. `count` and `token` go back to confirm it, with the cursor that was sent. `left`
    cannot be restored. Where there are more, `next` is the cursor of their own review.
    """

    target: Side
    count: int
    token: str
    records: list[Record]
    left: list[str]
    next: str | None
    confirmed: bool


STATUS = Query(
    "status", "Only records of this status.", {"type": "string", "enum": [status.value for status in RecordStatus]}
)
SEARCH = Query(
    "search",
    "Only the records that this means: an id of the entry or of a record on either side; a whole identifier that the "
    "sync matches by (an email, a domain, a SKU, a key of its own); or else, asked of both applications, a whole name.",
    {"type": "string", "maxLength": 254, "pattern": r"\S"},
)

OPERATIONS = (
    Operation(
        "GET",
        "/v1/syncs/{name}/records",
        "listRecords",
        "records",
        "Records of a sync",
        {200: RecordPage},
        (400, 404, 502, 503),
        "From the index alone, so that neither application is asked, but for a search that finds nothing there. Newest "
        "first where a status is given. A search has one page.",
        query=(STATUS, SEARCH, CURSOR, LIMIT),
    ),
    Operation(
        "POST",
        "/v1/syncs/{name}/records/values",
        "readValues",
        "records",
        "Names and values of listed records",
        {200: ValuesPage},
        (400, 404, 409, 502, 503),
        "The second call for a list: up to 100 entries by their ids, read live from both applications in one batch a "
        "side (an application without batch reads is asked record by record). It changes nothing.",
        body=ValuesBody,
    ),
    Operation(
        "GET",
        "/v1/syncs/{name}/records/{record}",
        "readRecord",
        "records",
        "One record with both sides and its history",
        {200: RecordDetail},
        (404, 409, 502, 503),
        "Both applications are asked for its values. 409: an identifier that stands for several records.",
    ),
    Operation(
        "GET",
        "/v1/syncs/{name}/records/{record}/explain",
        "explainRecord",
        "records",
        "Why a record stands as it does",
        {200: Explanation},
        (404, 409, 502, 503),
    ),
    Operation(
        "GET",
        "/v1/syncs/{name}/records/{record}/addresses",
        "readAddresses",
        "records",
        "Where people look at a record",
        {200: Addresses},
        (404, 409),
        "Its pages in HubSpot and in the app, as far as they are known.",
    ),
    Operation(
        "POST",
        "/v1/syncs/{name}/retry",
        "retryRecords",
        "records",
        "Look at records again",
        {200: Retried},
        (400, 404, 409),
        "At some by their ids, or at all that fail, a thousand in one call.",
        body=RetryBody,
        matched=True,
    ),
    Operation(
        "POST",
        "/v1/syncs/{name}/restore",
        "restoreRecords",
        "records",
        "Make deleted records again",
        {200: Review, 202: Review},
        (400, 404, 409),
        "Without confirm it is a review (200). With the review's count and token it is carried out (202). One call "
        "seeks all that were deleted among a thousand failing records.",
        body=RestoreBody,
        matched=True,
    ),
)
