"""The schemas of object types in StateTable: compressed, and in several items where one cannot hold all.

A HubSpot contact has some 300 properties, and an account may give one of them thousands of options. As JSON that is
easily 200 KB; compressed a tenth of it, well within the 400 KB of an item. What still does not fit goes into further
items, which are written before the one that leads to them.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from hashlib import blake2b

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from hubsync.model.schema import ObjectSchema
from hubsync.stores.dynamodb.batches import Key
from hubsync.stores.dynamodb.codec import decode, encode
from hubsync.stores.dynamodb.table import StateItem, StateTable, done, unchanged
from hubsync.stores.ports import SchemaSnapshot

PART_BYTES = 350_000
"""Of one item; DynamoDB takes 400 KB with the keys and everything else."""

SCHEMA_OF = "schema#"

KEPT_SECONDS = 86_400
"""How long the further items of an older version stay, for whoever is about to read them."""


class SchemaItem(StateItem):
    """A schema, or its first part: `parts` counts the further ones, `digest` names them. `v` counts the writes."""

    v = NumberAttribute()
    fetched_at = NumberAttribute()
    body = BinaryAttribute(legacy_encoding=False)
    digest = UnicodeAttribute()
    parts = NumberAttribute(default=0)


class SchemaPartItem(StateItem):
    """A further part. It bears the digest of the whole, so that two writers do not mix theirs."""

    body = BinaryAttribute(legacy_encoding=False)


class DynamoSchemaStore:
    """Schemas, under account and object type."""

    def __init__(self, table: StateTable) -> None:
        self._schemas = table.bind(SchemaItem)
        self._parts = table.bind(SchemaPartItem)

    def schema(
        self, connection_id: str, object_type: str, known: SchemaSnapshot | None = None
    ) -> SchemaSnapshot | None:
        """See the port."""
        item = self._schemas.find(*schema_key(connection_id, object_type))
        if item is None or (known is not None and known.version == int(item.v)):
            return known if item is not None else None
        packed = [bytes(item.body)]
        for number in range(int(item.parts)):
            part = self._parts.find(_partition(connection_id), _part_key(object_type, item.digest, number))
            if part is None:  # it was replaced a day ago, and read in between: nobody takes so long
                return None
            packed.append(bytes(part.body))
        return _snapshot(item, packed)

    def put_schema(self, snapshot: SchemaSnapshot) -> bool:
        """See the port."""
        object_type, partition = snapshot.schema.object_type, _partition(snapshot.connection_id)
        packed = _packed(snapshot.schema)
        digest = blake2b(packed, digest_size=8).hexdigest()
        first, *further = [packed[at : at + PART_BYTES] for at in range(0, len(packed), PART_BYTES)]
        for number, part in enumerate(further):
            self._parts(partition, _part_key(object_type, digest, number), body=part).save()
        item = self._schemas(
            partition,
            object_type,
            v=snapshot.version + 1,
            fetched_at=snapshot.fetched_at,
            body=first,
            digest=digest,
            parts=len(further),
        )
        condition = unchanged(type(item), type(item).v, snapshot.version or None)
        if not done(lambda: item.save(condition=condition)):
            return False
        self._forget_others(snapshot, digest)
        return True

    def _forget_others(self, snapshot: SchemaSnapshot, digest: str) -> None:
        """Let the further parts of other versions expire."""
        expires_at = snapshot.fetched_at // 1000 + KEPT_SECONDS
        parts = self._parts.sk.startswith(f"{snapshot.schema.object_type}#")
        for part in self._parts.query(_partition(snapshot.connection_id), parts, consistent_read=True):
            if f"#{digest}#" not in part.sk and not part.expires_at:
                part.update(actions=[self._parts.expires_at.set(expires_at)])


def schema_key(connection_id: str, object_type: str) -> Key:
    """Where a schema stands."""
    return _partition(connection_id), object_type


def snapshot_of(item: SchemaItem) -> SchemaSnapshot | None:
    """What one item holds; None where that is a part only."""
    return None if item.parts else _snapshot(item, [bytes(item.body)])


def _snapshot(item: SchemaItem, packed: Sequence[bytes]) -> SchemaSnapshot:
    schema = _unpacked(b"".join(packed))
    return SchemaSnapshot(item.pk.removeprefix(SCHEMA_OF), schema, int(item.fetched_at), int(item.v))


def _partition(connection_id: str) -> str:
    return f"{SCHEMA_OF}{connection_id}"


def _part_key(object_type: str, digest: str, number: int) -> str:
    return f"{object_type}#{digest}#{number:03}"


def _packed(schema: ObjectSchema) -> bytes:
    return zlib.compress(encode(schema, without=frozenset()).encode(), 6)


def _unpacked(packed: bytes) -> ObjectSchema:
    return decode(ObjectSchema, zlib.decompress(packed).decode())
