"""Two replicas of enrollment while a signing key is rotated."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.stack import LocalStack
from services.kit.clock import SystemClock
from services.kit.crypto.key_files import rotated
from services.kit.crypto.keyring import PURPOSES
from tests.support.people.api import Platform, done
from tests.support.servers.replicas import replica

pytestmark = pytest.mark.timeout(180)


def test_replicas_with_the_old_and_the_new_signing_key_stand_for_each_others_proofs(
    stack: LocalStack, tmp_path: Path
) -> None:
    """A rolling restart, half way: this replica has the new file, all others have the old one."""
    other = Platform(stack).person("everyone")
    made = done(other.call("POST", "temporaryAccessPassMethods", {}), 201)
    keys = Path(shutil.copytree(stack.home / "keys", tmp_path / "keys"))
    files = {name: json.loads((keys / f"{name}.json").read_text("utf-8")) for name in PURPOSES}
    turned = rotated(files, "signing", SystemClock().now(), timedelta(hours=24))
    (keys / "enrollment.json").write_text(json.dumps(turned["enrollment"]))
    with replica(stack, "enrollment", SECURITY_INFO_KEYRING=str(keys / "enrollment.json")) as restarted:
        origins = (stack.url("enrollment"), restarted)
        challenge = other.asked(methodId=made["id"])
        verified = done(other.answer(challenge, {"code": made["temporaryAccessPass"]}, Prefer="wait=10"), 200)
        again = Platform(stack, origin=restarted).call("GET", f"/v1.0/challenges/{challenge['id']}")
        published = [httpx.get(f"{origin}/.well-known/jwks.json") for origin in origins]

    assert [len(jwks.json()["keys"]) for jwks in published] == [1, 2]
    assert {jwks.headers["cache-control"] for jwks in published} == {"public, max-age=600"}
    for proof in (verified["proof"], done(again, 200)["proof"]):
        for jwks in published:
            claims = jwt.decode(proof, KeySet.import_key_set(jwks.json()), algorithms=["ES256"]).claims
            assert claims["challengeId"] == challenge["id"]
