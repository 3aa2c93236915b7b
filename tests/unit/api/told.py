"""Holds an answer of the API against the document, in which no answer may have a key that is not told."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012Validator

from hubsync.api.contract.document import document

DOCUMENT = document(closed=True)


def operation(method: str, path: str) -> tuple[str, dict[str, Any]] | None:
    """The path as the document writes it, and what it says of it; None where it knows no such route."""
    for template in sorted(DOCUMENT["paths"], key=lambda each: each.count("{")):
        pattern = re.sub(r"{\w+}", "[^/]+", template.replace(".", r"\."))
        if re.fullmatch(pattern, path) and method.lower() in DOCUMENT["paths"][template]:
            return template, DOCUMENT["paths"][template][method.lower()]
    return None


def check(method: str, path: str, status: int, media_type: str, body: object) -> None:
    """Fails where the answer is not one that the document tells of."""
    found = operation(method, path)
    if found is None:
        assert status in (401, 403, 404), f"{method} {path} is not in the document"
        schema = DOCUMENT["components"]["responses"][str(status)]["content"]["application/problem+json"]["schema"]
    else:
        responses = found[1]["responses"]
        assert str(status) in responses, f"{method} {path} is not said to answer {status}: {body}"
        told = responses[str(status)]
        if "$ref" in told:
            told = DOCUMENT["components"]["responses"][str(status)]
        assert media_type in told["content"], f"{method} {path} answers {media_type}"
        schema = told["content"][media_type]["schema"]
    wrong = [
        f"{'/'.join(map(str, each.instance_path))}: {each.message}"
        for each in _validator(schema["$ref"]).iter_errors(body)
    ]
    assert not wrong, f"{method} {path} {status}: {wrong}"


@cache
def _validator(ref: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": ref, "components": DOCUMENT["components"]})
