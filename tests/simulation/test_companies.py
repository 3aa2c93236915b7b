"""Companies and organisations: matched by domain, else by name (rules 3.1 to 3.5)."""

from __future__ import annotations

from hubsync.model.side import Direction, Side
from tests.simulation.world import World, companies


def _world(hubspot: list[tuple[str, str | None]], app: list[tuple[str, str | None]]) -> World:
    world = World(1)
    world.hubspot.seed("companies", [_without_none({"name": name, "domain": domain}) for name, domain in hubspot])
    world.orbit.seed({"organisations": [{"title": title, "website": website} for title, website in app]})
    return world


def _without_none(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _pairs(world: World) -> set[tuple[str, str]]:
    """Every bound pair as (number of the company, number of the organisation), in the order they were made."""
    organisations = [one["id"] for one in world.orbit.records("organisations")]
    first = min(world.hubspot.records("companies"))
    return {
        (str(int(entry.hubspot.record_id or 0) - first), str(organisations.index(entry.app.record_id)))
        for entry in world.entries("companies")
        if entry.bound
    }


def test_a_domain_matches_whatever_the_names_say() -> None:
    """Rules 3.1 and 3.4: scheme, www and path are no part of a domain."""
    world = _world([("Acme Inc", "acme.example")], [("ACME", "https://www.acme.example/about")])
    world.save(companies())
    world.settle()
    assert _pairs(world) == {("0", "0")}
    assert len(world.hubspot.records("companies")) == len(world.orbit.records("organisations")) == 1


def test_the_same_name_matches_with_another_domain() -> None:
    """Rule 3.2."""
    world = _world([("Acme", "acme.example")], [("  acme ", "https://acme-shop.example")])
    world.save(companies())
    world.settle()
    assert _pairs(world) == {("0", "0")}


def test_the_domain_wins_where_the_name_says_otherwise() -> None:
    """Rule 3.2: name says the first company, domain says the second; the history says so."""
    world = _world([("Acme", "acme.example"), ("Globex", "globex.example")], [("Acme", "https://globex.example")])
    world.save(companies())
    world.settle()
    assert ("1", "0") in _pairs(world)
    reasons = [facts["reason"] for event, facts in world.signals.notes if event == "record_decided"]
    assert any("the name named another record, the domain counts" in reason for reason in reasons), reasons
    assert world.statuses("companies") == {"in_sync": 2}


def test_the_lowest_id_is_first_among_hubspots_own_duplicates() -> None:
    """Rule 3.5."""
    world = _world([("Acme", None), ("ACME", None)], [("acme", None)])
    world.save(companies())
    world.settle()
    assert _pairs(world) == {("0", "0")}
    assert world.statuses("companies") == {"in_sync": 1, "excluded": 1}


def test_a_company_that_names_nothing_is_left_out() -> None:
    """Rule 3.8, for the default keys: without domain and name there is nothing to match by."""
    world = _world([], [])
    world.hubspot.seed("companies", [{"city": "Bonn"}])
    world.save(companies())
    world.settle()
    assert world.statuses("companies") == {"excluded": 1}


def test_companies_flow_both_ways_and_come_to_rest() -> None:
    """Rules 2.1 and 2.6, with a number and a domain that the two applications write differently."""
    world = _world([("Acme", "acme.example")], [("Globex", "https://globex.example/")])
    world.save(companies())
    world.settle()
    made = {one["title"]: one for one in world.orbit.records("organisations")}
    assert made["Acme"]["website"] == "acme.example" or made["Acme"]["website"].endswith("acme.example")
    found = {values["name"]: values for values in world.hubspot.records("companies").values()}
    assert found["Globex"]["domain"] == "globex.example"
    world.orbit.edit("organisations", made["Acme"]["id"], {"employees": 50})
    world.deliver()
    world.settle()
    found = {values["name"]: values for values in world.hubspot.records("companies").values()}
    assert found["Acme"]["numberofemployees"] == "50"
    before = dict(world.stores.writes)
    world.deliver()
    world.settle()
    assert {kind: world.stores.writes[kind] - before.get(kind, 0) for kind in ("entry", "claim")} == {
        "entry": 0,
        "claim": 0,
    }


def test_one_way_to_hubspot_leaves_hubspots_own_companies_out() -> None:
    """Rule 1.3: what is only in HubSpot ends as excluded (direction), and the app is never written."""
    world = _world([("Acme", "acme.example")], [("Globex", "https://globex.example/")])
    world.save(companies(Direction.TO_HUBSPOT, Side.APP))
    world.settle()
    assert world.statuses("companies") == {"in_sync": 1, "excluded": 1}
    assert len(world.orbit.records("organisations")) == 1


def test_one_way_to_the_app_leaves_the_apps_own_organisations_out() -> None:
    """Rule 1.3, the other way round."""
    world = _world([("Acme", "acme.example")], [("Globex", "https://globex.example/")])
    world.save(companies(Direction.TO_APP))
    world.settle()
    assert world.statuses("companies") == {"in_sync": 1, "excluded": 1}
    assert len(world.hubspot.records("companies")) == 1
    assert not world.hubspot.calls.written("companies")


def test_a_company_whose_name_went_elsewhere_by_domain_is_still_made() -> None:
    """Rule 3.2: the organisation bears the first company's name, but its domain binds it to the second, whose blank
    name it fills. The first company keeps the place that it took first, and is made in the app.
    """
    world = World(1)
    world.hubspot.seed("companies", [{"name": "Acme", "domain": "acme.example"}, {"domain": "globex.example"}])
    world.orbit.seed({"organisations": [{"title": "Acme", "website": "https://globex.example"}]})
    world.save(companies())
    world.settle()
    assert ("1", "0") in _pairs(world)
    assert world.statuses("companies") == {"in_sync": 2}
    made = next(one for one in world.orbit.records("organisations") if one["external_ref"])
    assert (made["title"], made["website"].endswith("acme.example")) == ("Acme", True)
