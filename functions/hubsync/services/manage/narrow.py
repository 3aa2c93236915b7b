"""What an edit of a sync cannot affect is not read again (rule 1.2)."""

from __future__ import annotations

from dataclasses import replace

from hubsync.model.sync import Sync


def looks_again(before: Sync | None, after: Sync) -> bool:
    """Whether records have to be looked at again for this edit.

    Who is told, how long the history is kept, whose value stands from now on, whether new contacts are marketed to, and
    how much a run may change unasked: these say nothing of what was decided already, and start nothing anew.
    """
    if before is None:
        return True
    quiet = replace(
        after,
        notify=before.notify,
        history_days=before.history_days,
        default_side=before.default_side,
        conflict=before.conflict,
        marketing_contacts=before.marketing_contacts,
        brake=before.brake,
    )
    return quiet != before
