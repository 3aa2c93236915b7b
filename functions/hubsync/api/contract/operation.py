"""What the document says of one route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

from hubsync.api.caller import Role
from hubsync.api.once import acts
from hubsync.api.roles import needed

TEXT: Mapping[str, Any] = {"type": "string"}
FLAG: Mapping[str, Any] = {"type": "boolean", "default": False}


class Answer(BaseModel):
    """What all answers have in common: the document does not promise that no key is added later."""

    model_config = ConfigDict(frozen=True)


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter in the query. `schema` is JSON Schema."""

    name: str
    words: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: `DELETE /v1/syncs/{name}`.

    `id` names it in clients that are generated. `answers` has the model of each status that is no error, `problems`
    the statuses that are; those that any route may answer with are added by the document. `body` is the model of the
    request's JSON. `open` routes need no token. `tagged` answers have an ETag; `matched` routes heed If-Match.
    """

    method: str
    path: str
    id: str
    tag: str
    summary: str
    answers: Mapping[int, type[Answer]]
    problems: tuple[int, ...] = ()
    words: str = ""
    body: type[BaseModel] | None = None
    query: tuple[Query, ...] = ()
    open: bool = False
    tagged: bool = False
    matched: bool = False

    @property
    def role(self) -> Role | None:
        """The role that it needs; None where it is enough to be signed in, or not even that (`open`)."""
        return None if self.open else needed(self.method, self.path)

    @property
    def acts(self) -> bool:
        """Whether it does something, so that it takes an Idempotency-Key."""
        return acts(self.method, self.path)
