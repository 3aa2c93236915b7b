"""The shape of a document, as pydantic checks it: names, types and choices, nothing that has to be looked up."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from hubsync.model.conflict import ConflictPolicy, Winner
from hubsync.model.lifecycle import Covers
from hubsync.model.mapping import Transform
from hubsync.model.side import Direction, Side

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=4096, strip_whitespace=True)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4096, strip_whitespace=True, pattern=r"^[!-~]+$")]
"""It goes into a header: printable ASCII without spaces."""


def _has_a_host(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0 or parts.query or parts.fragment:
        raise ValueError("this is no web address")
    return url


Url = Annotated[str, StringConstraints(max_length=500, pattern=r"^[!-~]+$"), AfterValidator(_has_a_host)]


class Body(BaseModel):
    """What all parts have in common: an unknown key is a fault, and nothing is changed after reading.

    Input is left out of error messages: it may be a secret.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class LimitBody(Body):
    """`limit: {calls: 100, seconds: 10}`."""

    calls: Annotated[int, Field(strict=True, ge=1, le=100_000)]
    seconds: Annotated[int, Field(strict=True, ge=1, le=3_600)] = 10


class ConnectionBody(Body):
    """One entry of `connections`."""

    app: Name
    token: Token | None = None
    base_url: Url | None = None
    webhook_secret: Secret | None = None
    limit: LimitBody | None = None


class EndBody(Body):
    """`hubspot: {connection: hubspot, object: contacts}`."""

    connection: Name
    object: Name


def _names(given: object) -> object:
    return given if isinstance(given, list) else (given,)


def _one_or_two(names: tuple[str, ...]) -> tuple[str, ...]:
    """Checked once the names are read, so that a name that cannot be does not draw a fault of their number after it."""
    if not 1 <= len(names) <= 2:
        raise PydanticCustomError("names", "Here stand one field, or two that are joined")
    return names


OneOrTwo = Annotated[tuple[Name, ...], Field(min_length=1, max_length=2)]
Names = Annotated[
    tuple[Name, ...], BeforeValidator(_names, json_schema_input_type=Name | OneOrTwo), AfterValidator(_one_or_two)
]
"""A field, or the two that a mapping joins: `[firstname, lastname]`."""


class MappingBody(Body):
    """One entry of `mappings`. `options` names, by HubSpot's options, the app's that stand for them."""

    hubspot: Names
    app: Names
    transform: Transform | None = None
    direction: Direction = Direction.TWO_WAY
    clears: Annotated[bool, Field(strict=True)] = False
    winner: Winner | None = None
    options: Annotated[dict[Name, Name], Field(max_length=500)] = {}


class ClauseBody(Body):
    """One condition of a filter, or a group of them: `{any: [{field: city, operator: equals, value: Bilbao}, …]}`."""

    field: Name | None = None
    operator: Name | None = None
    value: object = None
    all: tuple[ClauseBody, ...] | None = None
    any: tuple[ClauseBody, ...] | None = None


class FiltersBody(Body):
    """`filters: {hubspot: {all: […]}, app: {any: […]}, strict: false}`."""

    hubspot: ClauseBody | None = None
    app: ClauseBody | None = None
    strict: Annotated[bool, Field(strict=True)] = False


class PipelineBody(Body):
    """`{hubspot: default, app: Sales, stages: {closedwon: Won}}`; stages that are left out are found by their names."""

    hubspot: Name
    app: Name | None = None
    stages: dict[Name, Name] | None = None


class LifecycleBody(Body):
    """`lifecycle: {covers: leads, default: lead}`."""

    covers: Covers | None = None
    default: Name | None = None


class BrakeBody(Body):
    """`brake: {records: 500, share: 0.2}`, either or both."""

    records: Annotated[int, Field(strict=True, ge=0)] | None = None
    share: Annotated[float, Field(strict=True, gt=0, le=1)] | None = None


class EventsBody(Body):
    """`events: {template: "1234567"}`."""

    template: Name


class AssociationBody(Body):
    """One entry of `associations`."""

    hubspot: Name
    app: Name
    via: Name
    label: Name | None = None
    direction: Direction = Direction.TWO_WAY
    unlink: Annotated[bool, Field(strict=True)] = False


class MappingsBody(Body):
    """`mappings` as a mapping: the default ones, but for some, and some more. What is added is read on its own."""

    default: Annotated[bool, Field(strict=True)] = True
    apart: Annotated[tuple[Name, ...], Field(alias="except")] = ()
    add: tuple[object, ...] = ()


class MatchBody(Body):
    """One entry of `match`."""

    hubspot: Name
    app: Name


class SyncBody(Body):
    """One entry of `syncs`, its mappings apart: each of those is read on its own, so that one cannot hide another."""

    hubspot: EndBody
    app: EndBody
    direction: Direction
    default: Side = Side.HUBSPOT
    conflict: ConflictPolicy = ConflictPolicy.DEFAULT
    require_email: Annotated[bool, Field(strict=True)] = True
    phone_region: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    filters: FiltersBody = FiltersBody()
    pipelines: tuple[PipelineBody, ...] | None = None
    lifecycle: LifecycleBody | None = None
    marketing_contacts: Annotated[bool, Field(strict=True)] = False
    brake: BrakeBody | None = None
    draft: Annotated[bool, Field(strict=True)] = False
    enabled: Annotated[bool, Field(strict=True)] | None = None
    notify: tuple[Name, ...] = ()
    history_days: Annotated[int, Field(strict=True, ge=0, le=3_650)] = 90
    match: Annotated[tuple[MatchBody, ...], Field(max_length=5)] = ()
    mappings: object = "default"
    associations: tuple[object, ...] = ()
    events: EventsBody | None = None
