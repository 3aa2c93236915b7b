"""An empty simulated HubSpot account for each test."""

from __future__ import annotations

import pytest

from tests.simulators.hubspot.hubspot_account import Hub


@pytest.fixture
def hub() -> Hub:
    return Hub()
