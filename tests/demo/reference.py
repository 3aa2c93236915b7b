"""A tiny sync in straight-line code, so that the checker can be tried before and without the real one.

It is slow and naive on purpose, and shares nothing with the checker but the table of fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infra.demo.checker.rules import COMPANIES, CONTACTS, DEALS, PLACE, Rules, Side
from infra.demo.checker.world import World
from infra.demo.data.dataset import dataset

Row = tuple[str, dict[str, Any]]


def seeded(rules: Rules, seed: int, contacts: int = 120, companies: int = 60, deals: int = 0) -> World:
    """A messy world as the simulators would hold it: ids in order, the app's texts trimmed."""
    data = dataset(seed, contacts, companies, deals)
    hubspot = [
        (str(1000 + n), placed(rules, "hubspot", row)) for n, row in enumerate(data.hubspot[rules.hubspot_object])
    ]
    app = [
        (f"app_{n:04}", {k: v.strip() if isinstance(v, str) else v for k, v in placed(rules, "app", row).items()})
        for n, row in enumerate(data.app[rules.app_object])
    ]
    return World.of(hubspot, app)


def placed(rules: Rules, side: Side, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its pipeline and stage as one."""
    if rules.stages is None:
        return dict(row)
    pipeline, stage = (row[name] for name in rules.stages.fields(side))
    return {**row, PLACE: f"{pipeline}/{stage}" if stage else None}


@dataclass
class Outcome:
    """What has become of a world: who is whose partner, by HubSpot's id (new records have made-up ids), and how many
    found each other, were left out by their stage although they did, came second, or may not enter."""

    world: World
    pairs: dict[str, str]
    matched: int
    apart: int
    duplicates: int
    kept_out: int


def synced(rules: Rules, before: World) -> World:
    """What a right two-way sync with HubSpot as the default makes of a world, links apart."""
    return outcome(rules, before).world


def outcome(rules: Rules, before: World) -> Outcome:
    """The same, told at length."""
    hubspot: list[Row] = [(key, dict(record.fields)) for key, record in before.hubspot.items()]
    app: list[Row] = [(key, dict(record.fields)) for key, record in before.app.items()]
    mate, second = walk(rules, hubspot, app)
    app_rows, pairs, kept_out = dict(app), {}, 0
    for key, row in list(hubspot):
        if key in mate:
            if _on_the_map(rules, row, app_rows[mate[key]]):
                _merge(rules, row, app_rows[mate[key]])
                pairs[key] = mate[key]
        elif key not in second and may_enter(rules, row, "hubspot"):
            app.append((f"made_{key}", copied(rules, row, to="app")))
            pairs[key] = f"made_{key}"
        else:
            kept_out += key not in second
    for key, record in before.app.items():
        if key in mate.values() or key in second:
            continue
        if may_enter(rules, dict(record.fields), "app"):
            fresh = str(900000 + len(hubspot))
            hubspot.append((fresh, copied(rules, dict(record.fields), to="hubspot")))
            pairs[fresh] = key
        else:
            kept_out += 1
    apart = sum(key not in pairs for key in mate)
    return Outcome(World.of(hubspot, app), pairs, len(mate), apart, len(second), kept_out)


def joined(
    pairs: dict[str, str], ours: dict[str, list[str]], theirs: dict[str, str], partners: dict[str, str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """One kind of links once both sides have each other's: HubSpot's by record, then the app's one."""
    back = {app: hubspot for hubspot, app in partners.items()}
    left, right = {key: list(ids) for key, ids in ours.items()}, dict(theirs)
    for hubspot, app in pairs.items():
        if app in right:
            if right[app] in back and back[right[app]] not in left.get(hubspot, []):
                left.setdefault(hubspot, []).append(back[right[app]])
        else:
            for one in left.get(hubspot, []):
                if one in partners:
                    right[app] = partners[one]
                    break
    return left, right


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


def carried(rules: Rules, sort: str, value: Any, to: str) -> Any:
    """A value on the other side: a stage by the table, whatever else as it is."""
    if sort != "stage" or rules.stages is None or value is None:
        return value
    if to == "app":
        return dict(rules.stages.pairs).get(value)
    return {app: hubspot for hubspot, app in reversed(rules.stages.pairs)}.get(value)


def _on_the_map(rules: Rules, left: dict[str, Any], right: dict[str, Any]) -> bool:
    mine, theirs = left.get(PLACE), right.get(PLACE)
    return (not mine or carried(rules, "stage", mine, "app") is not None) and (
        not theirs or carried(rules, "stage", theirs, "hubspot") is not None
    )


def _merge(rules: Rules, left: dict[str, Any], right: dict[str, Any]) -> None:
    for pairing in rules.pairings:
        one, two = left.get(pairing.hubspot), right.get(pairing.app)
        if plain(pairing.sort, carried(rules, pairing.sort, one, "app")) == plain(pairing.sort, two):
            continue
        if plain(pairing.sort, one) is None:
            left[pairing.hubspot] = str(carried(rules, pairing.sort, two, "hubspot")).strip()
        else:
            right[pairing.app] = str(carried(rules, pairing.sort, one, "app")).strip()


def copied(rules: Rules, row: dict[str, Any], to: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for pairing in rules.pairings:
        source, target = (pairing.app, pairing.hubspot) if to == "hubspot" else (pairing.hubspot, pairing.app)
        value = carried(rules, pairing.sort, row.get(source), to)
        made[target] = None if value is None or not str(value).strip() else str(value).strip()
    return made


def may_enter(rules: Rules, row: dict[str, Any], side: str) -> bool:
    if rules is CONTACTS:
        return any(key for key in _keys(rules, side, {"email": row.get("email")}))
    if rules is DEALS:
        return carried(rules, "stage", row.get(PLACE), "app" if side == "hubspot" else "hubspot") is not None
    return bool(row.get("name" if side == "hubspot" else "title"))


def _keys(rules: Rules, side: str, row: dict[str, Any]) -> list[str]:
    if rules is CONTACTS:
        emails = f"{row.get('email') or ''};{row.get('hs_additional_emails') or ''}".lower().split(";")
        return [e.strip() for e in emails if "@" in e.strip()[1:-4] and " " not in e.strip() and "@@" not in e]
    if rules is DEALS:
        return [str(row["dealname" if side == "hubspot" else "title"]).strip().lower()]
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
    if sort == "date":
        return raw[:10]
    if sort == "name":
        return " ".join(raw.lower().split())
    return raw.lower() if sort == "email" else raw
