"""One synthesis for AWS and one for the emulator, shared by every test of the stack."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.infra.stack_template import StackTemplate

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).parent
CONTEXT = {
    **json.loads((ROOT / "cdk.json").read_text())["context"],
    # Templates do not need the packages; bundling has tests of its own.
    "aws:cdk:bundling-stacks": [],
    "mail_from": "sync@example.com",
    "alarm_email": "operations@example.com",
    "machine_clients": "ci:admin,board:viewer",
    "admin_email": "ada@example.com",
}


@pytest.hookimpl(tryfirst=True)  # before xdist, which reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Importing aws_cdk costs seconds: one worker runs everything that does."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("infra"))


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> StackTemplate:
    """The stack as it goes to AWS, looked at by cdk-nag; a finding that nobody acknowledged fails here."""
    return _synthesise(tmp_path_factory.mktemp("aws"), {})


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> StackTemplate:
    """The same stack as it goes onto the emulator."""
    return _synthesise(tmp_path_factory.mktemp("local"), {"local": "true"})


def _synthesise(folder: Path, context: dict[str, str]) -> StackTemplate:
    os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1"
    from aws_cdk import App

    from infra.app import build, check

    app = App(outdir=str(folder), context={**CONTEXT, **context})
    if not build(app).target.local:
        check(app)
    app.synth()
    return StackTemplate.read(folder / "Hubsync.template.json")
