"""Rules 8.1 to 8.5: what is said of each record."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hubsync.model.side import Direction, Side
from hubsync.model.status import ExclusionReason, Failure, FailureCategory, RecordStatus
from hubsync.stores.index_port import PutEntry
from tests.rules.scene import Pair, Scene
from tests.simulation.world import companies, contacts

H, A = Side.HUBSPOT, Side.APP


def mixed() -> Scene:
    """Two pairs, a duplicate, a contact without email, and a pair that fails."""
    scene = Scene(
        [{"email": "a@example.com"}, {"email": "b@example.com"}, {"firstname": "Nobody"}],
        [
            {"email": "a@example.com"},
            {"email": "b@example.com"},
            {"email": "a@example.com"},
            {"email": "c@example.com"},
        ],
    )
    scene.edit_hubspot(1, jobtitle="x" * 300)
    scene.look()
    return scene


def test_counts_equal_lists() -> None:
    """8.1 Each record is in one status, a pair counts once, and the counts, the lists and the index say the same."""
    scene = mixed()
    counts = {status: number for status, number in scene.world.counted().items() if number}
    assert counts == {"in_sync": 2, "failing": 1, "excluded": 2}
    listed: Counter[str] = Counter()
    for status in RecordStatus:
        page = scene.view().records("contacts", status, None, 100)
        listed[status] += len(page.entries)
        assert {entry.status for entry in page.entries} <= {status}
    assert {status: number for status, number in listed.items() if number} == counts
    assert scene.view().sync("contacts").counts.total == len(scene.entries()) == 5


def test_counts_that_lost_changes_come_right() -> None:
    """8.1 Some changes never reached the counts; the nightly comparison counts anew, and the numbers are the lists'."""
    scene = mixed()
    counts, heard = scene.world.stores.counts, scene.world.stores.index.on_change
    scene.world.stores.index.on_change = None
    scene.edit_hubspot(1, jobtitle="Pilot")
    scene.create_hubspot(email="new@example.com")
    scene.look()
    scene.world.stores.index.on_change = heard
    assert dict(counts.counts(scene.saved.id).by_status) == {"in_sync": 2, "failing": 1, "excluded": 2}
    scene.compare()
    assert dict(counts.counts(scene.saved.id).by_status) == {"in_sync": 4, "excluded": 2}


def test_a_failure_says_what_and_how_to_mend_it() -> None:
    """8.2 A category, a sentence, a remedy and the field, and never the customer's value."""
    pair = Pair()
    pair.edit_contact(jobtitle="x" * 300)
    pair.look()
    failure = pair.pair.failure
    assert pair.pair.status is RecordStatus.FAILING
    assert failure is not None
    assert failure.category is FailureCategory.TOO_LONG
    assert failure.sentence
    assert failure.remedy
    assert failure.field == "job_title"
    assert "xxx" not in f"{pair.pair}"


def test_one_records_failure_is_nobody_elses() -> None:
    """8.2 One record is refused; the next one in the same batch is written."""
    records = [{"email": "a@example.com"}, {"email": "b@example.com"}]
    scene = Scene(records, records)
    scene.edit_hubspot(0, jobtitle="x" * 300)
    scene.edit_hubspot(1, jobtitle="Pilot")
    scene.look()
    assert [scene.entry(H, at).status for at in (0, 1)] == [RecordStatus.FAILING, RecordStatus.IN_SYNC]
    assert scene.app(1, "job_title") == "Pilot"


def test_an_exclusion_says_why() -> None:
    """8.3 No email, duplicate and direction, each with a sentence; nothing is wrong with any of them."""
    scene = Scene(
        [{"firstname": "Nobody"}, {"email": "h@example.com"}],
        [{"email": "a@example.com"}, {"email": "a@example.com"}],
        contacts(Direction.TO_HUBSPOT),
    )
    assert scene.entry(H, 0).exclusion is ExclusionReason.NO_EMAIL
    assert scene.entry(H, 1).exclusion is ExclusionReason.DIRECTION
    assert scene.entry(A, 1).exclusion is ExclusionReason.DUPLICATE
    for entry in scene.entries():
        assert entry.reason
        assert entry.failure is None
    assert Scene([{"city": "Bonn"}], [], companies()).entry(H, 0).exclusion is ExclusionReason.MISSING_IDENTIFIER


