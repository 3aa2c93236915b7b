"""How syncs and records look in a terminal."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from infra.cli import show_values

STYLES = {
    "active": "green",
    "initial_sync": "cyan",
    "weighing": "cyan",
    "held": "yellow",
    "stalled": "red",
    "off": "dim",
    "deleting": "dim",
}
UNDER_WAY = ("initial_sync", "weighing")
RECORD_STYLES = {"failing": "red", "excluded": "yellow", "in_sync": "green"}
KEYS = {"Status": "status", "HubSpot": "hubspot_id", "App": "app_id"}
BAR_WIDTH = 30
FOUND = ("differed", "missing", "repaired", "created", "deleted", "failed", "put_off")


def words(name: str | None) -> str:
    """`initial_sync` as a person says it."""
    return (name or "").replace("_", " ")


def syncs(shown: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Every sync: state, a bar for each phase, counts by status."""
    if not shown:
        return Text("There is no sync yet. `hubsync apply FILE.yaml` makes one.")
    return Group(*(part for sync in shown for part in _sync(sync)))


def records(shown: Sequence[Mapping[str, Any]]) -> Table:
    """Records, at least one, with their ids on both sides and why they stand as they do."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Status", "HubSpot", "App"):
        # An id that is cut short is of no use to anybody.
        table.add_column(heading, no_wrap=True, min_width=max(len(each.get(KEYS[heading]) or "") for each in shown))
    live = any("values" in each for each in shown)
    if live:
        table.add_column("Name")
        table.add_column("Values")
    table.add_column("Why")
    advice = ["\n".join(filter(None, [(each.get("failure") or {}).get("remedy"), *_advice(each)])) for each in shown]
    if any(advice):
        table.add_column("What to do")
    for record, remedy in zip(shown, advice, strict=True):
        failure = record.get("failure") or {}
        why = failure.get("sentence") or record.get("reason") or words(record.get("exclusion"))
        field = failure.get("field")
        table.add_row(
            Text(words(record["status"]), RECORD_STYLES.get(record["status"], "")),
            record.get("hubspot_id") or "-",
            record.get("app_id") or "-",
            *(show_values.cells(record["values"]) if live else ()),
            Text("\n".join([f"{field}: {why}" if field else why, *_notes(record)]).strip("\n")),
            *([Text(remedy)] if any(advice) else []),
        )
    return table


def connections(shown: Sequence[Mapping[str, Any]]) -> RenderableType:
    """Accounts: app, how they stand, and what is the matter (rule 1.9)."""
    lines = []
    for each in shown:
        well = each["status"] == "active"
        line = Text.assemble((each["name"], "bold"), f"  {each['app']}  ")
        lines.append(line.append("active" if well else _standing(each), "green" if well else "yellow"))
    return Group(*lines)


def comparison(report: Mapping[str, Any]) -> RenderableType:
    """What a comparison found and repaired, phase by phase and in all."""
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    for heading in FOUND:
        table.add_column(words(heading).capitalize(), justify="right")
    for row in (*report["phases"], {"phase": "in all", **report["total"]}):
        table.add_row(words(row["phase"]), *(f"{row[heading]:,}" for heading in FOUND))
    if report["empty"] is None:
        return table
    return Group(table, Text(f"{report['empty']} suddenly looks empty: nothing there was believed deleted.", "red"))


def initial(shown: Sequence[Mapping[str, Any]]) -> bool:
    """Whether any of them is still in its initial sync, or being weighed before it."""
    return any(sync["status"] in UNDER_WAY for sync in shown)


def _notes(record: Mapping[str, Any]) -> list[str]:
    """What else there is to know of a record."""
    return [*_drifted(record), *_warned(record), *_waiting(record)]


def _drifted(record: Mapping[str, Any]) -> list[str]:
    """What differs between the sides and is left alone, in the names of both."""
    pairs = [_fields(each) for each in record.get("drifted") or ()]
    return [f"Differs, and is left alone: {', '.join(pairs)}"] if pairs else []


def _waiting(record: Mapping[str, Any]) -> list[str]:
    """How many links wait for the record at their other end."""
    links = record.get("waiting_links") or 0
    return [f"{links} {'link waits' if links == 1 else 'links wait'} for the record at the other end"] if links else []


def _warned(record: Mapping[str, Any]) -> list[str]:
    """What could not be carried although the record does not fail."""
    return [f"{_fields(each)}: {each['sentence']}" for each in record.get("warnings") or ()]


def _advice(record: Mapping[str, Any]) -> list[str]:
    """What to do about it, each once."""
    return list(dict.fromkeys(each["remedy"] for each in record.get("warnings") or ()))


def _fields(each: Mapping[str, Any]) -> str:
    """A mapping's fields on both sides."""
    return f"{show_values.field_names(each['hubspot'])} / {show_values.field_names(each['app'])}"


