"""Webhook ingestion: a third-party application posts to API Gateway."""

from __future__ import annotations

import base64
import json
from typing import Any

from hubsync.bootstrap import Bootstrap
from hubsync.connectors.port import PayloadError, SignatureError
from hubsync.observability import logger
from hubsync.services.ingest import TooLargeError, UnknownConnectionError

app = Bootstrap()

STATUS = {SignatureError: 401, UnknownConnectionError: 404, PayloadError: 400, TooLargeError: 413}
TITLE = {400: "Bad request", 401: "Unauthorized", 404: "Not found", 413: "Content too large"}


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """Answer 202 with the number of references that were enqueued, or a problem; then nothing was enqueued."""
    connection_id = event["pathParameters"]["connection_id"]
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    text = event.get("body") or ""
    body = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    try:
        references = app.ingest.receive(connection_id, headers, body, _url(event, headers))
    except tuple(STATUS) as error:
        return _problem(STATUS[type(error)], str(error))
    finally:
        app.flush()
    return _answer(202, {"references": references}, "application/json")


def _url(event: dict[str, Any], headers: dict[str, str]) -> str:
    """Where the request was posted, as its sender wrote it: HubSpot signs that as well."""
    host = headers.get("host") or (event.get("requestContext") or {}).get("domainName") or ""
    query = event.get("rawQueryString") or ""
    scheme = headers.get("x-forwarded-proto") or "https"
    return f"{scheme}://{host}{event.get('rawPath') or ''}{'?' if query else ''}{query}"


def _problem(status: int, detail: str) -> dict[str, Any]:
    logger.info("webhook_refused", extra={"status": status})
    return _answer(status, {"status": status, "title": TITLE[status], "detail": detail}, "application/problem+json")


def _answer(status: int, body: dict[str, Any], content_type: str) -> dict[str, Any]:
    return {"statusCode": status, "headers": {"content-type": content_type}, "body": json.dumps(body)}
