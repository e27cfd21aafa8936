"""The demo clients' keys and tokens."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.demo.clients import ClientKeyMissingError, bearer_token, create_clients, load_client, main

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_keys_are_created_once_and_kept(tmp_path: Path) -> None:
    created = create_clients(tmp_path / "clients")
    first = [path.read_text() for path in created]
    assert create_clients(tmp_path / "clients") == []
    assert [path.read_text() for path in created] == first
    assert {path.stat().st_mode & 0o777 for path in created} == {0o600}


def test_only_the_public_half_is_published(tmp_path: Path) -> None:
    create_clients(tmp_path / "clients")
    published = load_client(tmp_path, "northbridge").public_keys()["keys"][0]
    assert "d" not in published
    assert (published["alg"], published["use"]) == ("ES256", "sig")


def test_a_token_says_who_calls_whom_for_five_minutes(tmp_path: Path) -> None:
    create_clients(tmp_path / "clients")
    client = load_client(tmp_path, "southgate")
    token = bearer_token(client, audience="http://localhost:8000", scope="interrupts", now=NOW)
    decoded = jwt.decode(token, KeySet.import_key_set(client.public_keys()), algorithms=["ES256"])  # type: ignore[arg-type]  # plain JSON
    claims = decoded.claims
    assert claims.pop("jti")
    assert claims == {
        "iss": "southgate",
        "aud": "http://localhost:8000",
        "iat": int(NOW.timestamp()),
        "exp": int(NOW.timestamp()) + 300,
        "tid": "southgate",
        "scope": "interrupts",
    }
    assert decoded.header["kid"] == json.loads((tmp_path / "clients" / "southgate.json").read_text())["kid"]


def test_a_missing_key_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(ClientKeyMissingError, match=r"python -m deploy\.demo\.clients"):
        load_client(tmp_path, "northbridge")


def test_wrong_usage_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
