"""Results while `signing` is rotated by a rolling restart: whatever signed them, every replica's JWKS has the key."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet

from services.enrollment.interrupts.domain.interrupt import Interrupt
from services.enrollment.signing import PROOF_LIFE, RESULT_LIFE, Signer
from services.kit.clock import CLOCK_SKEW
from services.kit.crypto.key_files import held, new_keyrings, retired, rotated
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.rotation import JWKS_LIFE, OVERLAPS, TooEarlyError, retirable
from tests.support.clock import NOON, FixedClock

LEAD = timedelta(hours=24)
ASKED = Interrupt(
    id="interrupt-1",
    tenant="northbridge",
    client_id="northbridge",
    user="alex",
    return_url="http://127.0.0.1:8010/",
    intent="signIn",
    decision="register",
    created_at=NOON,
)

Replica = Callable[[dict[str, Any]], Signer]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def replica(tmp_path: Path, clock: FixedClock) -> Replica:
    """A replica of enrollment that was started with these keys."""

    def started(keys: dict[str, Any]) -> Signer:
        file = tmp_path / "enrollment.json"
        file.write_text(json.dumps(keys))
        return Signer(Keyring.load(file, "enrollment", clock), "https://security.example", clock)

    return started


def signed_with(signer: Signer) -> str:
    return str(jws.extract_compact(signer.result(ASKED, "completed", ()).encode()).headers()["kid"])


def verifies(signer: Signer, published: Signer) -> bool:
    """Whether a platform that has just fetched that JWKS takes the result."""
    known = KeySet.import_key_set(published.jwks())  # type: ignore[arg-type]
    result = signer.result(ASKED, "completed", ())
    return bool(jwt.decode(result, known, algorithms=["ES256"]).claims["interruptId"] == ASKED.id)


def test_replicas_with_the_old_and_the_new_file_verify_each_others_results(replica: Replica, clock: FixedClock) -> None:
    files = new_keyrings(clock.now())
    before = replica(files["enrollment"])
    after = replica(rotated(files, "signing", clock.now(), LEAD)["enrollment"])

    assert signed_with(before) == signed_with(after)
    for signer in (before, after):
        assert verifies(signer, before)
        assert verifies(signer, after)


@pytest.mark.parametrize("lead", [LEAD, OVERLAPS["signing"].before])
def test_the_new_key_signs_once_every_platform_can_know_it(
    lead: timedelta, replica: Replica, clock: FixedClock
) -> None:
    files = new_keyrings(clock.now())
    keys = rotated(files, "signing", clock.now(), lead)["enrollment"]
    first, second = replica(keys), replica(keys)
    new, old = (entry["id"] for entry in keys["signing"])

    clock.advance(lead - timedelta(seconds=1))
    assert signed_with(first) == old
    clock.advance(timedelta(seconds=1))

    assert signed_with(first) == signed_with(second) == new
    assert lead > JWKS_LIFE
    assert [key["kid"] for key in first.jwks()["keys"]] == [new, old]


def test_the_old_key_goes_after_its_last_token_has_expired(replica: Replica, clock: FixedClock) -> None:
    files = new_keyrings(clock.now())
    turned = {**files, **rotated(files, "signing", clock.now(), LEAD)}
    old = held(turned, "signing")[-1]
    clock.advance(LEAD - timedelta(milliseconds=1))
    assert signed_with(replica(turned["enrollment"])) == old.id

    clock.advance(max(RESULT_LIFE, PROOF_LIFE) + CLOCK_SKEW)
    with pytest.raises(TooEarlyError):
        retirable("signing", held(turned, "signing"), clock.now())

    clock.advance(OVERLAPS["signing"].after)
    assert retirable("signing", held(turned, "signing"), clock.now()) == old
    left = replica(retired(turned, "signing", old)["enrollment"])
    assert [key["kid"] for key in left.jwks()["keys"]] == [signed_with(left)] != [old.id]
