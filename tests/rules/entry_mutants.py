"""What the rules about conflicts between systems, and about who enters, lose when a piece is switched off."""

from __future__ import annotations

from tests.rules.mutant import Mutant

ENTRY_MUTANTS = (
    Mutant(
        "2.7",
        "the newer record has no say",
        "engine.prefer",
        "return newest or sync.default_side",
        "return sync.default_side",
    ),
    Mutant(
        "2.7",
        "our own write makes a record the newer one",
        "engine.prefer",
        "if record.modified_at is None or (ours and record.modified_at <= ours + AFTERMATH_MS):",
        "if record.modified_at is None:",
    ),
    Mutant(
        "2.7",
        "nobody notes when we wrote",
        "services.look.commit",
        "half = replace(half, written_at=result.record.modified_at)",
        "pass",
    ),
    Mutant(
        "2.8",
        "no field is ever held",
        "engine.flip_flop",
        "held = returns > RETURNS or turns >= LONGEST",
        "held = False",
    ),
    Mutant(
        "2.8",
        "a held field is not tried again",
        "services.look.gather",
        "if entry.failure is not None and entry.failure.category is FailureCategory.FLIP_FLOP:",
        "if False:",
    ),
    Mutant(
        "5.1",
        "everything enters",
        "engine.admit",
        "if not matches(sync, record):",
        "if False:",
    ),
    Mutant(
        "5.1",
        "what stops matching is moved out",
        "engine.admit",
        "(entered and not strict)",
        "False",
    ),
    Mutant(
        "5.1",
        "nobody watches the fields of a filter",
        "engine.baseline",
        "filtering = tuple((FILTERING + at, name)",
        "filtering = tuple((FILTERING + at, name) if False else (FILTERING, '?')",
    ),
    Mutant(
        "5.1",
        "filters made strict wait for an edit of each record",
        "services.look.gather",
        "return desk.sync.filters.strict and record is not None and not may_enter(desk.sync, record)",
        "return False",
    ),
    Mutant(
        "5.2",
        "every stage enters",
        "engine.admit",
        "if sync.stages is not None and not is_mapped(sync.stages, record):",
        "if False:",
    ),
    Mutant(
        "5.2",
        "a pair may leave the mapped stages",
        "engine.admit",
        "    if side is None:\n        return None\n    return KeptOut(ExclusionReason.STAGE_NOT_MAPPED",
        "    if True:\n        return None\n    return KeptOut(ExclusionReason.STAGE_NOT_MAPPED",
    ),
    Mutant(
        "5.3",
        "a default stage is given to everybody",
        "engine.lifecycle",
        "return None if has_one else lifecycle.default",
        "return lifecycle.default",
    ),
    Mutant(
        "5.3",
        "a stage is moved back",
        "engine.decide",
        "if moves_back(mapping, verdict.write, left, right):",
        "if False:",
    ),
)
