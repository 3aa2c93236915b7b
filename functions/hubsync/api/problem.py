"""Errors as `application/problem+json` (RFC 9457): a sentence, and what to do about it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from hubsync.connectors.errors import ConnectorBugError, ConnectorError, NeedsPersonError, RetryLaterError
from hubsync.services.manage.apply import ConcurrentChangeError
from hubsync.services.manage.document import RefusedDocumentError, suggestion
from hubsync.services.manage.expected import StaleError
from hubsync.services.manage.lifecycle import NotNowError, UnknownSyncError
from hubsync.services.manage.locate import UnknownRecordError
from hubsync.services.manage.recognise import SeveralRecordsError
from hubsync.services.manage.restore import ReviewChangedError
from hubsync.services.manage.view import UnknownNameError

CONTENT_TYPE = "application/problem+json"


class Problem(Exception):  # noqa: N818 - it is what RFC 9457 calls it
    """An answer that is an error."""

    def __init__(
        self,
        status: int,
        detail: str,
        remedy: str,
        *,
        headers: Mapping[str, str] | None = None,
        more: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.headers = dict(headers or {})
        self.more = dict(more or {})

    def response(self) -> Response[str]:
        """The answer."""
        body = {
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
            **self.more,
        }
        return Response(self.status, CONTENT_TYPE, json.dumps(body), headers=dict(self.headers))


def problem_of(error: Exception) -> Problem:
    """What the use cases raise, as an answer."""
    match error:
        case Problem():
            return error
        case RefusedDocumentError():
            faults = [asdict(fault) for fault in error.faults]
            return Problem(422, str(error), "Mend what is listed under faults.", more={"faults": faults})
        case UnknownSyncError():
            return Problem(404, str(error), "GET /v1/syncs and `hubsync status` list the syncs there are.")
        case UnknownRecordError():
            return Problem(404, str(error), "`hubsync records SYNC` lists the records there are, with their ids.")
        case SeveralRecordsError():
            return Problem(409, str(error), f"Name one of them by its id: {', '.join(error.entry_ids)}.")
        case ReviewChangedError():
            return Problem(409, str(error), "Review it again, and confirm with the new count and token.")
        case UnknownNameError():
            return Problem(404, str(error), suggestion(error.name, error.known))
        case StaleError():
            return Problem(412, str(error), "Look at it again, and send the ETag that it has now, or no If-Match.")
        case NotNowError():
            return Problem(409, str(error), error.remedy)
        case ConcurrentChangeError():
            return Problem(409, str(error), "Try again.")
        case ConnectorError():
            return _of_application(error)
        case _:
            raise error


def _of_application(error: ConnectorError) -> Problem:
    match error:
        case RetryLaterError():
            pause = str(max(1, math.ceil(error.after)))
            return Problem(503, str(error), f"Try again in {pause} seconds.", headers={"Retry-After": pause})
        case NeedsPersonError():
            return Problem(502, str(error), error.remedy)
        case ConnectorBugError():
            return Problem(502, str(error), "The application answered in a way that should be impossible; report it.")
        case _:
            raise error


HANDLED = (
    *(Problem, RefusedDocumentError, UnknownSyncError, UnknownNameError, UnknownRecordError, NotNowError),
    *(StaleError, SeveralRecordsError, ReviewChangedError, ConcurrentChangeError, ConnectorError),
)
"""What `problem_of` knows. Anything else is a bug of ours and is left to fail."""
