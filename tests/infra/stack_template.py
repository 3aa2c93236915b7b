"""Questions that the tests ask a CloudFormation template."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StackTemplate:
    """A synthesised template and where it lies."""

    path: Path
    resources: dict[str, Resource]
    outputs: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> StackTemplate:
        """The template in a file."""
        template = json.loads(path.read_text())
        return cls(path, template["Resources"], template["Outputs"])

    def of(self, type_: str) -> dict[str, Resource]:
        """All resources of a type by logical id; at least one, so that no test passes over nothing."""
        found = {name: each for name, each in self.resources.items() if each["Type"] == type_}
        assert found, f"no {type_} in the template"
        return found

    def one(self, type_: str, prefix: str) -> Resource:
        """The resource of a type whose logical id starts with a word."""
        found = [each for name, each in self.of(type_).items() if name.startswith(prefix)]
        assert len(found) == 1, f"{len(found)} {type_} start with {prefix}"
        return found[0]

    def properties(self, type_: str, prefix: str) -> dict[str, Any]:
        """The properties of that resource."""
        found: dict[str, Any] = self.one(type_, prefix)["Properties"]
        return found

    def statements(self, role_prefix: str) -> Iterator[dict[str, Any]]:
        """Every statement of every policy that is attached to the roles whose logical id starts with a word."""
        roles = {name for name in self.of("AWS::IAM::Role") if name.startswith(role_prefix)}
        assert roles, f"no role starts with {role_prefix}"
        for policy in self.of("AWS::IAM::Policy").values():
            if roles & {each["Ref"] for each in policy["Properties"]["Roles"]}:
                yield from policy["Properties"]["PolicyDocument"]["Statement"]

    def allowed(self, role_prefix: str) -> set[tuple[str, str]]:
        """What a role may do, as (action, what to); a key's use through a service is `dynamodb: kms:Decrypt`."""
        return {
            (f"{_service(statement)}{action}", target)
            for statement in self.statements(role_prefix)
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
            for target in [_short(resource)]
        }


def as_list(value: Any) -> list[Any]:
    """CloudFormation writes a list of one as the one."""
    return value if isinstance(value, list) else [value]


def _service(statement: dict[str, Any]) -> str:
    via = statement.get("Condition", {}).get("StringEquals", {}).get("kms:ViaService")
    if via is None:
        return ""
    # A stack that does not know its region writes it as a join of parts.
    whole = via if isinstance(via, str) else via["Fn::Join"][1][0]
    return f"{whole.partition('.')[0]}: "


def _short(resource: Any) -> str:
    """The logical id of what a statement speaks of without its digest, plus what follows it."""
    if isinstance(resource, str):
        return resource
    if "Fn::Join" in resource:
        return "".join(_short(part) for part in resource["Fn::Join"][1])
    name, attribute = resource.get("Fn::GetAtt") or (resource["Ref"], "")
    return name[:-8].replace("Function", "") + (f".{attribute}" if attribute not in ("Arn", "") else "")
