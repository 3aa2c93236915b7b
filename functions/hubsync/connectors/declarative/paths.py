"""The paths of a manifest: where a value is read in an answer, where it goes in a request, where a record lives.

Reading takes JMESPath (`name.first`, `Contacts[0]`, `phones[?kind=='work'].number | [0]`), writing a dotted path.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, TypeAlias
from urllib.parse import quote

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, StringConstraints

from hubsync.connectors.errors import ConnectorBugError

Read: TypeAlias = Callable[[Any], Any]
"""Reads one value out of a JSON document; None where there is none."""

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def _compilable(text: str) -> str:
    try:
        jmespath.compile(text)
    except JMESPathError as error:
        # The library draws an arrow under the fault; the first line says what it is.
        raise ValueError(f"{text!r} is no JMESPath expression: {str(error).splitlines()[0]}") from None
    return text


Expression = Annotated[str, StringConstraints(min_length=1), AfterValidator(_compilable)]
"""A JMESPath expression."""

DottedPath = Annotated[str, StringConstraints(pattern=rf"^{_DOTTED.pattern}$")]
"""Where a value goes in a request's body: names with dots between them."""

ListPath = Annotated[str, StringConstraints(pattern=r"^/[^\s?#{}]*$")]
"""The URL path of all records of an object, below the base URL."""

ItemPath = Annotated[str, StringConstraints(pattern=r"^/[^\s?#{}]*\{id\}[^\s?#{}]*$")]
"""The URL path of one record; `{id}` stands for its id."""


def is_dotted(text: str) -> bool:
    """Whether an expression is so plain that it can be written to as well."""
    return _DOTTED.fullmatch(text) is not None


@cache
def reader(expression: str) -> Read:
    """What reads an expression. Raises `ConnectorBugError` where a document is not of the shape it was written for."""
    if is_dotted(expression):
        # Most paths are plain, a page reads thousands of them, and this is ten times as fast as the interpreter.
        return _walker(tuple(expression.split(".")))
    compiled = jmespath.compile(expression)

    def read(document: Any) -> Any:
        try:
            return compiled.search(document)
        except JMESPathError as error:
            raise ConnectorBugError(f"The manifest's path {expression!r} does not fit the answer.") from error

    return read


def _walker(names: tuple[str, ...]) -> Read:
    def read(document: Any) -> Any:
        for name in names:
            if not isinstance(document, dict):
                return None
            document = document.get(name)
        return document

    return read


def put(body: dict[str, Any], path: str, value: Any) -> None:
    """Set a value at a dotted path, making the objects on the way."""
    *groups, last = path.split(".")
    for group in groups:
        body = body.setdefault(group, {})
    body[last] = value


def item_path(template: str, record_id: str) -> str:
    """The URL path of a record. The id is quoted whole, so that none can lead to another path."""
    return template.replace("{id}", quote(record_id, safe=""))
