"""The mail at the end of an initial sync: counts and what failed, once for its generation (rule 1.4)."""

from __future__ import annotations

from tests.unit.services.look_world import Small, contact, person


def ended() -> Small:
    """Two in sync, one failing, two excluded."""
    return Small(
        [contact(), contact("b@example.com", jobtitle="x" * 300)],
        [person(), person(first="Twin"), person(None, "No mail")],
    )


def test_the_mail_has_the_counts_and_the_reasons() -> None:
    small = ended()
    small.world.app.report.send("s1", 1)
    ((to, subject, text),) = small.world.mailer.sent
    assert to == ("ops@example.com",)
    assert "contacts" in subject
    lines = [line.strip() for line in text.splitlines()]
    assert {"in sync: 1", "failing: 1", "excluded: 2", "pending: 0", "queued: 0"} <= set(lines)
    assert "1 x Another record with the same email is in sync already." in lines
    assert "1 x The contact has no valid email address." in lines
    assert sum(small.world.counted().values()) == 4


def test_no_customers_value_is_mailed() -> None:
    small = ended()
    small.world.app.report.send("s1", 1)
    text = small.world.mailer.sent[0][2]
    for value in ("ana@example.com", "b@example.com", "Twin", "xxx"):
        assert value not in text


def test_the_same_stands_in_the_notifications() -> None:
    small = ended()
    small.world.app.report.send("s1", 1)
    (told,) = [one for one in small.world.stores.notifications.notifications(10) if one.sync_id == "s1"]
    assert (told.title, told.text) == small.world.mailer.sent[0][1:]


def test_a_run_that_was_overtaken_says_nothing() -> None:
    small = ended()
    small.world.restart()
    small.world.app.report.send("s1", 1)
    small.world.app.report.send("gone", 1)
    assert small.world.mailer.sent == []


def test_without_failures_the_mail_names_none() -> None:
    small = Small([contact()], [person()])
    small.world.app.report.send("s1", 1)
    text = small.world.mailer.sent[0][2]
    assert "failing: 0" in text
    assert "by reason" not in text
