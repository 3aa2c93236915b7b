"""The documentation speaks of what exists: links, files, make targets, commands, metrics, log events, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from hubsync.api.document import read_document as read_body
from hubsync.connectors.declarative.manifest import parse_manifest
from infra.cli.document import read_document
from infra.cli.main import app
from infra.constructs import metrics

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATING = ROOT / "docs" / "operating.md"

FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
OURS = re.compile(r"(?:functions|infra|tests|docs|\.ci)/[\w./-]*")
EMITTED = re.compile(r"""\.(?:note|info|exception)\(\s*"([a-z_]+)\"""")
COUNTED = re.compile(r"""\.count\(\s*(.+)""")
NAME = re.compile(r'"([A-Z][A-Za-z]+)"')

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text())


def code(page: Path) -> list[str]:
    """Every code span of a page, and every line of its code blocks."""
    blocks = [line.strip() for _, _, block in FENCE.findall(page.read_text()) for line in block.splitlines()]
    return blocks + SPAN.findall(prose(page))


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in a language."""
    return [block for _, name, block in FENCE.findall(page.read_text()) if name == language]


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    texts = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(page)))
    return {text.strip().replace(" ", "-") for text in texts}


def table(page: Path, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, its own head left out."""
    after = page.read_text().split(f"\n## {heading}\n", 1)[1]
    rows = []
    for line in after[after.index("\n|") + 1 :].splitlines():
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows[2:]


def sources() -> Iterator[str]:
    """The text of every module that runs in Lambda."""
    return (path.read_text() for path in (ROOT / "functions" / "hubsync").rglob("*.py"))


@each_page
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link} names no heading"


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    for text in code(page):
        for path in OURS.findall(text):
            assert (ROOT / path).exists() or "<" in text or "…" in text, f"{path} does not exist"


@each_page
def test_every_make_target_exists(page: Path) -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))
    for text in code(page):
        for name in re.findall(r"\bmake ([a-z-]+)", text):
            assert name in targets, f"there is no make {name}"


def test_every_make_target_is_told() -> None:
    told = {name for text in code(ROOT / "docs" / "testing.md") for name in re.findall(r"\bmake ([a-z-]+)", text)}
    assert set(TARGET.findall((ROOT / "Makefile").read_text())) - {"help"} <= told


@each_page
def test_every_command_and_option_exists(page: Path) -> None:
    for text in code(page):
        line = re.sub(r"\s+#.*", "", text)
        for words in re.findall(r"(?:^|[ /])hubsync((?: +[^ |;&]+)+)", line):
            command: Any = typer.main.get_command(app)
            for word in words.split():
                below: Mapping[str, Any] = getattr(command, "commands", {})
                if word.startswith("--"):
                    options = {name for option in command.params for name in (*option.opts, *option.secondary_opts)}
                    assert word in options, f"{line} has no option {word}"
                elif below:
                    assert word in below, f"there is no {line}"
                    command = below[word]


def test_the_metrics_that_are_told_are_those_that_are_emitted() -> None:
    told = {name for row in table(OPERATING, "Dashboard and metrics") for name in SPAN.findall(row[0])}
    emitted = {name for source in sources() for line in COUNTED.findall(source) for name in NAME.findall(line)} | {
        f"{app}{what}" for app in ("HubSpot", "App") for what in ("Calls", "Throttled")
    }
    states = {metrics.FAILING, metrics.EXCLUDED, metrics.IN_SYNC, metrics.PENDING}
    assert told == emitted | states


def test_the_log_events_that_are_told_are_those_that_are_written() -> None:
    told = {name for row in table(OPERATING, "Log events") for name in SPAN.findall(row[0])}
    assert told == {name for source in sources() for name in EMITTED.findall(source)}


def test_the_context_that_is_told_is_the_one_that_is_asked_for() -> None:
    told = {name for row in table(OPERATING, "Deploy") for name in SPAN.findall(row[0])}
    parts = [path for room in ("constructs", "stacks") for path in (ROOT / "infra" / room).glob("*.py")]
    stack = "".join(path.read_text() for path in parts)
    asked = set(re.findall(r'(?:try_get_context|self\._number)\("([a-z_]+)"\)', stack)) - {"local"}
    assert told == asked


def test_the_example_manifest_is_one() -> None:
    text, more = blocks(ROOT / "docs" / "connectors.md", "yaml")
    manifest = parse_manifest(text)
    assert manifest.webhooks is not None
    assert manifest.objects["people"].kind == "contact"
    whole, parts = yaml.safe_load(text), yaml.safe_load(more)
    whole["owners"] = parts["owners"]
    whole["objects"]["people"]["pipelines"] = parts["objects"]["people"]["pipelines"]
    whole["objects"]["people"]["fields"] |= parts["objects"]["people"]["fields"]
    assert parse_manifest(yaml.safe_dump(whole)).objects["people"].fields["tags"].several


def test_the_documents_that_are_shown_can_be_read(tmp_path: Path) -> None:
    shown = [text for page in (ROOT / "README.md", OPERATING) for text in blocks(page, "yaml")]
    assert len(shown) == 2
    for text in shown:
        file = tmp_path / "syncs.yaml"
        file.write_text(text)
        values = dict.fromkeys(re.findall(r"\$\{(\w+)\}", text), "https://api.example.com")
        assert read_body(read_document(file, values).content).faults == ()


def test_every_decision_has_its_number_and_place() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))
    for number, path in enumerate(decisions, start=1):
        assert path.name.startswith(f"{number:04}-")
        assert path.read_text().startswith(f"# {number}. ")


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "images").glob("*.svg")), ids=lambda path: path.name)
def test_every_picture_is_shown_and_says_what_it_shows(path: Path) -> None:
    assert "<title" in path.read_text()
    assert "<desc" in path.read_text()
    assert any(path.name in link for page in PAGES for link in LINK.findall(page.read_text()))


def test_a_rule_that_the_code_cites_is_told() -> None:
    told = set(re.findall(r"^\| (\d+\.\d+) \|", (ROOT / "docs" / "rules.md").read_text(), re.MULTILINE))
    cited = {rule for source in sources() for rule in re.findall(r"\brules? (\d\.\d+)", source)}
    assert cited <= told


def test_the_examples_have_the_two_sections() -> None:
    for path in sorted((ROOT / "docs" / "examples").glob("*.yaml")):
        assert set(yaml.safe_load(path.read_text())) == {"connections", "syncs"}
