"""What stands in the query of a request, and in the headers beside it. What reads it raises `Problem` (400)."""

from __future__ import annotations

import re
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from hubsync.api.conditions import if_match
from hubsync.api.paging import place_of
from hubsync.api.problem import Problem
from hubsync.model.status import RecordStatus
from hubsync.services.manage.document import suggestion
from hubsync.services.manage.expected import Expected

MAX_RECORDS = 200
LONGEST_SEARCH = 254
"""Characters, as many as an email may have."""

LONGEST_KEY = 900
"""Bytes of what people call something; a sort key of the table has 1,024, our own prefix among them."""

NUMBER = re.compile(r"[0-9]{1,3}\Z")
YES = {"true": True, "1": True, "false": False, "0": False}


def flag(app: APIGatewayHttpResolver, name: str) -> bool:
    """What is true or false, and false where it is left out."""
    text = (app.current_event.get_query_string_value(name) or "false").lower()
    if text not in YES:
        raise Problem(400, f"{name} is true or false.", f"Send {name}=true or leave it out.")
    return YES[text]


def status(app: APIGatewayHttpResolver) -> RecordStatus | None:
    """The status of the records that are wanted; None for all."""
    text = app.current_event.get_query_string_value("status")
    if text is None:
        return None
    if text not in set(RecordStatus):
        raise Problem(400, f"There is no status {text}.", suggestion(text, [each.value for each in RecordStatus]))
    return RecordStatus(text)


def search(app: APIGatewayHttpResolver) -> str | None:
    """What is searched for; None where nothing is."""
    text = app.current_event.get_query_string_value("search")
    if text is None:
        return None
    if not text.strip() or len(text) > LONGEST_SEARCH or not storable(text):
        remedy = f"Send an id, an email, a domain or a name of up to {LONGEST_SEARCH} characters; or leave it out."
        raise Problem(400, "This cannot be searched for.", remedy)
    return text.strip()


def storable(text: str) -> bool:
    """Whether something could be stored under this name; what cannot need not be looked for."""
    try:
        return len(text.encode()) <= LONGEST_KEY
    except UnicodeEncodeError:  # half of a surrogate pair
        return False


def reachable(path: str) -> bool:
    """Whether there could be anything at an address: no name in it is one that nothing can have."""
    return all(storable(unquote(part, errors="surrogateescape")) for part in path.split("/"))


def place(app: APIGatewayHttpResolver, listed: str) -> str | None:
    """Where to go on in the list `listed`."""
    return place_of(listed, app.current_event.get_query_string_value("cursor"))


def limit(app: APIGatewayHttpResolver) -> int:
    """How many are wanted at most."""
    text = app.current_event.get_query_string_value("limit") or "50"
    if not NUMBER.match(text) or not 1 <= int(text) <= MAX_RECORDS:
        raise Problem(400, "limit is no number that can be listed.", f"Send a limit from 1 to {MAX_RECORDS}.")
    return int(text)


def expected(app: APIGatewayHttpResolver) -> Expected:
    """The versions that an edit is meant for (If-Match)."""
    return if_match(app.current_event.headers)
