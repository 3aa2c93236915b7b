"""What the simulator counts: calls by kind, answers by status, writes by record. The admin API is never counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Counts:
    """`calls` by method and route without version (`POST /crm/objects/{type}/batch/read`), `statuses` by answer
    (`lost` where none was given), `writes` by object type and record id, for API writes only."""

    calls: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    writes: Counter[tuple[str, int]] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All calls, refused ones included."""
        return sum(self.calls.values())

    def written(self, type_name: str) -> int:
        """How many writes hit records of this type."""
        return sum(number for (name, _), number in self.writes.items() if name == type_name)

    def reset(self) -> None:
        """All back to zero."""
        self.calls.clear()
        self.statuses.clear()
        self.writes.clear()

    def api(self) -> dict[str, Any]:
        """As the admin API shows them."""
        writes: dict[str, dict[str, int]] = {}
        for (name, record_id), number in self.writes.items():
            writes.setdefault(name, {})[str(record_id)] = number
        return {
            "total": self.total,
            "calls": dict(self.calls),
            "statuses": dict(self.statuses),
            "writesByType": {name: sum(numbers.values()) for name, numbers in writes.items()},
            "writes": writes,
        }
