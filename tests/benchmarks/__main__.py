"""`make bench`: prints what a decision, a saved sync and an export cost, and what they may."""

from __future__ import annotations

from hubsync.model.export import ExportFormat
from tests.benchmarks import decision, exporting, saving

DECISION_GOAL_US = 60
SAVING_GOAL_S = 1.0
EXPORT_GOAL_S = 60


def main() -> None:
    """Print one line each."""
    spent = decision.microseconds()
    print(f"A decision over {decision.FIELDS} fields: {spent:.0f} µs of CPU (at most {DECISION_GOAL_US}).")
    seconds, calls = saving.seconds()
    print(
        f"Saving a sync of {saving.MAPPINGS} mappings: {seconds * 1000:.0f} ms of CPU (at most "
        f"{SAVING_GOAL_S * 1000:.0f}), {calls} calls to HubSpot."
    )
    for kind in ExportFormat:
        spent, table = exporting.seconds(kind)
        print(
            f"An export of {exporting.RECORDS:,} records as {kind}: {spent:.1f} s of CPU (at most "
            f"{EXPORT_GOAL_S}), beside {table:.1f} s to read the table's items."
        )


if __name__ == "__main__":
    main()
