"""Each method and each kind of proof has its pages and its words."""

from typing import get_args

import pytest

from schemas.base import MethodType
from schemas.verification import ProofKind
from services.enrollment.methods.base.domain import Traits
from services.enrollment.methods.registry.domain import SET_UP
from services.enrollment.methods.registry.pages import PAGES, PROOF_PAGES, STEPS
from services.enrollment.methods.registry.words import WORDS
from services.enrollment.sessions.domain.steps import METHOD_STEPS
from services.enrollment.web.steps import TITLES


def test_each_type_of_method_has_words() -> None:
    assert WORDS.keys() == set(get_args(MethodType))


def test_each_kind_of_proof_has_a_page() -> None:
    assert PROOF_PAGES.keys() == set(get_args(ProofKind))


def test_each_type_that_people_set_up_has_pages() -> None:
    assert {pages.type for pages in PAGES} == {traits.type for traits in SET_UP}


def test_each_step_that_the_rules_know_has_a_page_and_a_title() -> None:
    names = {step.name for step in METHOD_STEPS}
    assert STEPS.keys() == names
    assert names <= TITLES.keys()


@pytest.mark.parametrize("traits", SET_UP, ids=lambda traits: traits.type)
def test_each_step_is_counted_or_stands_in_for_one_that_is(traits: Traits) -> None:
    words = WORDS[traits.type]
    counted = {name for name, _ in words.progress}
    steps = {step.name for step in traits.steps}
    assert counted | words.instead.keys() == steps
    assert set(words.instead.values()) <= counted
