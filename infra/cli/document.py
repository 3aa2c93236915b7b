"""Reads a YAML document, fills in its variables, and remembers the line of every part of it.

YAML is read as version 1.2 means it: only `true` and `false` are booleans, so that `phone_region: NO` is Norway, and a
date is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import yaml
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from infra.cli.errors import USAGE, CliError

VARIABLE = re.compile(r"\$?\$\{([^}]*)\}?")
NAMED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?\Z", re.DOTALL)
PARENT = re.compile(r"(.*)(?:\.[^.\[\]]*|\[\d+\])\Z", re.DOTALL)
NOT_YAML_1_2 = ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp")


class Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the booleans of YAML 1.2 and without dates."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own shape
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in NOT_YAML_1_2]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), "tTfF")


@dataclass(slots=True)
class Document:
    """What stands in a file, as JSON has it. `lines` has the line of each part by its path, the first line being 1."""

    path: Path
    content: object = None
    lines: dict[str, int] = field(default_factory=dict)

    def place(self, path: str) -> str:
        """`syncs.yaml:12`: where `path` stands, or the nearest part around it that does stand in the file."""
        while path not in self.lines and (around := PARENT.match(path)):
            path = around[1]
        return f"{self.path}:{self.lines.get(path, 1)}"


def read_document(path: Path, values: Mapping[str, str]) -> Document:
    """The document in a file, its `${VAR}` and `${VAR:-default}` filled in from `values`; `$${` is a plain `${`.

    Raises `CliError` (exit code 2) with line, column and reason; of variables that are not set it names all.
    """
    try:
        loader = Loader(path.read_text(encoding="utf-8"))
        root = loader.get_single_node()
        reader = _Reader(Document(path), values, loader)
        if root is not None:
            reader.document.content = reader.read(root, "")
    except OSError as error:
        raise CliError(f"{path} cannot be read: {error.strerror}.", "Name a file that exists.", code=USAGE) from None
    except UnicodeDecodeError:
        raise CliError(f"{path} is not text in UTF-8.", "Save it as UTF-8.", code=USAGE) from None
    except yaml.MarkedYAMLError as error:
        raise _not_yaml(path, error) from None
    except yaml.YAMLError as error:
        raise CliError(f"{path} is not YAML: {error}.", "Mend the file.", code=USAGE) from None
    except RecursionError:
        raise CliError(f"{path} is nested too deeply.", "Mend the file.", code=USAGE) from None
    if reader.faults:
        raise CliError(
            f"{path} has {len(reader.faults)} variable{'s' if len(reader.faults) > 1 else ''} without a value.",
            "Set them in the environment, or start the stage that has them with `hubsync stage up`.",
            code=USAGE,
            lines=reader.faults,
        )
    return reader.document


class _Reader:
    """Turns nodes into values, noting lines on the way. `faults` are the variables without a value."""

    def __init__(self, document: Document, values: Mapping[str, str], loader: Loader) -> None:
        self.document = document
        self.faults: list[str] = []
        self._values = values
        self._loader = loader
        self._open: list[Node] = []

    def read(self, node: Node, path: str) -> object:
        """The value of a node; `path` is where it stands."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if node in self._open:
            raise ConstructorError(None, None, "this part contains itself", node.start_mark)
        self._open.append(node)
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self.read(item, f"{path}[{at}]") for at, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._open.pop()

    def _mapping(self, node: MappingNode, path: str) -> dict[str, object]:
        self._refuse_twins(node)
        self._loader.flatten_mapping(node)
        found: dict[str, object] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a key must be a name", key.start_mark)
            name = key.value
            where = f"{path}.{name}" if path else name
            self.document.lines[where] = key.start_mark.line + 1
            # After a merge (<<) the mapping's own keys come last, and win.
            found[name] = self.read(value, where)
        return found

    @staticmethod
    def _refuse_twins(node: MappingNode) -> None:
        """YAML forbids a key to stand twice in a mapping; PyYAML would keep the last and say nothing."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, ScalarNode) and key.value in seen:
                raise ConstructorError(None, None, f"the key {key.value} stands here twice", key.start_mark)
            seen.add(str(key.value))

    def _scalar(self, node: Node, path: str) -> object:
        text = str(node.value)
        if "${" in text:
            return VARIABLE.sub(lambda found: self._fill(found, node, path), text)
        value = self._loader.construct_object(node)
        if value is None or isinstance(value, str | bool | int) or (isinstance(value, float) and isfinite(value)):
            return value
        raise ConstructorError(None, None, "this is no text, number, true or false", node.start_mark)

    def _fill(self, found: re.Match[str], node: Node, path: str) -> str:
        if found[0].startswith("$$"):
            return found[0][1:]
        named = NAMED.match(found[1]) if found[0].endswith("}") else None
        if named is None:
            raise ConstructorError(None, None, f"{found[0]} is no variable; write ${{NAME}}", node.start_mark)
        value = self._values.get(named[1]) or named[2]
        if not value:
            self.faults.append(f"{self.document.path}:{node.start_mark.line + 1}: {path}: ${{{named[1]}}} is not set.")
            return ""
        return value


def _not_yaml(path: Path, error: yaml.MarkedYAMLError) -> CliError:
    mark = error.problem_mark or error.context_mark
    place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    column = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
    return CliError(
        f"{path} cannot be read as YAML.", f"Mend {column}.", code=USAGE, lines=[f"{place}: {reason or 'bad YAML'}."]
    )
