"""How hubsync speaks to people: a topic for alarms and ended runs, and an address to send mail from."""

from __future__ import annotations

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.constructs import grants
from infra.constructs.findings import AWS_SOLUTIONS, SERVERLESS, acknowledge
from infra.constructs.target import Target

LOCAL_SENDER = "hubsync@example.com"
"""The emulator refuses mail without a sender, as SES does; this one is verified as soon as it is created."""


class Notifications(Construct):
    """The topic always; a mail identity if the context names `mail_from`, a subscription if it names `alarm_email`."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, target: Target) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", display_name="hubsync", master_key=key, enforce_ssl=True)
        alarm_email = self.node.try_get_context("alarm_email")
        if alarm_email:
            subscription = self.topic.add_subscription(subscriptions.EmailSubscription(str(alarm_email)))
            acknowledge(
                subscription,
                SERVERLESS,
                "SNSRedrivePolicy",
                "A mail that cannot be delivered is known to nobody who could read a queue; the alarm's state stays.",
            )
        mail_from = self.node.try_get_context("mail_from") or (LOCAL_SENDER if target.local else None)
        self.sender: str | None = str(mail_from) if mail_from else None
        if self.sender:
            ses.EmailIdentity(self, "Sender", identity=ses.Identity.email(self.sender))

    def grant(self, role: iam.IRole, key: kms.IKey) -> None:
        """Let a role publish to the topic and, if there is one, send mail from the sender's address."""
        grants.publish(role, self.topic, key)
        self.grant_mail(role)

    def grant_mail(self, role: iam.IRole) -> None:
        """Let a role send mail from the sender's address, if there is one."""
        if self.sender:
            role.add_to_principal_policy(
                iam.PolicyStatement(
                    actions=["ses:SendEmail"],
                    # While an account is in SES's sandbox the recipient's identity is asked for as well, whatever
                    # it is; the condition holds the sender fast.
                    resources=[Stack.of(self).format_arn(service="ses", resource="identity", resource_name="*")],
                    conditions={"StringEquals": {"ses:FromAddress": self.sender}},
                )
            )
            acknowledge(
                role,
                AWS_SOLUTIONS,
                "IAM5[Resource::arn:<AWS::Partition>:ses:<AWS::Region>:<AWS::AccountId>:identity/*]",
                "SES's sandbox asks for the recipient's identity as well; a condition holds the sender fast.",
            )
