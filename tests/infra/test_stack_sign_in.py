"""Who may come in, as the template has it: the pool, its clients, the roles, and what each route asks for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hubsync.api import caller, roles
from infra.constructs import http_api, sign_in
from tests.infra.stack_template import StackTemplate

POOL, CLIENT = "AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient"


def scopes(client: dict[str, Any]) -> set[str]:
    """A client's scopes, those of the API without the resource server's name."""
    return {each if isinstance(each, str) else each["Fn::Join"][1][1] for each in client["AllowedOAuthScopes"]}


def test_roles_scopes_and_open_paths_are_those_of_the_api() -> None:
    """The stack and the functions know nothing of each other; here they are held together."""
    assert set(sign_in.ROLES) == {role.value for role in caller.Role}
    assert f"{sign_in.SCOPES}/{sign_in.PERSON}" == caller.PERSON
    assert sign_in.SCOPES == caller.SCOPES
    assert set(http_api.OPEN) == roles.OPEN


def test_nobody_registers_themselves_and_a_password_is_not_enough(aws: StackTemplate) -> None:
    pool = aws.properties(POOL, "SignInPeople")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert pool["DeletionProtection"] == "ACTIVE"
    assert aws.one(POOL, "SignInPeople")["DeletionPolicy"] == "Retain"


def test_people_sign_in_at_the_pages_with_a_proof_and_no_secret(aws: StackTemplate) -> None:
    client = aws.properties(CLIENT, "SignInPeoplePeopleClient")
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert client["GenerateSecret"] is False
    assert scopes(client) == {"openid", "/person"}
    assert all(each.startswith("http://localhost:") for each in client["CallbackURLs"])
    assert client["EnableTokenRevocation"] is True
    assert client["PreventUserExistenceErrors"] == "ENABLED"


@pytest.mark.parametrize(("name", "role"), [("Ci", "admin"), ("Board", "viewer")])
def test_a_machine_has_the_scope_of_its_role_and_no_other(aws: StackTemplate, name: str, role: str) -> None:
    client = aws.properties(CLIENT, f"SignInPeopleMachine{name}")
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["GenerateSecret"] is True
    assert scopes(client) == {f"/{role}"}


def test_every_route_of_the_api_asks_for_a_token_but_what_is_open(aws: StackTemplate) -> None:
    found = [each["Properties"] for each in aws.of("AWS::ApiGatewayV2::Route").values()]
    routes = {each["RouteKey"]: each for each in found}
    asks = {key for key, each in routes.items() if each.get("AuthorizationType") == "JWT"}
    assert asks == {"ANY /v1/{proxy+}"}
    assert routes.keys() - asks == {"POST /webhooks/{connection_id}", *(f"GET {path}" for path in http_api.OPEN)}
    told = {each["Fn::Join"][1][1] for each in routes["ANY /v1/{proxy+}"]["AuthorizationScopes"]}
    assert told == {"/person", "/viewer", "/operator", "/admin"}


def test_a_token_has_to_be_of_this_pool_and_of_a_client_of_this_stack(aws: StackTemplate) -> None:
    ((_, authorizer),) = aws.of("AWS::ApiGatewayV2::Authorizer").items()
    settings = authorizer["Properties"]
    assert settings["AuthorizerType"] == "JWT"
    assert settings["IdentitySource"] == ["$request.header.Authorization"]
    audience = {each["Ref"] for each in settings["JwtConfiguration"]["Audience"]}
    assert audience == set(aws.of(CLIENT))
    pools = set(aws.of(POOL))
    assert {part["Ref"] for part in settings["JwtConfiguration"]["Issuer"]["Fn::Join"][1] if "Ref" in part} & pools


def test_the_first_admin_is_invited_by_mail_and_is_one(aws: StackTemplate) -> None:
    person = aws.properties("AWS::Cognito::UserPoolUser", "SignInFirstAdmin")
    assert (person["Username"], person["DesiredDeliveryMediums"]) == ("ada@example.com", ["EMAIL"])
    member = aws.properties("AWS::Cognito::UserPoolUserToGroupAttachment", "SignInFirstAdminIsOne")
    assert member["GroupName"] == "admin"


@pytest.mark.parametrize("text", ["ci", "ci:root", "Ci:admin", "ci:admin,ci:viewer", "ci:admin;b:viewer"])
def test_machines_that_cannot_be_read_are_refused_with_a_remedy(tmp_path: Path, text: str) -> None:
    from aws_cdk import App, Stack

    from infra.constructs.target import LOCAL

    stack = Stack(App(outdir=str(tmp_path), context={"machine_clients": text}), "Refused")
    with pytest.raises(Exception, match="NAME:ROLE"):
        sign_in.SignIn(stack, "SignIn", target=LOCAL)


def test_no_secret_stands_in_the_template(aws: StackTemplate) -> None:
    assert "ClientSecret" not in json.dumps(aws.outputs)
