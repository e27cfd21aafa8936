"""What platforms check says the same however often it is read."""

from datetime import timedelta

from joserfc import jwt
from joserfc.jwk import KeySet

from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.signing import RESULT_LIFE, Signer
from tests.support.builders.keys import keyring
from tests.support.clock import NOON, FixedClock


def interrupt(identifier: str) -> Interrupt:
    return Interrupt(
        id=identifier,
        tenant="northbridge",
        client_id="northbridge",
        user="sam",
        return_url="https://a.example/",
        intent="signIn",
        decision="register",
        created_at=NOON,
    )


def test_one_ending_has_one_identity_however_often_its_result_is_read() -> None:
    clock = FixedClock()
    signer = Signer(keyring("enrollment"), "http://localhost:8000", clock)
    keys = KeySet.import_key_set(signer.jwks())  # type: ignore[arg-type]  # joserfc checks it

    def claims(identifier: str) -> dict[str, object]:
        result = signer.result(interrupt(identifier), "completed", ("phone",))
        return dict(jwt.decode(result, keys, algorithms=["ES256"]).claims)

    first = claims("interrupt-1")
    clock.advance(timedelta(minutes=5))
    again = claims("interrupt-1")
    times = {"iat", "exp"}
    assert {name: first[name] for name in first.keys() - times} == {name: again[name] for name in again.keys() - times}
    assert again["exp"] == int((clock.now() + RESULT_LIFE).timestamp())
    assert claims("interrupt-2")["jti"] != first["jti"]
