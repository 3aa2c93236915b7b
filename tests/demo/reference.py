"""A tiny sync in straight-line code, so that the checker can be tried before and without the real one.

It is slow and naive on purpose, and shares nothing with the checker but the table of fields.
"""

from __future__ import annotations

from typing import Any

from infra.demo.checker.rules import COMPANIES, CONTACTS, Rules
from infra.demo.checker.world import World
from infra.demo.data.dataset import dataset

Row = tuple[str, dict[str, Any]]


def seeded(rules: Rules, seed: int, contacts: int = 120, companies: int = 60) -> World:
    """A messy world as the simulators would hold it: ids in order, the app's texts trimmed."""
    data = dataset(seed, contacts, companies)
    hubspot = [(str(1000 + n), dict(row)) for n, row in enumerate(data.hubspot[rules.hubspot_object])]
    app = [
        (f"app_{n:04}", {k: v.strip() if isinstance(v, str) else v for k, v in row.items()})
        for n, row in enumerate(data.app[rules.app_object])
    ]
    return World.of(hubspot, app)


def synced(rules: Rules, before: World) -> World:
    """What a right two-way sync with HubSpot as the default makes of a world."""
    hubspot: list[Row] = [(key, dict(record.fields)) for key, record in before.hubspot.items()]
    app: list[Row] = [(key, dict(record.fields)) for key, record in before.app.items()]
    mate, second = walk(rules, hubspot, app)
    app_rows = dict(app)
    for key, row in list(hubspot):
        if key in mate:
            _merge(rules, row, app_rows[mate[key]])
        elif key not in second and _may_enter(rules, row, "hubspot"):
            app.append((f"made_{key}", _copy(rules, row, to="app")))
    for key, row in before.app.items():
        if key not in mate.values() and key not in second and _may_enter(rules, dict(row.fields), "app"):
            hubspot.append((str(900000 + len(hubspot)), _copy(rules, dict(row.fields), to="hubspot")))
    return World.of(hubspot, app)


def walk(rules: Rules, hubspot: list[Row], app: list[Row]) -> tuple[dict[str, str], set[str]]:
    h_held: dict[str, str] = {}
    a_held: dict[str, str] = {}
    second: set[str] = set()
    mate: dict[str, str] = {}
    for key, row in hubspot:
        mine = _keys(rules, "hubspot", row)
        if any(k in h_held for k in mine):
            second.add(key)
        else:
            h_held.update(dict.fromkeys(mine, key))
    for key, row in app:
        mine = _keys(rules, "app", row)
        for k in mine:
            if k in h_held and h_held[k] not in mate:
                mate[h_held[k]] = key
                break
            if k in h_held or k in a_held:
                second.add(key)
                break
        if key not in second:
            for k in mine:
                a_held.setdefault(k, key)
    return mate, second


def _merge(rules: Rules, left: dict[str, Any], right: dict[str, Any]) -> None:
    for pairing in rules.pairings:
        one, two = left.get(pairing.hubspot), right.get(pairing.app)
        if plain(pairing.sort, one) == plain(pairing.sort, two):
            continue
        if plain(pairing.sort, one) is None:
            left[pairing.hubspot] = str(two).strip()
        else:
            right[pairing.app] = str(one).strip()


def _copy(rules: Rules, row: dict[str, Any], to: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for pairing in rules.pairings:
        source, target = (pairing.app, pairing.hubspot) if to == "hubspot" else (pairing.hubspot, pairing.app)
        value = row.get(source)
        made[target] = None if value is None or not str(value).strip() else str(value).strip()
    return made


def _may_enter(rules: Rules, row: dict[str, Any], side: str) -> bool:
    if rules is CONTACTS:
        return any(key for key in _keys(rules, side, {"email": row.get("email")}))
    return bool(row.get("name" if side == "hubspot" else "title"))


def _keys(rules: Rules, side: str, row: dict[str, Any]) -> list[str]:
    if rules is CONTACTS:
        emails = f"{row.get('email') or ''};{row.get('hs_additional_emails') or ''}".lower().split(";")
        return [e.strip() for e in emails if "@" in e.strip()[1:-4] and " " not in e.strip() and "@@" not in e]
    assert rules is COMPANIES
    site, name = (row.get("domain"), row.get("name")) if side == "hubspot" else (row.get("website"), row.get("title"))
    found = [plain("domain", site), plain("name", name)]
    return [f"{n}{key}" for n, key in enumerate(found) if key]


def plain(sort: str, value: Any) -> str | None:
    raw = str(value).strip() if value is not None else ""
    if not raw:
        return None
    if sort == "phone":
        return "".join(c for c in raw if c.isdigit())[-10:]
    if sort == "number":
        return str(float(raw))
    if sort == "domain":
        host = raw.lower().replace("https://", "").replace("http://", "").split("/")[0].split(":")[0]
        return host.removeprefix("www.").encode("idna").decode()
    if sort == "name":
        return " ".join(raw.lower().split())
    return raw.lower() if sort == "email" else raw
