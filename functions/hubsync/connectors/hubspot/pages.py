"""The pages of HubSpot on which people look at records."""

from __future__ import annotations

import re

from hubsync.connectors.errors import ConnectorBugError
from hubsync.connectors.http import Http
from hubsync.connectors.hubspot.answers import required
from hubsync.connectors.hubspot.api import DETAILS

TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "tickets": "0-5",
    "products": "0-7",
    "tasks": "0-27",
    "invoices": "0-53",
    "leads": "0-136",
}
"""HubSpot's own object types by the numbers that its addresses have; an account's own begin with `2-`."""

_OWN = re.compile(r"2-[0-9]+")
_DOMAIN = re.compile(r"[a-z0-9.-]+")


def account_page(http: Http) -> str:
    """Where the pages of the account begin: `https://app-eu1.hubspot.com/contacts/62515`. One call."""
    kind = "account details"
    body = required(http.send("GET", DETAILS, kind=kind), kind)
    domain, portal = str(body.get("uiDomain")), str(body.get("portalId"))
    if not _DOMAIN.fullmatch(domain) or not portal.isdecimal():
        raise ConnectorBugError("HubSpot's account details name no account.")
    return f"https://{domain}/contacts/{portal}"


def type_id(object_type: str) -> str | None:
    """The object type as it stands in addresses; None for one of the account's own that is called by its name."""
    return object_type if _OWN.fullmatch(object_type) else TYPE_IDS.get(object_type)
