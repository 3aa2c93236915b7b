"""Calls to other functions of the deployment."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import Mock

from hubsync.aws.functions import LambdaExportMaker, LambdaPlanMaker
from tests.situations import situation


def test_a_plan_is_ordered_by_a_call_that_is_not_waited_for() -> None:
    client = Mock()
    LambdaPlanMaker(lambda: client, "plan-function").make("p1")
    sent: dict[str, Any] = client.invoke.call_args.kwargs
    assert (sent["FunctionName"], sent["InvocationType"]) == ("plan-function", "Event")
    assert json.loads(sent["Payload"]) == situation("plan_ordered")


def test_the_client_is_made_only_when_a_plan_is_ordered() -> None:
    made = Mock()
    LambdaPlanMaker(made, "plan-function")
    made.assert_not_called()


def test_an_export_is_ordered_by_a_call_that_is_not_waited_for() -> None:
    client = Mock()
    LambdaExportMaker(lambda: client, "export-function").make("e1")
    sent: dict[str, Any] = client.invoke.call_args.kwargs
    assert (sent["FunctionName"], sent["InvocationType"]) == ("export-function", "Event")
    assert json.loads(sent["Payload"]) == situation("export_ordered")
