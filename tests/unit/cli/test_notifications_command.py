"""`hubsync notifications`: what people were told, newest first."""

from __future__ import annotations

import json

from hubsync.stores.ports import Notification
from tests.unit.cli.conftest import Hubsync
from tests.unit.services.manage_world import World


def test_what_people_were_told_is_listed_newest_first(hubsync: Hubsync, world: World) -> None:
    assert hubsync("notifications").out == "Nobody was told of anything yet.\n"
    for number in range(3):
        told = Notification("s1", number * 60_000, f"Title {number}", f"Title {number}.\n\n[red] why {number}\n")
        world.stores.notifications.add_notification(told)
    done = hubsync("notifications", "--limit", "2")
    assert done.out.splitlines() == ["1970-01-01 00:02 UTC  Title 2", "1970-01-01 00:01 UTC  Title 1"]
    assert "--all" in done.err
    whole = hubsync("notifications", "--all", "--text")
    assert (whole.out.count("UTC"), whole.err) == (3, "")
    assert "  [red] why 0\n" in whole.out
    assert json.loads(hubsync("notifications", "--json").out)[0]["title"] == "Title 2"
