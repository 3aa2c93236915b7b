"""Who comes in, and what their role lets them do. Tokens are API Gateway's to check; here are the claims it sends."""

from __future__ import annotations

import re
from typing import Any

import pytest

from hubsync.api.app import ACTION
from hubsync.api.caller import Caller, Kind, Role, caller_of
from hubsync.api.contract.document import OPERATIONS
from hubsync.api.once import acts
from tests.unit.api.api_client import Client
from tests.unit.api.claims import ADMIN, MACHINE_CLIENT, PERSON_ID, machine, person
from tests.unit.api.test_management_api import DOCUMENT
from tests.unit.services.manage_world import World

VIEWER, OPERATOR = person("viewer"), person("operator")
RESTART = "/v1/syncs/contacts/restart"

OPEN_TO_ALL = {"health", "openapi", "documentSchema", "signIn"}
FOR_ANYBODY_SIGNED_IN = {"whoAmI"}
FOR_OPERATORS = {
    *("offSync", "onSync", "restartSync", "compareSync"),
    *("retryRecords", "restoreRecords", "planSync", "trySync", "orderExport"),
}
FOR_ADMINS = {
    *("apply", "saveSync", "deleteSync"),
    *("saveConnection", "authoriseConnection", "removeConnection"),
    # A document may send an account's stored token to an address of its writer's.
    *("planDocument", "diffDocument"),
}


def event(authorizer: Any) -> dict[str, Any]:
    return {"requestContext": {"http": {"method": "GET"}, **({"authorizer": authorizer} if authorizer else {})}}


@pytest.mark.parametrize(
    ("authorizer", "caller"),
    [
        (person("admin"), Caller(PERSON_ID, Kind.PERSON, Role.ADMIN)),
        (person("viewer", "operator"), Caller(PERSON_ID, Kind.PERSON, Role.OPERATOR)),
        (person("sales", "viewer"), Caller(PERSON_ID, Kind.PERSON, Role.VIEWER)),
        (person("administrators"), Caller(PERSON_ID, Kind.PERSON, None)),
        (person(), Caller(PERSON_ID, Kind.PERSON, None)),
        # A scope makes nobody an admin who signed in, whatever the client of people may come to allow.
        (person("viewer", scope="hubsync/person hubsync/admin"), Caller(PERSON_ID, Kind.PERSON, Role.VIEWER)),
        (machine("admin"), Caller(MACHINE_CLIENT, Kind.MACHINE, Role.ADMIN)),
        (machine("viewer", "operator"), Caller(MACHINE_CLIENT, Kind.MACHINE, Role.OPERATOR)),
        (machine("other"), Caller(MACHINE_CLIENT, Kind.MACHINE, None)),
        # A token that was not got by signing in at the pool's own pages: not for this API.
        (person("admin", scope="aws.cognito.signin.user.admin"), None),
        (person("admin", scope="hubsync/admin"), None),
        ({"jwt": {"claims": {}, "scopes": []}}, None),
        ({"jwt": None}, None),
        ({"lambda": {"scope": "hubsync/admin", "client_id": "x"}}, None),
        (None, None),
    ],
)
def test_a_caller_is_who_the_claims_say(authorizer: Any, caller: Caller | None) -> None:
    assert caller_of(event(authorizer)) == caller


@pytest.mark.parametrize("groups", ["[admin viewer]", "[admin, viewer]", "admin viewer", "[viewer,admin]"])
def test_groups_are_read_however_the_gateway_writes_a_list(groups: str) -> None:
    authorizer = person()
    authorizer["jwt"]["claims"]["cognito:groups"] = groups
    found = caller_of(event(authorizer))
    assert found is not None
    assert found.role is Role.ADMIN


def test_each_role_includes_those_before_it() -> None:
    for mine, role in enumerate(Role):
        for theirs, other in enumerate(Role):
            assert role.includes(other) is (mine >= theirs)


def test_what_each_operation_needs_is_decided_here_and_nowhere_by_accident() -> None:
    """A new operation that acts is an admin's until somebody puts it into one of these lists."""
    by_id = {each.id: each for each in OPERATIONS}
    assert {name for name, each in by_id.items() if each.open} == OPEN_TO_ALL
    assert {name for name, each in by_id.items() if not each.open and each.role is None} == FOR_ANYBODY_SIGNED_IN
    assert {name for name, each in by_id.items() if each.role is Role.OPERATOR} == FOR_OPERATORS
    assert {name for name, each in by_id.items() if each.role is Role.ADMIN} == FOR_ADMINS
    viewers = {name for name, each in by_id.items() if each.role is Role.VIEWER}
    assert {name for name in viewers if by_id[name].method != "GET"} == {"readValues"}


