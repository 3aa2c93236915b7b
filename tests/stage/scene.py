"""One test's own corner of the running stage: empty accounts, a sync of its own name, and eyes on everything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from typing import Any, TypeVar

import boto3
import httpx
from botocore.exceptions import ClientError

from infra.local.stage_info import StageInfo
from tests.situations import situation
from tests.stage.accounts import AppAccount, Body, HubSpotAccount
from tests.stage.troubles import troubles

T = TypeVar("T")

PATIENCE = 180.0
"""Seconds that anything may take: twice as long as a message is out of sight whose worker died."""

WAITING = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
HUBSPOT_SECRET = "hubspot-client-secret"
"""What the simulated HubSpot signs its webhooks with."""

FIELDS = {"email": "email", "first": "firstname", "last": "lastname", "phone": "phone"}
"""What every sync here maps: the keys of an app below, and HubSpot's properties."""


@dataclass(frozen=True, slots=True)
class Product:
    """One of the two apps of a stage: its key in a document, its prefix in `StageInfo`, its object, the field of its
    ids as served, and the fields of its manifest that are mapped.
    """

    app: str
    prefix: str
    object: str
    key: str
    email: str
    first: str
    last: str
    phone: str


ORBIT = Product("orbit", "app", "people", "id", "email", "first_name", "last_name", "phone")
LEDGERLY = Product("ledgerly", "ledgerly", "contacts", "ContactID", "EmailAddress", "GivenName", "FamilyName", "Phone")


