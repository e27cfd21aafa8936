"""From the stock to a person, and back: whose a token is, and where its secret is."""

from datetime import timedelta

import pytest
from pydantic import SecretBytes

from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken
from services.enrollment.methods.hardware_oath.domain.stock import (
    CLAIMED_FOR,
    HardwareToken,
    activate,
    assign,
    claim,
    imported_anew,
    in_stock,
    require_deletable,
    restore,
    token_key,
    withdraw,
)
from services.kit.errors import HardwareTokenInUseError, UnknownHardwareTokenError
from tests.support.clock import NOON

FILE = ImportedToken("A-1001", SecretBytes(b"12345678901234567890"), period=30)
SEALED = "key.sealed"
LATER = NOON + CLAIMED_FOR


def available() -> HardwareToken:
    return in_stock(FILE, "token-1", "northbridge", SEALED, at=NOON)


def claimed(user: str = "sam") -> HardwareToken:
    return claim(available(), user, "method-1", at=NOON).state


def activated() -> HardwareToken:
    return activate(claimed(), "sam", "method-1", at=NOON).state


def withdrawn() -> HardwareToken:
    return withdraw(activated(), "method-1", at=LATER).state


@pytest.mark.parametrize("typed", ["A-1001", "a1001", " a 1001 ", "A10-01"])
def test_a_number_is_found_however_it_is_typed(typed: str) -> None:
    assert token_key("northbridge", typed) == "northbridge/A1001"


def test_a_proven_token_forgets_its_secret_and_is_its_persons() -> None:
    token = activated()
    assert (token.status, token.user, token.method_id, token.secret, token.claim) == (
        "activated",
        "sam",
        "method-1",
        None,
        None,
    )
    assert not token.model_dump_json().count(SEALED)


@pytest.mark.parametrize(("user", "method"), [("kim", "method-1"), ("sam", "method-2")])
def test_only_the_claim_that_was_proven_activates(user: str, method: str) -> None:
    assert activate(claimed(), user, method, at=NOON).state == claimed()
    assert activate(available(), user, method, at=NOON).state == available()


def test_a_claim_keeps_others_out_for_a_while() -> None:
    with pytest.raises(UnknownHardwareTokenError):
        claim(claimed(), "kim", "method-2", at=LATER - timedelta(seconds=1))
    assert claim(claimed(), "kim", "method-2", at=LATER).state.claim != claimed().claim
    again = claim(claimed(), "sam", "method-2", at=NOON).state
    assert again.claim == claimed().claim


@pytest.mark.parametrize("token", [activated(), withdrawn(), assign(available(), "sam").state])
def test_what_is_somebodys_cannot_be_claimed_by_others(token: HardwareToken) -> None:
    with pytest.raises(UnknownHardwareTokenError):
        claim(token, "kim", "method-2", at=LATER)


def test_an_assigned_token_is_its_persons_to_claim() -> None:
    token = assign(available(), "sam").state
    assert token.status == "assigned"
    assert assign(token, "sam").state == token
    assert claim(token, "sam", "method-1", at=NOON).state.claim
    with pytest.raises(HardwareTokenInUseError):
        assign(token, "kim")


@pytest.mark.parametrize("token", [activated(), withdrawn()])
def test_what_proves_somebody_or_has_no_secret_is_assigned_to_nobody_else(token: HardwareToken) -> None:
    with pytest.raises(HardwareTokenInUseError):
        assign(token, "kim")


def test_a_removed_method_withdraws_its_token_and_brings_it_back() -> None:
    assert withdraw(activated(), "method-2", at=LATER).state == activated()
    assert withdrawn().status == "withdrawn"
    assert restore(withdrawn(), "method-2").state == withdrawn()
    assert restore(withdrawn(), "method-1").state == activated()


def test_an_erased_person_is_named_nowhere() -> None:
    token = withdraw(activated(), None, at=LATER).state
    assert token.status == "withdrawn"
    assert "sam" not in token.model_dump_json()


def test_what_an_erased_person_set_up_in_a_later_life_stays() -> None:
    assert withdraw(activated(), None, at=NOON - CLAIMED_FOR).state == activated()


def test_only_a_withdrawn_token_is_imported_anew() -> None:
    fresh = in_stock(FILE, "token-2", "northbridge", "key.other", at=LATER)
    assert imported_anew(withdrawn(), fresh).state == fresh
    assert imported_anew(activated(), fresh).state == activated()
    assert imported_anew(claimed(), fresh).state == claimed()


def test_what_proves_somebody_is_not_deleted() -> None:
    with pytest.raises(HardwareTokenInUseError):
        require_deletable(activated())
    for token in (available(), claimed(), withdrawn()):
        require_deletable(token)


def test_the_terms_of_a_token_say_how_its_codes_are_made() -> None:
    clock = available().model_copy(update={"algorithm": "SHA256", "digits": 8, "period": 60})
    assert (clock.kind, clock.terms()["totp"].secret) == ("totp", None)
    shown = {"secret": SEALED, "algorithm": "SHA256", "digits": 8, "period": 60, "clock_drifts": True}
    assert clock.terms(SEALED)["totp"].model_dump(exclude_unset=True) == shown
    button = clock.model_copy(update={"period": None, "counter": 5})
    assert button.kind == "hotp"
    counted = {"secret": SEALED, "algorithm": "SHA256", "digits": 8, "counter": 5}
    assert button.terms(SEALED)["hotp"].model_dump(exclude_none=True) == counted


def test_a_token_keeps_all_that_its_file_says() -> None:
    secret = SecretBytes(b"12345678901234567890")
    told = ImportedToken("B-1", secret, "SHA256", 8, None, counter=7, manufacturer="Acme", model="Button")
    token = in_stock(told, "token-1", "northbridge", SEALED, at=NOON)
    assert (token.algorithm, token.digits, token.period, token.counter) == ("SHA256", 8, None, 7)
    assert (token.serial_number, token.manufacturer, token.model, token.imported_at) == ("B-1", "Acme", "Button", NOON)


def test_a_token_that_was_withdrawn_is_not_assigned_again_even_to_its_person() -> None:
    with pytest.raises(HardwareTokenInUseError):
        assign(withdrawn(), "sam")


def test_an_erased_person_leaves_nothing_of_theirs() -> None:
    token = withdraw(activated().model_copy(update={"secret": SEALED}), None, at=LATER).state
    assert (token.user, token.method_id, token.secret, token.activated_at) == (None, None, None, NOON)
