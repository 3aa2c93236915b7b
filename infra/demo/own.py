"""What this HubSpot account's admin has added to what HubSpot brings along: properties, and a pipeline of deals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PROPERTIES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "contacts": (
        {"name": "birthday", "label": "Birthday", "type": "date", "fieldType": "date"},
        {"name": "crm_score", "label": "CRM score", "type": "number", "fieldType": "number"},
    ),
    "companies": ({"name": "founded_on", "label": "Founded on", "type": "date", "fieldType": "date"},),
}

RENEWALS: Mapping[str, Any] = {
    "pipelineId": "renewals",
    "label": "Renewals",
    "displayOrder": 1,
    "stages": [
        {"stageId": f"renewal-{label.lower()}", "label": label, "displayOrder": at, "metadata": {"probability": odds}}
        for at, (label, odds) in enumerate((("Due", "0.5"), ("Renewed", "1.0"), ("Paused", "0.2")))
    ],
}
"""A second pipeline of deals. The app has one of that name, too, whose stages are not quite the same."""