@pytest.mark.parametrize("each", [each for each in OPERATIONS if not each.open], ids=lambda each: each.id)
def test_nothing_happens_for_whoever_lacks_the_role(call: Client, world: World, each: Any) -> None:
    path = re.sub(r"{\w+}", "contacts", each.path)
    world.stores.writes.clear()
    if each.role is not None:
        lesser = [role for role in Role if not role.includes(each.role)]
        for who in (*(person(role) for role in lesser), *(machine(role) for role in lesser), person(), machine()):
            answer = call(each.method, path, DOCUMENT, as_=who)
            assert answer.status == 403, who
            assert each.role.value in answer.json["detail"] + answer.json["remedy"]
    answer = call(each.method, path, DOCUMENT, as_=None)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["remedy"]
    assert not world.stores.writes


def test_a_role_is_enough_where_it_is_asked_for(call: Client) -> None:
    assert call("GET", "/v1/syncs", as_=VIEWER).status == 200
    assert call("POST", RESTART, as_=OPERATOR).status == 200
    assert call("POST", RESTART, as_=machine("operator")).status == 200
    assert call("POST", "/v1/apply", DOCUMENT, as_=machine("admin")).status == 200


def test_who_i_am_is_told_also_before_i_have_a_role(call: Client) -> None:
    assert call("GET", "/v1/me", as_=OPERATOR).json == {
        "id": PERSON_ID,
        "kind": "person",
        "role": "operator",
        "roles": ["viewer", "operator"],
    }
    assert call("GET", "/v1/me", as_=person()).json["role"] is None
    assert call("GET", "/v1/me", as_=machine("admin")).json["kind"] == "machine"
    assert call("GET", "/v1/me", as_=None).status == 401


def test_where_to_sign_in_is_told_to_anybody(call: Client, world: World) -> None:
    told = call("GET", "/v1/sign-in", as_=None).json
    assert told["authorize_url"] == "https://sign-in.example.com/oauth2/authorize"
    assert told["scopes"] == ["openid", "hubsync/person"]
    assert "secret" not in str(told)


def test_an_action_is_logged_with_who_asked_for_it(call: Client) -> None:
    call.signals.noted.clear()
    call("POST", RESTART, as_=OPERATOR)
    call("GET", "/v1/syncs", as_=VIEWER)
    (action,) = call.signals.noted
    assert action == (
        "action",
        {
            "method": "POST",
            "path": RESTART,
            "status": 200,
            "replayed": False,
            "caller": PERSON_ID,
            "kind": "person",
            "role": "operator",
        },
    )


def test_an_action_that_was_refused_is_logged_too(call: Client) -> None:
    call.signals.noted.clear()
    call("POST", RESTART, as_=VIEWER)
    call("POST", RESTART, as_=person())
    call("POST", RESTART, as_=None)
    call("POST", "/v1/syncs/contacts/retry", raw="{", as_=OPERATOR)
    told = [(each["path"], each["status"], each["role"]) for _, each in call.signals.noted]
    assert told == [(RESTART, 403, "viewer"), (RESTART, 403, None), ("/v1/syncs/contacts/retry", 400, "operator")]


def test_an_answer_of_before_is_logged_as_one(call: Client) -> None:
    call.signals.noted.clear()
    for _ in range(2):
        call("POST", RESTART, headers={"Idempotency-Key": "k1"}, as_=OPERATOR)
    assert [each["replayed"] for name, each in call.signals.noted if name == "action"] == [False, True]


@pytest.mark.parametrize("record", ["ana@example.com", "15550100"])
def test_a_path_that_no_action_has_is_not_logged(call: Client, record: str) -> None:
    call.signals.noted.clear()
    call("POST", f"/v1/syncs/contacts/records/{record}", as_=VIEWER)
    (action,) = call.signals.noted
    assert (action[1]["path"], action[1]["status"]) == ("unknown", 403)


def test_the_path_of_every_action_is_logged() -> None:
    paths = [each.path for each in OPERATIONS if acts(each.method, each.path)]
    assert len(paths) > 10
    for path in paths:
        assert ACTION.match(path.format(name="big-deals_2", connection="hubspot-1")), path


def test_an_idempotency_key_is_its_callers_own(call: Client, world: World) -> None:
    key = {"Idempotency-Key": "k1"}
    first = call("POST", RESTART, headers=key, as_=OPERATOR)
    generation = world.sync().generation
    again = call("POST", RESTART, headers=key, as_=OPERATOR)
    assert "Idempotent-Replayed" in again.headers
    other = call("POST", RESTART, headers=key, as_=person("operator", id_="another"))
    assert (first.status, other.status) == (200, 200)
    assert "Idempotent-Replayed" not in other.headers
    assert world.sync().generation == generation + 1


def test_a_refused_role_uses_no_key_up(call: Client) -> None:
    key = {"Idempotency-Key": "k2"}
    assert call("POST", RESTART, headers=key, as_=VIEWER).status == 403
    assert call("POST", RESTART, headers=key, as_=ADMIN).status == 200
