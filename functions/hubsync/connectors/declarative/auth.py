"""Where an application wants its token."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from pydantic import Field

from hubsync.connectors.declarative.part import Part


class Auth(Part):
    """No credentials at all; the base of every other scheme."""

    def headers(self, token: str) -> dict[str, str]:  # noqa: ARG002 - one shape for all schemes
        """The headers that carry the token."""
        return {}

    def params(self, token: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - one shape for all schemes
        """The query parameters that carry the token."""
        return ()


class BearerAuth(Auth):
    """`Authorization: Bearer TOKEN`."""

    scheme: Literal["bearer"]

    def headers(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}


class HeaderAuth(Auth):
    """The token, after a prefix if there is one, in a header of the application's own."""

    scheme: Literal["header"]
    header: str
    prefix: str = ""

    def headers(self, token: str) -> dict[str, str]:
        return {self.header: self.prefix + token}


class QueryAuth(Auth):
    """The token in a query parameter; only for applications that know no better, since URLs end up in logs."""

    scheme: Literal["query"]
    parameter: str

    def params(self, token: str) -> tuple[tuple[str, str], ...]:
        return ((self.parameter, token),)


class BasicAuth(Auth):
    """HTTP basic. The token is `user:password`, or one of the two where the manifest gives the other."""

    scheme: Literal["basic"]
    username: str | None = None
    password: str | None = None

    def headers(self, token: str) -> dict[str, str]:
        pair = token
        if self.username is not None:
            pair = f"{self.username}:{token}"
        elif self.password is not None:
            pair = f"{token}:{self.password}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


AnyAuth = Annotated[BearerAuth | HeaderAuth | QueryAuth | BasicAuth, Field(discriminator="scheme")]
"""One of the four schemes."""
