"""Connections, applications and their fields."""

from __future__ import annotations

from typing import Literal

from hubsync.api.contract.operation import Answer, Operation
from hubsync.model.schema import FieldType
from hubsync.model.side import Direction


class Limit(Answer):
    """How many calls an account may take in a time."""

    calls: int
    seconds: int


class Standing(Answer):
    """How an account stands: active, away for now, or it needs a person. Times are epoch ms, of an outage."""

    status: Literal["active", "needs_person", "unreachable", "throttled"]
    problem: str | None
    since: int | None
    until: int | None


class Connection(Standing):
    """One account. Its secrets are never shown; `webhooks` says whether it has one for webhooks."""

    name: str
    app: str
    base_url: str | None
    limit: Limit | None
    webhooks: bool


class Connections(Answer):
    """All accounts, by name."""

    connections: list[Connection]


class App(Answer):
    """An application that can be synced."""

    key: str
    name: str


class Apps(Answer):
    """The applications there are."""

    apps: list[App]


class Option(Answer):
    """One choice of a field."""

    value: str
    label: str


class Field(Answer):
    """A field: its type and what holds of it. `filled`: the application gives a value where none is sent."""

    name: str
    label: str
    type: FieldType
    many: bool
    read_only: bool
    required: bool
    unique: bool
    filled: bool
    max_length: int | None
    refers_to: str | None
    options: list[Option]


class DefaultPair(Answer):
    """A pair of fields that comes with an app. Without a transform the fields' types decide."""

    hubspot: str
    app: str
    transform: str | None
    direction: Direction
    required: bool


class AppObject(Answer):
    """An object type of an application."""

    object: str
    kind: str | None
    fields: list[Field]
    defaults: list[DefaultPair]


class AppObjects(App):
    """An application and its object types. HubSpot's fields depend on the account: ask a connection for them."""

    objects: list[AppObject]


class SuggestedPair(DefaultPair):
    """A default mapping, and the app and object that it comes with."""

    app_key: str
    object: str


class ObjectFields(Answer):
    """The fields of an object type, as one account has them now."""

    connection: str
    object: str
    kind: str | None
    fields: list[Field]
    suggested: list[SuggestedPair]


OPERATIONS = (
    Operation("GET", "/v1/connections", "listConnections", "connections", "All connections", {200: Connections}),
    Operation(
        "GET",
        "/v1/connections/{connection}/objects/{object}",
        "readFields",
        "connections",
        "The fields of an object type",
        {200: ObjectFields},
        (404, 502, 503),
        "They are read from the account now, and come with the mappings that are suggested for them.",
    ),
    Operation("GET", "/v1/apps", "listApps", "apps", "The applications there are", {200: Apps}),
    Operation(
        "GET", "/v1/apps/{app}", "readApp", "apps", "An application and its object types", {200: AppObjects}, (404,)
    ),
)
