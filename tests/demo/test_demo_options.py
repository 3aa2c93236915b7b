"""What may be asked for on the command line."""

from __future__ import annotations

import pytest

from infra.constructs.target import LOCAL
from infra.demo.options import parse


def test_the_demo_is_as_large_as_was_promised_and_its_seed_fresh() -> None:
    options = parse([])
    assert (options.contacts, options.companies, options.keep, options.disable) == (2_000, 300, False, None)
    assert len({parse([]).seed for _ in range(5)}) > 1


def test_a_seed_and_sizes_can_be_given() -> None:
    options = parse(["--seed", "7", "--quick", "--companies", "50"])
    assert (options.seed, options.contacts, options.companies) == (7, 200, 50)


def test_patience_is_short_for_what_needs_a_part_that_is_broken_on_purpose() -> None:
    broken, whole = parse(["--disable", "poll"]), parse([])
    assert broken.patience("poll") < whole.patience("poll") == broken.patience("worker") == broken.patience()


def test_a_message_that_a_dead_worker_had_comes_back_before_patience_ends() -> None:
    assert parse([]).patience() > LOCAL.visibility.to_seconds()


@pytest.mark.parametrize("wrong", [["--contacts", "3"], ["--disable", "nothing"], ["--contacts", "many"]])
def test_what_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        parse(wrong)
    assert refused.value.code == 2
    assert wrong[0] in capsys.readouterr().err
