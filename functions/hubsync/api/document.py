"""Reads a document that came as JSON. Whatever is wrong with it becomes a fault; reading itself never fails."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hubsync.api.bodies import AssociationBody, Body, ConnectionBody, EndBody, MappingBody, MappingsBody, SyncBody
from hubsync.api.filters import filters_spec
from hubsync.model.brake import Brake
from hubsync.model.mapping import OptionPair
from hubsync.services.manage.document import (
    AssociationSpec,
    ConnectionSpec,
    DefaultsSpec,
    Document,
    EndSpec,
    Fault,
    LifecycleSpec,
    Limit,
    MappingSpec,
    MatchSpec,
    PipelineSpec,
    SyncSpec,
    suggestion,
)

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}\Z")
"""Names of connections and syncs: they stand in addresses and on the command line."""

SECTIONS = ("connections", "syncs")

PART = TypeVar("PART", bound=Body)

BRAKE = {
    "records": "Give a whole number of records, 0 or more.",
    "share": "Give a share of all records above 0 and up to 1, such as 0.2.",
}
"""The settings of a brake, and what they have to be."""

STAND_INS: Mapping[str, object] = {
    "hubspot": EndBody(connection="?", object="?"),
    "app": EndBody(connection="?", object="?"),
    "direction": "two_way",
    "mappings": (),
}
"""What stands in for a sync's setting that could not be read, while the rest of the sync is."""


def read_document(body: object) -> Document:
    """The document in a JSON body, with the faults of what could not be read."""
    if not isinstance(body, dict):
        return Document(
            faults=(Fault("", "The document is no mapping.", f"Give it the keys {' and '.join(SECTIONS)}."),)
        )
    faults = [
        Fault(str(key), f"There is no section {key}.", suggestion(str(key), SECTIONS))
        for key in body
        if key not in SECTIONS
    ]
    connections: dict[str, ConnectionSpec] = {}
    syncs: dict[str, SyncSpec] = {}
    unread: set[str] = set()
    for name, raw in _section(body, "connections", faults).items():
        account, found, _ = _read(ConnectionBody, raw, f"connections.{name}")
        faults += found
        if account is None:
            unread.add(f"connections.{name}")
        else:
            connections[name] = _connection(account)
    for name, raw in _section(body, "syncs", faults).items():
        sync = _sync(name, raw, faults)
        if sync is not None:
            syncs[name] = sync
    return Document(connections, syncs, tuple(faults), frozenset(unread))


def _section(body: Mapping[str, Any], key: str, faults: list[Fault]) -> Mapping[str, Any]:
    section = body.get(key)
    if section is None:
        return {}
    if not isinstance(section, dict):
        faults.append(Fault(key, f"{key} is no mapping.", "Give each entry a name, e.g. contacts:, and indent it."))
        return {}
    bad = [name for name in section if not NAME.match(str(name))]
    faults += [
        Fault(f"{key}.{name}", f"{name} cannot be a name.", "Use up to 60 small letters, digits, - and _.")
        for name in bad
    ]
    return {str(name): raw for name, raw in section.items() if name not in bad}


def _connection(body: ConnectionBody) -> ConnectionSpec:
    limit = None if body.limit is None else Limit(body.limit.calls, body.limit.seconds)
    return ConnectionSpec(body.app, body.token, body.base_url, body.webhook_secret, limit)


def _sync(name: str, raw: object, faults: list[Fault]) -> SyncSpec | None:
    path = f"syncs.{name}"
    body, found, unread = _read(SyncBody, raw, path, STAND_INS)
    faults += found
    if body is None:
        return None
    mappings, defaults, read = _mappings(body.mappings, path, faults)
    if not read:
        unread |= {"mappings"}
    associations = []
    for at, item in enumerate(body.associations):
        association, found, _ = _read(AssociationBody, item, f"{path}.associations[{at}]")
        faults += found
        if association is not None:
            associations.append(AssociationSpec(at, **association.model_dump()))
    return SyncSpec(
        hubspot=None if "hubspot" in unread else EndSpec(body.hubspot.connection, body.hubspot.object),
        app=None if "app" in unread else EndSpec(body.app.connection, body.app.object),
        direction=body.direction,
        default=body.default,
        conflict=body.conflict,
        require_email=body.require_email,
        phone_region=body.phone_region,
        filters=filters_spec(body.filters),
        pipelines=_pipelines(body),
        lifecycle=None if body.lifecycle is None else LifecycleSpec(body.lifecycle.covers, body.lifecycle.default),
        marketing_contacts=body.marketing_contacts,
        draft=body.draft,
        enabled=body.enabled,
        brake=None if body.brake is None else Brake(body.brake.records, body.brake.share),
        notify=body.notify,
        history_days=body.history_days,
        mappings=mappings,
        defaults=defaults,
        associations=tuple(associations),
        event_template=None if body.events is None else body.events.template,
        match=tuple(MatchSpec(at, each.hubspot, each.app) for at, each in enumerate(body.match)),
        unread=frozenset(unread),
    )


