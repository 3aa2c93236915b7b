"""The Lambda package: what is in it and what it weighs."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from infra.constructs.bundling import IN_THE_RUNTIME, SOURCE, LocalBundling, find_interpreter, packaged

UNCHECKED = 0b01
"""The flag word of byte code that is trusted without a look at its source (PEP 552)."""


def test_the_runtime_s_own_packages_stay_out_with_their_hashes() -> None:
    requirements = SOURCE / "requirements.txt"
    kept = list(packaged(requirements))
    names = {line.partition("==")[0] for line in kept if line and not line[0].isspace()}
    everything = {
        line.partition("==")[0] for line in requirements.read_text().splitlines() if line and not line[0].isspace()
    }
    assert everything - names == IN_THE_RUNTIME
    assert sum("--hash" in line for line in kept) >= len(names)


def test_the_emulator_gets_the_sources_and_byte_code_that_survives_zipping(tmp_path: Path) -> None:
    assert LocalBundling(with_dependencies=False).try_bundle(str(tmp_path), image=None)
    assert {each.name for each in tmp_path.iterdir()} == {"hubsync"}
    source = tmp_path / "hubsync" / "handlers" / "worker.py"
    compiled = Path(importlib.util.cache_from_source(str(source)))
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == UNCHECKED


@pytest.mark.slow
def test_aws_gets_every_dependency_for_its_own_processor(tmp_path: Path) -> None:
    assert LocalBundling(with_dependencies=True).try_bundle(str(tmp_path), image=None)
    names = {each.name for each in tmp_path.iterdir()}
    assert {"hubsync", "httpx", "pynamodb", "pydantic", "aws_lambda_powertools", "cryptography"} <= names
    assert not {"boto3", "botocore", "s3transfer", "requirements.txt"} & names
    libraries = list(tmp_path.rglob("*.so"))
    assert libraries
    aarch64 = 0xB7
    assert {int.from_bytes(each.read_bytes()[18:20], "little") for each in libraries} == {aarch64}
    size = sum(each.stat().st_size for each in tmp_path.rglob("*") if each.is_file())
    assert size < 60_000_000
    if find_interpreter():
        assert list((tmp_path / "hubsync").rglob("*.cpython-313.pyc"))
