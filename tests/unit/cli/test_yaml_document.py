"""Reading documents: lines, variables, YAML as 1.2 means it, and what is wrong with a file that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.cli.document import Document, read_document
from infra.cli.errors import USAGE, CliError

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def read(path: Path, text: str, **values: str) -> Document:
    path = path / "d.yaml"
    path.write_text(text, encoding="utf-8")
    return read_document(path, values)


def refusal(path: Path, text: str, **values: str) -> CliError:
    with pytest.raises(CliError) as raised:
        read(path, text, **values)
    assert raised.value.code == USAGE
    assert raised.value.remedy
    return raised.value


def test_every_part_has_its_line(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  b:\n    - x: 1\n    -\n      y: 2\n")
    assert document.content == {"a": {"b": [{"x": 1}, {"y": 2}]}}
    assert document.lines == {"": 1, "a": 1, "a.b": 2, "a.b[0]": 3, "a.b[0].x": 3, "a.b[1]": 5, "a.b[1].y": 5}
    assert document.place("a.b[1].z.zz").endswith("d.yaml:5")
    assert document.place("a.b[7]").endswith("d.yaml:2")
    assert document.place("q").endswith("d.yaml:1")


def test_only_true_and_false_are_booleans_and_dates_are_text(tmp_path: Path) -> None:
    text = "[NO, no, on, off, yes, y, true, False, 2026-05-01, 1, 1.5, ~, '1', null]"
    assert read(tmp_path, text).content == [
        "NO", "no", "on", "off", "yes", "y", True, False, "2026-05-01", 1, 1.5, None, "1", None,
    ]  # fmt: skip


def test_variables_are_filled_in_and_stay_text(tmp_path: Path) -> None:
    text = "a: ${TOKEN}\nb: 'https://${HOST}/x'\nc: ${PORT:-8080}\nd: ${TOKEN:-other}\ne: $5 {x}\n"
    assert read(tmp_path, text, TOKEN="007", HOST="example.com").content == {
        "a": "007",
        "b": "https://example.com/x",
        "c": "8080",
        "d": "007",
        "e": "$5 {x}",
    }


def test_all_variables_without_a_value_are_named(tmp_path: Path) -> None:
    error = refusal(tmp_path, "a: ${ONE}\nb:\n  - ${TWO}${THREE}\n", TWO="")
    assert [line.split("d.yaml")[1] for line in error.lines] == [
        ":1: a: ${ONE} is not set.",
        ":3: b[0]: ${TWO} is not set.",
        ":3: b[0]: ${THREE} is not set.",
    ]


def test_merged_parts_are_read_and_overridden(tmp_path: Path) -> None:
    text = "base: &base {x: 1, y: 1}\nown:\n  <<: *base\n  y: 2\n"
    assert read(tmp_path, text).content == {"base": {"x": 1, "y": 1}, "own": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: [1, 2\nb: 3\n", ":2:2", "expected ',' or ']'"),
        ("a:\n\t- 1\n", ":2:1", "cannot start any token"),
        ("a: 1\na: 2\n", ":2:1", "stands here twice"),
        ("a: 1\n---\nb: 2\n", ":2:1", "expected a single document"),
        ("a: &x [*x]\n", ":1:4", "contains itself"),
        ("? [1]\n: 2\n", ":1:3", "a key must be a name"),
        ("a: ${not a name}\n", ":1:4", "is no variable"),
        ("a: ${OPEN\n", ":1:4", "is no variable"),
        ("a: !!python/name:os.system\n", ":1:4", "could not determine a constructor"),
        ("a: !!binary aGk=\n", ":1:4", "no text, number"),
        ("a: .inf\n", ":1:4", "no text, number"),
        ("a: *nobody\n", ":1:4", "undefined alias"),
    ],
)
def test_what_is_not_yaml_is_told_with_line_column_and_reason(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    error = refusal(tmp_path, text)
    (line,) = error.lines
    assert f"d.yaml{place}: " in line
    assert words in line


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.yaml"
    path.write_bytes(b"a: \xff\xfe")
    with pytest.raises(CliError, match="UTF-8"):
        read_document(path, {})
    path.write_bytes(b"a: \x00")
    with pytest.raises(CliError, match="not YAML"):
        read_document(path, {})


def test_a_file_that_is_nested_beyond_reason_is_refused(tmp_path: Path) -> None:
    assert "nested" in refusal(tmp_path, "[" * 1500).sentence


def test_an_empty_file_has_no_content(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing\n").content is None
