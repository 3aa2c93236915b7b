"""Placeholder of the `webhook` function, so that the stack deploys."""

from __future__ import annotations

from typing import Any


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001
    """Answer nothing."""
    return {}
