"""The stage that every test in here runs on: brought up once, in a folder of its own, and taken down afterwards."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.local.stage import StageOptions, down, status, up
from infra.local.stage_info import StageInfo
from tests.stage.command import Hubsync
from tests.stage.scene import ORBIT, Product, Scene, aws_client

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def synth_cache() -> Path:
    """Shared with the demo and with a person's own stage: what was synthesised once is not synthesised again."""
    return HERE.parents[1] / ".hubsync" / "synth"


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these share one stage, hence one worker."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.stage)
            item.add_marker(pytest.mark.xdist_group("stage"))


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory, synth_cache: Path) -> Iterator[StageInfo]:
    """A running stage with its simulators. Tests leave connections, syncs and records of their own names only."""
    standing = os.environ.get("HUBSYNC_TEST_STAGE")
    if standing:
        # While tests are being written: the stage of this folder, with the code that was deployed there, stays up.
        info = status(Path(standing))
        assert info is not None, f"no stage runs in {standing}; `HUBSYNC_HOME={standing} hubsync stage up --detach`"
        yield info
        return
    options = StageOptions(home=tmp_path_factory.mktemp("stage"), synth_cache=synth_cache)
    info = up(options, print)
    yield info
    down(options.home, print)


@pytest.fixture(scope="session")
def unhurried(stage: StageInfo) -> StageInfo:
    """The stage without its clock: nothing polls but the test, so that what is counted and compared is the test's."""
    scheduler = aws_client(stage, "scheduler")
    for each in scheduler.list_schedules()["Schedules"]:
        schedule = scheduler.get_schedule(Name=each["Name"], GroupName=each["GroupName"])
        kept = ("Name", "GroupName", "ScheduleExpression", "FlexibleTimeWindow", "Target")
        scheduler.update_schedule(**{name: schedule[name] for name in kept}, State="DISABLED")
    return stage


@pytest.fixture
def enter(unhurried: StageInfo) -> Iterator[Callable[[Product], Scene]]:
    """Opens a scene with an app of the stage; its sync has a name of its own."""
    opened: list[Scene] = []

    def open_scene(product: Product) -> Scene:
        opened.append(Scene(unhurried, f"t{secrets.token_hex(4)}", product))
        return opened[-1]

    yield open_scene
    for each in opened:
        each.leave()


@pytest.fixture
def scene(enter: Callable[[Product], Scene]) -> Scene:
    """A fresh sync's corner of the stage, between HubSpot and Orbit."""
    return enter(ORBIT)


@pytest.fixture(scope="session")
def byte_code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of a run keep their byte code."""
    return tmp_path_factory.mktemp("byte_code")


@pytest.fixture
def hubsync(stage: StageInfo, tmp_path: Path, byte_code: Path) -> Hubsync:
    """The command, against the stage, in an empty folder."""
    return Hubsync(stage, tmp_path, byte_code)
