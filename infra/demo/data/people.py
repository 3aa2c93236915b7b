"""Made-up people: half of each side's contacts stand on the other side too."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from infra.demo.data import mess, names
from infra.demo.data.mess import Fields


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, before any application got hold of them. `second` is a second address that only HubSpot knows."""

    first: str
    last: str
    email: str
    phone: str
    job: str
    birthday: str
    score: float
    second: str | None = None


def people(dice: random.Random, count: int) -> tuple[list[Fields], list[Fields]]:
    """`count` contacts for HubSpot and `count` people for the app, in the order in which they are to be seeded."""
    shared = count // 2
    doubles = max(2, count // 50)
    crowd = [_person(dice, number) for number in range(count + count - shared - doubles)]
    both, ours, theirs = crowd[:shared], crowd[shared:count], crowd[count:]
    hubspot = [_contact(dice, person) for person in [*both, *ours]]
    app = [_app_person(dice, _drifted(dice, person)) for person in both]
    app += [_app_person(dice, replace(person, second=None)) for person in theirs]
    app += [_double(dice, dice.choice(both if dice.random() < 0.7 else theirs)) for _ in range(doubles)]
    _spoil(dice, hubspot, app)
    dice.shuffle(hubspot)
    dice.shuffle(app)
    return hubspot, app


def _person(dice: random.Random, number: int) -> Person:
    first, last = dice.choice(names.FIRST), dice.choice(names.LAST)
    host = dice.choice(names.MAILS)
    birthday = f"{dice.randint(1950, 2004)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    phone = f"{dice.choice(names.AREAS)}55501{dice.randint(0, 99):02}"
    second = f"{mess.slug(last)}.{number}@{dice.choice(names.MAILS)}" if dice.random() < 0.06 else None
    email = f"{mess.slug(first)}.{mess.slug(last)}{number}@{host}"
    return Person(first, last, email, phone, dice.choice(names.JOBS), birthday, dice.randint(0, 200) / 2, second)


def _drifted(dice: random.Random, person: Person) -> Person:
    """The same person as another application remembers them: some values have moved on."""
    if dice.random() < 0.08:
        person = replace(person, job=dice.choice(names.JOBS))
    if dice.random() < 0.05:
        person = replace(person, last=mess.shouted(dice, f"{person.last}-{dice.choice(names.LAST)}"))
    if dice.random() < 0.05:
        person = replace(person, phone=f"{dice.choice(names.AREAS)}55501{dice.randint(0, 99):02}")
    if dice.random() < 0.05:
        person = replace(person, score=dice.randint(0, 200) / 2)
    return person


def _contact(dice: random.Random, person: Person) -> Fields:
    fields: Fields = {
        "email": person.email,
        "hs_additional_emails": person.second,
        "firstname": mess.spaced(dice, mess.shouted(dice, person.first)),
        "lastname": mess.spaced(dice, person.last),
        "phone": mess.formatted_phone(dice, person.phone),
        "jobtitle": mess.spaced(dice, person.job),
        "birthday": person.birthday,
        "crm_score": mess.number_text(dice, person.score),
        "company": dice.choice(names.STEMS),
        "city": dice.choice(names.CITIES),
    }
    mess.blanked(dice, fields, ("phone", "jobtitle", "birthday", "crm_score", "lastname"), 0.12)
    return fields


def _app_person(dice: random.Random, person: Person) -> Fields:
    email = person.second if person.second and dice.random() < 0.5 else person.email
    fields: Fields = {
        "name.first": mess.spaced(dice, person.first),
        "name.last": mess.spaced(dice, mess.shouted(dice, person.last)),
        "email": mess.cased_email(dice, email),
        "phone": mess.formatted_phone(dice, person.phone),
        "job_title": person.job,
        "birthday": person.birthday,
        "score": int(person.score) if person.score.is_integer() else person.score,
        "stage": dice.choice(("lead", "prospect", "customer", "former")),
        "vip": dice.random() < 0.1,
    }
    mess.blanked(dice, fields, ("phone", "job_title", "birthday", "score", "name.first"), 0.12)
    return fields


def _double(dice: random.Random, person: Person) -> Fields:
    """The same person entered a second time, in another way."""
    return _app_person(dice, replace(_drifted(dice, person), first=person.first.upper()))


def _spoil(dice: random.Random, hubspot: list[Fields], app: list[Fields]) -> None:
    """Take the email from some, and break some of the app's."""
    for fields in dice.sample(hubspot, max(1, len(hubspot) // 100)):
        fields.update({"email": None, "hs_additional_emails": None, "lastname": fields["lastname"] or "Unknown"})
    picked = dice.sample(app, max(2, len(app) // 50))
    for number, fields in enumerate(picked):
        # Half of them have no email at all, half something that is none.
        fields["email"] = mess.broken_email(dice, fields["email"].strip().lower()) if number % 2 else None
        fields["name.first"] = fields["name.first"] or "Unknown"
