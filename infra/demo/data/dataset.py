"""Everything that is seeded into both applications, from one number."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from infra.demo.data.companies import companies
from infra.demo.data.deals import deals
from infra.demo.data.links import LinkRow, links
from infra.demo.data.mess import Fields
from infra.demo.data.people import people


@dataclass(frozen=True, slots=True)
class Dataset:
    """Records by object and side, and the links between them; the app's nested fields are named with dots."""

    hubspot: Mapping[str, list[Fields]]
    app: Mapping[str, list[Fields]]
    links: Sequence[LinkRow] = ()


def dataset(seed: int, contacts: int, organisations: int, opportunities: int = 0) -> Dataset:
    """`contacts` contacts, `organisations` companies and `opportunities` deals per side, half overlapping; the same for
    the same seed. Without deals there are no links either."""
    dice = random.Random(seed)
    left, right = people(dice, contacts)
    ours, theirs = companies(dice, organisations)
    hubspot, app = {"companies": ours, "contacts": left}, {"organisations": theirs, "people": right}
    if not opportunities:
        return Dataset(hubspot, app)
    hubspot["deals"], app["opportunities"] = deals(dice, opportunities)
    return Dataset(hubspot, app, links(dice, hubspot, app))
