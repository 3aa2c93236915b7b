"""Calls to functions of this deployment, which are not waited for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaPlanMaker:
    """Has plans made by the function `plan`, which is called and not waited for (`PlanMaker`).

    `client` makes the client when it is first needed: most requests order no plan.
    """

    def __init__(self, client: Callable[[], LambdaClient], function: str) -> None:
        self._client = client
        self._function = function

    def make(self, plan_id: str) -> None:
        """Call the function. Lambda may deliver the call twice; the plan is made once."""
        payload = json.dumps({"action": "plan", "plan_id": plan_id}).encode()
        self._client().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)


class LambdaExportMaker:
    """Has exports made by the function `export` (`ExportMaker`), which also calls itself when its time is over."""

    def __init__(self, client: Callable[[], LambdaClient], function: str) -> None:
        self._client = client
        self._function = function

    def make(self, export_id: str) -> None:
        """Call the function. Lambda may deliver the call twice; each row is in the file once all the same."""
        payload = json.dumps({"action": "export", "export_id": export_id}).encode()
        self._client().invoke(FunctionName=self._function, InvocationType="Event", Payload=payload)