class Scene:
    """The sync called `name`, between a HubSpot and an app that hold nothing but what the test puts there."""

    def __init__(self, stage: StageInfo, name: str, product: Product = ORBIT) -> None:
        self.stage, self.name, self.product = stage, name, product
        self.hubspot = HubSpotAccount(str(stage.hubspot_url))
        self.app = AppAccount(self._of_app("url"), product.object, key=product.key, email=product.email)
        self.api = httpx.Client(base_url=stage.api_url, auth=stage.auth(), timeout=30)
        self._clients: dict[str, Any] = {}
        self.hubspot.clear()
        self.app.clear()

    def leave(self) -> None:
        """Forget the sync, so that no later test's poll looks at it, and empty the accounts."""
        self.forget()
        self.app.clear()
        self.hubspot.clear()
        for each in (self.api, self.hubspot, self.app):
            each.close()

    def forget(self) -> None:
        """Delete the sync and its connections, and end what still runs: a run that was stopped while it waits for the
        lease of the one before ends after that wait only.
        """
        while self.api.delete(f"/v1/syncs/{self.name}").status_code == 202:
            pass
        for each in (self.hubspot_connection, self.connection):
            self.api.delete(f"/v1/connections/{each}")
        for arn in self._running():
            self._stop(arn)

    # --- what a person does

    def document(self, **settings: Any) -> Body:
        """A document with this test's two connections and its sync."""
        hubspot: Body = {
            "app": "hubspot",
            "token": self.stage.hubspot_token,
            "base_url": self.stage.hubspot_url,
            "webhook_secret": HUBSPOT_SECRET,
        }
        app: Body = {
            "app": self.product.app,
            "token": self._of_app("token"),
            "base_url": self._of_app("url"),
            "webhook_secret": self._of_app("webhook_secret"),
        }
        sync: Body = {
            "hubspot": {"connection": self.hubspot_connection, "object": "contacts"},
            "app": {"connection": self.connection, "object": self.product.object},
            "direction": "two_way",
            "default": "hubspot",
            "phone_region": "US",
            "notify": ["operations@example.com"],
            "mappings": [{"hubspot": theirs, "app": getattr(self.product, ours)} for ours, theirs in FIELDS.items()],
        }
        connections = {self.hubspot_connection: hubspot, self.connection: app}
        return {"connections": connections, "syncs": {self.name: {**sync, **settings}}}

    @property
    def hubspot_connection(self) -> str:
        """The name of HubSpot's connection."""
        return f"hubspot-{self.name}"

    @property
    def connection(self) -> str:
        """The name of the app's connection, which its webhooks are sent to."""
        return f"{self.product.app}-{self.name}"

    @property
    def webhook_url(self) -> str:
        """Where the app's webhooks are sent to."""
        return self.stage.webhook_url + self.connection

    @property
    def webhook_secret(self) -> str:
        """What the app signs its webhooks with."""
        return self._of_app("webhook_secret")

    def apply(self, **settings: Any) -> None:
        """Save the document; the initial sync starts."""
        answer = self.api.post("/v1/apply", json=self.document(**settings))
        assert answer.status_code == 200, answer.text

    def tell(self, verb: str) -> None:
        """`restart`, `compare`, `off`, `on`."""
        answer = self.api.post(f"/v1/syncs/{self.name}/{verb}")
        assert answer.status_code == 200, answer.text

    def listen(self) -> None:
        """From now on the app sends its webhooks here."""
        self.app.admin("PUT", "webhooks", {"url": self.webhook_url, "active": True})

    def listen_to_hubspot(self) -> None:
        """From now on HubSpot sends its webhooks here, too."""
        host = self.stage.aws_endpoint.rpartition("/")[2]
        where = {
            "url": self.stage.webhook_url + self.hubspot_connection,
            # On AWS the two are one; the emulator answers under a path of its own, of which a function knows nothing.
            "signed_url": f"https://{host}/webhooks/{self.hubspot_connection}",
        }
        self.hubspot.admin("PUT", "webhooks", {**where, "secret": HUBSPOT_SECRET})

    # --- what happens by itself

    def view(self) -> Body:
        """The sync as the API shows it."""
        answer = self.api.get(f"/v1/syncs/{self.name}")
        assert answer.status_code == 200, answer.text
        view: Body = answer.json()
        return view

    def until(self, what: str, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Look until there is something to see; says what did not happen and how the sync stands if there never is."""
        deadline = time.monotonic() + seconds
        while not (seen := look()):
            assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} s. {self._standing()}"
            time.sleep(0.05)
        return seen

    def synced(self, **counts: int) -> None:
        """Wait for the end of the initial sync, and for counts that are exact once nothing is on its way."""
        self.until("the initial sync ends", lambda: self.view()["status"] != "initial_sync")
        assert self.view()["status"] == "active", self._standing()
        self.counted(**counts)

    def counted(self, **counts: int) -> None:
        """Wait until the records of each status are so many, and of the statuses that are not named none."""
        self.at_rest()
        self.until(f"the counts are {counts}", lambda: _some(self.view()["counts"]) == counts)

    def at_rest(self, seconds: float = PATIENCE) -> None:
        """Wait until no message is on its way and no state machine runs."""
        self.until("everything comes to rest", lambda: not self.busy(), seconds)

    def busy(self) -> list[str]:
        """What is still on its way."""
        found = []
        for url in (self.stage.changes_queue_url, self.stage.bulk_queue_url):
            number = self.waiting(url)
            found += [f"{number} message(s) on {url.rpartition('/')[2]}"] if number else []
        return [*found, *(f"the execution {arn.rpartition(':')[2]}" for arn in self._running())]

    def waiting(self, queue_url: str) -> int:
        """How many messages a queue holds, whether they can be seen or not."""
        held = self.aws("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=list(WAITING))["Attributes"]
        return sum(int(held.get(name, 0)) for name in WAITING)

    def poll(self) -> None:
        """The five-minute tick, now."""
        answer = self.aws("lambda").invoke(
            FunctionName=self.stage.functions["poll"], Payload=json.dumps(situation("schedule_poll"))
        )
        assert "FunctionError" not in answer, answer["Payload"].read()

    def polled(self, what: str, look: Callable[[], T], seconds: float = PATIENCE) -> T:
        """Poll until something has happened: a change of the last two seconds is left to the next poll.

        Once a second at most; what HubSpot's limit of searches refused would keep its place locked for a minute.
        """
        waits = chain([0.0], repeat(1.0))

        def tick() -> T:
            time.sleep(next(waits))
            self.poll()
            self.at_rest(seconds)
            return look()

        return self.until(what, tick, seconds)

    # --- what can be seen

    def records(self, status: str, name: str | None = None) -> list[Body]:
        """The records of one status, at most 200, of this scene's sync or of the one called `name`."""
        answer = self.api.get(f"/v1/syncs/{name or self.name}/records", params={"status": status, "limit": "200"})
        assert answer.status_code == 200, answer.text
        found: list[Body] = answer.json()["records"]
        return found

    def notifications(self) -> list[Body]:
        """What people were told of this sync, the newest first."""
        sync_id = self.view()["id"]
        listed = self.api.get("/v1/notifications", params={"limit": "200"}).json()["notifications"]
        return [each for each in listed if each["sync_id"] == sync_id]

    def table(self, name: str) -> dict[str, Body]:
        """Every item of a table, exactly as stored, by its keys."""
        pages = self.aws("dynamodb").get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        return {f"{item['pk']} {item['sk']}": item for page in pages for item in page["Items"]}

    def aws(self, service: str) -> Any:
        """A client of the stage's AWS."""
        if service not in self._clients:
            self._clients[service] = aws_client(self.stage, service)
        return self._clients[service]

    def _running(self) -> list[str]:
        """The executions of both state machines that run."""
        machines, client = (self.stage.initial_sync_arn, self.stage.comparison_arn), self.aws("stepfunctions")
        listed = [client.list_executions(stateMachineArn=each, statusFilter="RUNNING") for each in machines]
        return [str(run["executionArn"]) for found in listed for run in found["executions"]]

    def _stop(self, arn: str) -> None:
        """Stop an execution, unless it has just ended by itself."""
        machines = self.aws("stepfunctions")
        try:
            machines.stop_execution(executionArn=arn)
        except ClientError:
            if machines.describe_execution(executionArn=arn)["status"] == "RUNNING":
                raise

    def _of_app(self, name: str) -> str:
        return str(getattr(self.stage, f"{self.product.prefix}_{name}"))

    def _standing(self) -> str:
        """How every sync stands whose name begins with this scene's."""
        answer = self.api.get("/v1/syncs")
        if answer.status_code != 200:
            return f"The API says of the syncs: {answer.text[:300]}"
        told = [f"Busy with {self.busy()}"]
        for view in answer.json()["syncs"]:
            if view["name"].startswith(self.name):
                shown = {key: view[key] for key in ("status", "phase", "problem", "counts")}
                reasons = sorted({str(each["reason"]) for each in self.records("failing", view["name"])[:20]})
                told.append(f"{view['name']} is {shown}; failing: {reasons}")
        return "\n".join([*told, troubles(Path(self.stage.home) / "logs")])


def authorisation(scene: Scene) -> dict[str, str]:
    """The header by which a scene's `api` is let in, for what calls the API by itself."""
    return {"Authorization": scene.api.get("/v1/health").request.headers["Authorization"]}


def aws_client(stage: StageInfo, service: str) -> Any:
    """A boto3 client of the stage's AWS."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stage.aws_endpoint,
        region_name=stage.region,
        aws_access_key_id=stage.account,
        aws_secret_access_key="local",
    )


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {status: number for status, number in counts.items() if number}
