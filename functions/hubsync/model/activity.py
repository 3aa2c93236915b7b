"""Something that happened to a person in the app, as its webhook told it (rule 6.3).

The one thing that travels with its data: an event has no record that could be looked at again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Activity:
    """One event of the app. `id` is the app's own, `record_id` the person's, of the app's `object_type`.

    `at` is when it happened (epoch ms). `kind` is the app's word for it; `facts` are the texts that are shown.
    """

    id: str
    object_type: str
    record_id: str
    kind: str
    at: int
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """An event on the timeline of a contact in HubSpot. `id` is ours: the same event has the same one for ever.

    `tokens` are its texts by name, `at` is epoch ms.
    """

    id: str
    contact_id: str
    at: int
    tokens: Mapping[str, str]
