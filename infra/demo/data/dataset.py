"""Everything that is seeded into both applications, from one number."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from infra.demo.data.companies import companies
from infra.demo.data.mess import Fields
from infra.demo.data.people import people


@dataclass(frozen=True, slots=True)
class Dataset:
    """Records by object and side; the app's nested fields are named with dots."""

    hubspot: Mapping[str, list[Fields]]
    app: Mapping[str, list[Fields]]


def dataset(seed: int, contacts: int, organisations: int) -> Dataset:
    """`contacts` contacts and `organisations` companies per side, half overlapping; the same for the same seed."""
    dice = random.Random(seed)
    left, right = people(dice, contacts)
    ours, theirs = companies(dice, organisations)
    return Dataset({"contacts": left, "companies": ours}, {"people": right, "organisations": theirs})
