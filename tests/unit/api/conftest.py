"""An API over a small world: two accounts, and one active sync of contacts. A module may have its own instead."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hubsync.model.sync import SyncStatus
from tests.unit.api.api_client import Client
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World


@pytest.fixture
def world() -> World:
    """A world of nothing yet."""
    return World()


@pytest.fixture
def call(world: World) -> Client:
    """Calls its API, where the document was applied and the initial sync is over."""
    client = Client(world)
    client("POST", "/v1/apply", DOCUMENT)
    world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
    return client
