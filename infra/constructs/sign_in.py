"""Who may come in: people and machines of one user pool, and the roles that they may have."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aws_cdk import Duration, Fn, Stack
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, acknowledge
from infra.constructs.target import Target

ROLES = {
    "viewer": "Looks at syncs and records.",
    "operator": "Runs what is set up: off and on, restart, compare, retry, restore, export.",
    "admin": "Sets up accounts and syncs.",
}
"""What the API tells apart (`hubsync.api.caller`); a person has one by being in the group of its name."""

SCOPES = "hubsync"
PERSON = "person"
"""The scope of everybody who signs in. Their groups say what they may do."""

CALLBACK_PORTS = (8765, 8766, 8767)
"""Where `hubsync login` waits for the code; one of them will be free. Cognito compares addresses whole."""

CALLBACKS = tuple(f"http://localhost:{port}/" for port in CALLBACK_PORTS)

_AT_THE_PAGES_ONLY = cognito.AuthFlow(user_password=False, user_srp=False, custom=False, admin_user_password=False)
"""No sign-in by a call of Cognito's API: saying nothing would allow some."""

MACHINE = re.compile(r"([a-z][a-z0-9-]{0,39}):(viewer|operator|admin)\Z")


class SignIn(Construct):
    """A user pool without self-registration, its pages, a client for people, and one for each machine.

    The context's `machine_clients` (`ci:admin,board:viewer`) names machines and their roles, `admin_email` the first
    admin, who gets a mail with a password for once.
    """

    def __init__(self, scope: Construct, id_: str, *, target: Target) -> None:
        super().__init__(scope, id_)
        self.pool = cognito.UserPool(
            self,
            "People",
            user_pool_name=f"{Stack.of(self).stack_name}-people",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            mfa=target.mfa,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_digits=True,
                require_lowercase=True,
                require_uppercase=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            deletion_protection=target.protected,
            removal_policy=target.removal,
        )
        for rule in ("COG3", "COG8"):
            acknowledge(
                self.pool,
                AWS_SOLUTIONS,
                rule,
                "Threat protection comes with a plan that costs by person and month; everybody has a second factor.",
            )
        domain = self.node.try_get_context("sign_in_domain") or Fn.join("-", ["hubsync", Stack.of(self).account])
        self.domain = self.pool.add_domain(
            "Pages", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=str(domain))
        )
        scopes = {
            name: cognito.ResourceServerScope(scope_name=name, scope_description=words)
            for name, words in {PERSON: "Somebody who signed in.", **ROLES}.items()
        }
        self._server = self.pool.add_resource_server("Api", identifier=SCOPES, scopes=list(scopes.values()))
        self._scopes = {name: cognito.OAuthScope.resource_server(self._server, each) for name, each in scopes.items()}
        self._groups = {
            role: cognito.CfnUserPoolGroup(
                self,
                f"Group{role.title()}",
                user_pool_id=self.pool.user_pool_id,
                group_name=role,
                description=words,
            )
            for role, words in ROLES.items()
        }
        self.people = self._client_of_people()
        self.machines = {name: self._machine(name, role) for name, role in self._named().items()}
        self._first_admin(self.node.try_get_context("admin_email"))

    @property
    def clients(self) -> list[cognito.IUserPoolClient]:
        """Every client whose tokens the API takes."""
        return [self.people, *self.machines.values()]

    @property
    def scopes(self) -> list[str]:
        """The scopes of which a token has to have one. A token got without signing in at the pages has none."""
        return [each.scope_name for each in self._scopes.values()]

    def environment(self) -> dict[str, str]:
        """What the API tells those who want to sign in."""
        return {
            "SIGN_IN_URL": self.domain.base_url(),
            "SIGN_IN_CLIENT_ID": self.people.user_pool_client_id,
            "SIGN_IN_CALLBACKS": ",".join(CALLBACKS),
        }

    def outputs(self) -> dict[str, str]:
        """What the command line, the stage and a person with AWS credentials need to know."""
        machines = [Fn.join(":", [name, each.user_pool_client_id]) for name, each in self.machines.items()]
        return {
            "SignInUrl": self.domain.base_url(),
            "UserPoolId": self.pool.user_pool_id,
            **({"MachineClientIds": Fn.join(",", machines)} if machines else {}),
        }

    def _client_of_people(self) -> cognito.UserPoolClient:
        return self.pool.add_client(
            "PeopleClient",
            generate_secret=False,
            auth_flows=_AT_THE_PAGES_ONLY,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(authorization_code_grant=True),
                scopes=[cognito.OAuthScope.OPENID, self._scopes[PERSON]],
                callback_urls=list(CALLBACKS),
            ),
            supported_identity_providers=[cognito.UserPoolClientIdentityProvider.COGNITO],
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(7),
            enable_token_revocation=True,
            prevent_user_existence_errors=True,
        )

    def _machine(self, name: str, role: str) -> cognito.UserPoolClient:
        return self.pool.add_client(
            f"Machine{name.title().replace('-', '')}",
            generate_secret=True,
            auth_flows=_AT_THE_PAGES_ONLY,
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True), scopes=[self._scopes[role]]
            ),
            access_token_validity=Duration.hours(1),
            enable_token_revocation=True,
        )

    def _named(self) -> Mapping[str, str]:
        """Machines and roles, as the context names them. Raises `ValueError` with what to write."""
        text = str(self.node.try_get_context("machine_clients") or "")
        named: dict[str, str] = {}
        for part in filter(None, (each.strip() for each in text.split(","))):
            match = MACHINE.match(part)
            if match is None or match[1] in named:
                raise ValueError(
                    f"machine_clients has {part!r}: write each once as NAME:ROLE, the name in small letters, digits "
                    "and hyphens, the role viewer, operator or admin, with commas between them."
                )
            named[match[1]] = match[2]
        return named

    def _first_admin(self, email: str | None) -> None:
        if not email:
            return
        person = cognito.CfnUserPoolUser(
            self,
            "FirstAdmin",
            user_pool_id=self.pool.user_pool_id,
            username=email,
            desired_delivery_mediums=["EMAIL"],
            user_attributes=[
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email", value=email),
                cognito.CfnUserPoolUser.AttributeTypeProperty(name="email_verified", value="true"),
            ],
        )
        member = cognito.CfnUserPoolUserToGroupAttachment(
            self,
            "FirstAdminIsOne",
            user_pool_id=self.pool.user_pool_id,
            group_name="admin",
            username=email,
        )
        member.add_dependency(person)
        member.add_dependency(self._groups["admin"])
