"""Owners of two applications, who are the same person if they have the same email (rule 4.7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hubsync.engine.identify import normal_email
from hubsync.model.directory import Owner
from hubsync.model.side import Side


class UnknownOwnerError(Exception):
    """The other side has no such owner: a warning on the record, no failure."""


@dataclass(slots=True)
class OwnerMatch:
    """The owners of both sides, by id."""

    owners: Mapping[Side, Mapping[str, Owner]]
    _by_email: dict[Side, dict[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._by_email = {side: {} for side in Side}
        for side, known in self.owners.items():
            # One who left gets no new records, unless nobody else has the address.
            for owner in sorted(known.values(), key=lambda owner: not owner.active):
                email = _email(owner)
                if email:
                    self._by_email[side].setdefault(email, owner.id)

    def form(self, side: Side, owner_id: str) -> str:
        """What two owners are compared by: the email; of one who is not known the id, which equals nobody's."""
        owner = self.owners.get(side, {}).get(owner_id)
        return (_email(owner) if owner is not None else "") or f"{side}? {owner_id}"

    def id(self, side: Side, owner_id: str) -> str:
        """Who on `side` is the owner of the other. Raises `UnknownOwnerError`."""
        owner = self.owners.get(side.other, {}).get(owner_id)
        found = None if owner is None else self._by_email[side].get(_email(owner))
        if found is None or not self.owners[side][found].active:
            raise UnknownOwnerError
        return found

    def text(self, side: Side, owner_id: str) -> str | None:
        """An owner's name, or the email; None for one who is not known."""
        owner = self.owners.get(side, {}).get(owner_id)
        return None if owner is None else owner.name.strip() or _email(owner) or None


def _email(owner: Owner) -> str:
    return normal_email(owner.email) or owner.email.strip().lower()
