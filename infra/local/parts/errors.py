"""Why a simulated app refuses a change. Each app puts these in its own words and status codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field of a body; `field` is None if it is wrong with the whole."""

    field: str | None
    code: str
    message: str


class RecordError(Exception):
    """A request on a record that the app refuses."""


class InvalidError(RecordError):
    """The body does not fit the object; carries every error found."""

    def __init__(self, *errors: FieldError) -> None:
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))
        self.errors = errors


class DuplicateError(RecordError):
    """Another record already has this external id."""

    def __init__(self, field: str, existing_id: str | int) -> None:
        super().__init__(f"Another record already has this {field}.")
        self.field = field
        self.existing_id = existing_id


class MissingError(RecordError):
    """No record has ever had this id."""


class GoneError(RecordError):
    """The record was deleted or archived."""


class StaleError(RecordError):
    """The record has changed since the version that the caller named."""
