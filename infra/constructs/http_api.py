"""The way in over HTTP: webhooks of apps, and the management API."""

from __future__ import annotations

import json

from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk.aws_apigatewayv2_authorizers import HttpUserPoolAuthorizer
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from infra.constructs.findings import AWS_SOLUTIONS, acknowledge
from infra.constructs.sign_in import SignIn
from infra.constructs.target import Target

RATE_LIMIT = 200
"""Requests a second. A webhook refused here is found again by the poll; concurrency is shared with the worker."""
BURST_LIMIT = 400

OPEN = ("/v1/health", "/v1/openapi.json", "/v1/syncs.schema.json", "/v1/sign-in")
"""What anybody may read: it says nothing of anybody (`hubsync.api.roles` has the same list)."""

_LOGGED = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "latency_ms": "$context.responseLatency",
    "integration_error": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """`POST /webhooks/{connection_id}`, whose function checks signatures itself, and `ANY /v1/{proxy+}` for callers
    with a token of the user pool, but for what is open to anybody.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        webhook: lambda_.IFunction,
        api: lambda_.IFunction,
        sign_in: SignIn,
        target: Target,
    ) -> None:
        super().__init__(scope, id_)
        self.api = apigateway.HttpApi(
            self, "Api", description="hubsync", create_default_stage=False, disable_execute_api_endpoint=False
        )
        self.api.add_routes(
            path="/webhooks/{connection_id}",
            methods=[apigateway.HttpMethod.POST],
            integration=HttpLambdaIntegration("Webhook", webhook),
        )
        management = HttpLambdaIntegration("Management", api)
        self.api.add_routes(
            path="/v1/{proxy+}",
            methods=[apigateway.HttpMethod.ANY],
            integration=management,
            authorizer=HttpUserPoolAuthorizer("SignedIn", sign_in.pool, user_pool_clients=sign_in.clients),
            authorization_scopes=sign_in.scopes,
        )
        for path in OPEN:
            self.api.add_routes(path=path, methods=[apigateway.HttpMethod.GET], integration=management)
        self.stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=RATE_LIMIT, burst_limit=BURST_LIMIT),
        )
        access = logs.LogGroup(self, "Access", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=target.removal)
        if isinstance(self.stage.node.default_child, apigateway.CfnStage):
            # No address and no header of the caller: who edits a customer is nobody's business here.
            self.stage.node.default_child.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access.log_group_arn, format=json.dumps(_LOGGED)
            )
        acknowledge(
            self.api,
            AWS_SOLUTIONS,
            "APIG4",
            "Routes without an authorizer: webhooks, whose signature covers the raw body, and what is open to anybody.",
        )
