"""Which role a request needs. What is not named here needs an admin, so that no new route is open by being forgotten.

Viewers look: at everything but secrets, which nobody sees. Operators run what is set up: they turn syncs off and on,
restart, compare, retry, restore, try and export. Admins set up: accounts, syncs, and whatever takes a document, since a
document may send an account's stored token to an address of its writer's.
"""

from __future__ import annotations

import re

from hubsync.api.caller import Role

OPEN = frozenset({"/v1/health", "/v1/openapi.json", "/v1/syncs.schema.json", "/v1/sign-in"})
"""Paths that anybody may read: they say nothing of anybody. API Gateway asks for no token there (`HttpApi`)."""

ME = "/v1/me"
"""What a caller is told of themselves, also before they have a role."""

LOOKS = frozenset({"GET", "HEAD"})
READS = re.compile(r"/v1/syncs/[^/]+/records/values\Z")
"""What is sent by POST for its body, and only looks."""

OPERATES = re.compile(r"/v1/syncs/[^/]+/(off|on|restart|compare|retry|restore|plan|trial|exports)\Z")


def needed(method: str, path: str) -> Role | None:
    """The role that a request needs; None where it is enough to be signed in."""
    if method in LOOKS:
        return None if path == ME else Role.VIEWER
    if method == "POST" and READS.match(path):
        return Role.VIEWER
    if method == "POST" and OPERATES.match(path):
        return Role.OPERATOR
    return Role.ADMIN
