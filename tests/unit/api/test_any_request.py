"""Schemathesis asks the API anything that its document allows, and much that it does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from hubsync.api.contract.document import document
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.status import Failure, FailureCategory, RecordStatus
from hubsync.model.sync import SyncStatus
from hubsync.stores.index_port import PutEntry
from tests.unit.api.api_client import Client
from tests.unit.api.in_process import Start, wsgi
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

load_all_checks()
PROVEN = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
KNOWN = {"name": "contacts", "record": "h-1", "connection": "orbit", "object": "people", "app": "orbit"}
"""What stands in paths and is there; a name that was made up hardly ever is."""


class Fresh:
    """A world for each request, so that no request is answered by what an earlier one did."""

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        world = World()
        client = Client(world)
        assert client("POST", "/v1/apply", DOCUMENT).status == 200
        world.put(replace(world.sync(), status=SyncStatus.ACTIVE))
        failure = Failure(FailureCategory.TOO_LONG, "The value is too long.", "Shorten it.", "first_name")
        entry = IndexEntry(world.sync().id, "h-1", hubspot=Half("1"), status=RecordStatus.FAILING, failure=failure)
        world.stores.index.write([PutEntry(entry)])
        return wsgi(client.handler)(environ, start)


SLOW = ["planDocument", "diffDocument", "saveSync"]
"""Their bodies take seconds to make up, and are those of /v1/apply, or a part of it."""

SCHEMA = schemathesis.openapi.from_dict(document(closed=True))
SCHEMA.app = Fresh()


def ask(case: Case) -> None:
    """The case as it was made up, and once more about what is there."""
    case.call_and_validate(checks=PROVEN)
    known = {name: KNOWN.get(name, value) for name, value in (case.path_parameters or {}).items()}
    if known:
        case.path_parameters = known
        case.call_and_validate(checks=PROVEN)


@SCHEMA.exclude(operation_id=SLOW).parametrize()
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_no_request_is_answered_in_a_way_that_is_not_told(case: Case) -> None:
    ask(case)


@pytest.mark.slow
@SCHEMA.parametrize()
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_of_many_is_answered_in_a_way_that_is_not_told(case: Case) -> None:
    ask(case)
