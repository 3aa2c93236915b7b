"""HubSpot's owners and pipelines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import mapping, mappings, required
from hubsync.connectors.hubspot.api import OWNERS, OWNERS_PAGE
from hubsync.connectors.hubspot.api import pipelines as path_of
from hubsync.connectors.hubspot.records import results_of
from hubsync.model.directory import Owner, Pipeline, Stage


def owners(http: Http) -> tuple[Owner, ...]:
    """Everybody who can own a record, then those who left: what they owned still names them."""
    return (*_owners(http, archived=False), *_owners(http, archived=True))


def _owners(http: Http, *, archived: bool) -> Iterable[Owner]:
    after: str | None = None
    while True:
        params = [("limit", str(OWNERS_PAGE)), ("archived", "true" if archived else "false")]
        params += [("after", after)] if after is not None else []
        body = required(http.send("GET", OWNERS, kind="owners", params=params), "owners")
        for item in results_of(body):
            names = (str(item.get(name) or "") for name in ("firstName", "lastName"))
            # A record is assigned by `id`; `userId` is another number and assigns nothing.
            yield Owner(str(item["id"]), str(item.get("email") or ""), " ".join(filter(None, names)), not archived)
        following = mapping(mapping(body.get("paging")).get("next")).get("after")
        if following is None:
            return
        if str(following) == after:
            raise ConnectorBugError("HubSpot's list of owners goes round in a circle.")
        after = str(following)


def pipelines(http: Http, object_type: str) -> tuple[Pipeline, ...]:
    """The living pipelines of an object type with their living stages, each in the order that people see."""
    kind = f"pipelines {object_type}"
    body = required(http.send("GET", path_of(object_type), kind=kind), kind)
    return tuple(
        Pipeline(
            str(item["id"]),
            str(item.get("label") or item["id"]),
            tuple(
                Stage(str(stage["id"]), str(stage.get("label") or stage["id"]))
                for stage in _in_order(mappings(item.get("stages")))
            ),
        )
        for item in _in_order(results_of(body))
    )


def _in_order(items: list[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    living = [item for item in items if not item.get("archived")]
    return sorted(living, key=lambda item: (int(item.get("displayOrder") or 0), str(item["id"])))
