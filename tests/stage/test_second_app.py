"""Ledgerly end to end: another shape of application, and not a line of Python for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stage.people import contact, customer, email
from tests.stage.scene import LEDGERLY, Product, Scene

pytestmark = pytest.mark.slow


def test_ledgerly_and_hubspot_become_one_and_stay_in_step(enter: Callable[[Product], Scene]) -> None:
    scene = enter(LEDGERLY)
    scene.hubspot.seed([contact(n) for n in range(60)])
    scene.app.seed([customer(n) for n in range(40, 120)])
    scene.apply()
    scene.synced(in_sync=120)
    contacts, customers = scene.hubspot.rows(), scene.app.rows()
    assert len(contacts) == len(customers) == 120
    assert contacts[email(100)]["lastname"] == "Ledger"
    assert customers[email(10)]["FamilyName"] == customers[email(50)]["FamilyName"] == "Hubb"
    assert customers[email(50)]["Phone"] == contact(50)["phone"]

    scene.listen()
    scene.app.edit(customers[email(100)]["id"], GivenName="Grace")
    scene.until("the edit is in HubSpot", lambda: scene.hubspot.rows()[email(100)]["firstname"] == "Grace")

    scene.hubspot.edit(contacts[email(10)]["id"], firstname="Radia")
    scene.hubspot.create(contact(200))
    scene.polled("the new contact is in Ledgerly", lambda: email(200) in scene.app.rows())
    scene.polled("the edit is in Ledgerly", lambda: scene.app.rows()[email(10)]["GivenName"] == "Radia")
    scene.counted(in_sync=121)

    written = scene.hubspot.writes(), scene.app.writes()
    scene.tell("compare")
    scene.at_rest()
    assert (scene.hubspot.writes(), scene.app.writes()) == written
