"""Writes what is deployed as a YAML document that `hubsync apply` takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import yaml

from infra.cli.errors import FAILED, CliError

WIDTH = 110
"""Where a line is broken."""

SCHEMA_LINE = "# yaml-language-server: $schema="

HEAD = """\
# What is deployed, as `hubsync export-config` wrote it. What stands at its default is left out.
# Tokens and secrets are no part of it: ${NAME} comes from the environment. A connection that is deployed keeps its
# own where the line is left out.
"""


def chosen(deployed: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The syncs of these names with their connections, each secret a variable; all of both without names."""
    syncs: Mapping[str, Any] = deployed["syncs"]
    unknown = [name for name in names if name not in syncs]
    if unknown:
        raise CliError(
            f"There is no sync {', '.join(unknown)}.", "`hubsync status` lists the syncs there are.", code=FAILED
        )
    wanted = {name: sync for name, sync in syncs.items() if not names or name in names}
    used = {sync[side]["connection"] for sync in wanted.values() for side in ("hubspot", "app")}
    connections = {name: each for name, each in deployed["connections"].items() if not names or name in used}
    return {"connections": connections, "syncs": wanted}


def with_variables(document: Mapping[str, Any], secrets: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The document with a variable for each secret that is stored, and every other `${` kept as it is."""
    plain: dict[str, Any] = _kept(document)
    taken: set[str] = set()
    for name, account in plain["connections"].items():
        for secret in secrets.get(name, ()):
            account[secret] = f"${{{_variable(name, secret, taken)}}}"
    return plain


def as_yaml(document: Mapping[str, Any], schema: str | None = None) -> str:
    """The document as text; every mapping and list of plain values stands on one line where it fits. `schema` is the
    address of the JSON Schema by which editors complete it."""
    line = f"{SCHEMA_LINE}{schema}\n" if schema is not None else ""
    sections = [f"{name}: {{}}\n" if not part else _section(name, part) for name, part in document.items()]
    return line + HEAD + "\n".join(sections)


def _section(name: str, part: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        {name: part}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, default_flow_style=None
    )
    return text


class _Dumper(yaml.SafeDumper):
    """Indents lists under their key."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's shape
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


def _kept(value: Any) -> Any:
    """The value with `${` written so that reading the file fills nothing in."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    if isinstance(value, Mapping):
        return {key: _kept(each) for key, each in value.items()}  # keys are read as they stand
    return [_kept(each) for each in value] if isinstance(value, list) else value


def _variable(name: str, secret: str, taken: set[str]) -> str:
    """`orbit-eu`, `token`: ORBIT_EU_TOKEN. Names that differ by a dash alone get a number."""
    stem = re.sub(r"[^A-Z0-9]", "_", name.upper())
    stem = f"_{stem}" if stem[0].isdigit() else stem
    number, wanted = 1, f"{stem}_{secret.upper()}"
    while wanted in taken:
        number += 1
        wanted = f"{stem}_{number}_{secret.upper()}"
    taken.add(wanted)
    return wanted
