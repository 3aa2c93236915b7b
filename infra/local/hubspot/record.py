"""One record, and who wrote it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes: the app behind the token, a person, an import or HubSpot itself.

    `admin_rules`: the account's rules for its users hold for this writer. `system`: read-only properties may be
    written and values are taken as they are.
    """

    type: str = "INTEGRATION"
    id: str = "hubsync"
    admin_rules: bool = False
    system: bool = False


PERSON = Writer("CRM_UI", "userId:7001")
IMPORT = Writer("IMPORT", "import:1", system=True)
HUBSPOT = Writer("AUTOMATION_PLATFORM", "hubspot", system=True)


class Version(NamedTuple):
    """What one write changed; `""` stands for a value that was cleared."""

    moment: int
    writer: Writer
    changes: Mapping[str, str]


@dataclass(slots=True)
class Record:
    """A record. `properties` holds the values that are not empty, and is replaced, never changed, by a write."""

    id: int
    properties: dict[str, str]
    created: int
    modified: int
    archived_at: int | None = None
    versions: list[Version] = field(default_factory=list)

    def history(self, name: str) -> Iterator[Version]:
        """The versions of one property, the newest first, as HubSpot lists them."""
        return (version for version in reversed(self.versions) if name in version.changes)

    def merged_ids(self) -> list[int]:
        """The ids that were merged into this record, over every generation."""
        text = self.properties.get("hs_merged_object_ids", "")
        return [int(part) for part in text.split(";") if part]
