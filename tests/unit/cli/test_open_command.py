"""`hubsync open`: pages are opened in a browser, and what has none is told."""

from __future__ import annotations

import json
import webbrowser
from pathlib import Path

import pytest

from infra.cli.browse import OF_AWS
from tests.unit.cli import a_stage
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.look_world import Small, contact, person
from tests.unit.services.manage_world import World
from tests.unit.services.managed import managed

AWS = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com"


@pytest.fixture
def small() -> Small:
    return Small([contact()], [person()])


@pytest.fixture
def world(small: Small) -> World:
    return managed(small)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the browser is told to open."""
    urls: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda url: urls.append(url) or True)
    return urls


@pytest.fixture
def page(small: Small) -> str:
    return f"https://app-eu1.hubspot.com/contacts/62515/record/0-1/{small.h[0]}"


def stage_at(folder: Path, api_url: str) -> None:
    told = a_stage.values("secret", api_url=api_url, hubspot_url="http://127.0.0.1:7", app_url=None)
    (folder / "stage.json").write_text(json.dumps(told))


def test_a_record_is_opened_where_it_has_a_page(hubsync: Hubsync, opened: list[str], page: str, small: Small) -> None:
    done = hubsync("open", "contacts", "ana@example.com")
    assert (done.code, done.out, opened) == (0, f"{page}\n", [page]), done.err
    assert small.a[0] in done.err, "where to look for the one that has none"


def test_it_may_be_printed_and_not_opened(hubsync: Hubsync, opened: list[str], page: str, small: Small) -> None:
    assert hubsync("open", "contacts", small.a[0], "--print").out == f"{page}\n"
    shown = json.loads(hubsync("open", "contacts", small.a[0], "--in", "hubspot", "--json").out)
    assert [each["url"] for each in shown] == [page]
    assert not opened


def test_what_has_no_page_ends_with_1(hubsync: Hubsync, opened: list[str], small: Small) -> None:
    done = hubsync("open", "contacts", small.a[0], "--in", "app")
    assert (done.code, done.out, opened) == (1, "", [])
    assert small.a[0] in done.err
    assert hubsync("open", "contacts", "nobody").code == 1
    assert hubsync("open", "contacts", small.a[0], "--in", "nowhere").code == 1
    whole = hubsync("open", "contacts")
    assert (whole.code, "hubsync open contacts ID" in whole.err) == (2, True)


def test_without_a_browser_the_address_is_there(
    hubsync: Hubsync, page: str, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda url: False)
    done = hubsync("open", "contacts", small.a[0])
    assert (done.code, done.out) == (1, f"{page}\n")
    assert "No browser" in done.err


def test_a_stage_opens_nothing_and_says_where_things_are(
    hubsync: Hubsync,
    opened: list[str],
    page: str,
    small: Small,
    api_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUBSYNC_HOME", str(tmp_path))
    stage_at(tmp_path, api_url)
    done = hubsync("open", "contacts", small.a[0])
    assert (done.code, done.out) == (0, f"{page}\n")
    assert "simulated" in done.err
    places = hubsync("open")
    assert places.code == 0
    assert api_url in places.out
    assert "http://127.0.0.1:7" in places.out
    assert json.loads(hubsync("open", "--json").out)["API"] == api_url
    assert not opened


def test_alone_it_opens_the_deployments_dashboards(hubsync: Hubsync, opened: list[str]) -> None:
    done = hubsync("--api-url", AWS, "open")
    assert (done.code, done.out.strip(), opened) == (0, opened[0], [done.out.strip()])
    assert opened[0].startswith("https://eu-central-1.console.aws.amazon.com/cloudwatch/")
    assert "DashboardName" in done.err
    assert json.loads(hubsync("--api-url", AWS, "open", "--json").out) == opened
    other = hubsync("--api-url", "https://hubsync.example.com", "open")
    assert (other.code, "DashboardName" in other.err) == (1, True)


@pytest.mark.parametrize("host", ["execute-api.eu-central-1.amazonaws.com", "a.execute-api.x.amazonaws.com.evil.test"])
def test_only_what_is_aws_s_own_names_a_region(host: str) -> None:
    assert OF_AWS.fullmatch(host) is None
