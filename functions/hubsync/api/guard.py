"""Who may come in: somebody who is signed in, with the role that it takes, and a body of a sensible size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubsync.api.caller import Caller, Role, caller_of
from hubsync.api.problem import Problem
from hubsync.api.roles import OPEN, needed

MAX_BODY = 1024 * 1024
"""Bytes of a request's body."""


def admit(event: Mapping[str, Any], body: bytes) -> Caller | None:
    """Who calls; None on a path that is open to anybody. Checked before anything else is.

    Raises `Problem` (401, 403, 413). API Gateway has refused a token that is wrong before (401, 403); that is checked
    again here only by there being claims, which nobody else can put into an event.
    """
    path = event.get("rawPath", "")
    if path in OPEN:
        return None
    caller = signed_in(event)
    wanted = needed(event["requestContext"]["http"]["method"], path)
    if not caller.may(wanted):
        raise Problem(403, *_refusal(caller, wanted or Role.ADMIN))
    if len(body) > MAX_BODY:
        raise Problem(413, "The body is larger than 1 MB.", "Split the document: one file for each sync.")
    return caller


def signed_in(event: Mapping[str, Any]) -> Caller:
    """Who calls. Raises `Problem` (401)."""
    caller = caller_of(event)
    if caller is None:
        raise Problem(
            401,
            "Nobody is signed in.",
            "`hubsync login` signs you in; a program sends the access token of its client as Authorization: Bearer.",
            headers={"WWW-Authenticate": 'Bearer realm="hubsync"'},
        )
    return caller


def _refusal(caller: Caller, wanted: Role) -> tuple[str, str]:
    if caller.role is None:
        return "You have no role here yet.", f"Ask an admin for the role {wanted}: it is a group of the user pool."
    return f"This needs the role {wanted}; yours is {caller.role}.", "Ask an admin to do it, or for the role."
