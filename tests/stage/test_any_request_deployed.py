"""Schemathesis asks the deployed API, over HTTP, anything that its document allows, and much that it does not."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import CHECKS, load_all_checks

from hubsync.api.contract.document import OPERATIONS, document
from infra.local.stage_info import StageInfo
from tests.stage.corner import DOCUMENTS, Corner
from tests.unit.api.told import check

pytestmark = pytest.mark.slow

load_all_checks()
PROVEN = CHECKS.get_by_names(
    ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
)
SCHEMA = schemathesis.openapi.from_dict(document(closed=True))
SECONDS = 40.0
"""For an answer; the API's own limit is 30."""


def steady(*phases: Phase) -> settings:
    """The same examples each time. None is made smaller: by then the stage would be another one."""
    return settings(
        max_examples=5, deadline=None, derandomize=True, phases=phases, suppress_health_check=list(HealthCheck)
    )


@pytest.fixture(scope="module")
def shared(unhurried: StageInfo) -> Iterator[Corner]:
    corner = Corner(unhurried)
    yield corner
    corner.leave()


@pytest.fixture
def corner(shared: Corner) -> Corner:
    """The corner, mended of what the operation before did."""
    shared.mend()
    return shared


def ask(corner: Corner, case: Case) -> None:
    """Fails where the answer is not one that the document tells of."""
    corner.tame(case)
    url = corner.scene.stage.api_url
    case.call_and_validate(base_url=url, headers=corner.headers, checks=PROVEN, timeout=SECONDS)


def test_the_document_that_is_served_is_the_one_that_is_asked_by(shared: Corner) -> None:
    served = httpx.get(f"{shared.scene.stage.api_url}/v1/openapi.json", timeout=30)
    assert (served.status_code, served.json()) == (200, document())


@SCHEMA.exclude(operation_id=[*DOCUMENTS, "saveSync"]).parametrize()
@steady(Phase.explicit, Phase.generate)
def test_no_request_is_answered_in_a_way_that_is_not_told(case: Case, corner: Corner) -> None:
    ask(corner, case)
    corner.acquaint(case)
    ask(corner, case)


@SCHEMA.include(operation_id="diffDocument").parametrize()
@steady(Phase.explicit, Phase.generate)
def test_no_document_is_answered_in_a_way_that_is_not_told(case: Case, corner: Corner) -> None:
    """Every setting with what it may be and much that it may not, hundreds of documents: they are checked as if they
    were applied, and nothing is saved."""
    corner.acquaint(case)
    ask(corner, case)


@SCHEMA.include(operation_id=["apply", "planDocument", "saveSync"]).parametrize()
@steady(Phase.generate)
def test_no_document_that_is_saved_is_answered_in_a_way_that_is_not_told(case: Case, corner: Corner) -> None:
    corner.acquaint(case)
    ask(corner, case)


def test_nobody_is_let_in_who_does_not_sign_in(corner: Corner) -> None:
    """Without a token every operation that is not open answers 401, as the document tells, and does nothing."""
    before = corner.scene.view()
    for each in OPERATIONS:
        path = each.path.format_map(corner.known)
        answer = httpx.request(each.method, f"{corner.scene.stage.api_url}{path}", json={}, timeout=30)
        assert answer.status_code == (200 if each.open else 401), path
        check(each.method, path, answer.status_code, answer.headers["content-type"], answer.json())
    assert corner.scene.view() == before