def test_a_failure_clears_when_its_record_changes() -> None:
    """8.4 The value is mended: in sync at the next look, without anybody pressing retry."""
    pair = Pair()
    pair.edit_contact(jobtitle="x" * 300)
    pair.look()
    pair.edit_contact(jobtitle="Captain")
    pair.look()
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.pair.failure is None
    assert pair.person("job_title") == "Captain"


def refused_by_a_demand() -> Pair:
    """A pair that fails, because HubSpot's admin demands a city of each contact; then the demand is dropped, which
    nobody can see.
    """
    pair = Pair()
    pair.world.hubspot.settings.required = {"contacts": ["city"]}
    pair.edit_person(job_title="Captain")
    pair.look()
    assert pair.pair.failure is not None
    assert pair.pair.failure.category is FailureCategory.REQUIRED_MISSING
    pair.world.hubspot.settings.required = {}
    return pair


def test_a_failure_clears_when_the_sync_is_saved() -> None:
    """8.4 The cause was mended where nobody can see it; the sync is saved: everything is tried again."""
    pair = refused_by_a_demand()
    pair.restart()
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.contact("jobtitle") == "Captain"


def test_a_failure_clears_within_a_day() -> None:
    """8.4 Mended where nobody can see it, and nothing else happens: the nightly comparison tries again."""
    pair = refused_by_a_demand()
    pair.world.clock.ms += 24 * 3_600_000
    pair.compare()
    assert pair.pair.status is RecordStatus.IN_SYNC
    assert pair.contact("jobtitle") == "Captain"


def test_what_is_refused_is_not_tried_again_and_again() -> None:
    """8.4 Nothing has changed: within the pause neither looks nor comparisons try the same write again."""
    pair = Pair()
    pair.edit_contact(jobtitle="x" * 300)
    pair.look()
    tried = pair.written
    pair.look()
    pair.compare()
    assert pair.written == tried


def test_what_the_application_refuses_is_not_called_for_again_and_again() -> None:
    """8.4 HubSpot refuses the record by a rule of its own: until the pause is over, nobody asks it once more."""
    pair = Pair()
    pair.world.hubspot.settings.required = {"contacts": ["city"]}
    pair.edit_person(job_title="Captain")
    pair.look()
    assert pair.pair.status is RecordStatus.FAILING
    asked = update_calls(pair)
    assert asked
    pair.edit_contact(hs_lead_status="OPEN")
    pair.look()
    pair.compare()
    assert update_calls(pair) == asked


def test_a_failure_that_neither_record_explains_clears_within_a_day() -> None:
    """8.4 Both records show what they held when last in sync, and the pair fails for a third one's sake: the comparison
    looks at it once its pause is over, and not before.
    """
    pair = Pair()
    failure = Failure(FailureCategory.UNIQUE_CONFLICT, "Another record has the same email already.", "Change it.")
    later = pair.world.clock.now() + 3_600_000
    failing = replace(pair.pair, status=RecordStatus.FAILING, failure=failure, inputs="other", retry_at=later)
    assert pair.world.stores.index.write([PutEntry(failing)]) == [True]
    pair.compare()
    assert pair.pair.status is RecordStatus.FAILING
    pair.world.clock.ms += 24 * 3_600_000
    pair.compare()
    assert pair.pair.status is RecordStatus.IN_SYNC


def update_calls(pair: Pair) -> int:
    """How often HubSpot was asked to change records, whatever it answered."""
    calls = pair.world.hubspot.calls.calls
    return sum(number for route, number in calls.items() if route.endswith(("/update", "/{id}")) and "GET" not in route)


def test_each_status_can_be_listed_with_its_reasons() -> None:
    """8.5 The failing and the excluded, as the API shows them: each with what is wrong or why it is left out."""
    scene = mixed()
    (failing,) = scene.view().records("contacts", RecordStatus.FAILING, None, 10).entries
    assert failing.failure is not None
    excluded = scene.view().records("contacts", RecordStatus.EXCLUDED, None, 10).entries
    assert {entry.exclusion for entry in excluded} == {ExclusionReason.DUPLICATE, ExclusionReason.NO_EMAIL}
