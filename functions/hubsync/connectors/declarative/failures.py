"""What an application's refusal of a record means: a category, a sentence, a remedy (rule 8.2).

Its own messages are read to find the category and go no further: they like to quote values, and what stands beside a
record in the index holds none (promise 7).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hubsync.connectors.declarative.part import Part
from hubsync.connectors.declarative.paths import Expression, reader
from hubsync.connectors.http import Answer
from hubsync.connectors.port import Refused
from hubsync.model.status import Failure, FailureCategory

GONE = frozenset({404, 410})
STALE = 412

_CODES = {
    FailureCategory.REQUIRED_MISSING: "required required_field missing missing_field blank cant_be_blank",
    FailureCategory.INVALID_VALUE: "invalid invalid_value invalid_format invalid_email bad_format not_valid",
    FailureCategory.OPTION_MISSING: "invalid_option unknown_option option_missing invalid_enum not_in_list inclusion",
    FailureCategory.WRONG_TYPE: "wrong_type invalid_type type_error type_mismatch",
    FailureCategory.TOO_LONG: "too_long max_length string_too_long",
    FailureCategory.READ_ONLY: "read_only readonly not_writable immutable unknown_field",
    FailureCategory.UNIQUE_CONFLICT: "duplicate taken already_exists not_unique unique conflict exists",
    FailureCategory.ASSOCIATION_MISSING: "association_missing invalid_reference reference_not_found",
    FailureCategory.PERMISSION: "forbidden permission_denied not_allowed",
}
_BY_CODE = {code: category for category, codes in _CODES.items() for code in codes.split()}
_BY_STATUS = {
    404: FailureCategory.DELETED,
    409: FailureCategory.UNIQUE_CONFLICT,
    410: FailureCategory.DELETED,
    413: FailureCategory.TOO_LONG,
}

_WORDS: Mapping[FailureCategory, tuple[str, str]] = {
    FailureCategory.PERMISSION: ("lets nobody with this token write {it}", "Give the token the right to it."),
    FailureCategory.REQUIRED_MISSING: ("needs a value for {it}", "Fill it in, or map a field that is always filled."),
    FailureCategory.INVALID_VALUE: ("does not accept the value of {it}", "Correct the value on the other side."),
    FailureCategory.OPTION_MISSING: ("has no such option in {it}", "Add the option there, or choose another one."),
    FailureCategory.WRONG_TYPE: ("wants another type of value in {it}", "Correct the value, or map another field."),
    FailureCategory.TOO_LONG: ("finds the value of {it} too long", "Shorten it."),
    FailureCategory.READ_ONLY: ("does not let {it} be written", "Let the mapping go the other way, or remove it."),
    FailureCategory.UNIQUE_CONFLICT: (
        "already has a record with this {it}",
        "Merge the two records there, or change one.",
    ),
    FailureCategory.ASSOCIATION_MISSING: ("does not know the record that {it} names", "Create that record first."),
    FailureCategory.DELETED: ("has deleted {it}", "Resync it, or delete it on the other side as well."),
}
_OWN_RULE = ("refuses {it}", "Make the same change by hand in the application: it will say what it misses.")
_CODE_SHAPE = re.compile(r"[A-Za-z][\w.-]{0,59}")


class ErrorsManifest(Part):
    """Where an application's error answers say what is wrong, and what its words mean.

    `items` leads to the list of errors (or to one), `code`, `field` and `message` into an item. `codes` maps its codes
    to categories, `messages` parts of its messages, `statuses` HTTP statuses; common words for codes are known.
    """

    items: Expression = "errors"
    code: Expression = "code"
    field: Expression = "field"
    message: Expression = "message"
    existing_id: Expression | None = None
    codes: Mapping[str, FailureCategory] = {}
    messages: Mapping[str, FailureCategory] = {}
    statuses: Mapping[int, FailureCategory] = {}


class Refusals:
    """Turns an application's refusals into `Refused`."""

    def __init__(self, app: str, errors: ErrorsManifest) -> None:
        self._app = app
        self._errors = errors

    def codes(self, answer: Answer) -> frozenset[str]:
        """Every code in a refusal."""
        return frozenset(code for item in self._items(answer.body) if (code := self._text(self._errors.code, item)))

    def refused(self, answer: Answer, fields: Mapping[str, str]) -> Refused:
        """What a refusal means. `fields` has the names of hubsync's fields by the application's names and paths.

        The first error whose category is known is told: a person mends one thing at a time.
        """
        status = answer.status
        category, item = self._judge(status, self._items(answer.body))
        named = None if item is None else self._text(self._errors.field, item)
        field = fields.get(named) if named else None
        code = None if item is None else self._text(self._errors.code, item)
        existing = reader(self._errors.existing_id)(answer.body) if self._errors.existing_id else None
        return Refused(
            self.failure(category, field, code=code, status=status),
            existing_id=str(existing) if isinstance(existing, str | int) else None,
            gone=status in GONE,
            stale=status == STALE,
        )

    def failure(
        self, category: FailureCategory, field: str | None = None, *, code: str | None = None, status: int | None = None
    ) -> Failure:
        """A failure in hubsync's words. A code is told only where it looks like one."""
        words, remedy = _WORDS.get(category, _OWN_RULE)
        sentence = f"{self._app} {words.format(it=field or 'the record')}"
        if code and _CODE_SHAPE.fullmatch(code):
            sentence += f" ({code})"
        elif category not in _WORDS and status is not None:
            sentence += f" (status {status})"
        return Failure(category, sentence + ".", remedy, field)

    def _judge(self, status: int, items: list[Any]) -> tuple[FailureCategory, Any]:
        for item in items:
            category = self._category(item)
            if category is not None:
                return category, item
        first = items[0] if items else None
        by_status = self._errors.statuses.get(status) or _BY_STATUS.get(status)
        if by_status is not None:
            return by_status, first
        named = first is not None and self._text(self._errors.field, first)
        return FailureCategory.INVALID_VALUE if named else FailureCategory.APP_RULE, first

    def _category(self, item: Any) -> FailureCategory | None:
        code = self._text(self._errors.code, item)
        if code is not None and code in self._errors.codes:
            return self._errors.codes[code]
        message = self._text(self._errors.message, item) or ""
        for part, category in self._errors.messages.items():
            if part in message:
                return category
        return None if code is None else _BY_CODE.get(code.lower())

    def _items(self, body: Any) -> list[Any]:
        found = reader(self._errors.items)(body)
        return found if isinstance(found, list) else [] if found is None else [found]

    @staticmethod
    def _text(path: str, item: Any) -> str | None:
        found = item if isinstance(item, str) and path == "message" else reader(path)(item)
        return str(found) if isinstance(found, str | int) and found != "" else None
