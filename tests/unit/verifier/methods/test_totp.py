"""The code that the app shows now, or the one before it, proves the app."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verification import ChallengeTerms, OathAlgorithm, TotpTerms
from services.kit.crypto.codes import hotp_code, totp_code, totp_step
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import bound
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.totp import DRIFT, FOLLOWED, TotpMethod, TotpSecret
from tests.support.builders.app_proofs import SECRET, approved, push_terms, totp_terms
from tests.support.builders.challenges import TENANT, USER, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import asked_for, token_with_clock
from tests.support.clock import NOON

TERMS = totp_terms()
assert TERMS.totp
BOUND = TotpSecret(secret=TERMS.totp.secret or "")
METHOD = TotpMethod(keyring("verifier"))
STEP = timedelta(seconds=30)


async def found(typed: str, *, after: timedelta = timedelta()) -> Judgement:
    return await METHOD.read(submitted(TERMS, typed, at=NOON + after), tenant=TENANT, user=USER).examine(None)


@pytest.mark.parametrize("steps", [-1, 0])
async def test_a_code_of_this_step_or_the_one_before_is_right_for_its_step(steps: int) -> None:
    at = NOON + steps * STEP
    assert await found(totp_code(SECRET, at)) == Right(position=totp_step(at), binds=BOUND)


@pytest.mark.parametrize(("steps", "right"), [(-1, False), (0, True), (1, False)])
async def test_where_policy_says_so_only_the_code_that_is_shown_is_right(steps: int, right: bool) -> None:
    assert TERMS.totp
    strict = TERMS.model_copy(update={"totp": TERMS.totp.model_copy(update={"accepts_previous": False})})
    code = totp_code(SECRET, NOON + steps * STEP)
    judged = await METHOD.read(submitted(strict, code, at=NOON), tenant=TENANT, user=USER).examine(None)
    assert isinstance(judged, Right) == right


async def test_later_the_stored_secret_counts_whatever_the_terms_say() -> None:
    kept = bound(BOUND, tenant=TENANT, user=USER, method_id=TERMS.method_id, challenge="c", at=NOON)
    later = totp_terms(purpose="signIn")
    other = totp_terms(secret=SECRET[::-1]).model_copy(update={"purpose": "signIn"})
    for of in (later, other):
        proof = METHOD.read(submitted(of, totp_code(SECRET, NOON)), tenant=TENANT, user=USER)
        assert await proof.examine(kept) == Right(position=totp_step(NOON))
        assert await proof.examine(None) == Wrong("codeIncorrect")


def test_a_registration_without_a_secret_is_unreadable() -> None:
    bare = totp_terms(purpose="signIn").model_copy(update={"purpose": "registration"})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(bare, "123456"), tenant=TENANT, user=USER)


async def test_a_stored_secret_of_another_method_does_not_open() -> None:
    later = totp_terms(purpose="signIn", method_id="method-2")
    kept = bound(BOUND, tenant=TENANT, user=USER, method_id="method-2", challenge="c", at=NOON)
    proof = METHOD.read(submitted(later, totp_code(SECRET, NOON)), tenant=TENANT, user=USER)
    with pytest.raises(ProofUnreadableError):
        await proof.examine(kept)


@pytest.mark.parametrize("steps", [-2, 1, 2])
async def test_a_code_that_was_shown_longer_ago_or_is_not_shown_yet_is_wrong(steps: int) -> None:
    assert await found(totp_code(SECRET, NOON + steps * STEP)) == Wrong("codeIncorrect")


@pytest.mark.parametrize("typed", ["", "0", totp_code(SECRET, NOON)[:-1], totp_code(SECRET, NOON) + "0", "٠٠٠٠٠٠"])
async def test_any_other_text_is_wrong(typed: str) -> None:
    assert await found(typed) == Wrong("codeIncorrect")


async def test_a_code_of_another_secret_is_wrong() -> None:
    assert await found(totp_code(SECRET[::-1], NOON)) == Wrong("codeIncorrect")


def test_the_digest_tells_equal_codes_of_one_step_and_nothing_else() -> None:
    def digest(challenge_id: str, typed: str, after: timedelta) -> str:
        event = submitted(totp_terms(challenge_id), typed, at=NOON + after)
        return METHOD.read(event, tenant=TENANT, user=USER).digest

    at_once = timedelta()
    assert digest("a", "123456", at_once) == digest("a", "123456", STEP / 2)
    others = [digest("a", "123457", at_once), digest("b", "123456", at_once), digest("a", "123456", STEP)]
    assert len({digest("a", "123456", at_once), *others}) == 4


def test_failures_count_for_the_method() -> None:
    assert METHOD.identity(TERMS) == METHOD.identity(totp_terms("challenge-2")) == TERMS.method_id
    assert METHOD.identity(totp_terms(method_id="method-2")) == "method-2"


@pytest.mark.parametrize(("tenant", "user"), [("southgate", USER), (TENANT, "kim")])
def test_a_submission_moved_to_somebody_else_does_not_open(tenant: str, user: str) -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(TERMS, "123456"), tenant=tenant, user=user)


def test_a_secret_of_another_method_does_not_open() -> None:
    moved = TERMS.model_copy(update={"totp": totp_terms(method_id="method-2").totp})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(moved, "123456"), tenant=TENANT, user=USER)


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(terms())
    answer = approved(push_terms()).model_copy(update={"terms": TERMS})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answer, tenant=TENANT, user=USER)


def test_a_read_code_shows_neither_itself_nor_the_secret() -> None:
    shown = repr(METHOD.read(submitted(TERMS, "123456"), tenant=TENANT, user=USER))
    assert "123456" not in shown


def token(**how: Any) -> ChallengeTerms:
    """The registration of a token whose clock nobody sets."""
    return asked_for("totp", purpose="registration", totp=token_with_clock(SECRET, **how))


async def seen(of: ChallengeTerms, typed: str) -> Judgement:
    """What is found of codes of that token."""
    return await METHOD.read(submitted(of, typed), tenant=TENANT, user=USER).examine(None)


def drift_of(finding: Judgement) -> float | None:
    """What is kept of the clock."""
    assert isinstance(finding, Right)
    assert isinstance(finding.binds, TotpSecret)
    return finding.binds.drift


@pytest.mark.parametrize("algorithm", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("digits", [6, 8])
@pytest.mark.parametrize("period", [30, 60])
async def test_a_token_is_judged_as_it_was_made(algorithm: OathAlgorithm, digits: int, period: int) -> None:
    of, step = token(algorithm=algorithm, digits=digits, period=period), totp_step(NOON, period)
    finding = await seen(of, hotp_code(SECRET, step, digits, algorithm))
    assert isinstance(finding, Right)
    assert finding.position == step
    other = token(algorithm=algorithm, digits=digits, period=90 - period)
    assert await seen(other, hotp_code(SECRET, step, digits, algorithm)) == Wrong()


@pytest.mark.parametrize("steps", [-120, -1, 0, 60, 120])
async def test_two_codes_in_a_row_say_where_the_clock_is(steps: int) -> None:
    step = totp_step(NOON) + steps
    finding = await seen(token(), f"{hotp_code(SECRET, step)} {hotp_code(SECRET, step + 1)}")
    assert drift_of(finding) == steps + 1


@pytest.mark.parametrize("steps", [-121, 121])
async def test_a_clock_that_is_further_away_is_not_found(steps: int) -> None:
    step = totp_step(NOON) + steps
    assert await seen(token(), f"{hotp_code(SECRET, step)} {hotp_code(SECRET, step + 1)}") == Wrong()


@pytest.mark.parametrize("steps", [-1, 0, 1])
async def test_one_code_hints_at_where_the_clock_is(steps: int) -> None:
    assert drift_of(await seen(token(), hotp_code(SECRET, totp_step(NOON) + steps))) == steps * FOLLOWED


@given(st.lists(st.integers(-1, 1), max_size=60))
async def test_a_clock_is_followed_however_it_wanders(wandering: list[int]) -> None:
    """Each code lies within a step of where the clock was seen; none is lost, and what was found is found again."""
    of, sealed, at = asked_for("totp", totp=TotpTerms()), token().totp, NOON
    assert sealed
    kept = TotpSecret(secret=sealed.secret or "", digits=8, clock_drifts=True)
    for ahead in wandering:
        at += timedelta(days=1)
        step = totp_step(at) + round(kept.drift) + ahead
        stored = bound(kept, tenant=TENANT, user=USER, method_id=of.method_id, challenge="c", at=NOON)
        proof = METHOD.read(submitted(of, hotp_code(SECRET, step, 8), at=at), tenant=TENANT, user=USER)
        first = await proof.examine(stored)
        assert isinstance(first, Right)
        assert first.position == step
        assert isinstance(first.moves, TotpSecret)
        kept = first.moves
        assert abs(kept.drift - (step - totp_step(at))) <= DRIFT + 0.5
        moved = bound(kept, tenant=TENANT, user=USER, method_id=of.method_id, challenge="c", at=NOON)
        again = await proof.examine(moved)
        assert isinstance(again, Right)
        assert again.position == step
