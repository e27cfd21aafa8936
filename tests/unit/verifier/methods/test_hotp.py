"""The next codes of a token with a button prove it, and two in a row find its counter again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.verification import ChallengeTerms, HotpTerms
from services.kit.crypto.codes import hotp_code
from services.verifier.domain import authenticator as authenticators
from services.verifier.domain import credential as credentials
from services.verifier.domain.base import Judgement, Right, Wrong
from services.verifier.domain.credential import Credential, bound
from services.verifier.methods.base import ProofUnreadableError
from services.verifier.methods.hotp import LOOK_AHEAD, LOOK_FURTHER, HotpMethod, HotpSecret
from tests.support.builders.app_proofs import SECRET, approved, push_terms
from tests.support.builders.challenges import TENANT, USER, submitted, terms
from tests.support.builders.keys import keyring
from tests.support.builders.method_proofs import asked_for, token_with_button
from tests.support.clock import NOON

METHOD = HotpMethod(keyring("verifier"))
NEW = token_with_button(SECRET, digits=8, counter=100)
SEALED = NEW.secret or ""


def shown(*counters: int) -> str:
    return " ".join(hotp_code(SECRET, counter, 8) for counter in counters)


def kept_at(counter: int) -> HotpSecret:
    return HotpSecret(secret=SEALED, digits=8, counter=counter)


def stored_at(counter: int) -> Credential:
    return bound(kept_at(counter), tenant=TENANT, user=USER, method_id="method-1", challenge="c", at=NOON)


def registration() -> ChallengeTerms:
    return asked_for("hotp", purpose="registration", hotp=NEW)


async def found(typed: str, credential: Credential | None, of: ChallengeTerms | None = None) -> Judgement:
    asked = of or asked_for("hotp", hotp=HotpTerms())
    return await METHOD.read(submitted(asked, typed), tenant=TENANT, user=USER).examine(credential)


@pytest.mark.parametrize("ahead", [0, 1, LOOK_AHEAD - 1])
async def test_a_registration_keeps_the_counter_behind_its_code(ahead: int) -> None:
    at = 100 + ahead
    assert await found(shown(at), None, registration()) == Right(position=at + 1, binds=kept_at(at + 1))


@pytest.mark.parametrize("counter", [99, 100 + LOOK_AHEAD])
async def test_a_registration_takes_no_code_before_its_counter_or_far_behind_it(counter: int) -> None:
    assert await found(shown(counter), None, registration()) == Wrong()


async def test_a_token_that_was_used_elsewhere_is_registered_with_two_codes_in_a_row() -> None:
    assert await found(shown(700, 701), None, registration()) == Right(position=702, binds=kept_at(702))


@pytest.mark.parametrize("ahead", [0, 1, LOOK_AHEAD - 1])
async def test_a_later_code_moves_the_stored_counter(ahead: int) -> None:
    at = 40 + ahead
    assert await found(shown(at), stored_at(40)) == Right(position=at + 1, moves=kept_at(at + 1))


@pytest.mark.parametrize("first", [38, 39, 40, 41, 40 + LOOK_FURTHER - 1])
async def test_two_codes_in_a_row_are_looked_for_further(first: int) -> None:
    assert await found(shown(first, first + 1), stored_at(40)) == Right(position=first + 2, moves=kept_at(first + 2))


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "0", "٠٠٠٠٠٠٠٠"),
        *(shown(38), shown(40 + LOOK_AHEAD), shown(40)[:-1], shown(40) + "0", shown(40)[2:]),
        *(shown(40, 40), shown(41, 40), shown(40, 42), shown(37, 38), shown(40, 41, 42)),
        shown(40 + LOOK_FURTHER, 41 + LOOK_FURTHER),
    ],
)
async def test_anything_else_is_wrong(typed: str) -> None:
    assert await found(typed, stored_at(40)) == Wrong()


async def test_nothing_proves_a_token_that_is_not_kept() -> None:
    assert await found(shown(100), None) == Wrong()


async def test_the_same_proof_is_found_again_after_a_crash() -> None:
    first = await found(shown(44), stored_at(40))
    assert isinstance(first, Right)
    assert await found(shown(44), stored_at(45)) == first


@given(st.lists(st.integers(0, 60), max_size=20))
async def test_no_code_is_good_twice_and_the_counter_never_goes_back(counters: list[int]) -> None:
    counter, stored = authenticators.unspent(tenant=TENANT, user=USER), stored_at(0)
    accepted = []
    for number, at in enumerate(counters):
        finding = await found(shown(at), stored)
        if not isinstance(finding, Right):
            continue
        assert finding.position is not None
        assert finding.moves
        counter = authenticators.spend(counter, finding.position, str(number)).state
        if authenticators.has_spent(counter, finding.position, str(number)):
            accepted.append(at)
            stored = credentials.move(stored, finding.moves, finding.position, at=NOON).state
    assert accepted == sorted(set(accepted))
    assert stored.kept(HotpSecret) == kept_at(accepted[-1] + 1 if accepted else 0)


def test_a_registration_without_a_secret_is_unreadable() -> None:
    bare = asked_for("hotp", purpose="registration", hotp=HotpTerms())
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(bare, shown(0)), tenant=TENANT, user=USER)


def test_a_secret_of_another_method_does_not_open() -> None:
    moved = asked_for("hotp", purpose="registration", hotp=token_with_button(SECRET, method_id="method-2"))
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(moved, shown(0)), tenant=TENANT, user=USER)


@pytest.mark.parametrize(("tenant", "user"), [("southgate", USER), (TENANT, "kim")])
def test_a_submission_moved_to_somebody_else_does_not_open(tenant: str, user: str) -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.read(submitted(registration(), shown(100)), tenant=tenant, user=user)


def test_terms_or_submissions_of_another_kind_are_unreadable() -> None:
    with pytest.raises(ProofUnreadableError):
        METHOD.identity(terms())
    answer = approved(push_terms()).model_copy(update={"terms": registration()})
    with pytest.raises(ProofUnreadableError):
        METHOD.read(answer, tenant=TENANT, user=USER)


def test_failures_count_for_the_method() -> None:
    assert (
        METHOD.identity(registration()) == METHOD.identity(asked_for("hotp", "other", hotp=HotpTerms())) == "method-1"
    )


def test_the_digest_tells_equal_codes_of_one_challenge_and_nothing_else() -> None:
    def digest(challenge_id: str, typed: str) -> str:
        of = asked_for("hotp", challenge_id, hotp=HotpTerms())
        return METHOD.read(submitted(of, typed), tenant=TENANT, user=USER).digest

    assert digest("a", "123456") == digest("a", "123456")
    assert len({digest("a", "123456"), digest("b", "123456"), digest("a", "123457")}) == 3


def test_read_codes_show_neither_themselves_nor_the_secret() -> None:
    shown_text = repr(METHOD.read(submitted(registration(), "123456"), tenant=TENANT, user=USER))
    assert "123456" not in shown_text
