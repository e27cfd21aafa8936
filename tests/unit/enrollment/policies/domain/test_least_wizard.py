"""The least wizard: the fewest methods that give all at once, for two-step verification and password reset together.

What the organisation asks for is said here once more, in other words than the product's, and every set of methods is
tried.
"""

import random
from collections.abc import Collection, Iterator
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.base import MethodType
from services.enrollment.policies.domain.policy import (
    allowed_methods,
    continued,
    instead_of,
    is_complete,
    missing_methods,
    replanned,
)
from services.enrollment.policies.domain.requirements import GroupPolicy, Use
from tests.unit.enrollment.any_policy import KINDS, POLICIES, SECOND_FACTORS, has_all

ON_FILE = st.sets(st.sampled_from(KINDS)).map(lambda kinds: tuple(sorted(kinds)))


def ways(policy: GroupPolicy, had: Collection[MethodType]) -> Iterator[tuple[MethodType, ...]]:
    free = [kind for kind in allowed_methods(policy) if kind not in had]
    for size in range(len(free) + 1):
        yield from combinations(free, size)


def least(policy: GroupPolicy, had: Collection[MethodType]) -> int | None:
    return next((len(way) for way in ways(policy, had) if has_all(policy, {*had, *way})), None)


@given(POLICIES, ON_FILE)
def test_it_is_the_fewest_that_give_all_and_none_less_where_nothing_can(
    policy: GroupPolicy, had: tuple[MethodType, ...]
) -> None:
    plan, fewest = missing_methods(policy, had), least(policy, had)
    assert len(set(plan)) == len(plan)
    assert set(plan) <= set(allowed_methods(policy)) - set(had)
    if fewest is not None:
        assert len(plan) == fewest
        assert has_all(policy, {*had, *plan})


@given(POLICIES, ON_FILE, st.randoms(use_true_random=False))
def test_whoever_does_it_in_any_order_is_complete_and_asked_no_more(
    policy: GroupPolicy, had: tuple[MethodType, ...], chance: random.Random
) -> None:
    plan = list(missing_methods(policy, had))
    chance.shuffle(plan)
    on_file = had
    for done, kind in enumerate(plan):
        assert len(missing_methods(policy, on_file)) == len(plan) - done
        on_file = (*on_file, kind)
    assert is_complete(policy, on_file)
    assert missing_methods(policy, on_file) == ()


@given(POLICIES, ON_FILE, ON_FILE)
def test_more_on_file_never_asks_for_more(
    policy: GroupPolicy, had: tuple[MethodType, ...], more: tuple[MethodType, ...]
) -> None:
    assert len(missing_methods(policy, {*had, *more})) <= len(missing_methods(policy, had))


@given(POLICIES, ON_FILE, st.randoms(use_true_random=False))
def test_whatever_a_person_chooses_instead_leads_to_the_end_in_as_many_steps(
    policy: GroupPolicy, had: tuple[MethodType, ...], chance: random.Random
) -> None:
    plan = missing_methods(policy, had)
    steps, on_file = len(plan), had
    for _ in range(steps):
        planned = next(kind for kind in plan if kind not in on_file)
        choices = instead_of(policy, planned, plan, on_file)
        chosen = chance.choice((planned, *choices))
        plan = replanned(plan, planned, chosen) if chosen != planned else plan
        assert continued(policy, plan, on_file) == plan
        on_file = (*on_file, chosen)
    assert is_complete(policy, on_file)


@given(POLICIES, POLICIES, ON_FILE, st.integers(0, 5))
def test_a_policy_that_changes_meanwhile_leads_to_its_own_end(
    before: GroupPolicy, after: GroupPolicy, had: tuple[MethodType, ...], done: int
) -> None:
    plan = missing_methods(before, had)
    on_file = (*had, *plan[:done])
    rest = [kind for kind in continued(after, plan, on_file) if kind not in on_file]
    assert len(rest) == len(missing_methods(after, on_file))
    assert set(rest) <= set(allowed_methods(after))
    assert is_complete(after, (*on_file, *rest))


@given(POLICIES)
def test_it_begins_with_a_second_factor_where_it_has_one(policy: GroupPolicy) -> None:
    plan = missing_methods(policy, ())
    listed = policy.two_step.methods if policy.two_step else ()
    required = policy.two_step.required if policy.two_step else ()
    second = [kind for kind in plan if kind in SECOND_FACTORS and (not listed or kind in {*listed, *required})]
    assert not second or plan[0] in second


APP: MethodType = "authenticatorApp"
PHONE: MethodType = "phone"
EMAIL: MethodType = "email"
BOTH = GroupPolicy(allowed=(APP, PHONE, EMAIL, "passkey"), two_step=Use(number=1), reset=Use(number=2))


@pytest.mark.parametrize(
    ("policy", "on_file", "expected"),
    [
        (BOTH, (), (APP, PHONE)),
        (BOTH, (EMAIL,), (APP,)),
        (BOTH, (APP, EMAIL), ()),
        (BOTH.model_copy(update={"order": ("passkey", PHONE)}), (), ("passkey", PHONE)),
        (
            BOTH.model_copy(update={"reset": Use(number=2, methods=(PHONE, EMAIL))}),
            (APP,),
            (PHONE, EMAIL),
        ),
        (
            BOTH.model_copy(update={"two_step": Use(number=1, methods=(APP,)), "reset": Use(required=(EMAIL,))}),
            (),
            (APP, EMAIL),
        ),
        (BOTH.model_copy(update={"profile": "nist-aal2"}), (EMAIL,), (APP, PHONE)),
        (GroupPolicy(required=(APP,), allowed=("softwareOath",), two_step=Use(number=1)), ("softwareOath",), ()),
        (
            GroupPolicy(allowed=("softwareOath",), two_step=Use(required=(APP,), methods=(APP,))),
            ("softwareOath",),
            (APP,),
        ),
    ],
)
def test_two_step_verification_and_reset_are_satisfied_together(
    policy: GroupPolicy, on_file: tuple[MethodType, ...], expected: tuple[MethodType, ...]
) -> None:
    assert missing_methods(policy, on_file) == expected


def test_where_nothing_else_may_be_chosen_only_a_stand_in_is_offered() -> None:
    bound = GroupPolicy(number=2, allowed=(APP, PHONE, "passkey", "softwareOath"), may_choose_different=False)
    assert instead_of(bound, APP, (APP, PHONE), ()) == ("softwareOath",)
    assert instead_of(bound, PHONE, (APP, PHONE), (APP,)) == ()


def test_what_is_set_up_first_proves_the_person() -> None:
    strict = GroupPolicy(number=2, allowed=(APP, PHONE, EMAIL), profile="asvs-l2")
    assert instead_of(strict, APP, (APP, PHONE), ()) == (PHONE,)
    assert set(instead_of(strict, PHONE, (APP, PHONE), (APP,))) == {EMAIL}
    assert EMAIL in instead_of(strict.model_copy(update={"profile": "entra"}), APP, (APP, PHONE), ())
    assert EMAIL not in instead_of(BOTH, APP, (APP, PHONE), ())


def test_where_people_sign_in_with_two_steps_what_only_resets_a_password_does_not_come_first() -> None:
    policy = GroupPolicy(allowed=(APP, EMAIL), two_step=Use(number=1), reset=Use(number=1, methods=(EMAIL,)))
    assert instead_of(policy, APP, (APP, EMAIL), ()) == ()
    assert instead_of(policy.model_copy(update={"two_step": None}), APP, (APP, EMAIL), ()) == (EMAIL,)
