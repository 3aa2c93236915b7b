"""Lists in pages."""

from __future__ import annotations

from hubsync.api.contract.operation import Query

LIMIT = Query("limit", "How many at most.", {"type": "integer", "minimum": 1, "maximum": 200, "default": 50})
CURSOR = Query("cursor", "Where to go on: what the page before said as next.", {"type": "string", "maxLength": 1000})
