"""Hardware tokens: counters move on, clocks drift and are followed."""

from datetime import timedelta
from typing import Any

from schemas.verification import HotpTerms, ProofKind, TotpTerms
from services.kit.crypto.codes import hotp_code, totp_step
from tests.support.builders.app_proofs import SECRET
from tests.support.builders.challenges import submitted
from tests.support.builders.method_proofs import (
    asked_for,
    token_with_button,
    token_with_clock,
)
from tests.support.in_memory.judging import Court, outcome
from tests.unit.verifier.handlers.walks import registered, walks


async def token_registered(court: Court, typed: str, **part: Any) -> str:
    """What comes of the registration of a token now."""
    kind: ProofKind = "hotp" if "hotp" in part else "totp"
    of = asked_for(kind, f"registration-{typed}", purpose="registration", **part)
    return outcome(await court.judge(submitted(of, typed, at=court.clock.now())))


async def token_proven(court: Court, kind: ProofKind, typed: str, challenge_id: str) -> str:
    """What comes of a code of a token now."""
    now = court.clock.now()
    part: dict[str, Any] = {kind: HotpTerms() if kind == "hotp" else TotpTerms()}
    of = asked_for(kind, challenge_id, created_at=now, **part)
    return outcome(await court.judge(submitted(of, typed, at=now)))


def counted(*counters: int) -> str:
    """What the token with a button shows at these."""
    return "\n".join(hotp_code(SECRET, counter) for counter in counters)


async def test_a_counter_moves_behind_the_code_that_was_right_and_never_back() -> None:
    court = Court()
    assert await token_registered(court, counted(0), hotp=token_with_button(SECRET)) == "verified"
    outcomes = [
        await token_proven(court, "hotp", counted(counter), f"proof-{at}")
        for at, counter in enumerate((0, 4, 4, 3, 5, 15, 26, 25))
    ]
    wrong = "codeIncorrect"
    assert outcomes == [wrong, "verified", wrong, wrong, "verified", "verified", wrong, "verified"]


async def test_two_codes_in_a_row_find_the_counter_again_once() -> None:
    court = Court()
    await token_registered(court, counted(0), hotp=token_with_button(SECRET))
    assert await token_proven(court, "hotp", counted(700), "far-away") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 702), "not-in-a-row") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(701, 700), "wrong-order") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 701, 702), "three") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(700, 701), "in-a-row") == "verified"
    assert await token_proven(court, "hotp", counted(700, 701), "the-same") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(701), "the-last") == "codeIncorrect"
    assert await token_proven(court, "hotp", counted(702), "daily-use") == "verified"


async def test_a_clock_that_drifts_is_followed_and_found_again() -> None:
    court = Court()
    assert await token_registered(court, shown_by_clock(court, 0), totp=token_with_clock(SECRET)) == "verified"
    court.clock.advance(timedelta(days=300))
    assert await token_proven(court, "totp", shown_by_clock(court, 20), "drifted") == "codeIncorrect"
    both = f"{shown_by_clock(court, 19)}\n{shown_by_clock(court, 20)}"
    assert await token_proven(court, "totp", both, "in-a-row") == "verified"
    assert await token_proven(court, "totp", shown_by_clock(court, 20), "again") == "codeIncorrect"
    for day, ahead in enumerate((20, 20, 21, 21, 21, 21, 21, 22)):
        court.clock.advance(timedelta(days=1))
        assert await token_proven(court, "totp", shown_by_clock(court, ahead), f"day-{day}") == "verified"


async def test_the_clock_of_an_app_is_not_followed() -> None:
    walk, court = walks()["totp"], Court()
    await registered(walk, court)
    both = f"{shown_by_clock(court, 0)}\n{shown_by_clock(court, 1)}"
    assert await token_proven(court, "totp", both, "in-a-row") == "codeIncorrect"
    court.clock.advance(timedelta(minutes=1))
    before = await court.credential()
    assert await token_proven(court, "totp", shown_by_clock(court, 1), "ahead") == "codeIncorrect"
    assert await token_proven(court, "totp", shown_by_clock(court, -1), "behind") == "verified"
    assert await court.credential() == before


def shown_by_clock(court: Court, ahead: int) -> str:
    """What a token shows whose clock is so many steps ahead."""
    return hotp_code(SECRET, totp_step(court.clock.now()) + ahead)
