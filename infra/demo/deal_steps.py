"""The steps of the story that are about deals: stages that move, and links that are made, found, and waited for."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.demo.cast import choose
from infra.demo.checker.expectation import Expectation
from infra.demo.checker.links import mates
from infra.demo.checker.pairs import Pair, Still
from infra.demo.checker.rules import PLACE, SIDES, Side
from infra.demo.checker.world import Record
from infra.demo.show import Shot
from infra.demo.story import Story

NOBODY: Mapping[Side, None] = {"hubspot": None, "app": None}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the three syncs, a deal for each step, and what else a step is about."""

    contacts: Expectation
    companies: Expectation
    deals: Expectation
    pairs: tuple[Pair, Pair]
    astray: Record
    unlinked: tuple[Pair, Pair]
    waiting: tuple[Pair, Still]


def tell_deals(story: Story, contacts: Expectation, companies: Expectation, deals: Expectation, seed: int) -> list[str]:
    """Tell this part of the story; what went wrong, in sentences."""
    cast = _cast(story, contacts, companies, deals, random.Random(seed))
    steps: list[Callable[[], list[str]]] = [
        lambda: _stage_in_hubspot(story, cast),
        lambda: _stage_in_app(story, cast),
        lambda: _enters_a_mapped_stage(story, cast),
        lambda: _new_deal_of_somebody_new(story, cast, seed),
        lambda: _link_alone_in_app(story, cast),
        lambda: _link_alone_in_hubspot(story, cast),
        lambda: _link_that_waited(story, cast, seed),
    ]
    return [fault for step in steps for fault in step()]


def _stage_in_hubspot(story: Story, cast: Cast) -> list[str]:
    before = story.shot(cast.deals, cast.pairs[0])
    story.edit(cast.deals, cast.pairs[0], "hubspot", {PLACE: _elsewhere(cast.deals, cast.pairs[0], "hubspot")})
    return story.await_pair("A deal moves on in HubSpot", cast.deals, cast.pairs[0], before, story.poll)


def _stage_in_app(story: Story, cast: Cast) -> list[str]:
    before = story.shot(cast.deals, cast.pairs[1])
    story.edit(cast.deals, cast.pairs[1], "app", {PLACE: _elsewhere(cast.deals, cast.pairs[1], "app")})
    return story.await_pair("An opportunity moves on in the app", cast.deals, cast.pairs[1], before)


def _enters_a_mapped_stage(story: Story, cast: Cast) -> list[str]:
    deals, record = cast.deals, cast.astray
    alone = Pair({"hubspot": record.id, "app": None}, {}, frozenset())
    before = story.shot(deals, alone)
    story.change(deals.rules, "hubspot", record.id, {PLACE: deals.rules.places("hubspot")[0]})
    deals.entered(story.world(deals.rules).hubspot[record.id])
    title = "A deal that was left out comes into a stage that is mapped"
    return story.await_pair(title, deals, deals.pairs[-1], before, story.poll)


def _new_deal_of_somebody_new(story: Story, cast: Cast, seed: int) -> list[str]:
    person = story.create(cast.contacts, "app", {"email": f"first.deal.{seed}@example.com", "name.last": "Neumann"})
    fields = {"title": f"First deal {seed}", "amount": 1250, PLACE: cast.deals.rules.places("app")[0]}
    deal = story.create(cast.deals, "app", {**fields, "person_id": person.ids["app"]})
    cast.deals.linked("app", deal.ids["app"] or "", "contacts", person.ids["app"] or "")
    faults = story.await_pair("Somebody new in the app …", cast.contacts, person, NOBODY)
    return faults + story.await_pair("… with a new opportunity, linked from the start", cast.deals, deal, NOBODY)


def _link_alone_in_app(story: Story, cast: Cast) -> list[str]:
    pair, person = cast.unlinked[0], cast.contacts.pairs[0]
    before = story.shot(cast.deals, pair)
    story.link(cast.deals, pair, "app", cast.contacts.rules, person.ids["app"] or "")
    return story.await_pair("A link alone, made in the app", cast.deals, pair, before)


def _link_alone_in_hubspot(story: Story, cast: Cast) -> list[str]:
    pair, company = cast.unlinked[1], cast.companies.pairs[0]
    before = story.shot(cast.deals, pair)
    story.link(cast.deals, pair, "hubspot", cast.companies.rules, company.ids["hubspot"] or "")
    story.api.compare(cast.deals.rules.name)
    title = "A link alone in HubSpot moves no date there: the comparison finds it"
    return story.await_pair(title, cast.deals, pair, before)


def _link_that_waited(story: Story, cast: Cast, seed: int) -> list[str]:
    pair, still = cast.waiting
    before = story.shot(cast.deals, pair)
    contacts, record = cast.contacts, still.record
    story.change(contacts.rules, "hubspot", record.id, {"email": f"at.last.{seed}@example.com"})
    contacts.entered(story.world(contacts.rules).hubspot[record.id])
    person = contacts.pairs[-1]
    first: Shot = {"hubspot": record.fields, "app": None}
    faults = story.await_pair("A contact without an email gets one …", contacts, person, first, story.poll)
    return faults + story.await_pair("… and the link that waited for it is made", cast.deals, pair, before)


def _cast(story: Story, contacts: Expectation, companies: Expectation, deals: Expectation, dice: random.Random) -> Cast:
    world = story.world(deals.rules)
    busy: list[Pair] = []

    def pick(fit: Callable[[Pair], bool]) -> Pair:
        busy.extend(choose(deals, world, 1, dice, lambda pair: fit(pair) and pair not in busy))
        return busy[-1]

    def unlinked(to: str) -> Callable[[Pair], bool]:
        return lambda pair: not any(world.linked(to, side, pair.ids[side] or "") for side in SIDES)

    waiting = _waiting(contacts, deals)
    busy.append(waiting[0])
    return Cast(
        contacts,
        companies,
        deals,
        (pick(lambda _: True), pick(lambda _: True)),
        _astray(deals),
        (pick(unlinked("contacts")), pick(unlinked("companies"))),
        waiting,
    )


def _astray(deals: Expectation) -> Record:
    """A deal of HubSpot's that nothing but its stage keeps out, and that has no partner."""
    partners = {str(still.record.fields["title"]).strip().casefold() for still in deals.still if not still.counted}
    for still in deals.still:
        name = str(still.record.fields.get("dealname")).strip().casefold()
        if still.why == "stage_not_mapped" and still.record.side == "hubspot" and name not in partners:
            return still.record
    raise ValueError("the story needs a deal in a stage that is not mapped, and finds none")


def _waiting(contacts: Expectation, deals: Expectation) -> tuple[Pair, Still]:
    """A deal whose only link leads to a contact without an email."""
    without = {still.record.id: still for still in contacts.still if still.why == "no_email"}
    linked = next(linked for linked, others in deals.links if others is contacts)
    partners = mates(contacts.pairs)
    for pair in deals.pairs:
        ids = linked.made["hubspot"].get(pair.ids["hubspot"] or "", ())
        if len(ids) == 1 and ids[0] in without and not linked.wanted(pair, partners)["app"]:
            return pair, without[ids[0]]
    raise ValueError("the story needs a link to a contact without an email, and finds none")


def _elsewhere(deals: Expectation, pair: Pair, side: Side) -> str:
    """A place that also the other side will have to move to."""
    rules, now = deals.rules, str(pair.fields[side][PLACE].value)
    return next(place for place in rules.places(side) if rules.across(side, place) != rules.across(side, now))
