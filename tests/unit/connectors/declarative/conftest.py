"""The declarative connector in front of a simulated application, in one process, on a clock of its own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from hubsync.connectors import catalogue
from hubsync.connectors.declarative.connector import DeclarativeConnector, connect
from hubsync.connectors.declarative.manifest import Manifest
from hubsync.connectors.port import CallCount
from infra.local.crm import Orbit
from infra.local.ledgerly import Ledgerly
from infra.local.transport import SimulatorTransport


@dataclass
class Clock:
    """Epoch milliseconds that only a test moves."""

    at: int = 1_772_357_400_125

    def __call__(self) -> int:
        return self.at


class Unlimited:
    """An allowance that lets every call pass."""

    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        """Nothing to wait for."""

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """A guess does no harm."""

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        """Nothing to hold back."""


@dataclass
class Bench:
    """A connector, the application behind it, and what was sent to it."""

    app: Any
    connector: DeclarativeConnector
    clock: Clock
    sent: list[httpx.Request] = field(default_factory=list)

    def kinds(self) -> list[str]:
        """Method and path of every request so far."""
        return [f"{request.method} {request.url.path}" for request in self.sent]


def connected(manifest: Manifest, client: httpx.Client, token: str, *, threads: int = 1) -> DeclarativeConnector:
    """A connector that never has to wait for permission, by default one call at a time."""
    return connect(manifest, client, token=token, allowance=Unlimited(), calls=CallCount(), threads=threads)


def bench_of(app: Any, clock: Clock) -> Bench:
    """A bench with the application's own manifest."""
    sent: list[httpx.Request] = []
    client = httpx.Client(transport=SimulatorTransport(app), event_hooks={"request": [sent.append]})
    return Bench(app, connected(catalogue.manifest(app.name), client, app.token), clock, sent)


@pytest.fixture
def orbit() -> Bench:
    """A connector to an empty Orbit CRM."""
    clock = Clock()
    return bench_of(Orbit(clock, random.Random(1), calls_per_second=0), clock)


@pytest.fixture
def ledgerly() -> Bench:
    """A connector to an empty Ledgerly."""
    clock = Clock()
    return bench_of(Ledgerly(clock, random.Random(1), calls_per_10_seconds=0), clock)


@pytest.fixture
def against() -> Iterator[Callable[..., DeclarativeConnector]]:
    """Makes a connector from a manifest to a function that answers its requests."""
    clients: list[httpx.Client] = []

    def make(manifest: Manifest, answer: Callable[[httpx.Request], httpx.Response], **settings: Any) -> Any:
        clients.append(httpx.Client(transport=httpx.MockTransport(answer)))
        return connected(manifest, clients[-1], "secret", **settings)

    yield make
    for client in clients:
        client.close()


MANIFEST = """
key: shop
name: Shop
base_url: https://api.shop.example.com
auth: {scheme: bearer}
rate_limit: {calls: 10, seconds: 1}
objects:
  customers:
    kind: contact
    external_id: {path: ref, parameter: ref}
    list:
      path: /customers
      records: items
      page_size: 2
      paging: {strategy: cursor, parameter: after, next: next, size_parameter: size}
    get: {path: "/customers/{id}"}
    create: {path: /customers}
    update: {path: "/customers/{id}"}
    identifiers: {email: [email]}
    fields:
      email: {type: email}
      born: {type: date, format: epoch_s}
      secret: {read_only: true}
"""


@pytest.fixture
def shop() -> str:
    """The smallest manifest that does something, as YAML."""
    return MANIFEST
