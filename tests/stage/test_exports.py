"""Exports on the deployed stage: ordered, made by their own function, fetched by a link, told by mail."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import Any

import httpx
import pytest

from tests.stage.accounts import Body
from tests.stage.people import contact, person
from tests.stage.scene import Scene

ADDRESS = "ana@example.com"


def exported(scene: Scene, **wanted: Any) -> Body:
    """Order an export and wait for it."""
    answer = scene.api.post(f"/v1/syncs/{scene.name}/exports", json=wanted)
    assert answer.status_code == 202, answer.text
    address = f"/v1/exports/{answer.json()['id']}"

    def over() -> Body | None:
        shown: Body = scene.api.get(address).json()
        return shown if shown["status"] in ("done", "failed") else None

    shown = scene.until("the export is over", over)
    assert shown["status"] == "done", shown
    found: Body = shown
    return found


@pytest.mark.slow
def test_a_list_is_exported_fetched_and_mailed(scene: Scene) -> None:
    """8.5, 8.1 The rows are the API's list and the counts; values are read live; the link and the mail arrive."""
    scene.hubspot.seed([*(contact(n) for n in range(30)), {"firstname": "=1+1"}])
    scene.app.seed([person(n) for n in range(30)])
    scene.apply()
    scene.synced(in_sync=30, excluded=1)

    plain = exported(scene, mail=ADDRESS)
    fetched = httpx.get(plain["link"])
    assert fetched.status_code == 200
    head, *rows = csv.reader(io.StringIO(fetched.content.decode("utf-8-sig"), newline=""))
    listed = [each for status in scene.view()["counts"] for each in scene.records(status)]
    assert sorted((row[0], row[1], row[2], row[3]) for row in rows) == sorted(
        (each["id"], each["hubspot_id"] or "", each["app_id"] or "", each["status"]) for each in listed
    )
    assert len(rows) == plain["rows"] == plain["total"] == scene.view()["total"] == 31
    assert len(head) == 10

    address = f"/v1/exports/{plain['id']}"
    scene.until("the mail is sent", lambda: scene.api.get(address).json()["mailed"])
    sent = httpx.get(f"{scene.stage.aws_endpoint}/_ministack/ses/messages", params={"account": scene.stage.account})
    (mail,) = [each for each in sent.json()["messages"][scene.stage.account] if ADDRESS in str(each)]
    assert f"files/{plain['id']}.csv" in str(mail)

    left_out = exported(scene, status="excluded", format="csv", values=True)
    (_, row) = csv.reader(io.StringIO(httpx.get(left_out["link"]).content.decode("utf-8-sig"), newline=""))
    assert "'=1+1" in row
    book = httpx.get(exported(scene, format="xlsx", values=True)["link"]).content
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")

    kept = scene.aws("s3").list_objects_v2(Bucket=scene.stage.outputs["ExportBucketName"])["Contents"]
    assert not [each["Key"] for each in kept if each["Key"].startswith("parts/")]