def _pipelines(body: SyncBody) -> tuple[PipelineSpec, ...] | None:
    if body.pipelines is None:
        return None
    return tuple(PipelineSpec(each.hubspot, each.app, each.stages) for each in body.pipelines)


def _mappings(raw: object, path: str, faults: list[Fault]) -> tuple[tuple[MappingSpec, ...], DefaultsSpec | None, bool]:
    """The mappings in any of their shapes: a list, `default`, or the default ones with exceptions and additions.

    The last answer is whether all of them could be read.
    """
    where = f"{path}.mappings"
    if raw is None or raw == "default":
        return (), DefaultsSpec(), True
    if isinstance(raw, dict):
        body, found, _ = _read(MappingsBody, raw, where)
        faults += found
        if body is None:
            return (), None, False
        added = _listed(body.add, path, "mappings.add", faults)
        return tuple(added), DefaultsSpec(body.apart) if body.default else None, len(added) == len(body.add)
    if isinstance(raw, list | tuple):
        listed = _listed(raw, path, "mappings", faults)
        return tuple(listed), None, len(listed) == len(raw)
    remedy = "Write default, a list of pairs of fields, or a mapping with except and add."
    faults.append(Fault(where, "mappings is no list.", remedy))
    return (), None, False


def _listed(raw: Sequence[object], path: str, place: str, faults: list[Fault]) -> list[MappingSpec]:
    """Those that could be read, each on its own, so that one cannot hide another."""
    found = []
    for at, item in enumerate(raw):
        mapping, wrong, _ = _read(MappingBody, item, f"{path}.{place}[{at}]")
        faults += wrong
        if mapping is not None:
            found.append(
                MappingSpec(
                    at,
                    mapping.hubspot[0],
                    mapping.app[0],
                    mapping.transform,
                    mapping.direction,
                    clears=mapping.clears,
                    winner=mapping.winner,
                    more_hubspot=mapping.hubspot[1:],
                    more_app=mapping.app[1:],
                    options=tuple(OptionPair(hubspot, app) for hubspot, app in mapping.options.items()),
                    place=f"{place}[{at}]",
                )
            )
    return found


def _read(
    kind: type[PART], raw: object, path: str, stand_ins: Mapping[str, object] | None = None
) -> tuple[PART | None, list[Fault], set[str]]:
    """One part, the faults in it, and the names of its keys that could not be read.

    With `stand_ins`, the rest of a part is read even where some of its keys cannot be.
    """
    try:
        return kind.model_validate(raw), [], set()
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=True, include_input=False)
    faults = [_fault(kind, detail, path) for detail in details]
    if stand_ins is None or not isinstance(raw, dict):
        return None, faults, set()
    unread = {str(detail["loc"][0]) for detail in details if detail["loc"]}
    rest = {key: value for key, value in raw.items() if str(key) not in unread}
    rest |= {key: value for key, value in stand_ins.items() if key in unread}
    return kind.model_validate(rest), faults, unread


def _fault(kind: type[Body], detail: ErrorDetails, path: str) -> Fault:
    where = path + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in detail["loc"])
    key = str(detail["loc"][-1]) if detail["loc"] else path
    match detail["type"]:
        case "extra_forbidden":
            return Fault(where, f"There is no setting {key} here.", suggestion(key, _settings(kind, detail)))
        case "missing":
            return Fault(where, f"{key} is missing.", f"Add {key}.")
        case "enum":
            choices = str(detail["ctx"]["expected"]).replace("'", "")
            return Fault(where, f"This is no {key}.", f"Choose {choices}.")
        case "model_type" | "model_attributes_type" | "dict_type":
            return Fault(where, f"{key} is no mapping.", "Write its settings as key: value.")
        case "string_pattern_mismatch" if key == "token":
            return Fault(where, "This is no token: it has a space or a letter beyond ASCII.", "Copy it again.")
        case "string_pattern_mismatch" | "value_error" if key == "base_url":
            return Fault(where, "This is no web address.", "Begin it with https:// and leave out any query.")
        case "string_pattern_mismatch" if key == "phone_region":
            return Fault(
                where, "This is no country.", "Give the two letters of a country in capitals, such as ES or US."
            )
        case _ if key in BRAKE and f".brake.{key}" in where:
            return Fault(where, f"This is no {key} of a brake.", BRAKE[key])
        case _:
            return Fault(where, f"{detail['msg']}.", f"Correct {key}.")


def _settings(kind: type[Body], detail: ErrorDetails) -> list[str]:
    """The settings there are where the unknown one stands: in `kind` itself, or in a part of it."""
    fields = kind.model_fields
    for part in detail["loc"][:-1]:
        inner = fields[str(part)].annotation if str(part) in fields else None
        options = [inner, *getattr(inner, "__args__", ())]
        body = next((each for each in options if isinstance(each, type) and issubclass(each, Body)), None)
        if body is None:
            return []
        fields = body.model_fields
    return list(fields)
