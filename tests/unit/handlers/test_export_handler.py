"""The function that makes exports."""

from __future__ import annotations

import pytest

from hubsync.handlers import export
from hubsync.model.export import Export, ExportFormat, ExportStep
from tests.simulation.world import World, contacts
from tests.situations import context, situation


def test_the_export_that_is_named_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "app", world.app)
    world.save(contacts())
    world.stores.exports.put_export(Export("e1", world.clock.now(), "s1", "contacts", ExportFormat.CSV))
    assert export.handler(situation("export_ordered"), context(900_000)) == {}
    made = world.stores.exports.export("e1")
    assert made is not None
    assert made.step is ExportStep.DONE
    assert list(world.stores.files.files) == ["files/e1.csv"]
    assert [facts["rows"] for event, facts in world.signals.notes if event == "exported"] == [0]
    assert export.handler(situation("export_ordered"), context(900_000)) == {}


def test_one_that_was_forgotten_is_left_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "app", world.app)
    assert export.handler(situation("export_ordered"), context(900_000)) == {}
