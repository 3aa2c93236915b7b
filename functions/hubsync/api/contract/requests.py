"""The bodies that the API takes, as far as the document says more of them than reading does.

Reading takes mappings and associations one by one, so that a fault in one cannot hide another; the document says what
each of them looks like.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from hubsync.api.bodies import AssociationBody, Body, ConnectionBody, MappingBody, MappingsBody, SyncBody

Called = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
"""The name of a connection or a sync."""


class DefaultMappings(MappingsBody):
    """The default mappings, but for those of some HubSpot fields (`except`), and some more (`add`)."""

    add: tuple[MappingBody, ...] = ()


class SyncSettings(SyncBody):
    """Everything that can be set of a sync. What is left out has its default."""

    mappings: Literal["default"] | tuple[MappingBody, ...] | DefaultMappings = "default"
    associations: tuple[AssociationBody, ...] = ()


class DocumentBody(Body):
    """Connections and syncs by their names. What a document does not name is left alone."""

    connections: dict[Called, ConnectionBody] | None = None
    syncs: dict[Called, SyncSettings] | None = None
