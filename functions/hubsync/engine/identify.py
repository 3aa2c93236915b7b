"""What a record can be matched by (rules 3.1 to 3.4), and the keyed hashes under which the index remembers it.

The index holds no customer's values (promise 7): identifiers, raw values and canonical values are stored as hashes
under the sync's own key, which is destroyed with the sync. The three kinds of hash are kept apart, so that none can be
compared with another.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from hashlib import blake2b
from unicodedata import normalize

from hubsync.engine.domain import ascii_host, normal_domain
from hubsync.engine.number import canonical_number
from hubsync.model.identifier import Identifier, IdentifierKind
from hubsync.model.record import Record, Value, is_empty
from hubsync.model.side import Side
from hubsync.model.sync import MatchKey, Sync

OF_SEVERAL_VALUES = frozenset({IdentifierKind.EMAIL, IdentifierKind.DOMAIN})
"""Kinds of which one field may hold several, with semicolons between them."""

OF_ONE_VALUE = frozenset({IdentifierKind.SKU, IdentifierKind.KEY})
"""Kinds whose values may be numbers as well."""

CLAIM_BYTES = 16
FINGERPRINT_BYTES = 8

ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
PLAIN_EMAIL = re.compile(
    rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){ATOM}(?:\.{ATOM})*@(?:{LABEL}\.)+(?![0-9]+\Z)[a-z0-9-]{{1,62}}[a-z0-9]\Z"
)


def identifiers(sync: Sync, side: Side, record: Record) -> tuple[Identifier, ...]:
    """Everything that `record` can be matched by, strongest first: in the order of the sync's match keys.

    A value that is no valid identifier of its kind is passed over. A domain counts only where the two domain fields are
    mapped to each other (rule 3.3).
    """
    found: dict[Identifier, None] = {}
    for key in sync.match_keys:
        if key.kind is IdentifierKind.DOMAIN and not _mapped(sync, key):
            continue
        normal = NORMAL_FORMS[key.kind]
        for name in key.fields(side):
            value = record.fields.get(name)
            if key.kind in OF_ONE_VALUE:
                value = _one(value, numeric=key.numeric)
            for text in _texts(value, several=key.kind in OF_SEVERAL_VALUES):
                identifier = normal(text)
                if identifier is None:
                    continue
                if key.kind is IdentifierKind.KEY:
                    # A customer's number is not another one's tax number, though both be 17.
                    identifier = f"{key.hubspot_field}\0{key.app_field}\0{identifier}"
                found[Identifier(key.kind, identifier)] = None
    return tuple(found)


def sought(sync: Sync, record: Record) -> Mapping[str, tuple[str, ...]]:
    """By field of the other side, the values by which the counterpart of `record` would be found there: as they stand,
    and in their normal form. What is found still has to be compared; an application's search is a rougher thing.
    """
    side = record.ref.side
    values: dict[str, dict[str, None]] = {}
    for key in sync.match_keys:
        if key.kind is IdentifierKind.DOMAIN and not _mapped(sync, key):
            continue
        for name in key.fields(side):
            value = record.fields.get(name)
            if key.kind in OF_ONE_VALUE:
                value = _one(value, numeric=key.numeric)
            for text in _texts(value, several=key.kind in OF_SEVERAL_VALUES):
                normal = NORMAL_FORMS[key.kind](text)
                if normal is not None:
                    values.setdefault(key.fields(side.other)[0], {}).update({text.strip(): None, normal: None})
    return {name: tuple(texts) for name, texts in values.items()}


def normal_email(text: str) -> str | None:
    """A valid email trimmed, in lower case, its domain in punycode; None for what is not valid by its syntax.

    Reserved domains such as `example.com` and `.test` are valid: nothing is looked up.
    """
    email = text.strip().lower()
    if PLAIN_EMAIL.match(email) and "@xn--" not in email and ".xn--" not in email:
        return email
    if "@" not in email or (email.isascii() and "xn--" not in email):
        return None
    return _international_email(email)


def normal_name(text: str) -> str | None:
    """A name with folded case and width, and single spaces inside. Accents stay: Peña and Pena are two companies."""
    folded = " ".join(text.split()).lower() if text.isascii() else " ".join(_folded(text).split())
    return folded or None


def normal_code(text: str) -> str | None:
    """A SKU or a key of the sync's own: trimmed, with folded case and width."""
    return (text.strip().lower() if text.isascii() else _folded(text).strip()) or None


