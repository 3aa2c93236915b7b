"""What an administrator of Orbit sets up: users, and the pipelines of opportunities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who works with Orbit; one who left still stands on old records."""

    id: str
    name: str
    email: str
    active: bool = True

    def api(self) -> dict[str, Any]:
        """As an answer shows it."""
        return {"id": self.id, "name": self.name, "email": self.email, "active": self.active}


@dataclass(slots=True)
class Pipeline:
    """A pipeline of opportunities: its stages by id, in their order."""

    id: str
    name: str
    stages: dict[str, str] = field(default_factory=dict)

    def api(self, position: int) -> dict[str, Any]:
        """As an answer shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "position": position,
            "stages": [
                {"id": key, "name": name, "position": place} for place, (key, name) in enumerate(self.stages.items())
            ],
        }


def default_users() -> dict[str, User]:
    """The users of a new account."""
    users = (
        User("usr_olga", "Olga Owner", "Olga@example.com"),
        User("usr_pedro", "Pedro Propietario", "pedro@example.com"),
        User("usr_rosa", "Rosa Only", "rosa@example.com"),
        User("usr_gone", "Gus Gone", "gus@example.com", active=False),
    )
    return {user.id: user for user in users}


def default_pipelines() -> dict[str, Pipeline]:
    """The pipelines of a new account."""
    sales = {
        "stg_meeting": "Appointment scheduled",
        "stg_qualified": "Qualified",
        "stg_proposal": "Proposal made",
        "stg_won": "Won",
        "stg_lost": "Lost",
    }
    renewals = {"stg_due": "Due", "stg_renewed": "Renewed", "stg_ended": "Ended"}
    return {
        "pip_sales": Pipeline("pip_sales", "Sales", sales),
        "pip_renewals": Pipeline("pip_renewals", "Renewals", renewals),
    }
