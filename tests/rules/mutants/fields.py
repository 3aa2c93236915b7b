"""Mappings, filters, stages, associations and events. (Sections 4, 5, 6.)"""

from __future__ import annotations

from tests.rules.mutant import Mutant

MUTANTS = (
    Mutant(
        "4.6",
        "a field may have two sources",
        "services.manage.check",
        "            if not writes(spec, mapping, side):",
        "            if True:",
    ),
    Mutant(
        "5.2",
        "a lone record may be in any stage",
        "engine.admit",
        "if sync.stages is not None and not is_mapped(sync.stages, record):",
        "if False:",
    ),
    Mutant(
        "4.1",
        "a default mapping cannot be switched off",
        "services.manage.defaults",
        "return any(each.field(side) in defaults.apart for side in Side)",
        "return False",
    ),
    Mutant(
        "4.1",
        "the default mappings of leads are put upon contacts",
        "services.manage.apply",
        " and ours.kind in (None, hubspot.kind)",
        "",
    ),
    Mutant(
        "4.1",
        "a default mapping writes what nobody may",
        "services.manage.defaults",
        "if each.direction is not Direction.TWO_WAY or len(closed) != 1:",
        "if True:",
    ),
    Mutant(
        "4.2",
        "a table of options says nothing",
        "engine.choices",
        "self._pair(tuple(pairs))",
        "self._pair(())",
    ),
    Mutant(
        "4.3",
        "several options of the app go into text",
        "engine.compatible",
        "        and (source not in FROM_HUBSPOT or target.other is Side.HUBSPOT)\n",
        "",
    ),
    Mutant(
        "4.3",
        "a lossy transform may go two ways",
        "engine.compatible",
        "return LOSSES.get(transform, {}).get((ends.type(target.other), ends.type(target)))",
        "return None",
    ),
    Mutant(
        "4.4",
        "which one was mirrored is forgotten",
        "engine.several",
        "return next(equal, next(known, next(iter(places), None)))",
        "return next(equal, next(iter(places), None))",
    ),
    Mutant(
        "4.4",
        "the rest of several values is wiped out",
        "engine.several",
        "return [*rest[:place], *new, *rest[place + 1 :]]",
        "return new",
    ),
    Mutant(
        "4.5",
        "length is left to the application",
        "engine.bridge",
        "if longest is not None and isinstance(value, str) and len(value) > longest:",
        "if False:",
    ),
    Mutant(
        "5.3",
        "a contact may move back",
        "engine.lifecycle",
        "return now in STAGES and then in STAGES and STAGES.index(then) < STAGES.index(now)",
        "return False",
    ),
    Mutant(
        "5.3",
        "a default stage is for everybody",
        "engine.lifecycle",
        "return None if has_one else lifecycle.default",
        "return lifecycle.default",
    ),
    Mutant(
        "6.1", "nothing waits for its other end", "engine.links", "            waiting.append(ref)", "            pass"
    ),
    Mutant(
        "6.1",
        "what others link by can be deleted",
        "services.manage.lifecycle",
        "                self._check_unneeded(sync)",
        "                pass",
    ),
    Mutant(
        "6.1",
        "a label is no more than a link",
        "connectors.hubspot.associations",
        "if field.label is None or any(type_.label == field.label for type_ in types)",
        "if True",
    ),
    Mutant(
        "6.1",
        "a field of many links takes one",
        "engine.links",
        "return [*now] if association.many else next(iter(now), None)",
        "return next(iter(now), None)",
    ),
    Mutant(
        "6.2",
        "invoices are linked to anything",
        "services.manage.check_links",
        "if schemas[Side.HUBSPOT].kind == ObjectKind.INVOICE:",
        "if False:",
    ),
    Mutant(
        "6.2",
        "unlinking always travels",
        "engine.links",
        "if self.association.unlink and self.sync.may_link(self.association, side):",
        "if self.sync.may_link(self.association, side):",
    ),
    Mutant(
        "6.2",
        "unlinking never travels",
        "engine.links",
        "if self.association.unlink and self.sync.may_link(self.association, side):",
        "if False:",
    ),
    Mutant(
        "4.7",
        "no owner is found by email",
        "engine.owners",
        "found = None if owner is None else self._by_email[side].get(_email(owner))",
        "found = None",
    ),
    Mutant(
        "6.3",
        "every delivery of an event is logged",
        "services.timeline",
        " if not known[key].version}",
        "}",
    ),
)
