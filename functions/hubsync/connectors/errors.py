"""What can go wrong with a call, sorted by consequence.

Three consequences stop a whole call and are raised: try again later, a person must act, a bug of ours. The fourth, a
record that the application refuses, is no exception: it is the `Refused` answer for that record (`connectors.port`).
"""

from __future__ import annotations


class ConnectorError(Exception):
    """The base of everything that a connector raises."""


class RetryLaterError(ConnectorError):
    """Nothing is wrong with any record: a limit, an outage, a time-out (rule 9.2, promise 5).

    `after` is the number of seconds to wait. `kind` is one word for logs and metrics: `throttled`, `unavailable`,
    `timeout`, `budget`, `locked`. `unknown` says that the request was sent and may have been carried out.
    """

    def __init__(self, message: str, *, after: float, kind: str, unknown: bool = False) -> None:
        super().__init__(message)
        self.after = after
        self.kind = kind
        self.unknown = unknown


class NeedsPersonError(ConnectorError):
    """The account's token is dead or lacks a permission; the connection waits for a person (rule 1.9)."""

    def __init__(self, message: str, *, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class ConnectorBugError(ConnectorError):
    """An answer that should be impossible, such as a 400 to a whole request that we composed."""