def _sync(sync: Mapping[str, Any]) -> list[RenderableType]:
    title = Text(sync["name"], "bold")
    standing = "trial" if sync.get("trying") else words(sync["status"])
    title.append(f"  {standing}", STYLES.get(sync["status"], ""))
    hubspot, app = sync["hubspot"], sync["app"]
    arrow = {"to_hubspot": "<-", "to_app": "->"}.get(sync["direction"], "<->")
    title.append(
        f"  {hubspot['connection']}/{hubspot['object']} {arrow} {app['connection']}/{app['object']}", "not bold dim"
    )
    parts: list[RenderableType] = [title]
    if sync.get("problem"):
        parts.append(Text(f"  {sync['problem']}", "red"))  # not padded: that would cut off what is long
    parts += [Text(f"  {_trouble(account)}", "yellow") for account in sync.get("troubled") or ()]
    for problem in sync.get("problems") or ():
        text = Text(f"  {problem['path']} is suspended. {problem['reason']} ", "yellow")
        parts.append(text.append(problem["remedy"], "not bold"))
    if sync.get("progress"):
        parts.append(Padding(bars(sync["progress"]), (0, 0, 0, 2)))
    counts = Text("  ")
    for status, number in sync["counts"].items():
        counts.append(f"{number:,} {words(status)}  ", RECORD_STYLES.get(status, "") if number else "dim")
    counts.append(f"({sync['total']:,} in all)", "dim")
    return [*parts, counts]


def _trouble(account: Mapping[str, Any]) -> str:
    """An account of a sync that is not well."""
    return f"{account['connection']}: {_standing(account)}"


def _standing(account: Mapping[str, Any]) -> str:
    """How an account stands that is not well: since when, why, and when it is asked again."""
    since = f" since {moment(account['since'])}" if account["since"] else ""
    ahead = account["until"] is not None and account["until"] > time.time() * 1000
    until = f" It is asked again at {moment(account['until'])}." if ahead else ""
    return f"{words(account['status'])}{since}. {account['problem'] or ''}{until}"


def moment(at: int) -> str:
    """A time (epoch ms) as a person reads it."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def bars(progress: Sequence[Mapping[str, Any]]) -> Table:
    """A bar for each phase."""
    table = Table.grid(padding=(0, 1))
    for phase in progress:
        # Until the whole list was read, `seen` grows; a total that the application tells is better.
        total = phase["seen"] if phase["done"] else max(phase["total"] or 0, phase["seen"])
        full = 1 if phase["done"] and not total else 0
        done = "done" if phase["done"] else "" if phase["seen"] or phase["started_at"] else "waiting"
        table.add_row(
            words(phase["phase"]),
            ProgressBar(total=total or 1, completed=phase["settled"] or full, width=BAR_WIDTH),
            f"{phase['settled']:,}/{total:,}",
            Text(done, "green" if phase["done"] else "dim"),
        )
    return table
