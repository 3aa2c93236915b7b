"""The examples are what they say: the file reads, and the apps and HubSpot have every field that it names."""

from __future__ import annotations

from pathlib import Path
from random import Random

import httpx
import pytest

from hubsync.api.document import read_document as read_body
from hubsync.connectors.catalogue import manifest
from hubsync.connectors.declarative.connector import connect as connect_app
from hubsync.connectors.hubspot.connector import connect as connect_hubspot
from hubsync.connectors.port import CallCount
from hubsync.model.schema import ObjectSchema
from hubsync.model.side import Side
from hubsync.services.manage.check import check
from hubsync.services.manage.check_links import check_links
from infra.cli.document import read_document
from infra.local.hubspot import HubSpotSimulator
from infra.local.transport import SimulatorTransport

EXAMPLES = sorted((Path(__file__).parents[3] / "docs" / "examples").glob("*.yaml"))
VALUES = {
    f"{app}_{name}": value
    for app in ("HUBSPOT", "ORBIT", "LEDGERLY")
    for name, value in (("URL", "https://api.example.com"), ("TOKEN", "a-token"), ("WEBHOOK_SECRET", "a-secret"))
}


class Unlimited:
    def take(self, calls: int = 1, *, bucket: str = "normal") -> None:
        """Grant it."""

    def expect(self, calls: int, *, bucket: str = "normal") -> None:
        """A guess does no harm."""

    def penalise(self, seconds: float, *, bucket: str = "normal") -> None:
        raise AssertionError("the simulator refused a call")


def hubspot_schema(object_type: str) -> ObjectSchema:
    simulator = HubSpotSimulator(clock=lambda: 1_800_000_000_000, random=Random(1), token="a-token")
    with httpx.Client(transport=SimulatorTransport(simulator)) as client:
        account = connect_hubspot(
            client, token="a-token", base_url="https://api.example.com", allowance=Unlimited(), calls=CallCount()
        )
        return account.schema(object_type)


def app_schema(app: str, object_type: str) -> ObjectSchema:
    with httpx.Client() as client:
        account = connect_app(manifest(app), client, token="a-token", allowance=Unlimited(), calls=CallCount())
        return account.schema(object_type)


def test_there_is_an_example_for_each_way_and_for_other_objects() -> None:
    assert [path.name for path in EXAMPLES] == ["ledgerly-invoices.yaml", "ledgerly-to-hubspot.yaml", "orbit.yaml"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_has_no_fault(path: Path) -> None:
    document = read_body(read_document(path, VALUES).content)
    assert document.faults == ()
    assert document.syncs
    for name, spec in document.syncs.items():
        assert spec.hubspot is not None
        assert spec.app is not None
        app = document.connections[spec.app.connection].app
        schemas = {
            Side.HUBSPOT: hubspot_schema(spec.hubspot.object),
            Side.APP: app_schema(app, spec.app.object),
        }
        ends = {other: (each.hubspot, each.app) for other, each in document.syncs.items()}
        assert [*check(name, spec, schemas), *check_links(name, spec, schemas, ends)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_asks_for_tokens_and_holds_none(path: Path) -> None:
    body = read_body(read_document(path, VALUES).content)
    assert {connection.token for connection in body.connections.values()} == {"a-token"}
