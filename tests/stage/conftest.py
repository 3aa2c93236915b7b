"""The stage that every test in here runs on: brought up once, in a folder of its own, and taken down afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stage import StageOptions, down, up
from infra.local.stage_info import StageInfo

HERE = Path(__file__).parent

@pytest.fixture(scope="session")
def synth_cache() -> Path:
    """Shared with the demo and with a person's own stage: what was synthesised once is not synthesised again."""
    return HERE.parents[1] / ".hubsync" / "synth"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these share one stage, hence one worker."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.stage)
            item.add_marker(pytest.mark.xdist_group("stage"))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, synth_cache: Path) -> Iterator[StageInfo]:
    """A running stage with its simulators. Tests leave connections, syncs and records of their own names only."""
    options = StageOptions(home=tmp_path_factory.mktemp("stage"), synth_cache=synth_cache)
    info = up(options, print)
    yield info
    down(options.home, print)
