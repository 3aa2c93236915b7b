"""`make bench`: prints what a decision and a saved sync cost, and what they may."""

from __future__ import annotations

from tests.benchmarks import decision, saving

DECISION_GOAL_US = 60
SAVING_GOAL_S = 1.0


def main() -> None:
    """Print one line each."""
    spent = decision.microseconds()
    print(f"A decision over {decision.FIELDS} fields: {spent:.0f} µs of CPU (at most {DECISION_GOAL_US}).")
    seconds, calls = saving.seconds()
    print(
        f"Saving a sync of {saving.MAPPINGS} mappings: {seconds * 1000:.0f} ms of CPU (at most "
        f"{SAVING_GOAL_S * 1000:.0f}), {calls} calls to HubSpot."
    )


if __name__ == "__main__":
    main()
