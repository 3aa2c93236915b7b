"""A corner of the stage in which anybody may ask the API for anything: nothing of anybody else's is touched."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from itertools import count
from typing import Any

from schemathesis import Case

from infra.local.stage_info import StageInfo
from tests.stage.accounts import Body
from tests.stage.people import contact, person
from tests.stage.scene import ORBIT, Scene, authorisation

PEOPLE = range(3)
KEY, KEYS = "Idempotency-Key", re.compile(r"[!-~]{1,255}\Z")
DOCUMENTS = ("apply", "planDocument", "diffDocument")


class Corner:
    """A scene of its own with an active sync, a plan and an export; `known` are their names, as paths write them."""

    def __init__(self, stage: StageInfo) -> None:
        self.scene = scene = Scene(stage, f"any-{secrets.token_hex(4)}", ORBIT)
        self._others = self._deployed()
        self._keys = count()
        scene.hubspot.seed([contact(n) for n in PEOPLE])
        scene.app.seed([person(n) for n in PEOPLE])
        self.mend()
        (plan,) = scene.api.post(f"/v1/syncs/{scene.name}/plan").json()["plans"]
        export = scene.api.post(f"/v1/syncs/{scene.name}/exports", json={}).json()
        self.known: Mapping[str, str] = {
            "name": scene.name,
            "record": str(scene.records("in_sync")[0]["id"]),
            "connection": scene.connection,
            "object": scene.product.object,
            "app": scene.product.app,
            "plan": str(plan["id"]),
            "export": str(export["id"]),
        }
        self.headers = authorisation(scene)

    def mend(self) -> None:
        """The sync is active and its accounts are what they were, whatever was asked before."""
        scene = self.scene
        if self._sound():
            return
        scene.forget()
        scene.apply()
        scene.synced(in_sync=len(PEOPLE))

    def leave(self) -> None:
        """Forget it all, and whatever was made under a name that was made up."""
        for path in sorted(self._deployed() - self._others, reverse=True):  # syncs before the connections they use
            while self.scene.api.delete(path).status_code == 202:
                pass
        self.scene.leave()

    def tame(self, case: Case) -> None:
        """Make a case bearable for this machine: a simulator's address for every account that it would make, and a
        good Idempotency-Key for itself alone, or the second case and all that follow would be refused for it.
        """
        headers = dict(case.headers or {})
        if KEYS.match(str(headers.get(KEY, ""))):
            headers[KEY] = f"{self.scene.name}-{next(self._keys)}"
        case.headers = headers
        if isinstance(case.body, dict):
            case.body = self._tamed(case, case.body)

    def acquaint(self, case: Case) -> None:
        """Make a case one of somebody who is let in, about what is there."""
        case.headers = {name: value for name, value in (case.headers or {}).items() if name != "Authorization"}
        case.path_parameters = {name: self.known[name] for name in case.path_parameters or {}}
        if not isinstance(case.body, dict):
            return
        match operation(case):
            case "trySync":  # only a sync that does not run is tried
                self.scene.tell("off")
            case "saveConnection":
                case.body = self._account(case.body)
            case "saveSync":
                case.body = self._ends(case.body)
            case each if each in DOCUMENTS:
                case.body = self._document(case.body)
                if each == "apply":  # or syncs of names that were made up would run on this corner's accounts
                    case.query = {**(case.query or {}), "dry": True}

    def _sound(self) -> bool:
        """Whether applying the document changes nothing, and the sync is active."""
        scene = self.scene
        answer = scene.api.post("/v1/apply", json=scene.document())
        if answer.status_code != 200 or scene.view()["status"] != "active":
            return False
        applied = answer.json()
        return {each["change"] for each in (*applied["connections"], *applied["syncs"])} == {"unchanged"}

    def _deployed(self) -> set[str]:
        """The paths of all connections and syncs."""
        listed = {kind: self.scene.api.get(f"/v1/{kind}").json()[kind] for kind in ("connections", "syncs")}
        return {f"/v1/{kind}/{each['name']}" for kind, found in listed.items() for each in found}

    def _tamed(self, case: Case, body: Body) -> Body:
        asked = operation(case)
        if asked == "saveConnection":
            return self._addressed(body)
        accounts = body.get("connections")
        if asked in DOCUMENTS and isinstance(accounts, dict):
            return {**body, "connections": {name: self._addressed(each) for name, each in accounts.items()}}
        return body

    def _addressed(self, account: Any) -> Any:
        """An account that has no address, or a text for one, gets the simulator's; any other is a fault and stays."""
        if isinstance(account, dict) and isinstance(account.get("base_url"), str | None):
            return {**account, "base_url": self.scene.stage.app_url}
        return account

    def _account(self, account: Any) -> Any:
        """An account of an application that there is, unless what was made up is no name."""
        if isinstance(account, dict) and isinstance(account.get("app"), str):
            return {**account, "app": self.scene.product.app}
        return account

    def _ends(self, sync: Any) -> Any:
        """A sync between this corner's accounts, unless what was made up is no end."""
        if not isinstance(sync, dict):
            return sync
        ours = self.scene.document()["syncs"][self.scene.name]
        return {**sync, **{side: ours[side] for side in ("hubspot", "app") if isinstance(sync.get(side), dict)}}

    def _document(self, body: Body) -> Body:
        known = dict(body)
        for kind, change in (("connections", self._account), ("syncs", self._ends)):
            if isinstance(body.get(kind), dict):
                known[kind] = {name: change(each) for name, each in body[kind].items()}
        return known


def operation(case: Case) -> str:
    """The operation's id; of a method that the document does not have, nothing."""
    declared = case.operation.definition.raw["operationId"] if case.method == case.operation.method.upper() else ""
    return str(declared)
