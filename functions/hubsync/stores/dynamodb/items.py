"""The items of IndexTable: what each value looks like in DynamoDB's own terms.

Names are short because they are paid for in every item. What is empty or zero is left out.

    all       pk  sync and bucket       sk  see `hubsync.stores.layout`   kind   schema   v  version
    entry     hi ai  record ids         hf af  fingerprints, packed       hc ac  claims   hg ag  gone
              hw aw  written at         hl al  seen
              st  status   si  since    fa  failure   ex  exclusion       re  reason      in  intents, packed
              le  lease    ge  generation   dr  drifted   wa  warnings   pl  place   ip  inputs   at  attempts
              ry  retry at   se  settled at   ro  rounds, packed   rs  restores   rn  renames   er  erased
              lk  links, packed      wl  waiting links
              gsi_pk gsi_sk  only in the statuses that are listed
    claim     h a  the two slots        ca  claimed at                    expires_at  once both slots are empty
    alias     ei  entry id              waiter    ei  entry id            link  see `link_waiters`
    history   see `hubsync.stores.dynamodb.history`
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.identifier import Claim, Waiter
from hubsync.model.side import Side
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus, RecordWarning, WarningCode
from hubsync.stores.dynamodb.packing import (
    pack_fingerprints,
    pack_intents,
    pack_links,
    pack_rounds,
    unpack_fingerprints,
    unpack_intents,
    unpack_links,
    unpack_rounds,
)
from hubsync.stores.dynamodb.schema import SCHEMA, check_schema
from hubsync.stores.index_port import LISTED_STATUSES
from hubsync.stores.layout import bucket_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef as AttributeValue
else:
    AttributeValue = Any

Item: TypeAlias = "Mapping[str, AttributeValue]"
Attributes: TypeAlias = "dict[str, AttributeValue]"

STATUS_SHARDS = 4
"""Partitions of one status of one sync: one takes 1,000 writes a second, an initial sync may need more."""

EMPTY_CLAIM_SECONDS = 86_400
"""How long an empty claim goes on counting versions: far longer than any worker holds what it read."""

ENTRY_OPTIONAL = (
    *(
        "hi",
        "ai",
        "hf",
        "af",
        "hc",
        "ac",
        "hg",
        "ag",
        "hw",
        "aw",
        "hl",
        "al",
        "fa",
        "ex",
        "re",
        "in",
        "le",
        "ge",
        "dr",
        "wa",
        "pl",
        "ip",
        "at",
        "ry",
        "se",
        "ro",
        "rs",
        "rn",
        "er",
        "lk",
        "wl",
    ),
    *("gsi_pk", "gsi_sk"),
)
CLAIM_OPTIONAL = ("h", "a", "expires_at")


def status_partition(sync_id: str, status: RecordStatus, shard: int) -> str:
    """The key of one shard of a status in the sparse index."""
    return f"{sync_id}#{status}#{shard}"


def status_place(since: int, entry_id: str) -> str:
    """The place of an entry within it: by time."""
    return f"{since:015}#{entry_id}"


def entry_attributes(entry: IndexEntry) -> Attributes:
    """An entry without its keys and its version."""
    attributes: Attributes = {
        "kind": {"S": "entry"},
        "schema": {"N": str(SCHEMA)},
        "st": {"S": entry.status.value},
        "si": {"N": str(entry.since)},
    }
    for prefix, half in (("h", entry.hubspot), ("a", entry.app)):
        attributes.update(_half_attributes(prefix, half))
    for name, number in (
        ("le", entry.lease_until),
        ("ge", entry.generation),
        ("at", entry.attempts),
        ("ry", entry.retry_at),
        ("se", entry.settled_at),
        ("rs", entry.restores),
        ("rn", entry.renames),
        ("wl", entry.waiting_links),
    ):
        if number:
            attributes[name] = {"N": str(number)}
    for name, text in (
        ("re", entry.reason),
        ("ip", entry.inputs),
        ("pl", entry.place),
        ("ex", entry.exclusion),
        ("wa", ",".join(f"{each.number} {each.code}" for each in entry.warnings)),
    ):
        if text:
            attributes[name] = {"S": str(text)}
    if entry.failure:
        attributes["fa"] = {"M": _failure_map(entry.failure)}
    for name, packed in (
        ("in", pack_intents(entry.intents)),
        ("ro", pack_rounds(entry.rounds)),
        ("lk", pack_links(entry.links)),
    ):
        if packed:
            attributes[name] = {"B": packed}
    if entry.erased:
        attributes["er"] = {"BOOL": True}
    if entry.drifted:
        attributes["dr"] = {"L": [{"N": str(number)} for number in entry.drifted]}
    if entry.status in LISTED_STATUSES:
        shard = int(bucket_of(entry.id)) % STATUS_SHARDS
        attributes["gsi_pk"] = {"S": status_partition(entry.sync_id, entry.status, shard)}
        attributes["gsi_sk"] = {"S": status_place(entry.since, entry.id)}
    return attributes


def entry_from(item: Item) -> IndexEntry:
    """An entry as it is stored."""
    check_schema(_number(item, "schema"))
    exclusion = _text(item, "ex")
    return IndexEntry(
        sync_id=item["pk"]["S"].rpartition("#")[0],
        id=item["sk"]["S"].partition("#")[2],
        hubspot=_half(item, "h"),
        app=_half(item, "a"),
        status=RecordStatus(item["st"]["S"]),
        failure=_failure(item["fa"]["M"]) if "fa" in item else None,
        exclusion=ExclusionReason(exclusion) if exclusion else None,
        reason=_text(item, "re") or "",
        intents=unpack_intents(item["in"]["B"]) if "in" in item else (),
        lease_until=_number(item, "le"),
        generation=_number(item, "ge"),
        drifted=tuple(int(number["N"]) for number in item["dr"]["L"]) if "dr" in item else (),
        rounds=unpack_rounds(item["ro"]["B"]) if "ro" in item else {},
        links=unpack_links(item["lk"]["B"]) if "lk" in item else {},
        waiting_links=_number(item, "wl"),
        warnings=tuple(map(_warning, item["wa"]["S"].split(","))) if "wa" in item else (),
        place=_text(item, "pl") or "",
        inputs=_text(item, "ip") or "",
        attempts=_number(item, "at"),
        retry_at=_number(item, "ry"),
        restores=_number(item, "rs"),
        renames=_number(item, "rn"),
        erased="er" in item,
        since=_number(item, "si"),
        settled_at=_number(item, "se"),
        version=_number(item, "v"),
    )


def claim_attributes(claim: Claim) -> Attributes:
    """A claim without its keys and its version."""
    attributes: Attributes = {
        "kind": {"S": "claim"},
        "schema": {"N": str(SCHEMA)},
        "ca": {"N": str(claim.claimed_at)},
    }
    if claim.hubspot is not None:
        attributes["h"] = {"S": claim.hubspot}
    if claim.app is not None:
        attributes["a"] = {"S": claim.app}
    if claim.hubspot is None and claim.app is None:
        attributes["expires_at"] = {"N": str(claim.claimed_at // 1000 + EMPTY_CLAIM_SECONDS)}
    return attributes


def claim_from(item: Item) -> Claim:
    """A claim as it is stored."""
    check_schema(_number(item, "schema"))
    key = item["sk"]["S"].partition("#")[2]
    return Claim(key, _text(item, "h"), _text(item, "a"), _number(item, "ca"), _number(item, "v"))


def alias_attributes(entry_id: str) -> Attributes:
    """An alias without its keys."""
    return {"kind": {"S": "alias"}, "schema": {"N": str(SCHEMA)}, "ei": {"S": entry_id}}


def waiter_attributes(waiter: Waiter) -> Attributes:
    """A waiting duplicate without its keys."""
    return {"kind": {"S": "waiter"}, "schema": {"N": str(SCHEMA)}, "ei": {"S": waiter.entry_id}}


def waiter_from(item: Item, key: str, side: Side) -> Waiter:
    """A waiting duplicate as it is stored in the line of this slot."""
    check_schema(_number(item, "schema"))
    return Waiter(key, side, item["sk"]["S"].removeprefix(f"w#{key}#{side}#"), item["ei"]["S"])


def _half_attributes(prefix: str, half: Half) -> Attributes:
    attributes: Attributes = {}
    if half.record_id is not None:
        attributes[f"{prefix}i"] = {"S": half.record_id}
    if half.fingerprints:
        attributes[f"{prefix}f"] = {"B": pack_fingerprints(half.fingerprints)}
    if half.claims:
        attributes[f"{prefix}c"] = {"L": [{"S": key} for key in half.claims]}
    if half.gone:
        attributes[f"{prefix}g"] = {"BOOL": True}
    if half.seen:
        attributes[f"{prefix}l"] = {"B": half.seen}
    if half.written_at:
        attributes[f"{prefix}w"] = {"N": str(half.written_at)}
    return attributes


def _half(item: Item, prefix: str) -> Half:
    fingerprints, claims, seen = item.get(f"{prefix}f"), item.get(f"{prefix}c"), item.get(f"{prefix}l")
    return Half(
        record_id=_text(item, f"{prefix}i"),
        fingerprints=unpack_fingerprints(fingerprints["B"]) if fingerprints else {},
        claims=tuple(key["S"] for key in claims["L"]) if claims else (),
        gone=f"{prefix}g" in item,
        written_at=_number(item, f"{prefix}w"),
        seen=bytes(seen["B"]) if seen else b"",
    )


def _failure_map(failure: Failure) -> Attributes:
    attributes: Attributes = {
        "c": {"S": failure.category.value},
        "s": {"S": failure.sentence},
        "r": {"S": failure.remedy},
    }
    if failure.field is not None:
        attributes["f"] = {"S": failure.field}
    return attributes


def _failure(item: Item) -> Failure:
    return Failure(FailureCategory(item["c"]["S"]), item["s"]["S"], item["r"]["S"], _text(item, "f"))


def _warning(text: str) -> RecordWarning:
    number, _, code = text.partition(" ")
    return RecordWarning(int(number), WarningCode(code))


def _text(item: Item, name: str) -> str | None:
    value = item.get(name)
    return value["S"] if value else None


def _number(item: Item, name: str) -> int:
    value = item.get(name)
    return int(value["N"]) if value else 0
