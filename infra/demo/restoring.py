"""The act in which a deal is deleted, stays deleted, and is made again because somebody asks for it."""

from __future__ import annotations

import random

from infra.demo.cast import choose
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.links import mates
from infra.demo.checker.pairs import Pair
from infra.demo.checker.rules import SIDES
from infra.demo.checker.verdict import verify, verify_links
from infra.demo.story import Story


def restore(story: Story, deals: Expectation, seed: int) -> list[str]:
    """Delete an opportunity, look again, and restore it; what went wrong, in sentences."""
    pair = _linked(story, deals, random.Random(seed))
    before = story.shot(deals, pair)
    survivor = story.world(deals.rules).hubspot[pair.ids["hubspot"] or ""]
    story.begin()
    story.app.delete(deals.rules.app_object, pair.ids["app"] or "")
    deals.deleted("app", pair.ids["app"] or "", survivor)
    faults = story.await_counts(
        "An opportunity is deleted in the app: its deal says so, and stays", deals, pair, before
    )
    faults += _look_again(story, deals)
    if faults:
        return faults
    return _make_again(story, deals, survivor.id)


def _look_again(story: Story, deals: Expectation) -> list[str]:
    """A rescan finds a deal without a partner, and must not make it one."""
    story.api.compare(deals.rules.name)
    faults = story.await_rest()
    now = story.world(deals.rules)
    faults += verify(deals, now) + verify_links(deals, now)
    if not faults:
        story.screen.good("Everything was looked at again: what was deleted has not come back by itself.")
    return faults


def _make_again(story: Story, deals: Expectation, survivor: str) -> list[str]:
    name, record = deals.rules.name, story.world(deals.rules).hubspot[survivor]
    review = story.api.review(name, "app")
    if review.survivors != (survivor,):
        return [f"The review of the restore shows {review.survivors}, and has to show {survivor} alone."]
    story.screen.say(f"To be restored: {review.count} deal, {str(record.fields['dealname']).strip()}. Confirmed.")
    alone = Pair({"hubspot": survivor, "app": None}, {}, frozenset())
    before = story.shot(deals, alone)
    story.begin()
    story.api.restore(name, "app", review)
    deals.restored(record)
    faults = story.await_pair("It is made again, once, with its links", deals, deals.pairs[-1], before)
    if left := story.api.review(name, "app").count:
        faults.append(f"After the restore {left} deals could still be restored.")
    return faults


def _linked(story: Story, deals: Expectation, dice: random.Random) -> Pair:
    """A deal with just one contact and one company, the same on both sides."""
    world = story.world(deals.rules)
    partners = [(linked.link.to, mates(others.pairs)["hubspot"]) for linked, others in deals.links]

    def fit(pair: Pair) -> bool:
        ids = [[world.linked(to, side, pair.ids[side] or "") for side in SIDES] for to, _ in partners]
        return all(
            len(ours) == 1 and theirs == (known.get(ours[0]),)
            for (_, known), (ours, theirs) in zip(partners, ids, strict=True)
        )

    return choose(deals, world, 1, dice, fit)[0]
