"""Which way values go, and whose stands. (Section 2.)"""

from __future__ import annotations

from tests.rules.mutant import Mutant

MUTANTS = (
    Mutant(
        "2.1",
        "every direction is two-way",
        "model.side",
        "return self is Direction.TWO_WAY or (self is Direction.TO_HUBSPOT) == (side is Side.HUBSPOT)",
        "return True",
    ),
    Mutant(
        "2.2",
        "the default wins over a change on one side",
        "engine.merge",
        "return _flow(sync, mapping, source=left if left.changed else right, why=CHANGED)",
        "return _contest(sync, mapping, left, right, BOTH)",
    ),
    Mutant(
        "2.3",
        "HubSpot always wins",
        "engine.merge",
        "winner, loser = (left, right) if side is Side.HUBSPOT else (right, left)",
        "winner, loser = left, right",
    ),
    Mutant("2.3", "an empty winner wins", "engine.merge", "    if winner.empty:", "    if False:"),
    Mutant(
        "2.4",
        "the default overrules the direction",
        "engine.merge",
        "    if sync.may_write(mapping, loser.side):\n        return Verdict(why.format",
        "    if True:\n        return Verdict(why.format",
    ),
    Mutant(
        "2.5",
        "a clear always travels",
        "engine.merge",
        "if source.empty and not mapping.clears:",
        "if False:",
    ),
    Mutant(
        "2.5",
        "a clear never travels",
        "engine.merge",
        "if source.empty and not mapping.clears:",
        "if source.empty:",
    ),
    Mutant(
        "2.6",
        "values are compared as they are written",
        "engine.merge",
        "if in_hubspot == in_app:",
        "if hubspot == app:",
    ),
    Mutant(
        "2.7",
        "a field has no direction of its own",
        "model.sync",
        "return self.direction.writes(side) and mapping.direction.writes(side)",
        "return self.direction.writes(side)",
    ),
    Mutant(
        "2.8",
        "what comes back once is held",
        "engine.flip_flop",
        "RETURNS = 2 * (ROUNDS - 1)",
        "RETURNS = 0",
    ),
    Mutant(
        "2.9",
        "an edit against the direction is not reported",
        "engine.merge",
        "return Verdict(AGAINST.format(side=source.side), drifted=True)",
        "return SAME",
    ),
    Mutant(
        "2.9",
        "an edit on the target is undone",
        "engine.merge",
        "return Verdict(AGAINST.format(side=source.side), drifted=True)",
        "return Verdict(why, write=source.side, winner=source.side.other)",
    ),
)
