"""Rule 8.5: a list of records as a file, made in the background."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.model.entry import Half, IndexEntry
from hubsync.model.export import KEPT_MS, Export, ExportFormat, ExportStep
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus
from hubsync.services.export import collect
from hubsync.services.export.order import Exports
from hubsync.services.export.rows import COLUMNS
from hubsync.services.export.sheets import write_xlsx
from hubsync.stores.index_port import PutEntry
from tests.rules.scene import Scene
from tests.rules.test_8_states import mixed
from tests.simulation.ports import Crash
from tests.simulation.world import World, contacts

ADDRESS = "ana@example.com"
NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def exports(world: World) -> Exports:
    stores = world.stores
    return Exports(
        exports=stores.exports,
        files=stores.files,
        syncs=stores.syncs,
        counts=stores.counts,
        maker=world.export_maker,
        clock=world.clock,
        ids=world.ids,
        mails=True,
    )


def order(
    world: World,
    listed: RecordStatus | None = None,
    kind: ExportFormat = ExportFormat.CSV,
    *,
    values: bool = False,
    mail: str | None = None,
) -> str:
    return exports(world).order("contacts", listed, kind, values=values, mail=mail).export.id


def stored(world: World, export_id: str) -> Export:
    found = world.stores.exports.export(export_id)
    assert found is not None
    return found


def table(world: World, export_id: str) -> list[list[str]]:
    """The rows of a finished CSV file, the header among them."""
    export = stored(world, export_id)
    assert export.step is ExportStep.DONE, export
    return list(csv.reader(io.StringIO(world.stores.files.files[export.file].decode("utf-8-sig"), newline="")))


def sheets(content: bytes) -> list[list[list[tuple[str, str]]]]:
    """By sheet and row, the cells of an XLSX file that hold something: their type and their text."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        names = sorted(name for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
        trees = [ET.fromstring(book.read(name)) for name in names]  # noqa: S314 - our own file
    assert not any(list(tree.iter(f"{NS}f")) for tree in trees), "a formula"
    return [
        [
            [(cell.get("t", "n"), "".join(cell.itertext())) for cell in row.iter(f"{NS}c")]
            for row in tree.iter(f"{NS}row")
        ]
        for tree in trees
    ]


