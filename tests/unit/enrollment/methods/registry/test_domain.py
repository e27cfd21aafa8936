"""The tables of methods are whole, and their steps lead somewhere."""

from collections import Counter
from typing import get_args

import pytest

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.methods.base.domain import Traits
from services.enrollment.methods.registry import domain as registry

TYPES: tuple[MethodType, ...] = get_args(MethodType)
SET_UP = {traits.type for traits in registry.SET_UP}


def test_every_type_and_every_kind_of_proof_has_its_traits() -> None:
    assert sorted(registry.TRAITS) == sorted(TYPES)
    assert sorted(registry.PROOFS) == sorted(get_args(ProofKind))


@pytest.mark.parametrize(
    ("order", "types"),
    [
        (registry.MOST_SECURE_FIRST, SET_UP),
        (registry.PROPOSED_FIRST, SET_UP),
        (registry.PROVEN_FIRST, set(TYPES)),
        (registry.STRONG + registry.WEAK, set(TYPES)),
    ],
)
def test_an_order_names_each_type_once(order: tuple[MethodType, ...], types: set[MethodType]) -> None:
    assert Counter(order) == Counter(types)


def test_what_only_recovers_is_weak_and_is_never_the_default() -> None:
    assert set(registry.WEAK) == {"email", "securityQuestions"}
    assert not {"securityQuestions", "recoveryCodes", "temporaryAccessPass"} & set(registry.DEFAULT_ORDER)


def test_a_passkey_alone_resists_phishing() -> None:
    strengths = {traits.type: traits.strength for traits in registry.TRAITS.values()}
    assert [kind for kind, strength in strengths.items() if strength == "phishingResistant"] == ["passkey"]


def test_a_pass_is_handed_out_and_all_else_is_set_up() -> None:
    handed_out = [traits.type for traits in registry.TRAITS.values() if traits.is_handed_out]
    assert handed_out == ["temporaryAccessPass"]
    assert set(TYPES) - set(handed_out) == SET_UP


@pytest.mark.parametrize("traits", registry.SET_UP, ids=lambda traits: traits.type)
def test_the_steps_of_a_type_bear_its_name_from_the_first_to_verified(traits: Traits) -> None:
    names = [step.name for step in traits.steps]
    assert names[0] == traits.type
    assert names[-1] == f"{traits.type}.verified"
    assert all(name == traits.type or name.startswith(f"{traits.type}.") for name in names)
    assert Counter(names) == Counter(set(names))


@pytest.mark.parametrize("traits", registry.SET_UP, ids=lambda traits: traits.type)
def test_steps_lead_back_to_earlier_ones_and_onward_to_later_ones(traits: Traits) -> None:
    names = [step.name for step in traits.steps]
    for place, step in enumerate(traits.steps):
        assert set(step.back_to) <= set(names[:place])
        assert step.onward is None or step.onward in names[place + 1 :]
        assert step.asked_from <= set(names[:-1])


@pytest.mark.parametrize("traits", registry.SET_UP, ids=lambda traits: traits.type)
def test_from_what_was_verified_there_is_no_way_back(traits: Traits) -> None:
    assert (traits.steps[-1].back_to, traits.steps[-1].asked_from, traits.steps[-1].onward) == ((), frozenset(), None)


@pytest.mark.parametrize("traits", registry.TRAITS.values(), ids=lambda traits: traits.type)
def test_a_stand_in_is_another_type_that_people_set_up(traits: Traits) -> None:
    assert set(traits.stand_ins) <= SET_UP - {traits.type}


@pytest.mark.parametrize("traits", registry.TRAITS.values(), ids=lambda traits: traits.type)
def test_what_can_be_changed_in_place_is_delivered_to(traits: Traits) -> None:
    assert traits.has_destination is bool(traits.delivered_by)
    assert all(proof.channels is None or proof.channels <= traits.delivered_by for proof in traits.proofs.values())


@pytest.mark.parametrize(
    ("kind", "means"),
    [("recoveryCodes", ("otp",)), ("securityQuestions", ("kba",)), ("temporaryAccessPass", ("otp",))],
)
def test_what_was_chosen_or_given_proves_nothing_by_being_registered(kind: MethodType, means: tuple[str, ...]) -> None:
    (proof,) = registry.TRAITS[kind].proofs.values()
    assert (proof.proves_registration, proof.amr) == (False, means)
    assert not registry.TRAITS[kind].proves_by_registering
