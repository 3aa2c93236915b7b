"""The version of the items' shape, and the constants that the tables share with the infrastructure."""

from __future__ import annotations

STATUS_INDEX = "by-status"
"""The sparse secondary index of IndexTable: `gsi_pk`, `gsi_sk`."""

SCHEMA = 1
"""Rises when a release writes items that the one before would misread; a new optional attribute does not do that."""


class UnknownSchemaError(Exception):
    """An item was written by a newer release than this one."""


def check_schema(version: float) -> None:
    """Refuse an item of a newer release: read and stored again by this one, it would lose what this one cannot see."""
    if version > SCHEMA:
        raise UnknownSchemaError(
            f"An item has schema {version:g}, this release knows {SCHEMA}: deploy the newer release again."
        )
