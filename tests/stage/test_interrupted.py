"""What goes wrong in the middle: a restart, a record that no worker can look at, a page that nobody can read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.situations import situation
from tests.stage.people import contact, email, person
from tests.stage.scene import Scene

pytestmark = pytest.mark.slow

FENCE = 300.0
"""Seconds for a new generation: it waits for the longest lease (85 s) before it writes."""


@pytest.fixture
def impatient(scene: Scene) -> Iterator[Scene]:
    """Messages that were not finished come back after two seconds rather than ninety."""
    queues = scene.stage.changes_queue_url, scene.stage.bulk_queue_url
    name = "VisibilityTimeout"
    sqs = scene.aws("sqs")
    before = {url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name] for url in queues}
    for url in queues:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: "2"})
    yield scene
    for url, seconds in before.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: seconds})


def test_a_restart_in_mid_sync_ends_active_with_nothing_doubled(scene: Scene) -> None:
    scene.hubspot.seed([contact(n) for n in range(100)])
    scene.app.seed([person(n) for n in range(50, 350)])
    scene.hubspot.fail("slow", "POST .*/batch/(upsert|create)", lag_ms=1_000)
    scene.apply()
    scene.until("the first hundred contacts are made", lambda: len(scene.hubspot.rows()) >= 200)
    scene.tell("restart")
    # Three hundred are to be written, so this was in the middle.
    assert len(scene.hubspot.rows()) < 350
    view = scene.view()
    assert (view["status"], view["generation"]) == ("initial_sync", 2)
    scene.hubspot.heal()

    scene.until("the initial sync ends", lambda: scene.view()["status"] != "initial_sync", seconds=FENCE)
    scene.counted(in_sync=350)
    contacts, people = scene.hubspot.rows(), scene.app.rows()
    assert len(contacts) == len(people) == 350
    assert scene.view()["status"] == "active"
    assert all(contacts[email(n)]["firstname"] == f"Bea {n}" for n in range(100, 350))


def test_a_record_that_no_worker_can_look_at_is_marked_and_the_others_are_not(impatient: Scene) -> None:
    scene = impatient
    scene.hubspot.seed([contact(n) for n in range(3)])
    keys = scene.app.seed([person(n) for n in range(3)])
    scene.apply()
    scene.synced(in_sync=3)
    scene.listen()

    # An answer that should be impossible: no outage and no refusal, so neither patience nor a person mends it.
    scene.app.fail("people.batch", 418, times=None)
    scene.app.edit(keys[1], name={"first": "Grace"})
    scene.counted(in_sync=2, failing=1)
    (failing,) = scene.records("failing")
    assert failing["app_id"] == keys[1]
    assert failing["failure"]["category"] == "unexpected"
    assert failing["failure"]["remedy"]
    assert dead_lettered(scene) >= 1
    assert alarm(scene, "DeadLettered") == "ALARM"
    scene.until("the dead letters are taken away", lambda: scene.waiting(scene.stage.changes_dlq_url) == 0)

    scene.app.heal()
    scene.app.edit(keys[1], name={"first": "Hedy"})
    scene.until("the record is looked at again", lambda: scene.hubspot.rows()[email(1)]["firstname"] == "Hedy")
    scene.counted(in_sync=3)


def test_a_message_that_nobody_can_read_is_let_go(impatient: Scene) -> None:
    scene = impatient
    scene.apply()
    scene.synced()
    for record in situation("sqs_poisonous_message")["Records"][1:]:
        scene.aws("sqs").send_message(QueueUrl=scene.stage.changes_queue_url, MessageBody=record["body"])
    scene.at_rest()
    scene.until("the dead letters are taken away", lambda: scene.waiting(scene.stage.changes_dlq_url) == 0)
    scene.hubspot.create(contact(1))
    scene.polled("the sync goes on", lambda: email(1) in scene.app.rows())


def test_a_page_that_nobody_can_read_ends_the_run_with_its_reason(impatient: Scene) -> None:
    scene = impatient
    scene.app.seed([person(1)])
    scene.app.fail("people.list", 418, times=None)
    scene.apply()
    scene.until("the run ends", lambda: scene.view()["status"] == "stalled")
    assert "sync_app" in scene.view()["problem"]
    assert scene.notifications()[0]["title"] == f"The initial sync of {scene.name!r} has stopped"

    scene.app.heal()
    scene.tell("restart")
    scene.until("the restart ends", lambda: scene.view()["status"] == "active", seconds=FENCE)
    scene.counted(in_sync=1)
    assert email(1) in scene.hubspot.rows()


def dead_lettered(scene: Scene) -> float:
    """How many dead letters CloudWatch has counted within the hour."""
    now = datetime.now(UTC)
    found = scene.aws("cloudwatch").get_metric_statistics(
        Namespace="hubsync",
        MetricName="DeadLettered",
        Dimensions=[{"Name": "service", "Value": "hubsync"}],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=1),
        Period=3600,
        Statistics=["Sum"],
    )
    return float(sum(point["Sum"] for point in found["Datapoints"]))


def alarm(scene: Scene, name: str) -> str:
    """The state of the alarm whose name has `name` in it."""
    (found,) = [each for each in scene.aws("cloudwatch").describe_alarms()["MetricAlarms"] if name in each["AlarmName"]]
    return str(found["StateValue"])
