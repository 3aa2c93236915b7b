"""What every connector promises for when an application is in trouble, or its calls are used up."""

from __future__ import annotations

import pytest

from hubsync.connectors.errors import NeedsPersonError, RetryLaterError
from hubsync.connectors.port import Deferred, Update
from tests.contract.connectors.connector_calls import (
    create,
    external,
    read,
    texts,
    update,
    walk,
    written,
)
from tests.contract.connectors.connector_world import Trouble, World


class TroubleContract:
    """Limits, outages, lost answers and dead tokens are never a record's fault (promise 5)."""

    KINDS = (
        (Trouble.THROTTLED, "throttled"),
        (Trouble.UNAVAILABLE, "unavailable"),
        (Trouble.UNANSWERED, "timeout"),
    )

    @pytest.mark.parametrize(("trouble", "kind"), KINDS)
    def test_reads_raise_and_work_again_afterwards(self, world: World, trouble: Trouble, kind: str) -> None:
        (id_,) = world.populate(1)
        world.strike(trouble)
        with pytest.raises(RetryLaterError) as caught:
            read(world, id_)
        assert caught.value.kind == kind
        assert caught.value.after > 0
        assert set(read(world, id_)) == {id_}

    @pytest.mark.parametrize(("trouble", "kind"), KINDS)
    def test_a_write_is_deferred_and_can_be_repeated(self, world: World, trouble: Trouble, kind: str) -> None:
        world.strike(trouble)
        result = create(world, 1)[0]
        assert isinstance(result, Deferred)
        assert result.kind == kind
        assert result.after > 0
        assert written(create(world, 1)[0]).created
        assert len(world.content()) == 1

    def test_a_refusal_for_the_limit_says_for_certain_that_nothing_was_written(self, world: World) -> None:
        world.strike(Trouble.THROTTLED)
        result = create(world, 1)[0]
        assert isinstance(result, Deferred)
        assert not result.unknown

    def test_a_lost_answer_says_that_the_write_may_have_been_done(self, world: World) -> None:
        (id_,) = world.populate(1)
        world.strike(Trouble.LOST_ANSWER)
        result = update(world, Update(id_, {world.text: "new"}))[0]
        assert isinstance(result, Deferred)
        assert result.unknown
        assert texts(world) == ["new"]

    def test_a_429_is_told_to_everybody_who_shares_the_budget(self, world: World) -> None:
        world.strike(Trouble.THROTTLED)
        with pytest.raises(RetryLaterError) as caught:
            walk(world, 10)
        assert world.allowance.penalties == [("normal", caught.value.after)]
        assert world.calls.throttled == 1

    def test_a_dead_token_needs_a_person(self, world: World) -> None:
        (id_,) = world.populate(1)
        world.revoke()
        with pytest.raises(NeedsPersonError) as caught:
            read(world, id_)
        assert caught.value.remedy.endswith(".")
        with pytest.raises(NeedsPersonError):
            create(world, 1)
        assert len(world.content()) == 1

    def test_a_missing_permission_needs_a_person(self, world: World) -> None:
        world.forbid()
        with pytest.raises(NeedsPersonError) as caught:
            walk(world, 10)
        assert caught.value.remedy.endswith(".")
        with pytest.raises(NeedsPersonError):
            create(world, 1)


class BudgetContract:
    """Every call is counted, and asks for permission first."""

    def test_every_call_is_counted_and_permitted(self, world: World) -> None:
        ids = world.populate(3)
        walk(world, 2)
        read(world, *ids, world.unknown_id)
        create(world, 7, 8)
        update(world, Update(ids[0], {world.text: "new"}))
        world.connector.find_created(world.object_type, [external(7)], world.fields)
        assert world.calls.calls == world.answered() == sum(world.allowance.taken.values())
        assert sum(world.calls.by_kind.values()) == world.calls.calls

    def test_without_permission_no_call_is_made(self, world: World) -> None:
        (id_,) = world.populate(1)
        world.allowance.refusing = True
        with pytest.raises(RetryLaterError) as caught:
            read(world, id_)
        assert caught.value.kind == "budget"
        assert create(world, 1, 2) == [Deferred(4, "budget"), Deferred(4, "budget")]
        assert world.answered() == 0
