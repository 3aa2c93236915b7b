"""How an application signs its webhooks, and whether one is really from it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from hubsync.connectors.declarative.formats import instant
from hubsync.connectors.declarative.part import Part
from hubsync.connectors.port import SignatureError

_TOKENS = re.compile(r"(\{timestamp\}|\{body\})")
_DIGESTS = {"hmac_sha1": hashlib.sha1, "hmac_sha256": hashlib.sha256, "hmac_sha512": hashlib.sha512}
HeaderName = Annotated[str, StringConstraints(to_lower=True, min_length=1)]


class TimestampManifest(Part):
    """Where the time of signing stands: in a header of its own, or in a part of the signature's header."""

    header: HeaderName | None = None
    part: str | None = None
    format: Literal["epoch_s", "epoch_ms", "iso"] = "epoch_s"
    tolerance_seconds: Annotated[int, Field(gt=0)] = 300

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.header is None) == (self.part is None):
            raise ValueError("give either `header` or `part`")
        return self


class SignatureManifest(Part):
    """A keyed hash of the body.

    The header holds the signature itself, after `prefix` if there is one, or parts `t=…,v1=…` of which `part` is the
    signature (several of that name are alternatives, as while a secret is changed). `signed` is what was hashed.
    """

    scheme: Literal["hmac_sha1", "hmac_sha256", "hmac_sha512"] = "hmac_sha256"
    header: HeaderName
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = ""
    part: str | None = None
    signed: str = "{body}"
    timestamp: TimestampManifest | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if "{body}" not in self.signed:
            raise ValueError("`signed` must contain {body}")
        if ("{timestamp}" in self.signed) != (self.timestamp is not None):
            raise ValueError(
                "`timestamp` and {timestamp} in `signed` go together: a time that is not signed proves nothing"
            )
        if self.timestamp is not None and self.timestamp.part is not None and self.part is None:
            raise ValueError("`timestamp.part` needs `part`")
        return self


def verify(rule: SignatureManifest, headers: Mapping[str, str], body: bytes, secret: str, now: int) -> None:
    """Raise `SignatureError` unless the body was signed with the secret, and not too long before `now` (epoch ms)."""
    if not secret:
        raise SignatureError("The connection has no webhook secret: set one there and in the application.")
    header = headers.get(rule.header, "")
    stamp = _timestamp(rule, headers, header, now)
    expected = hmac.new(secret.encode(), _message(rule.signed, stamp, body), _DIGESTS[rule.scheme]).digest()
    # Every candidate is compared, and each in constant time.
    if not any([hmac.compare_digest(expected, _bytes(rule.encoding, given)) for given in _signatures(rule, header)]):  # noqa: C419
        raise SignatureError(f"The header {rule.header} does not hold the signature of this body.")


def _message(template: str, stamp: str, body: bytes) -> bytes:
    tokens = {"{timestamp}": stamp.encode(), "{body}": body}
    return b"".join(tokens.get(piece, piece.encode()) for piece in _TOKENS.split(template))


def _signatures(rule: SignatureManifest, header: str) -> list[str]:
    found = _parts(header, rule.part) if rule.part else [header.strip()]
    return [text.removeprefix(rule.prefix) for text in found if text.startswith(rule.prefix)]


def _timestamp(rule: SignatureManifest, headers: Mapping[str, str], header: str, now: int) -> str:
    place = rule.timestamp
    if place is None:
        return ""
    found = _parts(header, place.part) if place.part else [headers.get(place.header or "", "").strip()]
    if len(found) != 1:
        raise SignatureError(f"The header {rule.header} holds no time of signing.")
    try:
        signed_at = instant(place.format, found[0])
    except ValueError:
        raise SignatureError("The time of signing cannot be read.") from None
    if abs(now - signed_at) > place.tolerance_seconds * 1000:
        raise SignatureError("The webhook was signed too long ago, or the clocks differ.")
    return found[0]


def _parts(header: str, name: str) -> list[str]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return [value for key, _, value in pairs if key == name]


def _bytes(encoding: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text) if encoding == "hex" else base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
