"""Made-up people, as HubSpot, Orbit and Ledgerly hold them."""

from __future__ import annotations

from typing import Any


def email(number: int) -> str:
    """The email of a person by number."""
    return f"person{number}@example.com"


def phone(number: int) -> str:
    """Their phone, in the form in which it is written into any app."""
    return f"+12125550{number % 1000:03}"


def contact(number: int, **fields: str) -> dict[str, str]:
    """A contact of HubSpot."""
    named = {"email": email(number), "firstname": f"Ada {number}", "lastname": "Hubb", "phone": phone(number)}
    return {**named, **fields}


def person(number: int, **fields: Any) -> dict[str, Any]:
    """A person of Orbit, with an email as real exports have it."""
    name = {"first": f"Bea {number}", "last": "Orbison"}
    return {"email": email(number).title(), "name": name, "phone": phone(number), **fields}


def customer(number: int) -> dict[str, Any]:
    """A contact of Ledgerly."""
    return {"EmailAddress": email(number), "GivenName": f"Cleo {number}", "FamilyName": "Ledger"}
