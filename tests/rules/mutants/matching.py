"""Who is the same. (Section 3.)"""

from __future__ import annotations

from tests.rules.mutant import Mutant

IDENTIFIED = "    found: dict[Identifier, None] = {}\n    for key in sync.match_keys:"
UNMAPPED = "if key.kind is IdentifierKind.DOMAIN and not _mapped(sync, key):"

MUTANTS = (
    Mutant(
        "3.1",
        "only the first match key counts",
        "engine.identify",
        IDENTIFIED,
        IDENTIFIED.replace("match_keys", "match_keys[:1]"),
    ),
    Mutant(
        "3.2",
        "the name is asked before the domain",
        "engine.resolve",
        "for position, (kind, key) in enumerate(keys):",
        "for position, (kind, key) in enumerate(keys := keys[::-1]):",
    ),
    Mutant(
        "3.3",
        "only what is mapped is matched by",
        "engine.identify",
        f"{IDENTIFIED}\n        {UNMAPPED}",
        f"{IDENTIFIED}\n        if not _mapped(sync, key):",
    ),
    Mutant(
        "3.3",
        "a domain counts without a mapping",
        "engine.identify",
        f"{IDENTIFIED}\n        {UNMAPPED}",
        f"{IDENTIFIED}\n        if False:",
    ),
    Mutant(
        "3.4",
        "what a partner was called before counts",
        "services.look.stand",
        "    return record is None or key not in",
        "    return record is None and key not in",
    ),
    Mutant(
        "3.4",
        "the case of an email counts",
        "engine.identify",
        "email = text.strip().lower()",
        "email = text.strip()",
    ),
    Mutant(
        "3.4",
        "names are compared letter by letter",
        "engine.identify",
        "    return folded or None",
        "    return text",
    ),
    Mutant(
        "3.4",
        "secondary emails do not count",
        "model.sync",
        "return (self.hubspot_field, *self.more_hubspot_fields)",
        "return (self.hubspot_field,)",
    ),
    Mutant(
        "3.4",
        "a match overwrites the primary email",
        "engine.decide",
        "verdict = Verdict(PRIMARY, drifted=True)",
        "pass",
    ),
    Mutant(
        "3.5",
        "duplicates are not seen",
        "engine.resolve",
        "        if found is None:\n            continue\n        standing, partner = found",
        "        found = None\n        if found is None:\n            continue\n        standing, partner = found",
    ),
    Mutant(
        "3.5",
        "who is a duplicate already gets in no other line",
        "services.look.commit",
        "(new or changed or errand.forced)",
        "(new or errand.forced)",
    ),
    Mutant("3.5", "nobody is woken", "services.look.commit", "    if not released:", "    if True:"),
    Mutant(
        "3.6",
        "an identifier that is bound elsewhere is no conflict",
        "services.look.stand",
        "if work.conflict is None and work.resolution.standing is Standing.LONE:",
        "if False:",
    ),
    Mutant(
        "3.7",
        "new contacts need no email",
        "engine.admit",
        "if _by_email(sync) and IdentifierKind.EMAIL not in kinds:",
        "if False:",
    ),
    Mutant(
        "3.7",
        "a bound contact may lose its email",
        "engine.admit",
        "    if bare is None:",
        "    if True:",
    ),
    Mutant(
        "3.8",
        "a company may name nothing",
        "engine.admit",
        "if not kinds and sync.kind in NAMED:",
        "if False:",
    ),
    Mutant(
        "3.8",
        "a record may lack the sync's own key",
        "engine.admit",
        "if not kinds and sync.own_key:",
        "if False:",
    ),
    Mutant(
        "3.1",
        "a product's code counts for nothing",
        "engine.identify",
        "    IdentifierKind.SKU: normal_code,",
        "    IdentifierKind.SKU: lambda _: None,",
    ),
    Mutant(
        "3.1",
        "after a key was changed pairs keep their old claims",
        "services.look.gather",
        "return entry.bound and entry.generation < sync.keys_since",
        "return False",
    ),
)
