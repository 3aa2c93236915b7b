"""What the conformance suite needs of an application: its connector, and the hands of a person and of misfortune.

To put a connector under the suite, write a `World` for it and a test class that inherits `ConnectorContract` and gives
a `world` fixture; add the further contracts that the application can keep (`UniqueIdentifierContract`,
`ChangeFeedContract`, `MergeContract`, `ConditionalWriteContract`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from enum import StrEnum

from hubsync.connectors.errors import RetryLaterError
from hubsync.connectors.port import CallCount, Connector
from hubsync.model.record import Value
from hubsync.model.status import FailureCategory


class Trouble(StrEnum):
    """What may happen to the next call."""

    THROTTLED = "throttled"
    """429; nothing is done."""
    UNAVAILABLE = "unavailable"
    """503; nothing is done."""
    UNANSWERED = "unanswered"
    """Nothing is done, and no answer comes."""
    LOST_ANSWER = "lost answer"
    """It is done, but the answer never comes."""


class FakeAllowance:
    """Permission for every call, until `refusing`; counts what was asked of it."""

    def __init__(self) -> None:
        self.taken: dict[str, int] = {}
        self.penalties: list[tuple[str, float]] = []
        self.refusing = False

    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        """Grants, or says that the budget is used up."""
        if self.refusing:
            raise RetryLaterError("The budget is used up.", after=4, kind="budget")
        self.taken[bucket] = self.taken.get(bucket, 0) + calls

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """A guess does no harm."""

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        """Remembers that the application itself said 429."""
        self.penalties.append((bucket, seconds))


class World(ABC):
    """One account of an application, holding no record, and the connector to it.

    Field names and values are the connector's own. `text` and `other` are fields that take any text; `identifier` is
    the one that records are matched by, unless they are not `matched` at all (rule 3.1). `invalid` is a field, a value
    the application refuses there, and the category of the failure. `searched` are those by which records can be
    searched. `unknown_id` is well formed, and nobody's. `kind` is
    what the object type is in HubSpot's words.
    """

    connector: Connector
    allowance: FakeAllowance
    calls: CallCount
    object_type: str
    kind: str
    text: str
    other: str
    identifier: str
    matched: bool = True
    searched: Sequence[str] = ()
    invalid: tuple[str, Value, FailureCategory]
    unknown_id: str

    @abstractmethod
    def identity(self, number: int) -> Value:
        """A value of `identifier`, another one for each number."""

    @abstractmethod
    def seed(self, records: Sequence[Mapping[str, Value]]) -> list[str]:
        """Records that were always there; their ids."""

    @abstractmethod
    def edit(self, record_id: str, fields: Mapping[str, Value]) -> None:
        """A person changes a record, some time after whatever was done before."""

    @abstractmethod
    def delete(self, record_id: str) -> None:
        """A person deletes a record."""

    @abstractmethod
    def content(self) -> Mapping[str, Mapping[str, Value]]:
        """All living records by id, past the connector. A field that is empty may be left out."""

    @abstractmethod
    def strike(self, trouble: Trouble) -> None:
        """Let this happen to the next call, and to that alone."""

    @abstractmethod
    def revoke(self) -> None:
        """The token is dead from now on."""

    @abstractmethod
    def forbid(self) -> None:
        """The token may do nothing any more."""

    @abstractmethod
    def answered(self) -> int:
        """How many calls the application has counted."""

    @property
    def fields(self) -> list[str]:
        """The fields that the suite reads."""
        return [self.identifier, self.text, self.other]

    def values(self, number: int) -> dict[str, Value]:
        """A record's fields."""
        return {self.identifier: self.identity(number), self.text: f"Text {number}", self.other: f"Other {number}"}

    def populate(self, count: int) -> list[str]:
        """Seeds some records, numbered from 0."""
        return self.seed([self.values(number) for number in range(count)])


class MergingWorld(World):
    """A world whose people can merge records."""

    @abstractmethod
    def merge(self, kept: str, other: str) -> str:
        """A person merges two records; the id of the one that is left."""
