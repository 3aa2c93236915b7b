"""Who and what a record's owner and stage refer to: an account's users, and the pipelines of its object types."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Owner:
    """A user of an account to whom records can be assigned (rule 4.7).

    `id` is the value of an OWNER field, as text. `email` is as the application gives it, or empty. One who is not
    `active` may still own old records and gets no new ones.
    """

    id: str
    email: str
    name: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a pipeline: the value that the API takes, and what people read."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A pipeline of an object type and its stages, in their order (rule 5.2)."""

    id: str
    label: str
    stages: tuple[Stage, ...] = ()
