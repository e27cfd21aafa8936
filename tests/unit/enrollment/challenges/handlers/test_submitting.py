"""A typed code on its way to the verifier and back, over documents in memory."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from schemas.verification import (
    AnswersSubmitted,
    CodeSubmitted,
    CodeTerms,
    CredentialSubmitted,
    ProofKind,
    QuestionTerms,
)
from services.enrollment.challenges.domain import transitions
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.challenges.domain.transitions import Submitted
from services.enrollment.challenges.domain.verdict import NotYet, Right
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.challenges.handlers.submitting import submit_code, submit_proof
from services.enrollment.challenges.store import Challenges
from services.enrollment.methods.base.handlers import Given, GivenAnswers, GivenCredential, TypedCode
from services.enrollment.methods.passkey.handlers import LONGEST_CREDENTIAL
from services.enrollment.methods.registry.handlers import PROOFS
from services.enrollment.signals import ChallengeUpdate, Signals
from services.kit.answers import LONGEST, normalised
from services.kit.crypto.sealing import Sealer
from services.kit.errors import (
    AnswerTooLongError,
    ChallengeEndedError,
    CodeExpiredError,
    CodeMalformedError,
    CredentialInvalidError,
    RequestMalformedError,
)
from services.kit.ids import new_token
from tests.support.builders.keys import keyring
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, sam_at
from tests.support.waiting import until
from tests.unit.enrollment.builders import account, proof_of


@dataclass
class Submitting:
    """What handing in a proof needs, and no more."""

    challenges: Challenges
    clock: FixedClock
    sealer: Sealer
    signals: Signals = field(default_factory=Signals)


@pytest.fixture
def deps(box: Outbox) -> Submitting:
    return Submitting(box.store.challenges, FixedClock(), Sealer(keyring("enrollment")))


def asked(kind: ProofKind = "code") -> Challenge:
    challenge, _ = proof_of("phone")
    code = CodeTerms(nonce=new_token(), destination_hash="d" * 43)
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"kind": kind, "code": code})})


async def stored(challenge: Challenge, deps: Submitting) -> Challenge:
    return (await deps.challenges.insert(challenge.id, challenge)).state


async def test_a_code_goes_to_the_verifier_sealed_and_without_its_spaces(box: Outbox, deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    await submit_proof(challenge, TypedCode(SecretStr(" 123 456 ")), deps, within=0)
    (event,) = await box.published(CodeSubmitted)
    assert "123456" not in event.model_dump_json()
    assert deps.sealer.open("submission", event.code, binding_of(challenge)) == b"123456"


async def test_who_waits_has_the_verdict_as_soon_as_it_is_there(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    waiting = asyncio.create_task(submit_proof(challenge, TypedCode(SecretStr("123456")), deps, within=10))
    await until(lambda: pending(challenge, deps))
    submission_id = await pending(challenge, deps)
    await deps.challenges.change(
        challenge.id, lambda state: transitions.verified(state, submission_id, at=deps.clock.now())
    )
    deps.signals.notify(challenge.id)
    judged, verdict = await waiting
    assert (judged.status, verdict) == ("verified", Right())


async def test_who_waits_believes_what_is_told_with_the_verdict_and_nothing_that_is_older(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    opened = await deps.challenges.get(challenge.id)
    assert opened is not None
    waiting = asyncio.create_task(submit_proof(challenge, TypedCode(SecretStr("123456")), deps, within=10))
    await until(lambda: pending(challenge, deps))
    failed_before = replace(opened, state=challenge.model_copy(update={"failure": "codeIncorrect"}))
    deps.signals.notify(challenge.id, ChallengeUpdate(failed_before))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    submitted = await deps.challenges.get(challenge.id)
    assert submitted is not None
    right = transitions.verified(submitted.state, await pending(challenge, deps), at=deps.clock.now()).state
    deps.signals.notify(
        challenge.id, ChallengeUpdate(replace(submitted, version=submitted.version + 1, state=right), account())
    )
    judged, verdict = await waiting
    assert (judged.status, verdict) == ("verified", Right())
    assert isinstance(verdict, Right)
    assert verdict.account == account()


async def test_without_a_word_of_the_verifier_the_verdict_is_not_yet(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    _, verdict = await submit_proof(challenge, TypedCode(SecretStr("123456")), deps, within=0)
    assert verdict == NotYet()


@pytest.mark.parametrize("typed", ["12345", "1234567", "12345a", "١٢٣٤٥٦", ""])
async def test_what_is_no_code_is_refused_before_it_is_sealed(box: Outbox, deps: Submitting, typed: str) -> None:
    challenge = await stored(asked(), deps)
    with pytest.raises(CodeMalformedError):
        await submit_proof(challenge, TypedCode(SecretStr(typed)), deps, within=0)
    assert await box.published(CodeSubmitted) == []


@pytest.mark.parametrize("kind", ["call", "pushApproval"])
async def test_what_is_answered_on_a_device_takes_no_code(deps: Submitting, kind: ProofKind) -> None:
    challenge = await stored(asked(kind), deps)
    with pytest.raises(ChallengeEndedError):
        await submit_proof(challenge, TypedCode(SecretStr("123456")), deps, within=0)


async def test_a_credential_is_no_code(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    with pytest.raises(RequestMalformedError):
        await submit_proof(challenge, GivenCredential("{}"), deps, within=0)


async def test_what_a_browser_never_returns_is_no_credential(deps: Submitting) -> None:
    challenge = await stored(asked("passkey"), deps)
    with pytest.raises(CredentialInvalidError):
        await submit_proof(challenge, GivenCredential("no JSON"), deps, within=0)


async def test_the_longest_credential_is_sealed_and_a_longer_one_refused(box: Outbox, deps: Submitting) -> None:
    challenge = await stored(asked("passkey"), deps)

    def of_length(length: int) -> GivenCredential:
        return GivenCredential(json.dumps({"id": "aWQ", "more": ""}).replace('""', f'"{"x" * (length - 25)}"'))

    assert len(of_length(LONGEST_CREDENTIAL).credential) == LONGEST_CREDENTIAL
    with pytest.raises(CredentialInvalidError):
        await submit_proof(challenge, of_length(LONGEST_CREDENTIAL + 1), deps, within=0)
    assert await box.published(CredentialSubmitted) == []
    await submit_proof(challenge, of_length(LONGEST_CREDENTIAL), deps, within=0)
    assert len(await box.published(CredentialSubmitted)) == 1


def questioned() -> Challenge:
    challenge = asked("securityQuestions")
    terms = QuestionTerms(question_ids=tuple("abcde"))
    return challenge.model_copy(update={"terms": challenge.terms.model_copy(update={"questions": terms})})


@dataclass
class Sealing:
    """What sealing a proof needs."""

    clock: FixedClock
    sealer: Sealer


def sealed(challenge: Challenge, given: Given, deps: Sealing) -> Submitted:
    seal = PROOFS[challenge.terms.kind].seal
    assert seal
    return seal(challenge, given, deps).event


@given(st.lists(st.text(max_size=256), min_size=5, max_size=5))
@example(["\U0001f600" * 40] * 5)
@example(["\x01" * 40] * 5)
@example(["a" + "\x1c" * 254 + "b"] * 5)
@example(["\u0344" * 256] * 5)
@example(["\U0001f600" * 256] * 5)
def test_whatever_answers_are_they_are_sealed_or_refused(answers: list[str]) -> None:
    sealer, challenge = Sealer(keyring("enrollment")), questioned()
    typed = [(question, SecretStr(answer)) for question, answer in zip("abcde", answers, strict=True)]
    is_too_long = any(len(normalised(answer)) > LONGEST for answer in answers)
    try:
        event = sealed(challenge, GivenAnswers(typed), Sealing(FixedClock(), sealer))
    except AnswerTooLongError:
        assert is_too_long
        return
    assert not is_too_long
    assert isinstance(event, AnswersSubmitted)
    opened = json.loads(sealer.open("submission", event.answers, binding_of(challenge)))
    assert [normalised(answer) for answer in opened.values()] == [normalised(answer) for answer in answers]


async def test_a_code_comes_too_late(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    deps.clock.advance(timedelta(minutes=5))
    with pytest.raises(CodeExpiredError):
        await submit_proof(challenge, TypedCode(SecretStr("123456")), deps, within=0)


async def test_a_form_about_another_challenge_than_the_sessions_is_over(deps: Submitting) -> None:
    challenge = await stored(asked(), deps)
    sam = sam_at("phone.code", requested=challenge)
    with pytest.raises(ChallengeEndedError):
        await submit_code(sam, "another", SecretStr("123456"), deps)


async def pending(challenge: Challenge, deps: Submitting) -> str | None:
    found = await deps.challenges.get(challenge.id)
    submission = found.state.pending_submission if found else None
    return submission.id if submission else None


async def test_where_as_many_wait_as_may_a_further_one_is_told_at_once_that_it_is_not_judged_yet(
    box: Outbox, deps: Submitting
) -> None:
    deps.signals = Signals(most_waiting=1)
    first, second = [await stored(asked().model_copy(update={"id": name}), deps) for name in ("c-1", "c-2")]
    waiting = asyncio.create_task(submit_proof(first, TypedCode(SecretStr("123456")), deps, within=60.0))
    await until(lambda: deps.signals.is_awaited("c-1"))
    _, verdict = await asyncio.wait_for(submit_proof(second, TypedCode(SecretStr("123456")), deps, within=60.0), 20.0)
    assert isinstance(verdict, NotYet)
    assert not waiting.done()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    with deps.signals.place() as has_place:
        assert has_place
