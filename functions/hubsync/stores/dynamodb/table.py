"""StateTable for pynamodb: what every item has, how a model is bound to a table, how it is stored on a condition."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import new_class
from typing import Any, Self, TypeVar

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from hubsync.stores.dynamodb.pauses import Sleep, attempts
from hubsync.stores.dynamodb.schema import SCHEMA, check_schema

_CONDITION_FAILED = "ConditionalCheckFailed"
_TIMEOUTS = {"connect_timeout_seconds": 3, "read_timeout_seconds": 5}
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class ContentionError(Exception):
    """Others kept changing the same item; the queue or the stream delivers again."""


class StateItem(Model):
    """What every item has. `expires_at` is in epoch seconds; an item without it stays."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=SCHEMA)
    expires_at = NumberAttribute(null=True)

    @classmethod
    def find(cls, pk: str, sk: str) -> Self | None:
        """The item under this key, read consistently; None if there is none."""
        try:
            item = cls.get(pk, sk, consistent_read=True)
        except cls.DoesNotExist:
            return None
        check_schema(item.schema)
        return item


_M = TypeVar("_M", bound=StateItem)


class StateTable:
    """StateTable by its name; region and endpoint come from the environment if they are not given.

    `sleep` waits before a transaction that met another one is tried again.
    """

    def __init__(
        self, name: str, region: str | None = None, endpoint: str | None = None, sleep: Sleep = time.sleep
    ) -> None:
        place = {"table_name": name, "region": region, "host": endpoint, **_TIMEOUTS}
        meta = {"Meta": type("Meta", (), place)}
        self._root: type[StateItem] = new_class("BoundItem", (StateItem,), exec_body=lambda body: body.update(meta))
        # Made before any model is bound: models inherit it, so that all of them share one client.
        self.connection: Connection = self._root._get_connection().connection
        self._sleep = sleep

    def bind(self, model: type[_M]) -> type[_M]:
        """The model, for this table. Models are classes, and what they are bound to is known at run time only."""
        bound: type[_M] = new_class(model.__name__, (model, self._root))
        return bound

    def transacted(self, fill: Callable[[TransactWrite], None]) -> bool:
        """Carry out all of what `fill` puts into a transaction, or none; False if a condition does not hold.

        Another transaction on one of the items is waited for; if it stays in the way, pynamodb's error is raised.
        """
        for left in attempts(self._sleep):
            try:
                with TransactWrite(connection=self.connection) as transaction:
                    fill(transaction)
            except TransactWriteError as error:
                codes = {reason.code for reason in error.cancellation_reasons if reason}
                if _CONDITION_FAILED in codes:
                    return False
                if not left or not codes or not codes <= _PASSING:
                    raise
            else:
                break
        return True


def done(write: Callable[[], object]) -> bool:
    """Carry out one conditional write; False if its condition does not hold."""
    try:
        write()
    except PynamoDBException as error:
        if error.cause_response_code == f"{_CONDITION_FAILED}Exception":
            return False
        raise
    return True


def unchanged(model: type[StateItem], attribute: Any, read: object) -> Condition:
    """That an attribute still is what was read, or that the item still does not exist if nothing was (`read` None)."""
    condition: Condition = model.pk.does_not_exist() if read is None else attribute == read
    return condition
