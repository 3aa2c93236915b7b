"""The whole system on one machine: emulator, simulators and the stack that `cdk deploy` puts on AWS.

`up` starts it and `down` ends what `up` started, both by what stands in `stage.json`; `hold` keeps a stage up in the
foreground. Each stage lives in a folder of its own, so that tests run theirs beside a person's.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import callers, deployment
from infra.local.processes import Running, alive, end, free_ports, start, wait_for_port
from infra.local.simulators import start_simulators
from infra.local.stage_info import StageInfo
from infra.local.synthesis import Synthesis

Report = Callable[[str], None]

_EMULATOR_SECONDS = 30.0
_HOLD_SECONDS = 2.0


def default_home() -> Path:
    """The folder of the stage: HUBSYNC_HOME, or `.hubsync` where the command is typed."""
    return Path(os.environ.get("HUBSYNC_HOME") or ".hubsync").resolve()


@dataclass(frozen=True, slots=True)
class StageOptions:
    """What kind of stage is wanted. `synth_cache` may be shared by stages; by default it is in the stage's folder."""

    home: Path = field(default_factory=default_home)
    simulators: bool = True
    synth_cache: Path | None = None

    @property
    def cache(self) -> Path:
        """Where synthesised assemblies are kept."""
        return self.synth_cache or self.home / "synth"


def up(options: StageOptions, report: Report) -> StageInfo:
    """Bring a stage up, or return the one that runs.

    Its processes survive this one. Raises `DeploymentError` or `ProcessFailedError` with the end of the log that tells
    why; by then everything that was started is ended again.
    """
    with _ends_on_sigterm(), _alone(options.home):
        running = status(options.home)
        if running is not None:
            report(f"The stage runs already; its API is at {running.api_url}.")
            return running
        if StageInfo.left(options.home) is not None:
            report("Parts of an earlier stage are gone; ending the rest of it.")
            _end(options.home)
        started: list[Running] = []
        try:
            info = _start(options, report, started)
        except BaseException:
            end(started)
            raise
        info.save()
        return info


def down(home: Path, report: Report) -> bool:
    """End what `up` started in this folder; says whether there was anything. What is not ours is left alone."""
    with _alone(home):
        if StageInfo.left(home) is None:
            report("No stage runs here.")
            return False
        _end(home)
        report("The stage is down.")
        return True


def status(home: Path) -> StageInfo | None:
    """The stage of this folder if every part of it runs, else None."""
    info = StageInfo.load(home)
    return info if info is not None and all(map(alive, info.processes)) else None


def hold(home: Path, report: Report) -> None:
    """Keep a stage up until Ctrl-C or until one of its parts ends, then take it down."""
    try:
        with _ends_on_sigterm():
            report("Ctrl-C takes the stage down.")
            while (info := StageInfo.load(home)) is not None:
                gone = [process for process in info.processes if not alive(process)]
                if gone:
                    report(f"The {gone[0].name} has ended; see {gone[0].log}.")
                    break
                time.sleep(_HOLD_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        down(home, report)


def _start(options: StageOptions, report: Report, started: list[Running]) -> StageInfo:
    home, logs = options.home, options.home / "logs"
    (port,) = free_ports(1)
    endpoint = f"http://127.0.0.1:{port}"
    variables = deployment.environment(endpoint, home)
    begun = time.monotonic()

    def said(sentence: str) -> None:
        report(f"{sentence} ({time.monotonic() - begun:.1f} s)")

    # Synthesis needs neither emulator nor network; it takes the second core while the rest starts.
    with Synthesis(options.cache, variables, logs) as synthesis:
        command = [sys.executable, "-m", "infra.local.emulator", "--port", str(port), "--home", str(home)]
        emulator = start("emulator", command, variables, logs / "emulator.log")
        started.append(emulator)
        simulators = start_simulators(variables, logs, started) if options.simulators else {}
        wait_for_port(emulator, port, _EMULATOR_SECONDS)
        said("The emulator answers." if not simulators else "The emulator and the simulators answer.")
        deployment.bootstrap(variables, logs)
        assembly = synthesis.result()
    said("The stack is synthesised.")
    outputs = deployment.deploy(assembly, variables, logs, home / "outputs.json")
    callers.pages_at(endpoint, outputs)
    said("The stack is deployed.")
    return _info(options, endpoint, outputs, simulators, tuple(started))


def _info(
    options: StageOptions,
    endpoint: str,
    outputs: dict[str, str],
    simulators: dict[str, str],
    processes: tuple[Running, ...],
) -> StageInfo:
    # The emulator answers an HTTP API under this path; the address in the outputs is only good on AWS.
    api_url = f"{endpoint}/_aws/execute-api/{outputs['ApiId']}/$default"
    return StageInfo(
        home=str(options.home),
        region=deployment.REGION,
        account=deployment.ACCOUNT,
        aws_endpoint=endpoint,
        api_url=api_url,
        sign_in_url=endpoint,
        webhook_url=f"{api_url}/webhooks/",
        index_table=outputs["IndexTableName"],
        state_table=outputs["StateTableName"],
        changes_queue_url=outputs["ChangesQueueUrl"],
        bulk_queue_url=outputs["BulkQueueUrl"],
        changes_dlq_url=outputs["ChangesDlqUrl"],
        bulk_dlq_url=outputs["BulkDlqUrl"],
        undelivered_url=outputs["UndeliveredUrl"],
        initial_sync_arn=outputs["InitialSyncArn"],
        comparison_arn=outputs["ComparisonArn"],
        topic_arn=outputs["TopicArn"],
        key_id=outputs["KeyId"],
        functions=_functions(outputs),
        outputs=outputs,
        machines=callers.machines(endpoint, outputs),
        person=callers.person(endpoint, outputs),
        processes=processes,
        **simulators,
    )


def _functions(outputs: dict[str, str]) -> dict[str, str]:
    """`DeadLetterFunction` is the function of the module `dead_letter`."""
    names = {key.removesuffix("Function"): value for key, value in outputs.items() if key.endswith("Function")}
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_"): value
        for name, value in names.items()
    }


def _end(home: Path) -> None:
    end(StageInfo.left(home) or ())
    StageInfo.remove(home)
    shutil.rmtree(home / "tmp", ignore_errors=True)


@contextlib.contextmanager
def _ends_on_sigterm() -> Iterator[None]:
    """Within this, SIGTERM is as good as Ctrl-C: a build that is called off leaves no processes behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    """One `up` or `down` at a time in a folder; a second one waits for the first."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
