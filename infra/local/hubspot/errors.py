"""HubSpot's errors: one exception, raised anywhere below a route, that becomes the answer or a line of a 207."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Context = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Detail:
    """One entry of `errors[]`: what is wrong with which property."""

    message: str
    code: str
    context: Context = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """As it stands in an answer."""
        return {"message": self.message, "code": self.code, "context": _plain(self.context)}


class ApiError(Exception):
    """A refusal. `body` follows `{status, message, correlationId, category, subCategory?, errors?, context?}`."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        sub_category: str | None = None,
        details: Sequence[Detail] = (),
        context: Context | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.sub_category = sub_category
        self.details = tuple(details)
        self.context = dict(context or {})
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})

    def body(self, correlation_id: str) -> dict[str, Any]:
        """The body of an answer that is nothing but this error."""
        return {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id,
            **self._rest(self.context),
            **self.extra,
        }

    def line(self, context: Context | None = None) -> dict[str, Any]:
        """One entry of `errors[]` in a 207; `context` adds whose error it is."""
        merged = {**self.context, **(context or {})}
        return {"status": "error", "message": self.message, **self._rest(merged)}

    def _rest(self, context: Context) -> dict[str, Any]:
        rest: dict[str, Any] = {"category": self.category}
        if self.sub_category:
            rest["subCategory"] = self.sub_category
        if self.details:
            rest["errors"] = [detail.body() for detail in self.details]
        if context:
            rest["context"] = _plain(context)
        return rest


def _plain(context: Context) -> dict[str, list[str]]:
    return {name: list(values) for name, values in context.items()}


def invalid(message: str, *details: Detail, context: Context | None = None) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, "VALIDATION_ERROR", message, details=details, context=context)


def not_found(message: str = "resource not found", context: Context | None = None) -> ApiError:
    """404."""
    return ApiError(404, "OBJECT_NOT_FOUND", message, context=context)


def contact_exists(existing: int) -> ApiError:
    """409: another contact has this email, as its primary or as a secondary one."""
    return ApiError(409, "CONFLICT", f"Contact already exists. Existing ID: {existing}")
