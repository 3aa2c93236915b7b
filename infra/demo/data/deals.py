"""Made-up deals: half of them known to both sides, some in stages that only one side has, and some entered twice."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from infra.demo.data import mess, names
from infra.demo.data.mess import Fields

WARES = ("ovens", "lenses", "pallets", "licences", "looms", "bicycles", "crates", "glazes", "robots", "brochures")

STAGES = (
    (("default", "appointmentscheduled"), ("pip_sales", "stg_meeting")),
    (("default", "qualifiedtobuy"), ("pip_sales", "stg_qualified")),
    (("default", "presentationscheduled"), ("pip_sales", "stg_proposal")),
    (("default", "contractsent"), ("pip_sales", "stg_proposal")),
    (("default", "closedwon"), ("pip_sales", "stg_won")),
    (("renewals", "renewal-due"), ("pip_renewals", "stg_due")),
    (("renewals", "renewal-renewed"), ("pip_renewals", "stg_renewed")),
)
"""Where a deal may be, as HubSpot and as the app have it: pipeline and stage."""

OURS_ALONE = (("default", "decisionmakerboughtin"), ("default", "closedlost"), ("renewals", "renewal-paused"))
THEIRS_ALONE = (("pip_sales", "stg_lost"), ("pip_renewals", "stg_ended"))
"""Stages that nothing on the other side goes with."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A deal, before any application got hold of it. `stage` is its number among `STAGES`."""

    name: str
    amount: int
    closes: str
    notes: str
    stage: int


def deals(dice: random.Random, count: int) -> tuple[list[Fields], list[Fields]]:
    """`count` deals for HubSpot and `count` opportunities for the app, in the order of seeding."""
    shared = count // 2
    doubles = max(2, count // 50)
    alone = count - shared - doubles
    all_ = [_deal(dice, number) for number in range(shared + 2 * alone)]
    both, ours, theirs = all_[:shared], all_[shared : shared + alone], all_[shared + alone :]
    hubspot = [_hubspot(dice, deal) for deal in [*both, *ours]]
    app = [_opportunity(dice, _drifted(dice, deal)) for deal in both] + [_opportunity(dice, deal) for deal in theirs]
    # The first of those who are alone are the ones that are entered twice: they stay in a stage that is mapped.
    _astray(dice, hubspot[: shared // 10], OURS_ALONE, ("pipeline", "dealstage"))
    _astray(dice, hubspot[shared + doubles :][: max(3, alone // 8)], OURS_ALONE, ("pipeline", "dealstage"))
    _astray(dice, app[shared + doubles :][: max(2, alone // 12)], THEIRS_ALONE, ("pipeline_id", "stage_id"))
    for fields in app[shared // 10 : shared // 10 + 3]:
        fields.update({"pipeline_id": None, "stage_id": None})
    hubspot += [{**_hubspot(dice, deal), "dealname": deal.name.upper()} for deal in ours[:doubles]]
    app += [{**_opportunity(dice, deal), "title": f" {deal.name.lower()}"} for deal in theirs[:doubles]]
    dice.shuffle(hubspot)
    dice.shuffle(app)
    return hubspot, app


def _deal(dice: random.Random, number: int) -> Deal:
    name = f"{dice.choice(WARES).capitalize()} for {dice.choice(names.STEMS)} {dice.choice(names.TRADES)} {number}"
    closes = f"{dice.randint(2025, 2027)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    notes = f"Met {dice.choice(names.FIRST)} in {dice.choice(names.CITIES)}"
    return Deal(name, dice.randint(1, 400) * 250, closes, notes, dice.randrange(len(STAGES)))


def _drifted(dice: random.Random, deal: Deal) -> Deal:
    """The same deal as the other side's people have it."""
    if dice.random() < 0.15:
        deal = replace(deal, stage=dice.randrange(len(STAGES)))
    if dice.random() < 0.10:
        deal = replace(deal, amount=dice.randint(1, 400) * 250)
    if dice.random() < 0.10:
        deal = replace(deal, notes=f"{deal.notes}, twice")
    return deal


def _hubspot(dice: random.Random, deal: Deal) -> Fields:
    pipeline, stage = STAGES[deal.stage][0]
    fields: Fields = {
        "dealname": mess.spaced(dice, deal.name),
        "amount": mess.number_text(dice, deal.amount),
        "closedate": f"{deal.closes}T00:00:00Z",
        "description": deal.notes,
        "pipeline": pipeline,
        "dealstage": stage,
        "dealtype": dice.choice(("newbusiness", "existingbusiness")),
    }
    mess.blanked(dice, fields, ("amount", "closedate", "description"), 0.12)
    return fields


def _opportunity(dice: random.Random, deal: Deal) -> Fields:
    pipeline, stage = STAGES[deal.stage][1]
    fields: Fields = {
        "title": mess.spaced(dice, deal.name),
        "amount": deal.amount,
        "closes_on": deal.closes,
        "notes": deal.notes,
        "pipeline_id": pipeline,
        "stage_id": stage,
        "source": dice.choice(("1", "2", "3")),
    }
    mess.blanked(dice, fields, ("amount", "closes_on", "notes"), 0.12)
    return fields


def _astray(dice: random.Random, rows: list[Fields], places: tuple[tuple[str, str], ...], at: tuple[str, str]) -> None:
    for fields in rows:
        fields.update(zip(at, dice.choice(places), strict=True))
