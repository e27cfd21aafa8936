"""What is kept of a method: bound once, used up once, retired and revived."""

from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from schemas.verification import ProofKind
from services.verifier.domain.base import Kept
from services.verifier.domain.credential import (
    Credential,
    bound,
    credential_id,
    has_used,
    move,
    register,
    retire,
    revive,
    usable,
    use_up,
)
from tests.support.builders.challenges import TENANT, USER
from tests.support.clock import NOON

LATER = NOON + timedelta(hours=1)


class Shape(Kept):
    """What some kind keeps."""

    kind: ClassVar[ProofKind] = "recoveryCode"

    hashes: tuple[str, ...]
    until: datetime


class OtherShape(Kept):
    """What another kind keeps."""

    kind: ClassVar[ProofKind] = "totp"


KEPT = Shape(hashes=("a", "b"), until=datetime(2030, 1, 1, tzinfo=UTC))


def fresh(challenge: str = "challenge-1") -> Credential:
    return bound(KEPT, tenant=TENANT, user=USER, method_id="method-1", challenge=challenge, at=NOON)


def test_what_a_kind_keeps_comes_back_in_its_shape() -> None:
    again = Credential.model_validate(fresh().model_dump(by_alias=True))
    assert again == fresh()
    assert again.kept(Shape) == KEPT


def test_a_credential_of_another_kind_has_nothing_for_this_one() -> None:
    assert fresh().kept(OtherShape) is None


def test_the_same_registration_again_changes_nothing() -> None:
    used = use_up(fresh(), "0", "trial", at=NOON).state
    assert register(used, fresh()).state == used


def test_another_registration_of_the_method_takes_the_place_of_the_old_one() -> None:
    used = retire(use_up(fresh(), "0", "trial", at=NOON).state, at=NOON).state
    assert register(used, fresh("challenge-2")).state == fresh("challenge-2")


def test_a_part_is_used_up_once_by_one_trial() -> None:
    used = use_up(fresh(), "0", "first", at=NOON).state
    assert has_used(used, "0", "first")
    again = use_up(used, "0", "second", at=LATER).state
    assert again == used
    assert not has_used(again, "0", "second")


def test_who_asks_again_after_a_crash_still_has_the_part() -> None:
    used = use_up(fresh(), "0", "first", at=NOON).state
    assert use_up(used, "0", "first", at=LATER).state == used
    assert has_used(used, "0", "first")


@pytest.mark.parametrize(("mark", "count"), [("0", 1), ("1", 2)])
def test_how_many_are_used_is_the_same_before_and_after_a_part_is_used(mark: str, count: int) -> None:
    one = use_up(fresh(), "0", "first", at=NOON).state
    assert one.used_with(mark) == count
    assert use_up(one, mark, "second", at=NOON).state.used_with(mark) == count


MOVED = KEPT.model_copy(update={"hashes": ("c",)})


def test_what_is_kept_moves_with_its_position_and_never_back() -> None:
    moved = move(fresh(), MOVED, 5, at=LATER).state
    assert (moved.kept(Shape), moved.position) == (MOVED, 5)
    for position in (4, 5):
        assert move(moved, KEPT, position, at=LATER).state == moved
    assert move(moved, KEPT, 6, at=LATER).state.kept(Shape) == KEPT


def test_nothing_moves_what_was_bound_meanwhile_or_is_retired() -> None:
    assert move(fresh(), MOVED, 5, at=NOON - timedelta(seconds=1)).state == fresh()
    retired = retire(fresh(), at=LATER).state
    assert move(retired, MOVED, 5, at=LATER).state == retired


def test_a_retired_credential_proves_nothing_until_it_is_revived() -> None:
    retired = retire(fresh(), at=LATER).state
    assert usable(retired) is None
    assert use_up(retired, "0", "trial", at=LATER).state == retired
    assert retire(retired, at=LATER + timedelta(days=1)).state == retired
    assert usable(revive(retired).state) == fresh()


def test_a_revived_credential_remembers_what_was_used_up() -> None:
    used = use_up(fresh(), "0", "trial", at=NOON).state
    assert revive(retire(used, at=LATER).state).state == used


def test_each_person_has_documents_of_their_own() -> None:
    assert (
        len({credential_id(TENANT, USER, "m"), credential_id(TENANT, "kim", "m"), credential_id("t", USER, "m")}) == 3
    )
