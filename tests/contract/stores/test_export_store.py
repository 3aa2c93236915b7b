"""Exports and their files, in every implementation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config

from hubsync.aws import files as s3_files
from hubsync.aws.files import S3Files
from hubsync.model.export import Export, ExportFormat, ExportStep
from hubsync.model.status import RecordStatus
from hubsync.stores.exports import FileStore
from hubsync.stores.memory.exports import MemoryFileStore
from tests.contract.stores.stores_under_test import Stores

pytestmark = pytest.mark.xdist_group("stores")

_numbers = count(1)
FULL = Export(
    id="0001a",
    at=1_790_000_000_123,
    sync_id="s1",
    sync_name="contacts",
    format=ExportFormat.XLSX,
    listed=RecordStatus.FAILING,
    values=True,
    mail="ana@example.com",
    total=7,
    hubspot_fields=("email", "firstname"),
    app_fields=("email",),
    step=ExportStep.TELL,
    cursor="03#h-1",
    rows=5,
    parts=3,
    runs=(0, 2),
    idle=1,
    wait_until=5,
    touched_at=6,
    finished_at=7,
    size=8,
    mailed=False,
    problem="It failed.",
    remedy="Mend it.",
)
BARE = Export("0002b", 1, "s1", "contacts", ExportFormat.CSV)


@pytest.mark.parametrize("export", [FULL, BARE])
def test_an_export_comes_back(stores: Stores, export: Export) -> None:
    assert stores.exports.export(export.id) is None
    assert stores.exports.put_export(export)
    assert stores.exports.export(export.id) == replace(export, version=1)


def test_only_who_read_the_last_version_writes(stores: Stores) -> None:
    assert stores.exports.put_export(BARE)
    assert not stores.exports.put_export(BARE)
    assert stores.exports.put_export(replace(BARE, rows=3, version=1))
    assert not stores.exports.put_export(replace(BARE, rows=4, version=1))
    found = stores.exports.export(BARE.id)
    assert found is not None
    assert (found.rows, found.version) == (3, 2)


def test_the_newest_come_first(stores: Stores) -> None:
    for each in ("0001", "0003", "0002"):
        stores.exports.put_export(replace(BARE, id=each))
    assert [each.id for each in stores.exports.exports(2)] == ["0003", "0002"]


def test_they_come_in_pages(stores: Stores) -> None:
    for number in range(6):
        stores.exports.put_export(replace(BARE, id=f"000{number}"))
    first, place = stores.exports.exports_from(None, 4)
    assert [each.id for each in first] == ["0005", "0004", "0003", "0002"]
    assert place is not None
    stores.exports.put_export(replace(BARE, id="0009"))
    second, end = stores.exports.exports_from(place, 2)
    assert ([each.id for each in second], end) == (["0001", "0000"], None), "a new one stands before the place"


@pytest.fixture
def s3(endpoint: str, aws: None) -> Iterator[S3Files]:
    """A bucket of the emulator."""
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1", config=config)
    bucket = f"exports-{next(_numbers)}"
    client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield S3Files(client, bucket)
    client.close()


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> FileStore:
    """Each implementation in turn."""
    if request.param == "memory":
        return MemoryFileStore()
    found: FileStore = request.getfixturevalue("s3")
    return found


@pytest.mark.parametrize("chunks", [[], [b""], [b"ab"], [b"ab", b"cdefghi", b"", b"j"], [b"x" * 25], [b"12345678"]])
def test_a_file_comes_back_whole(store: FileStore, chunks: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its chunks: S3 gets it in pieces of its own size."""
    monkeypatch.setattr(s3_files, "PART_BYTES", 8)
    whole = b"".join(chunks)
    assert store.write("files/a", chunks, "text/plain") == len(whole)
    assert store.read("files/a") == whole


def test_a_file_of_the_disk_and_one_over_another(store: FileStore, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"from the disk")
    store.write("files/a", [b"before"], "text/plain")
    assert store.upload("files/a", path, "text/plain") == 13
    assert store.read("files/a") == b"from the disk"


def test_what_is_deleted_is_gone(store: FileStore) -> None:
    for key in ("parts/a/1", "parts/a/2", "files/a"):
        store.write(key, [b"x"], "text/plain")
    store.delete(["parts/a/1", "parts/a/2", "parts/a/3"])
    store.delete([])
    with pytest.raises(FileNotFoundError):
        store.read("parts/a/1")
    assert store.read("files/a") == b"x"


def test_a_file_that_breaks_off_is_not_stored(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3_files, "PART_BYTES", 8)

    def broken() -> Iterator[bytes]:
        yield b"x" * 20
        raise RuntimeError("broken off")

    with pytest.raises(RuntimeError):
        store.write("files/a", broken(), "text/plain")
    with pytest.raises(FileNotFoundError):
        store.read("files/a")


def test_a_link_fetches_its_file_and_no_other(s3: S3Files) -> None:
    s3.write("files/a", [b"content"], "text/csv")
    link = s3.link("files/a", "contacts-all.csv", 60)
    answer: Any = httpx.get(link)
    assert answer.content == b"content"
    assert answer.headers["content-disposition"] == 'attachment; filename="contacts-all.csv"'
    assert "X-Amz-Expires=60" in link
