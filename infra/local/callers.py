"""Who may come in on a stage: a machine for each role, and one person who is an admin."""

from __future__ import annotations

import secrets
from typing import Any

from infra.local import deployment

PERSON = "ada@example.com"


def pages_at(endpoint: str, outputs: dict[str, str]) -> None:
    """The emulator serves the pool's pages itself; the address in the template is only good on AWS."""
    client = _client("lambda", endpoint)
    name = outputs["ApiFunction"]
    variables = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    client.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, "SIGN_IN_URL": endpoint}}
    )


def machines(endpoint: str, outputs: dict[str, str]) -> dict[str, dict[str, str]]:
    """The machines' clients, by name, with their secrets."""
    client = _client("cognito-idp", endpoint)
    named = dict(each.split(":") for each in outputs["MachineClientIds"].split(","))
    return {
        name: {
            "client_id": client_id,
            "secret": client.describe_user_pool_client(UserPoolId=outputs["UserPoolId"], ClientId=client_id)[
                "UserPoolClient"
            ]["ClientSecret"],
        }
        for name, client_id in named.items()
    }


def person(endpoint: str, outputs: dict[str, str]) -> dict[str, str]:
    """An admin with a password of their own, as they are after their first sign-in."""
    client, pool = _client("cognito-idp", endpoint), outputs["UserPoolId"]
    # Each kind of character that the pool asks for, and enough of chance.
    password = f"Aa1!{secrets.token_urlsafe(18)}"
    client.admin_create_user(
        UserPoolId=pool,
        Username=PERSON,
        UserAttributes=[{"Name": "email", "Value": PERSON}, {"Name": "email_verified", "Value": "true"}],
        MessageAction="SUPPRESS",
    )
    client.admin_set_user_password(UserPoolId=pool, Username=PERSON, Password=password, Permanent=True)
    client.admin_add_user_to_group(UserPoolId=pool, Username=PERSON, GroupName="admin")
    return {"email": PERSON, "password": password}


def _client(service: str, endpoint: str) -> Any:
    import boto3

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=deployment.REGION,
        aws_access_key_id=deployment.ACCOUNT,
        aws_secret_access_key="local",  # noqa: S106  (the emulator asks for any)
    )