def claim_key(key: bytes, identifier: Identifier) -> str:
    """The key of an identifier's claim: 32 hexadecimal digits."""
    return _hash(key, b"claim", CLAIM_BYTES, _bytes(f"{identifier.kind.value}\0{identifier.value}")).hex()


def fingerprint(key: bytes, value: Value) -> bytes:
    """The 8-byte hash of a raw value. Missing, null and blank values have the same one, so have `1` and `1.0`.

    Raw on purpose: a new release of a phone library must not make a million records look changed.
    """
    if isinstance(value, str):
        data = b"s" + _bytes(value) if value.strip() else b""
    elif is_empty(value):
        data = b""
    else:
        data = b"j" + _bytes(json.dumps(_whole(value), ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    return _hash(key, b"fingerprint", FINGERPRINT_BYTES, data)


def canonical_hash(key: bytes, canonical: str | None) -> bytes:
    """The 8-byte hash of a canonical value (`hubsync.engine.transform.canonical`), as an intent holds it."""
    return _hash(key, b"canonical", FINGERPRINT_BYTES, b"" if canonical is None else b"s" + _bytes(canonical))


def _mapped(sync: Sync, key: MatchKey) -> bool:
    return any(
        mapping.hubspot_field == key.hubspot_field and mapping.app_field == key.app_field for mapping in sync.mappings
    )


def _one(value: Value, *, numeric: bool) -> Value:
    """A single value as text, a number in the form that it has on both sides; None for what is no such value."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    if isinstance(value, str):
        return (canonical_number(value.strip()) if numeric else None) or value
    # Python refuses to write whole numbers of more than 4,300 digits in decimals.
    text = hex(value) if isinstance(value, int) and value.bit_length() > 4096 else repr(value)
    return canonical_number(text) or text


def _texts(value: Value, *, several: bool) -> tuple[str, ...]:
    """The texts in a field: HubSpot separates several emails or domains with semicolons, an app may give a list."""
    if isinstance(value, str):
        return tuple(value.split(";")) if several and ";" in value else (value,)
    if isinstance(value, list):
        return tuple(text for item in value for text in _texts(item, several=several))
    return ()


@lru_cache(maxsize=1024)
def _international_email(email: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(email, check_deliverability=False, globally_deliverable=False, test_environment=True)
    except EmailNotValidError:
        return None
    host = ascii_host(valid.domain)
    return f"{valid.local_part.lower()}@{host}" if host is not None and "." in host else None


def _folded(text: str) -> str:
    return normalize("NFKC", normalize("NFKC", text).casefold())


def _whole(value: Value) -> Value:
    """JSON has one kind of number: 1.0 is 1, at any depth."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    return value


def _bytes(text: str) -> bytes:
    # JSON may hold half of a surrogate pair, which strict UTF-8 refuses.
    return text.encode("utf-8", "surrogatepass")


def _hash(key: bytes, purpose: bytes, size: int, data: bytes) -> bytes:
    state = _keyed(key, purpose, size).copy()
    state.update(data)
    return state.digest()


@lru_cache(maxsize=256)
def _keyed(key: bytes, purpose: bytes, size: int) -> blake2b:
    # A sync that is being deleted has no key any more, and an unkeyed hash of an email could be guessed.
    if not key:
        raise ValueError("the hash key of this sync was destroyed: nothing of it can be hashed any more")
    return blake2b(key=key, digest_size=size, person=purpose)


NORMAL_FORMS: dict[IdentifierKind, Callable[[str], str | None]] = {
    IdentifierKind.EMAIL: normal_email,
    IdentifierKind.DOMAIN: normal_domain,
    IdentifierKind.SKU: normal_code,
    IdentifierKind.NAME: normal_name,
    IdentifierKind.KEY: normal_code,
}
