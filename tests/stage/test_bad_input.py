"""What is wrong is refused with its reason, and leaves no trace: no message on a queue, no item in a table."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping

import httpx
import pytest

from infra.local.crm.signature import pack, sign
from tests.situations import situation
from tests.stage.accounts import Body
from tests.stage.command import Hubsync
from tests.stage.scene import Scene, authorisation

BODY = situation("webhook_orbit_person_updated")["body"].encode()
NO_EVENTS = situation("webhook_not_what_the_app_sends")["body"].encode()
MEGABYTE = 1024 * 1024


@pytest.fixture
def active(scene: Scene) -> Iterator[Scene]:
    """An active sync of nothing, whose connections take webhooks, and a connection that takes none."""
    scene.apply()
    deaf = {"app": "hubspot", "token": scene.stage.hubspot_token, "base_url": scene.stage.hubspot_url}
    assert scene.api.post("/v1/apply", json={"connections": {f"deaf-{scene.name}": deaf}}).status_code == 200
    scene.synced()
    yield scene
    assert scene.api.delete(f"/v1/connections/deaf-{scene.name}").status_code == 200


@pytest.fixture
def stopped(active: Scene) -> Iterator[None]:
    """Nothing takes messages off the queue of changes, so that what lands there stays to be seen."""
    (mapping,) = [
        each["UUID"]
        for each in active.aws("lambda").list_event_source_mappings()["EventSourceMappings"]
        if each["EventSourceArn"].endswith(active.stage.changes_queue_url.rpartition("/")[2])
    ]
    active.aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)
    yield
    active.aws("lambda").update_event_source_mapping(UUID=mapping, Enabled=True)
    active.at_rest()


@pytest.fixture
def untouched(active: Scene, stopped: None) -> Iterator[None]:
    """The queues are as empty afterwards, and the tables hold what they held."""
    before = stored(active)
    yield
    assert active.waiting(active.stage.changes_queue_url) == 0
    assert active.waiting(active.stage.bulk_queue_url) == 0
    assert stored(active) == before
    # What was refused for its faults is taken without them: this is no queue that never gets anything.
    assert post(active, BODY, signed(active, BODY)).status_code == 202
    assert active.waiting(active.stage.changes_queue_url) == 1


def stored(scene: Scene) -> dict[str, Body]:
    """Both tables, without the times of the calls that were made: to check a document an app is asked for its fields,
    and its limit of calls has to be kept.
    """
    items = {**scene.table(scene.stage.index_table), **scene.table(scene.stage.state_table)}
    return {key: item for key, item in items.items() if item["sk"] != {"S": "budget"}}


def signed(scene: Scene, body: bytes, secret: str | None = None, age: float = 0) -> dict[str, str]:
    """The headers of a webhook that was signed so many seconds ago."""
    return sign(secret or scene.webhook_secret, body, int((time.time() - age) * 1000))


def post(scene: Scene, body: bytes, headers: Mapping[str, str], connection: str | None = None) -> httpx.Response:
    url = scene.stage.webhook_url + (connection or scene.connection)
    return httpx.post(url, content=body, headers={"Content-Type": "application/json", **headers}, timeout=30)


@pytest.mark.usefixtures("untouched")
def test_webhooks_that_are_refused(active: Scene) -> None:
    not_json, too_large = b"{", pack([{"event": "person.updated", "id": "per_1", "note": "x" * MEGABYTE}])
    refused = {
        "wrong signature": (401, post(active, BODY, signed(active, BODY, secret="somebody else's"))),
        "signature of another body": (401, post(active, BODY, signed(active, NO_EVENTS))),
        "no signature": (401, post(active, BODY, {})),
        "old signature": (401, post(active, BODY, signed(active, BODY, age=301))),
        "unknown connection": (404, post(active, BODY, signed(active, BODY), connection="nobody")),
        "connection without webhooks": (404, post(active, BODY, signed(active, BODY), f"deaf-{active.name}")),
        "no events in it": (400, post(active, NO_EVENTS, signed(active, NO_EVENTS))),
        "no JSON": (400, post(active, not_json, signed(active, not_json))),
        "over 1 MB": (413, post(active, too_large, signed(active, too_large))),
    }
    assert {why: answer.status_code for why, (_, answer) in refused.items()} == {
        why: status for why, (status, _) in refused.items()
    }
    for _, answer in refused.values():
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"].endswith(".")


@pytest.mark.usefixtures("untouched")
def test_calls_of_the_api_that_are_refused(active: Scene) -> None:
    wanted = active.document(direction="sideways")
    url = f"{active.stage.api_url}/v1"
    with_token = authorisation(active)["Authorization"]
    answers = {
        "no token": httpx.post(f"{url}/apply", json=active.document(), timeout=30),
        "wrong token": httpx.get(f"{url}/syncs", headers={"Authorization": f"{with_token}x"}, timeout=30),
        "no token to delete": httpx.delete(f"{url}/syncs/{active.name}", timeout=30),
        "bad direction": active.api.post("/v1/apply", json=wanted),
        "no JSON": active.api.post("/v1/apply", content=b"{"),
        "too large": active.api.post("/v1/apply", json={"syncs": {"s": "x" * MEGABYTE}}),
        "unknown sync": active.api.post("/v1/syncs/nobody/restart"),
        "unknown address": active.api.get("/v1/nothing"),
    }
    assert {why: answer.status_code for why, answer in answers.items()} == {
        "no token": 401,
        "wrong token": 401,
        "no token to delete": 401,
        "bad direction": 422,
        "no JSON": 400,
        "too large": 413,
        "unknown sync": 404,
        "unknown address": 404,
    }
    (fault,) = answers["bad direction"].json()["faults"]
    assert fault["path"] == f"syncs.{active.name}.direction"
    assert "two_way" in fault["remedy"]


@pytest.mark.usefixtures("untouched")
def test_a_bad_document_is_refused_with_line_and_reason(active: Scene, hubsync: Hubsync) -> None:
    file = hubsync.folder / "syncs.yaml"
    file.write_text(
        f"""syncs:
  {active.name}:
    hubspot: {{connection: hubspot-{active.name}, object: contacts}}
    app: {{connection: {active.connection}, object: people}}
    direction: two_way
    colour: green
    mappings:
      - {{hubspot: email, app: email}}
      - {{hubspot: firstname, app: shoe_size}}
"""
    )
    done = hubsync("apply", str(file), code=1)
    assert f"{file}:6: " in done.err
    assert "colour" in done.err

    file.write_text(file.read_text().replace("    colour: green\n", ""))
    done = hubsync("apply", str(file), code=1)
    assert f"{file}:8: " in done.err
    assert "shoe_size" in done.err

    file.write_text("syncs:\n  contacts: [")
    done = hubsync("apply", str(file), code=2)
    assert "line 2" in done.err or f"{file}:2" in done.err
