"""The steps of the story, in order."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from infra.demo.cast import choose
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import Side
from infra.demo.story import Story

NOBODY: dict[Side, None] = {"hubspot": None, "app": None}
WATCH_NOTHING_SECONDS = 3.0
"""A webhook takes well under a second here: after so long it is not late but lost."""


def tell(story: Story, contacts: Expectation, companies: Expectation, deals: Expectation, seed: int) -> list[str]:
    """Tell this part of the story; what went wrong, in sentences. Nobody plays in it whom a deal is linked to."""
    dice, linked = random.Random(seed), deals.targets("contacts")
    cast = choose(
        contacts,
        story.world(contacts.rules),
        6,
        dice,
        lambda pair: linked.isdisjoint(key or "" for key in pair.ids.values()),
    )
    steps: list[Callable[[], list[str]]] = [
        lambda: _edit_in_app(story, contacts, cast[0]),
        lambda: _edit_in_hubspot(story, contacts, cast[1]),
        lambda: _edit_on_both(story, contacts, cast[2]),
        lambda: _new_in_hubspot(story, contacts, seed),
        lambda: _new_in_app(story, companies, seed),
        lambda: _new_email(story, contacts, cast[3], seed),
        lambda: _lost_webhook(story, contacts, cast[4]),
        lambda: _delete(story, contacts, cast[5]),
    ]
    return [fault for step in steps for fault in step()]


def _edit_in_app(story: Story, expected: Expectation, pair: Pair) -> list[str]:
    before = story.shot(expected, pair)
    story.edit(expected, pair, "app", {"job_title": "Chief Harmony Officer"})
    return story.await_pair("An edit in the app comes by webhook", expected, pair, before)


def _edit_in_hubspot(story: Story, expected: Expectation, pair: Pair) -> list[str]:
    before = story.shot(expected, pair)
    story.edit(expected, pair, "hubspot", {"phone": "(212) 555-0199", "crm_score": "77.5"})
    return story.await_pair("An edit in HubSpot is found by the poll", expected, pair, before, story.poll)


def _edit_on_both(story: Story, expected: Expectation, pair: Pair) -> list[str]:
    before = story.shot(expected, pair)
    pairing = next(item for item in expected.rules.pairings if item.app == "name.last")
    values = {"hubspot": "Both-Hübspot", "app": "Both-Äpp"}
    story.begin()
    # HubSpot first: the app's webhook then finds both sides changed.
    story.hubspot.edit("contacts", pair.ids["hubspot"] or "", {pairing.hubspot: values["hubspot"]})
    story.app.edit("people", pair.ids["app"] or "", {pairing.app: values["app"]})
    expected.conflicted(pair, pairing, {"hubspot": values["hubspot"], "app": values["app"]})
    return story.await_pair("The same field on both sides: HubSpot is the default", expected, pair, before, story.poll)


def _new_in_hubspot(story: Story, expected: Expectation, seed: int) -> list[str]:
    fields = {
        "email": f"nova.{seed}@example.com",
        "firstname": "Nova",
        "lastname": "Ñíguez",
        "phone": "+1 617 555 0100",
        "birthday": "1990-02-28",
    }
    pair = story.create(expected, "hubspot", fields)
    return story.await_pair("A new contact in HubSpot", expected, pair, NOBODY, story.poll)


def _new_in_app(story: Story, expected: Expectation, seed: int) -> list[str]:
    fields = {
        "title": f"Änderung {seed} S.L.",
        "website": f"https://www.aenderung-{seed}.example/hello",
        "city": "Málaga",
        "employees": 12,
    }
    pair = story.create(expected, "app", fields)
    return story.await_pair("A new organisation in the app", expected, pair, NOBODY)


def _new_email(story: Story, expected: Expectation, pair: Pair, seed: int) -> list[str]:
    before = story.shot(expected, pair)
    story.edit(expected, pair, "app", {"email": f"Moved.{seed}@Example.ORG"})
    return story.await_pair("An email changes; the pair stays a pair", expected, pair, before)


def _lost_webhook(story: Story, expected: Expectation, pair: Pair) -> list[str]:
    before = story.shot(expected, pair)
    lost = story.app.lost_webhooks()
    story.app.lose_next_webhook()
    story.edit(expected, pair, "app", {"job_title": "Finder of Lost Webhooks"})
    time.sleep(WATCH_NOTHING_SECONDS)
    if story.app.lost_webhooks() != lost + 1:
        return ["The webhook that had to be lost was not: the simulator counts it as sent."]
    if story.shot(expected, pair)["hubspot"] != before["hubspot"]:
        return ["The edit whose webhook was lost arrived by itself: then nothing shows that it would be found."]
    story.screen.say(f"The app's webhook was lost; after {WATCH_NOTHING_SECONDS:.0f} s HubSpot knows nothing of it.")
    story.begin()
    story.api.compare(expected.rules.name)
    return story.await_pair("A lost webhook is found by the comparison", expected, pair, before)


def _delete(story: Story, expected: Expectation, pair: Pair) -> list[str]:
    before = story.shot(expected, pair)
    record_id = pair.ids["app"] or ""
    survivor = story.world(expected.rules).hubspot[pair.ids["hubspot"] or ""]
    story.begin()
    story.app.delete("people", record_id)
    expected.deleted("app", record_id, survivor)
    return story.await_counts("A deletion does not travel: the survivor stands still", expected, pair, before)
