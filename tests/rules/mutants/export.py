"""Exports. (Rule 8.5.)"""

from __future__ import annotations

from tests.rules.mutant import Mutant

MUTANTS = (
    Mutant(
        "8.5",
        "a cell of an export is a formula",
        "services.export.sheets",
        'if cell.lstrip(" ").startswith(DANGEROUS) else cell',
        "if False else cell",
    ),
    Mutant(
        "8.5",
        "an export has everybody, whatever was asked for",
        "services.export.collect",
        "if export.listed in (None, each.status)",
        "",
    ),
    Mutant(
        "8.5",
        "two runs write into one part",
        "model.export",
        "run = sum(1 for began in self.runs if began <= number)",
        "run = 0",
    ),
    Mutant(
        "8.5",
        "a run that was overtaken goes on",
        "services.export.make",
        "if not self.exports.put_export(moved):",
        "if not self.exports.put_export(moved) and False:",
    ),
    Mutant("8.5", "nobody goes on when the time is over", "services.export.make", "self.maker.make(export_id)", "pass"),
    Mutant(
        "8.5",
        "the parts stay",
        "services.export.make",
        "        self.files.delete(_parts(export))\n        mailed = None",
        "        mailed = None",
    ),
    Mutant(
        "8.5",
        "a cut off export is never gone on with",
        "services.export.order",
        "if not each.over and due <= now:",
        "if False:",
    ),
    Mutant("8.5", "a link lives on", "services.export.order", "or until <= now", ""),
    Mutant(
        "8.5",
        "values are read unasked",
        "services.export.order",
        "hubspot_fields=mapped_fields(sync, Side.HUBSPOT) if values else ()",
        "hubspot_fields=mapped_fields(sync, Side.HUBSPOT)",
    ),
    Mutant(
        "8.5",
        "the rest of a list is not exported",
        "services.export.collect",
        "ExportStep.COLLECT if page.cursor else ExportStep.ASSEMBLE",
        "ExportStep.ASSEMBLE",
    ),
)
