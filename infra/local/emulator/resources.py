"""Mend of how the emulator creates a stack's resources."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

Create = Callable[[str, dict[str, Any], str], tuple[str, dict[str, Any]]]


def keep_time_to_live() -> None:
    """CloudFormation sets a table's time to live; the emulator drops it, and nothing would ever expire."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    create: Create = handlers["create"]

    def wrapped(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        name, attributes = create(logical_id, props, stack_name)
        wanted = props.get("TimeToLiveSpecification")
        if wanted and str(wanted.get("Enabled")).lower() == "true":
            dynamodb._ttl_settings[name] = {
                "TimeToLiveStatus": "ENABLED",
                "AttributeName": wanted["AttributeName"],
            }
        return name, attributes

    handlers["create"] = wrapped