def many(number: int) -> World:
    """A sync with so many records that fail, in the index alone."""
    world = World(3)
    sync = world.save(contacts())
    failure = Failure(FailureCategory.TOO_LONG, "It is too long.", "Shorten it.", "name")
    entries = [
        IndexEntry(
            sync.id,
            f"h-{at}",
            Half(str(at)),
            status=RecordStatus.FAILING,
            failure=failure,
            since=world.clock.ms + at,
        )
        for at in range(number)
    ]
    world.stores.index.write([PutEntry(entry) for entry in entries])
    return world


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of a few rows, so that there are many of them."""
    monkeypatch.setattr(collect, "ROWS", 3)
    monkeypatch.setattr(collect, "ROWS_WITH_VALUES", 2)


def test_every_list_is_exported_as_it_is_listed_and_counted() -> None:
    """8.5, 8.1 Of each status, and of all, the rows are the records of the list, and as many as are counted."""
    scene = mixed()
    ids = {listed: order(scene.world, listed) for listed in (None, *RecordStatus)}
    scene.world.export()
    for listed, export_id in ids.items():
        head, *rows = table(scene.world, export_id)
        page = scene.view().records("contacts", listed, None, 100)
        assert head == list(COLUMNS)
        assert sorted(row[0] for row in rows) == sorted(entry.id for entry in page.entries)
        export = stored(scene.world, export_id)
        counts = scene.world.counted()
        assert export.rows == export.total == len(rows)
        assert len(rows) == (sum(counts.values()) if listed is None else counts.get(listed, 0))


def test_a_row_says_what_why_and_since_when() -> None:
    """8.5 Ids, status, category, sentence, remedy, field, and the times in ISO 8601; an exclusion has its reason."""
    scene = mixed()
    export_id = order(scene.world)
    scene.world.export()
    rows = {row[0]: row for row in table(scene.world, export_id)[1:]}
    failing = next(entry for entry in scene.entries() if entry.status is RecordStatus.FAILING)
    said = rows[failing.id]
    assert failing.failure is not None
    assert said[1:8] == [
        failing.hubspot.record_id,
        failing.app.record_id,
        "failing",
        "too_long",
        failing.failure.sentence,
        failing.failure.remedy,
        "job_title",
    ]
    assert [len(each) for each in said[8:]] == [20, 20]
    assert said[8].endswith("Z")
    reasons = {row[4] for row in rows.values() if row[3] == "excluded"}
    assert reasons == {ExclusionReason.DUPLICATE, ExclusionReason.NO_EMAIL}


@pytest.mark.usefixtures("small")
def test_values_of_both_sides_stand_side_by_side_and_nowhere_else() -> None:
    """8.5 Asked for, the mapped fields are read live from both applications; afterwards they are in the file alone."""
    people = [{"email": f"p{at}@example.com", "firstname": f"H{at}"} for at in range(7)]
    scene = Scene(people, [{"email": person["email"]} for person in people])
    scene.world.hubspot.edit("contacts", scene.hubspot_ids[0], {"firstname": "Live"})
    plain, full = order(scene.world), order(scene.world, values=True)
    scene.world.export()
    assert len(table(scene.world, plain)[0]) == len(COLUMNS)
    assert not any("Live" in cell for row in table(scene.world, plain) for cell in row)
    head, *rows = table(scene.world, full)
    hubspot, app = head.index("HubSpot: firstname"), head.index("App: first_name")
    assert sorted((row[hubspot], row[app]) for row in rows) == [
        *(((f"H{at}", f"H{at}")) for at in range(1, 7)),
        ("Live", "H0"),
    ]
    files = scene.world.stores.files.files
    assert set(files) == {stored(scene.world, each).file for each in (plain, full)}


@pytest.mark.parametrize("kind", ExportFormat)
def test_no_cell_is_a_formula(kind: ExportFormat) -> None:
    """8.5 What begins like a formula is text in the file; ids stay text, umlauts stay what they are."""
    evil = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", '=HYPERLINK("https://example.com","x")']
    scene = Scene([{"email": f"p{at}@example.com", "firstname": text} for at, text in enumerate([*evil, 'Zoë, "Z"'])])
    export_id = order(scene.world, kind=kind, values=True)
    scene.world.export()
    export = stored(scene.world, export_id)
    content = scene.world.stores.files.files[export.file]
    if kind is ExportFormat.CSV:
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\r\n") >= 10
        cells = [cell for row in table(scene.world, export_id) for cell in row]
        assert not [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))]
        assert {f"'{text}" for text in evil} & set(cells)
    else:
        ((head, *rows),) = sheets(content)
        cells = [text for row in rows for _, text in row]
        assert {kind for row in [head, *rows] for kind, _ in row} == {"inlineStr"}
        assert "=1+1" in cells
        assert str(scene.hubspot_ids[0]) in cells
    assert 'Zoë, "Z"' in cells


def test_a_sheet_that_is_full_goes_on_in_the_next(tmp_path: Path) -> None:
    """8.5 No row is lost where a sheet takes no more; each sheet has the header."""
    path = tmp_path / "some.xlsx"
    write_xlsx(path, ["A"], [[["1"], ["2"]], [["3"]], [["x" * 40_000], ["\ud800"]]], sheet_rows=3)
    texts = [[cell[0][1] for cell in sheet] for sheet in sheets(path.read_bytes())]
    assert [sheet[0] for sheet in texts] == ["A", "A", "A"]
    assert [cell for sheet in texts for cell in sheet[1:]] == ["1", "2", "3", "x" * 32_767, "?"]


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("kind", ExportFormat)
def test_a_crash_at_any_call_leaves_each_row_once(kind: ExportFormat) -> None:
    """8.5, 9.1 Whatever call is the last one, the next run goes on, and no row is missing or there twice."""
    total = 1
    calls = 0
    while calls < total:
        world = many(10)
        export_id = order(world, RecordStatus.FAILING, kind, mail=ADDRESS)
        world.fuse.left = 100_000 if total == 1 else calls
        runs = world.export()
        if total == 1:
            total = 100_000 - (world.fuse.left or 0)
            assert total > 30
            world.fuse.left = None
            continue
        assert runs == 2, f"killed at call {calls}"
        export = stored(world, export_id)
        assert (export.step, export.rows) == (ExportStep.DONE, 10), f"killed at call {calls}"
        content = world.stores.files.files[export.file]
        if kind is ExportFormat.CSV:
            ids = [row[0] for row in table(world, export_id)[1:]]
        else:
            ids = [row[0][1] for row in sheets(content)[0][1:]]
        assert sorted(ids) == sorted(f"h-{at}" for at in range(10)), f"killed at call {calls}"
        assert [one[0] for one in world.post.sent] in ([ADDRESS], [ADDRESS] * 2)
        calls += 2


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("milliseconds", [900_000, 50_000])
def test_two_runs_at_once_write_each_row_once(milliseconds: int) -> None:
    """8.5, 9.1 A call that is delivered twice: the second run overtakes the first at any of its calls, while the list
    changes, and the file has each record that stood there all the time once.
    """
    for calls in range(80):
        world = many(10)
        export_id = order(world)

        def another(world: World = world, export_id: str = export_id) -> None:
            world.stores.index.write([PutEntry(IndexEntry("s1", f"a-{at}")) for at in range(4)])
            world.app.make_export(export_id, world.clock.now() + milliseconds)

        world.fuse.left, world.fuse.interrupt = calls, another
        world.export()
        ids = [row[0] for row in table(world, export_id)[1:]]
        assert len(set(ids)) == len(ids), f"overtaken at call {calls}"
        assert {f"h-{at}" for at in range(10)} <= set(ids), f"overtaken at call {calls}"
        assert stored(world, export_id).rows == len(ids)


@pytest.mark.usefixtures("small")
def test_what_does_not_fit_into_one_run_goes_on_in_the_next() -> None:
    """8.5 A run ends before its time does and calls the next, as many as it takes."""
    world = many(20)
    export_id = order(world, RecordStatus.FAILING)
    assert world.export(milliseconds=50_000) > 5
    assert len(table(world, export_id)) == 21


def test_a_run_holds_a_part_and_not_the_list() -> None:
    """8.5 Ten times the records, and no more of them are held at once: no page, part or chunk grows."""
    largest = []
    for number in (4_000, 40_000):
        world = many(number)
        export_id = order(world, RecordStatus.FAILING)
        world.export()
        assert stored(world, export_id).rows == number
        largest.append(world.stores.files.largest)
    assert largest[1] < largest[0] * 1.1


def test_an_application_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """8.5, 9.2 A short wait is slept, a long one is left to the five-minute tick; nobody fails for it in a day."""
    scene = Scene([{"email": "a@example.com"}], [{"email": "a@example.com"}])
    scene.world.hubspot.fail("503", path="/crm/objects", times=1)
    waits = [3.0, 3_000.0]
    read = scene.world.app.make_export.collect.__class__._read

    def away(*arguments: object) -> object:
        if waits:
            raise RetryLaterError("It is away.", after=waits.pop(0), kind="unavailable")
        return read(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(collect.Collect, "_read", away)
    scene.world.hubspot.faults.clear()
    export_id = order(scene.world, values=True)
    assert scene.world.export() == 1
    assert stored(scene.world, export_id).wait_until > scene.world.clock.ms
    scene.world.poll()
    assert scene.world.export() == 0
    scene.world.clock.ms += 3_000_000
    scene.world.poll()
    assert scene.world.export() == 1
    assert len(table(scene.world, export_id)) == 2


def test_an_account_that_needs_a_person_ends_it_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """8.5 A dead token: the export says so and what to do, nothing of it stays, and who asked for a mail is told."""
    scene = mixed()

    def dead(*_: object) -> object:
        raise NeedsPersonError("The token is dead.", remedy="Apply a new one.")

    monkeypatch.setattr(collect.Collect, "_read", dead)
    export_id = order(scene.world, values=True, mail=ADDRESS)
    scene.world.export()
    export = stored(scene.world, export_id)
    assert (export.step, export.problem, export.remedy) == (
        ExportStep.FAILED,
        "The token is dead.",
        "Apply a new one.",
    )
    assert scene.world.stores.files.files == {}
    assert scene.world.post.sent == [
        (ADDRESS, "The export of 'contacts' could not be made", "The token is dead. Apply a new one.\n")
    ]


def test_an_export_that_was_cut_off_is_gone_on_with() -> None:
    """8.5, 9.1 Nobody is left who would call again; the five-minute tick does, once the run must be over."""
    scene = mixed()
    export_id = order(scene.world)
    scene.world.export_maker.called.clear()
    scene.world.poll()
    assert not scene.world.export_maker.called
    scene.world.clock.ms += 16 * 60_000
    scene.world.poll()
    assert scene.world.export() == 1
    scene.world.clock.ms += 16 * 60_000
    scene.world.poll()
    assert not scene.world.export_maker.called
    assert len(table(scene.world, export_id)) == 6


def test_what_never_gets_on_ends() -> None:
    """8.5 An export that is cut off again and again says so and ends."""
    world = many(3)
    export_id = order(world)
    for _ in range(7):
        world.fuse.left = 5
        with pytest.raises(Crash):
            world.app.make_export(export_id, world.clock.now() + 900_000)
    world.fuse.left = None
    world.export()
    assert stored(world, export_id).step is ExportStep.FAILED


def test_the_link_arrives_by_mail_and_expires() -> None:
    """8.5 Who gave an address gets a link that is good for an hour; new ones are made as long as there is a file."""
    scene = mixed()
    export_id = order(scene.world, RecordStatus.FAILING, mail=ADDRESS)
    assert exports(scene.world).one(export_id).link is None
    scene.world.export()
    ((to, subject, text),) = scene.world.post.sent
    assert (to, subject) == (ADDRESS, "The export of 'contacts' is ready")
    export = stored(scene.world, export_id)
    assert f"https://files.example.com/{export.file}?name=contacts-failing.csv&seconds=3600" in text
    assert export.mailed
    view = exports(scene.world).one(export_id)
    assert view.link is not None
    assert view.link_until == scene.world.clock.ms + 3_600_000
    scene.world.clock.ms += KEPT_MS
    assert exports(scene.world).one(export_id).link is None


def test_a_mail_that_cannot_be_sent_spoils_no_export() -> None:
    """8.5 The file is there all the same, and the export says that no mail went out."""
    scene = mixed()
    scene.world.post.works = False
    export_id = order(scene.world, mail=ADDRESS)
    scene.world.export()
    assert len(table(scene.world, export_id)) == 6
    assert stored(scene.world, export_id).mailed is False


def test_a_sync_that_is_deleted_is_not_exported() -> None:
    """8.5 Deleted meanwhile: the export ends, and nothing of it stays."""
    scene = mixed()
    export_id = order(scene.world)
    while not scene.world.lifecycle.delete("contacts").done:
        pass
    scene.world.export()
    assert stored(scene.world, export_id).step is ExportStep.FAILED
