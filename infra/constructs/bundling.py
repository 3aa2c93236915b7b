"""Turns functions/ into a Lambda asset without Docker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.constructs.target import Target

SOURCE = Path(__file__).resolve().parents[2] / "functions"
PYTHON_VERSION = "3.13"
PLATFORM = "aarch64-manylinux_2_28"

# The Lambda runtime brings these along; leaving them out halves the package.
IN_THE_RUNTIME = frozenset({"boto3", "botocore", "s3transfer"})


def code(target: Target) -> lambda_.Code:
    """The one asset that all functions share: with every dependency for AWS, the sources alone for the emulator."""
    return lambda_.Code.from_asset(
        str(SOURCE),
        exclude=["**/__pycache__", "**/*.pyc", "**/.*"],
        bundling=BundlingOptions(
            # Never pulled: the local bundling below either succeeds or raises.
            image=DockerImage.from_registry("unused"),
            local=LocalBundling(with_dependencies=target.bundled),
            # Goes into the asset's hash: a package without dependencies must never be taken for one with them.
            environment={"PACKAGED_FOR": f"{target.stage} {PYTHON_VERSION} {PLATFORM}"},
        ),
    )


@jsii.implements(ILocalBundling)
class LocalBundling:
    """Fills an asset with the sources, their byte code and, for AWS, the wheels of the deployed runtime, by uv."""

    def __init__(self, *, with_dependencies: bool) -> None:
        self._with_dependencies = with_dependencies

    def try_bundle(self, output_dir: str, *, image: Any = None, **_: Any) -> bool:  # noqa: ARG002
        """Fill `output_dir`; raises `subprocess.CalledProcessError` with uv's words if a wheel is missing."""
        target = Path(output_dir)
        if self._with_dependencies:
            _install(target)
        ignored = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
        shutil.copytree(SOURCE / "hubsync", target / "hubsync", ignore=ignored)
        # The emulator runs the functions in this very interpreter.
        _compile(target, find_interpreter() if self._with_dependencies else sys.executable)
        return True


def packaged(requirements: Path) -> Iterator[str]:
    """The lines of a hashed requirements file without the packages that the runtime brings along."""
    keep = True
    for line in requirements.read_text().splitlines():
        if line and not line[0].isspace():
            keep = line.partition("==")[0].strip() not in IN_THE_RUNTIME
        if keep:
            yield line


def _install(target: Path) -> None:
    requirements = target / "requirements.txt"
    requirements.write_text("\n".join(packaged(SOURCE / "requirements.txt")) + "\n")
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--require-hashes"),
            *("--target", str(target), "--requirement", str(requirements)),
            *("--python-platform", PLATFORM, "--python-version", PYTHON_VERSION),
            *("--only-binary", ":all:", "--no-installer-metadata"),
        ],
        check=True,
    )
    requirements.unlink()


def _compile(target: Path, interpreter: str | None) -> None:
    # The asset's zip dates every file 1980 and /var/task is read-only: byte code checked by date would be compiled
    # again at every cold start (measured: 1.25 s of imports instead of 0.35 s). Unchecked byte code survives.
    if interpreter is None:
        print(
            f"hubsync: no Python {PYTHON_VERSION} on this machine, so the package goes without byte code and cold "
            f"starts take about a second longer. Install python{PYTHON_VERSION} to mend this.",
            file=sys.stderr,
        )
        return
    subprocess.run(
        [
            *(interpreter, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"),
            # Stack traces name the place in Lambda, not this machine's temporary folder.
            *("-s", str(target), "-p", "/var/task", str(target)),
        ],
        check=True,
    )


def find_interpreter() -> str | None:
    """An interpreter of the deployed version, or None. Only its magic number matters, not its processor."""
    versions = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{PYTHON_VERSION}.*/bin/python"))
    on_path = shutil.which(f"python{PYTHON_VERSION}")
    for candidate in filter(None, [sys.executable, on_path, *map(str, versions)]):
        said = subprocess.run(
            [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=False,
        )
        if said.stdout.strip() == PYTHON_VERSION:
            return candidate
    return None
