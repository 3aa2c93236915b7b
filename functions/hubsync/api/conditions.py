"""ETag and If-Match (RFC 9110): whoever edits what they have looked at overrules nobody."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hubsync.api.problem import Problem
from hubsync.services.manage.expected import ANY, Expected

TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
TAGS = re.compile(rf"\s*{TAG.pattern}\s*(,\s*{TAG.pattern}\s*)*\Z")


def etag(tag: str) -> dict[str, str]:
    """The header that tells a version."""
    return {"ETag": f'"{tag}"'}


def if_match(headers: Mapping[str, str]) -> Expected:
    """The versions that the request is meant for. A weak tag is none of them. Raises `Problem` (400)."""
    text = next((value for name, value in headers.items() if name.lower() == "if-match"), None)
    if text is None:
        return None
    if text.strip() == "*":
        return ANY
    if not TAGS.match(text):
        raise Problem(400, "If-Match is no list of tags.", 'Send the ETag as it was answered, in its quotes: "id.7".')
    return frozenset(tag for weak, tag in TAG.findall(text) if not weak)
