"""The tests of the stage stay together: on two workers there would be two stages, for twice the time and memory."""

from __future__ import annotations

import os

import pytest


def test_all_of_these_run_on_one_worker(request: pytest.FixtureRequest) -> None:
    # xdist writes the group into the test's id, and has forgotten to before (its issue 1386).
    on_workers = "PYTEST_XDIST_WORKER" in os.environ
    assert request.node.nodeid.endswith("@stage") is on_workers
