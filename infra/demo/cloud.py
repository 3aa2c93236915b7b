"""The AWS side of the stage: run the poll now, and break a part on purpose."""

from __future__ import annotations

import json
from typing import Any

import boto3

from infra.demo.options import Disabled
from infra.local.stage_info import StageInfo


class Cloud:
    """What the demo does with AWS's own APIs."""

    def __init__(self, info: StageInfo) -> None:
        self._info = info

    def poll(self) -> None:
        """Run the scheduled poll of HubSpot now; raises `RuntimeError` if the function fails."""
        answer = self._client("lambda").invoke(FunctionName=self._info.functions["poll"], Payload=b"{}")
        if "FunctionError" in answer:
            raise RuntimeError(f"The poll failed: {answer['Payload'].read()[:500].decode(errors='replace')}")

    def busy(self) -> list[str]:
        """What is still under way: comparisons that run, messages on the two queues."""
        found: list[str] = []
        machines = self._client("stepfunctions")
        running = machines.list_executions(stateMachineArn=self._info.comparison_arn, statusFilter="RUNNING")
        if running["executions"]:
            found.append(f"{len(running['executions'])} comparisons are not over.")
        queues = self._client("sqs")
        names = [
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ]
        for url in (self._info.changes_queue_url, self._info.bulk_queue_url):
            there = queues.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
            number = sum(int(there.get(name, 0)) for name in names)
            if number:
                found.append(f"{number} messages are left on the queue {url.rpartition('/')[2]}.")
        return found

    def disable(self, part: Disabled) -> None:
        """Break a part. Without `poll` nothing has to be done: the demo just does not run it."""
        if part == "worker":
            functions = self._client("lambda")
            mappings = functions.list_event_source_mappings(FunctionName=self._info.functions["worker"])
            for mapping in mappings["EventSourceMappings"]:
                functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        elif part == "state-machine":
            broken = {"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "BrokenOnPurpose"}}}
            self._client("stepfunctions").update_state_machine(
                stateMachineArn=self._info.initial_sync_arn, definition=json.dumps(broken)
            )

    def _client(self, service: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]  # the name is not a literal here
            service,
            endpoint_url=self._info.aws_endpoint,
            region_name=self._info.region,
            aws_access_key_id=self._info.account,
            aws_secret_access_key="local",  # noqa: S106  (the emulator asks for any)
        )
