"""`hubsync export` against the real API; the files come from a server of their own, as from S3."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hubsync.model.entry import Half, IndexEntry
from hubsync.model.export import Export, ExportFormat
from hubsync.model.status import RecordStatus
from hubsync.stores.index_port import PutEntry
from infra.cli import pages
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.manage_world import World


@pytest.fixture(autouse=True)
def files(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A sync with three records, one of them failing, and a server that serves the files to whoever has a link."""
    sync = world.applied().syncs[0].sync
    entries = [IndexEntry(sync.id, f"h-{at}", Half(str(at)), status=RecordStatus.IN_SYNC) for at in (1, 2)]
    entries.append(IndexEntry(sync.id, "h-3", Half("3"), status=RecordStatus.FAILING))
    world.stores.index.write([PutEntry(each) for each in entries])

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert "Authorization" not in self.headers
            content = world.stores.files.files.get(self.path.partition("?")[0].lstrip("/"))
            self.send_response(403 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(world.stores.files, "link", lambda key, name, seconds: f"{address}/{key}?signed=1")
    yield
    server.shutdown()
    server.server_close()
    thread.join()


def rows(path: Path) -> list[list[str]]:
    return list(csv.reader(path.read_text("utf-8-sig").splitlines()))


def test_the_file_is_saved_under_its_own_name(hubsync: Hubsync, tmp_path: Path) -> None:
    """8.5 `hubsync export` waits, and the rows are the records."""
    done = hubsync("export", "contacts")
    assert (done.code, done.out) == (0, "3 rows are in contacts-all.csv.\n"), done.err
    assert {row[0] for row in rows(tmp_path / "contacts-all.csv")[1:]} == {"h-1", "h-2", "h-3"}
    assert {each.name for each in tmp_path.iterdir()} == {"contacts-all.csv"}


def test_a_status_a_format_a_place_and_a_mail(hubsync: Hubsync, tmp_path: Path, world: World) -> None:
    done = hubsync(
        *("export", "contacts", "--status", "failing", "--format", "xlsx", "--values"),
        *("--out", "some.xlsx", "--mail", "ana@example.com"),
    )
    assert done.code == 0, done.err
    assert (tmp_path / "some.xlsx").read_bytes()[:2] == b"PK"
    assert [to for to, _, _ in world.mails] == ["ana@example.com"]


def test_not_waiting_prints_the_id_and_the_list_has_it(hubsync: Hubsync, tmp_path: Path) -> None:
    done = hubsync("export", "contacts", "--no-wait")
    assert done.code == 0, done.err
    export_id = done.out.strip()
    assert not list(tmp_path.iterdir())
    listed = hubsync("exports")
    assert export_id in listed.out
    assert "contacts, all: 3 rows, done" in listed.out
    assert [each["id"] for each in json.loads(hubsync("exports", "--json").out)] == [export_id]
    assert hubsync("exports", export_id, "--out", "again.csv").code == 0
    assert len(rows(tmp_path / "again.csv")) == 4


def test_the_list_goes_on_as_far_as_it_is_asked_to(
    hubsync: Hubsync, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for number in range(5):
        world.stores.exports.put_export(Export(f"000{number}", number, "s1", "contacts", ExportFormat.CSV))
    some = hubsync("exports", "--limit", "3")
    assert [line[:4] for line in some.out.splitlines()] == ["0004", "0003", "0002"]
    assert "--all" in some.err
    every = hubsync("exports", "--all")
    assert (len(every.out.splitlines()), every.err) == (5, "")


def test_what_cannot_be_fetched_leaves_no_file(hubsync: Hubsync, tmp_path: Path, world: World) -> None:
    done = hubsync("export", "contacts", "--no-wait")
    world.stores.files.files.clear()
    again = hubsync("exports", done.out.strip())
    assert again.code == 1
    assert "could not be fetched" in again.err
    assert not list(tmp_path.iterdir())


def test_a_wrong_format_is_refused(hubsync: Hubsync) -> None:
    done = hubsync("export", "contacts", "--format", "pdf")
    assert done.code == 1
    assert '"csv" or "xlsx"' in done.err


def test_an_export_that_failed_ends_with_1(hubsync: Hubsync, world: World) -> None:
    world.made_exports.making = False
    export_id = hubsync("export", "contacts", "--no-wait").out.strip()
    world.stores.syncs.delete_sync(world.sync().id)
    world.made_exports.making = True
    world.made_exports.make(export_id)
    done = hubsync("exports", export_id)
    assert done.code == 1
    assert "The sync was deleted" in done.err
