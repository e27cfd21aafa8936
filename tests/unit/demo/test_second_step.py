"""The second step of a sign-in: what the product says counts, once, for one person in one browser."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy.demo.northbridge.flow import (
    TWO_STEPS,
    Platform,
    ask_second_step,
    check_password,
    finish_sign_in,
    take_second_step,
)
from deploy.demo.northbridge.product import ProductRefusedError
from deploy.demo.northbridge.proofs import NotVerifiedError
from deploy.demo.northbridge.results import ResultRefusedError
from deploy.demo.northbridge.second_step import PATIENCE, SecondStep, SecondSteps
from deploy.demo.people import SignInRefusedError
from tests.support.people.northbridge import NORTHBRIDGE, NOW, StandInProduct

SAM = "sam@northbridge.example"
ADDRESS = "127.0.0.1"


async def asked(product: StandInProduct, user_name: str = SAM) -> tuple[Platform, SecondStep, str]:
    """The platform, the second step under way, and its state."""
    platform = product.platform()
    step = await check_password(platform, user_name, "demo")
    assert await ask_second_step(platform, step, ADDRESS) == "http://localhost:8000/verify/start?ticket=t"
    return platform, latest(platform, step), state_of(product)


def latest(platform: Platform, step: SecondStep) -> SecondStep:
    found = platform.second_steps.find(step.id, NOW)
    assert found
    return found


def state_of(product: StandInProduct) -> str:
    query: dict[str, list[str]] = parse_qs(urlsplit(product.asked[-1]["returnUrl"]).query)
    return query["state"][0]


async def test_a_person_is_asked_with_the_context_and_a_state_of_this_browser() -> None:
    product = StandInProduct()
    await asked(product)
    question = product.asked[0]
    assert (question["user"], question["purpose"]) == ("sam", "signIn")
    assert question["context"] == {"appName": "Northbridge", "location": "this computer", "ipAddress": ADDRESS}
    assert question["returnUrl"].startswith(f"{NORTHBRIDGE}/verified?state=")


async def test_a_proof_is_taken_once() -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.settle(product.newest)
    assert await take_second_step(platform, step, state, product.newest) == TWO_STEPS == ("pwd", "mfa")
    assert finish_sign_in(platform, step, TWO_STEPS, None).amr == TWO_STEPS
    with pytest.raises(SignInRefusedError):
        finish_sign_in(platform, step, TWO_STEPS, None)


async def test_what_only_recovers_an_account_is_no_second_factor() -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.settle(product.newest, acr="urn:security-info:acr:recovery")
    assert await take_second_step(platform, step, state, product.newest) == ("pwd",)


async def test_a_jti_that_was_seen_is_refused_also_for_another_challenge() -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.settle(product.newest)
    await take_second_step(platform, step, state, product.newest)
    with pytest.raises(ResultRefusedError, match="taken before"):
        await take_second_step(platform, step, state, product.newest)
    await ask_second_step(platform, step, ADDRESS)
    product.settle(product.newest, jti="proof-challenge-1")
    with pytest.raises(ResultRefusedError, match="used before"):
        await take_second_step(platform, latest(platform, step), state_of(product), product.newest)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://elsewhere"},
        {"aud": "southgate"},
        {"tid": "southgate"},
        {"sub": "alex"},
        {"purpose": "passwordReset"},
        {"challengeId": "challenge-2"},
        {"exp": int((NOW - timedelta(minutes=1)).timestamp())},
        {"jti": None},
    ],
)
async def test_one_wrong_claim_is_enough_to_refuse(changes: dict[str, Any]) -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.settle(product.newest, **changes)
    with pytest.raises(ResultRefusedError):
        await take_second_step(platform, step, state, product.newest)


async def test_a_proof_by_another_key_is_refused() -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.challenges[product.newest] |= {
        "status": "verified",
        "proof": StandInProduct().proof(product.challenges[product.newest]),
    }
    with pytest.raises(ResultRefusedError):
        await take_second_step(platform, step, state, product.newest)


@pytest.mark.parametrize("status", ["pending", "cancelled", "denied", "failed", "expired"])
async def test_without_a_proof_nobody_is_signed_in_and_the_state_is_used_up(status: str) -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    product.settle(product.newest, status)
    with pytest.raises(NotVerifiedError, match=status):
        await take_second_step(platform, step, state, product.newest)
    product.settle(product.newest)
    with pytest.raises(ResultRefusedError):
        await take_second_step(platform, step, state, product.newest)


async def test_the_challenge_of_another_browser_is_refused() -> None:
    product = StandInProduct()
    platform, step, state = await asked(product)
    other = await check_password(platform, SAM, "demo")
    product.settle(product.newest)
    with pytest.raises(ResultRefusedError):
        await take_second_step(platform, other, state, product.newest)
    with pytest.raises(ResultRefusedError):
        await take_second_step(platform, step, state, "challenge-9")


@pytest.mark.parametrize(
    "refusal", [(404, "unknownUser"), (404, "unknownMethod"), (403, "methodNotAllowedByPolicy")], ids=lambda one: one[1]
)
async def test_who_has_nothing_to_prove_goes_on(refusal: tuple[int, str]) -> None:
    product = StandInProduct(refusal=(refusal[0], {"code": refusal[1]}))
    platform = product.platform()
    assert await ask_second_step(platform, await check_password(platform, SAM, "demo"), ADDRESS) is None


@pytest.mark.parametrize("refusal", [(423, "methodCoolingDown"), (423, "authenticatorDisabled"), (403, "scopeMissing")])
async def test_any_other_refusal_lets_nobody_in(refusal: tuple[int, str]) -> None:
    product = StandInProduct(refusal=(refusal[0], {"code": refusal[1]}))
    platform = product.platform()
    step = await check_password(platform, SAM, "demo")
    with pytest.raises(ProductRefusedError) as refused:
        await ask_second_step(platform, step, ADDRESS)
    assert refused.value.retry_after == 90


@pytest.mark.parametrize(("user_name", "password"), [(SAM, "wrong"), ("nobody@northbridge.example", "demo"), ("", "")])
async def test_a_wrong_password_begins_nothing(user_name: str, password: str) -> None:
    product = StandInProduct()
    with pytest.raises(SignInRefusedError):
        await check_password(product.platform(), user_name, password)
    assert product.asked == []


async def test_a_second_step_takes_a_quarter_of_an_hour_at_most() -> None:
    platform = StandInProduct().platform()
    step = await check_password(platform, SAM, "demo")
    assert platform.second_steps.find(step.id, NOW + PATIENCE) is None
    assert SecondSteps().find(None, NOW) is None
