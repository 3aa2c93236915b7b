"""Findings of cdk-nag that are meant to stay, each with its reason beside the resource it speaks of."""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct

AWS_SOLUTIONS = "AwsSolutions"
SERVERLESS = "Serverless"


def acknowledge(construct: IConstruct, pack: str, rule: str, reason: str) -> None:
    """Accept one rule's finding on a construct and everything in it. `rule` is without its pack's name."""
    Validations.of(construct).acknowledge(Acknowledgment(id=f"{pack}::{pack}-{rule}", reason=reason))
