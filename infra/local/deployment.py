"""Puts the stack onto the emulator with the real CDK command line: bootstrap and deploy."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from infra.local.processes import tail

ROOT = Path(__file__).resolve().parents[2]
CDK = ROOT / "infra" / "node_modules" / ".bin" / "cdk"
ACCOUNT = "000000000000"
REGION = "eu-central-1"
STACK = "Hubsync"

_BOOTSTRAP_SECONDS = 60
_DEPLOY_SECONDS = 120


class DeploymentError(Exception):
    """The stack did not go up; the message says at which step and shows the end of that step's log."""


def environment(endpoint: str, home: Path) -> dict[str, str]:
    """What a process of the stage sees: the caller's variables without anything that leads to a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    quiet = {
        # The CDK's library tells at length that it would like a newer Node.
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
        "NODE_NO_WARNINGS": "1",
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CDK_DISABLE_VERSION_CHECK": "1",
    }
    direct = ",".join(filter(None, [kept.get("no_proxy") or kept.get("NO_PROXY"), "127.0.0.1", "localhost"]))
    # The command line remembers accounts by key below HOME; a stage's must not mix with a person's.
    own_home = home / "home"
    own_home.mkdir(parents=True, exist_ok=True)
    return {
        **kept,
        **quiet,
        "HOME": str(own_home),
        "PYTHONPATH": str(ROOT),
        # Some programs read the one, some the other; none may look for this machine behind a proxy.
        "NO_PROXY": direct,
        "no_proxy": direct,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "CDK_DEFAULT_ACCOUNT": ACCOUNT,
        "CDK_DEFAULT_REGION": REGION,
    }


def bootstrap(variables: Mapping[str, str], logs: Path) -> None:
    """Prepare the emulator's account for deployments."""
    command = [str(CDK), "bootstrap", f"aws://{ACCOUNT}/{REGION}"]
    _run("bootstrap", command, variables, logs, _BOOTSTRAP_SECONDS)


def deploy(assembly: Path, variables: Mapping[str, str], logs: Path, outputs: Path) -> dict[str, str]:
    """Deploy the assembly and return the stack's outputs."""
    command = [str(CDK), "deploy", "--app", str(assembly), "--require-approval", "never"]
    _run("deployment", [*command, "--outputs-file", str(outputs)], variables, logs, _DEPLOY_SECONDS)
    stack: dict[str, str] = json.loads(outputs.read_text())[STACK]
    return stack


def _run(step: str, command: list[str], variables: Mapping[str, str], logs: Path, seconds: float) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    log = logs / f"{step}.log"
    with log.open("wb") as output:
        try:
            done = subprocess.run(
                command,
                # Not where cdk.json is: there a bootstrap synthesises the app too, for nothing, in 8 seconds.
                cwd=logs,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as late:
            raise DeploymentError(f"The {step} took longer than {seconds:.0f} s. {tail(log)}") from late
        except FileNotFoundError as missing:
            raise DeploymentError(
                f"The {step} needs {command[0]}, which is not there. Run `make` in the project's folder once; it "
                "installs what is missing."
            ) from missing
    if done.returncode != 0:
        raise DeploymentError(f"The {step} failed. {tail(log, 30)}")
