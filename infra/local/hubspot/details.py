"""What HubSpot says of the account itself."""

from __future__ import annotations

from infra.local.http import Response
from infra.local.hubspot.call import Call, Route
from infra.local.hubspot.webhooks import PORTAL


def _details(call: Call) -> Response:  # noqa: ARG001 - it is the same for every call
    details = {
        "portalId": PORTAL,
        "accountType": "STANDARD",
        "timeZone": "Europe/Madrid",
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": "+01:00",
        "utcOffsetMilliseconds": 3_600_000,
        "uiDomain": "app-eu1.hubspot.com",
        "dataHostingLocation": "eu1",
    }
    return Response(200, details)


ROUTES = (Route("GET", "/account-info/details", _details, "oauth"),)
