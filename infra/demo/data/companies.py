"""Made-up companies: equal names with other domains, equal domains with other names, and some that lack either."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from infra.demo.data import mess, names
from infra.demo.data.mess import Fields


@dataclass(frozen=True, slots=True)
class Company:
    """A company, before any application got hold of it."""

    name: str
    domain: str
    phone: str
    city: str
    employees: int
    founded: str


def companies(dice: random.Random, count: int) -> tuple[list[Fields], list[Fields]]:
    """`count` companies for HubSpot and `count` organisations for the app, in the order of seeding."""
    shared = count // 2
    doubles = max(2, count // 50)
    alone = count - shared - doubles
    market = [_company(dice, number) for number in range(shared + 2 * alone)]
    both, ours, theirs = market[:shared], market[shared : shared + alone], market[shared + alone :]
    hubspot = [_hubspot(dice, company) for company in [*both, *ours]]
    app = [_organisation(dice, company) for company in [*both, *theirs]]
    _vary(dice, hubspot[:shared], app[:shared])
    for number, fields in enumerate(hubspot[shared : shared + max(1, count // 100)]):
        # A name is what the app asks of a new organisation: these will fail, and say so.
        fields.update({"name": None, "description": f"nameless {number}"})
    for number in range(max(1, count // 150)):
        # The name says one company and the domain another: the domain must win, and the other stays alone.
        app[number].update({"title": ours[alone // 2 + number].name, "website": f"https://{both[number].domain}"})
        hubspot[number]["domain"] = both[number].domain
    # Doubles copy companies that both agree on, so that no merge can make room for them.
    hubspot += [_second(dice, company, _hubspot(dice, company), "name", "domain") for company in ours[-doubles:]]
    app += [_second(dice, company, _organisation(dice, company), "title", "website") for company in theirs[-doubles:]]
    dice.shuffle(hubspot)
    dice.shuffle(app)
    return hubspot, app


def _company(dice: random.Random, number: int) -> Company:
    stem, trade, form = dice.choice(names.STEMS), dice.choice(names.TRADES), dice.choice(names.FORMS)
    # Some domains have letters beyond ASCII, which one side may write as punycode.
    letters = f"{stem}{number}".lower() if dice.random() < 0.2 else mess.slug(f"{stem}{trade}{number}")
    founded = f"{dice.randint(1900, 2022)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    phone = f"{dice.choice(names.AREAS)}55501{dice.randint(0, 99):02}"
    city, size = dice.choice(names.CITIES), dice.randint(1, 900)
    return Company(f"{stem} {trade} {number}{form}", f"{letters}.example", phone, city, size, founded)


def _hubspot(dice: random.Random, company: Company) -> Fields:
    domain = company.domain.encode("idna").decode() if dice.random() < 0.5 else company.domain
    fields: Fields = {
        "name": mess.spaced(dice, company.name),
        "domain": f"www.{domain}" if dice.random() < 0.1 else domain,
        "phone": mess.formatted_phone(dice, company.phone),
        "city": mess.spaced(dice, company.city),
        "numberofemployees": mess.number_text(dice, company.employees),
        "founded_on": company.founded,
        "description": f"Met in {dice.choice(names.CITIES)}",
    }
    mess.blanked(dice, fields, ("phone", "city", "numberofemployees", "founded_on"), 0.15)
    return fields


def _organisation(dice: random.Random, company: Company) -> Fields:
    if dice.random() < 0.1:
        company = replace(company, city=dice.choice(names.CITIES), employees=dice.randint(1, 900))
    fields: Fields = {
        "title": company.name,
        "website": mess.website(dice, company.domain),
        "phone": mess.formatted_phone(dice, company.phone),
        "city": company.city,
        "employees": company.employees,
        "founded_on": company.founded,
    }
    mess.blanked(dice, fields, ("phone", "city", "employees", "founded_on"), 0.15)
    return fields


def _vary(dice: random.Random, hubspot: list[Fields], app: list[Fields]) -> None:
    """Make pairs that agree on one identifier only: on the name, on the domain, or on what is left."""
    for ours, theirs in zip(hubspot, app, strict=True):
        roll = dice.random()
        if roll < 0.08:
            theirs["title"] = theirs["title"].upper().replace(" ", "  ", 1)
        elif roll < 0.14:
            theirs["title"] = f"{theirs['title']} Holding"
        elif roll < 0.19:
            theirs["website"] = theirs["website"].lower().replace(".example", "-group.example")
        elif roll < 0.24:
            theirs["website"] = None
        elif roll < 0.28:
            ours["domain"] = None
        elif roll < 0.30:
            ours["name"] = None


def _second(dice: random.Random, company: Company, fields: Fields, name: str, site: str) -> Fields:
    """The same company once more: by its domain under another name, or by its name under another domain."""
    if dice.random() < 0.5:
        fields[name] = f"{company.name} (old)"
    else:
        fields[site] = mess.website(dice, f"old-{company.domain}") if site == "website" else f"old-{company.domain}"
    return fields
