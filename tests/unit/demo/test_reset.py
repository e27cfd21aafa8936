"""Forgot my password: what is right for a person, and the same for nobody."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from deploy.demo.northbridge.flow import TWO_STEPS
from deploy.demo.northbridge.password_reset.flow import (
    ResetDesk,
    ResetOverError,
    answer,
    ask_again,
    ask_another,
    begin,
    change_password,
    latest_of,
    look,
)
from deploy.demo.northbridge.password_reset.pace import Pace
from deploy.demo.northbridge.password_reset.state import (
    ATTEMPT_LIFE,
    LIFE,
    MOST_ATTEMPTS,
    TRIES,
    Decoys,
    Known,
    Reset,
    Way,
)
from deploy.demo.northbridge.product import Question
from deploy.demo.people import Person, find_person
from tests.support.people.northbridge import NOW, StandInProduct

SAM = "sam@northbridge.example"
NOBODY = "sid@northbridge.example"
ADDRESS = "127.0.0.1"
FLOOR = 2.0
RIGHT, WRONG = {"code": "123456"}, {"code": "000000"}
QUESTIONS = tuple({"id": f"question-{number}", "text": f"Question {number}?"} for number in range(8))
EMAIL = {"id": "email-1", "type": "email", "displayName": "s•••@northbridge.example"}
SECOND_PHONE = {"id": "phone-2", "type": "phone", "displayName": "+44 •••• ••0143"}
ANSWERED = {"id": "questions-1", "type": "securityQuestions", "displayName": "Security questions"}


@dataclass
class Told:
    """Who was told of a changed password."""

    people: list[Person] = field(default_factory=list)

    async def tell(self, person: Person, _at: datetime) -> None:
        self.people.append(person)


def desk_of(product: StandInProduct) -> ResetDesk:
    return ResetDesk(product.platform(), Told().tell, Decoys(b"key"))


async def begun(desk: ResetDesk, user_name: str = SAM) -> Reset:
    return await begin(desk, Pace(FLOOR), user_name, ADDRESS)


async def answered(desk: ResetDesk, reset: Reset, given: dict[str, str]) -> Reset:
    await answer(desk, Pace(FLOOR), latest_of(desk, reset), given)
    return latest_of(desk, reset)


async def test_one_proof_opens_the_way_to_a_new_password_once() -> None:
    desk = desk_of(StandInProduct())
    sam = find_person(desk.platform.characters, SAM)
    assert sam
    session = desk.platform.sessions.start(sam, NOW, TWO_STEPS, None)
    step = desk.platform.second_steps.begin(sam, NOW)
    other = await begun(desk)
    reset = await answered(desk, await begun(desk), RIGHT)
    assert reset.is_proven
    assert await change_password(desk, reset, "correct horse", "correct horse") is None
    assert await desk.platform.passwords.are_right(sam, "correct horse")
    assert desk.platform.sessions.find(session.id) is None
    assert desk.platform.second_steps.find(step.id, NOW) is None
    assert desk.resets.find(other.id, NOW) is None
    with pytest.raises(ResetOverError):
        await change_password(desk, latest_of(desk, reset), "another one", "another one")


async def test_without_a_proof_there_is_no_new_password() -> None:
    desk = desk_of(StandInProduct())
    reset = await answered(desk, await begun(desk), WRONG)
    with pytest.raises(ResetOverError):
        await change_password(desk, reset, "correct horse", "correct horse")


async def test_the_old_password_is_no_new_one() -> None:
    desk = desk_of(StandInProduct())
    reset = await answered(desk, await begun(desk), RIGHT)
    assert reset.person
    await desk.platform.passwords.change(reset.person, "correct horse")
    assert "is your password now" in (await change_password(desk, reset, "correct horse", "correct horse") or "")


async def test_two_proofs_are_of_different_types() -> None:
    desk = desk_of(StandInProduct(required=2, alternatives=(EMAIL, SECOND_PHONE)))
    reset = await answered(desk, await begun(desk), RIGHT)
    assert not reset.is_proven
    assert [one.id for one in reset.unproven] == ["email-1"]
    with pytest.raises(ResetOverError):
        await change_password(desk, reset, "correct horse", "correct horse")
    await ask_another(desk, reset, reset.unproven[0], by_code=False, ip_address=ADDRESS)
    second = await answered(desk, reset, RIGHT)
    assert second.is_proven
    assert await change_password(desk, second, "correct horse", "correct horse") is None


async def test_the_same_proof_does_not_count_twice() -> None:
    product = StandInProduct(required=2, alternatives=(EMAIL,))
    desk = desk_of(product)
    reset = await answered(desk, await begun(desk), RIGHT)
    await look(desk, Pace(FLOOR), reset)
    assert len(latest_of(desk, reset).proven) == 1
    await ask_another(desk, reset, reset.unproven[0], by_code=False, ip_address=ADDRESS)
    product.settle(product.newest, jti="proof-challenge-1")
    await look(desk, Pace(FLOOR), latest_of(desk, reset))
    assert len(latest_of(desk, reset).proven) == 1


@pytest.mark.parametrize("claims", [{"purpose": "signIn"}, {"sub": "alex"}, {"challengeId": "challenge-7"}])
async def test_a_proof_of_something_else_counts_for_nothing(claims: dict[str, str]) -> None:
    product = StandInProduct()
    desk = desk_of(product)
    reset = await begun(desk)
    product.settle(product.newest, **claims)
    await look(desk, Pace(FLOOR), reset)
    assert not latest_of(desk, reset).proven


@pytest.mark.parametrize("user_name", [SAM, NOBODY])
async def test_tries_are_counted_for_everybody(user_name: str) -> None:
    desk = desk_of(StandInProduct())
    reset = await begun(desk, user_name)
    for left in reversed(range(TRIES)):
        reset = await answered(desk, reset, WRONG)
        assert reset.attempt.tries_left == left
    assert not (await answered(desk, reset, RIGHT)).proven


@pytest.mark.parametrize("user_name", [SAM, NOBODY])
async def test_a_denied_request_looks_as_one_that_nobody_got(user_name: str) -> None:
    product = StandInProduct()
    desk = desk_of(product)
    reset = await begun(desk, user_name)
    for challenge in product.challenges:
        product.settle(challenge, "denied")
    await look(desk, Pace(FLOOR), reset)
    assert latest_of(desk, reset).attempt.is_open(NOW)
    assert not latest_of(desk, reset).attempt.is_open(NOW + ATTEMPT_LIFE)


@pytest.mark.parametrize(
    "refusal", [(404, "unknownUser"), (403, "methodNotAllowedByPolicy"), (423, "methodCoolingDown")]
)
async def test_a_refusal_looks_like_a_question(refusal: tuple[int, str]) -> None:
    desk = desk_of(StandInProduct(refusal=(refusal[0], {"code": refusal[1]})))
    reset = await begun(desk)
    assert len(reset.attempt.number) in {2, 3}
    assert reset.attempt.challenge_id is None
    assert not (await answered(desk, reset, RIGHT)).proven


async def test_another_method_is_asked_where_there_is_one() -> None:
    product = StandInProduct(alternatives=(EMAIL,))
    desk = desk_of(product)
    reset = await begun(desk)
    await ask_again(desk, Pace(FLOOR), reset, Way.EMAIL, ADDRESS)
    assert product.asked[-1]["methodId"] == "email-1"
    await ask_again(desk, Pace(FLOOR), latest_of(desk, reset), Way.RECOVERY_CODE, ADDRESS)
    assert len(product.asked) == 2
    assert latest_of(desk, reset).attempt.challenge_id is None


async def test_questions_are_shown_to_everybody_who_wants_to_be_asked_some() -> None:
    product = StandInProduct(alternatives=(ANSWERED,), questions=QUESTIONS)
    desk = desk_of(product)
    shown = []
    for user_name in (SAM, NOBODY):
        reset = await begun(desk, user_name)
        await ask_again(desk, Pace(FLOOR), reset, Way.QUESTIONS, ADDRESS)
        shown.append(latest_of(desk, reset).attempt.questions)
    assert [len(one) for one in shown] == [3, 3]


async def test_who_may_not_be_asked_any_more_sees_the_questions_of_before() -> None:
    product = StandInProduct(alternatives=(ANSWERED,), questions=QUESTIONS)
    desk = desk_of(product)
    reset = await begun(desk)
    await ask_again(desk, Pace(FLOOR), reset, Way.QUESTIONS, ADDRESS)
    asked = set(latest_of(desk, reset).attempt.questions)
    product.refusal = (423, {"code": "methodCoolingDown"})
    await ask_again(desk, Pace(FLOOR), latest_of(desk, reset), Way.QUESTIONS, ADDRESS)
    assert latest_of(desk, reset).attempt.challenge_id is None
    assert set(latest_of(desk, reset).attempt.questions) == asked


def test_decoy_questions_are_those_of_a_user_name() -> None:
    offered = [Question(one["id"], one["text"]) for one in QUESTIONS]
    pools = {
        typed: {one for _ in range(60) for one in Decoys(b"key").questions(typed, Known(), offered)}
        for typed in (NOBODY, "sid", "SID ", "someone", "else")
    }
    assert pools[NOBODY] == pools["sid"] == pools["SID "]
    assert len({frozenset(pool) for pool in pools.values()}) == 3
    assert all(3 <= len(pool) <= 5 for pool in pools.values())


def test_decoy_numbers_have_the_digits_of_a_user_name_or_those_that_were_seen() -> None:
    decoys = Decoys(b"key")
    digits = {name: {len(decoys.number(name, Known())) for _ in range(20)} for name in map(str, range(20))}
    assert {frozenset(one) for one in digits.values()} == {frozenset({2}), frozenset({3})}
    assert {len(decoys.number(str(name), Known(digits=3))) for name in range(20)} == {3}


async def test_it_is_not_asked_for_ever() -> None:
    desk = desk_of(StandInProduct())
    reset = await begun(desk, NOBODY)
    for _ in range(MOST_ATTEMPTS - 1):
        await ask_again(desk, Pace(FLOOR), latest_of(desk, reset), None, ADDRESS)
    with pytest.raises(ResetOverError):
        await ask_again(desk, Pace(FLOOR), latest_of(desk, reset), None, ADDRESS)


async def test_a_reset_lives_a_quarter_of_an_hour() -> None:
    desk = desk_of(StandInProduct())
    reset = await begun(desk)
    assert desk.resets.find(reset.id, NOW + LIFE - timedelta(seconds=1))
    assert desk.resets.find(reset.id, NOW + LIFE) is None
