"""Mends of how the emulator creates a stack's resources."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from typing import Any

from ministack.services import dynamodb, secretsmanager
from ministack.services.cloudformation import provisioners

from infra.local.emulator.patch import wrap

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


def secrets_by_arn() -> None:
    """`Ref` of a secret is its ARN; the emulator gives its name. And its passwords must be without punctuation where
    the template says so: a bearer token goes into a header and through shells."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]
    create, update, delete = handlers["create"], handlers["update"], handlers["delete"]

    def by_arn(logical_id: str, props: dict[str, Any], stack_name: str) -> tuple[str, dict[str, Any]]:
        _, attributes = create(logical_id, props, stack_name)
        return attributes["Arn"], attributes

    def update_by_arn(physical_id: str, *args: Any, **kwargs: Any) -> tuple[str, dict[str, Any]]:
        _, attributes = update(_name(physical_id), *args, **kwargs)
        return attributes["Arn"], attributes

    def delete_by_arn(physical_id: str, props: dict[str, Any]) -> None:
        delete(_name(physical_id), props)

    handlers.update(create=by_arn, update=update_by_arn, delete=delete_by_arn)
    wrap(provisioners, "_sm_secret_string", _plain)


def _name(arn: str) -> str:
    return next((name for name in secretsmanager._secrets if secretsmanager._secrets[name]["ARN"] == arn), arn)


def _plain(generate: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], str]:
    def wrapped(props: dict[str, Any]) -> str:
        wanted = props.get("GenerateSecretString") or {}
        if str(wanted.get("ExcludePunctuation")).lower() != "true":
            return generate(props)
        letters = string.ascii_letters + string.digits
        return "".join(secrets.choice(letters) for _ in range(int(wanted.get("PasswordLength", 32))))

    return wrapped
