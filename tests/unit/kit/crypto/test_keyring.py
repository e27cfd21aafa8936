"""A service has the keys that it needs, and no others."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from services.kit.crypto.key_files import new_keyrings
from services.kit.crypto.key_source import KeyringError
from services.kit.crypto.keyring import PURPOSES, Keyring, ServiceName
from services.kit.crypto.sealing import Binding, Sealer, public_point
from tests.support.builders.keys import MADE_AT, made_key
from tests.support.clock import NOON, FixedClock

HOUR = timedelta(hours=1)
SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)


def written(path: Path, content: Any) -> Path:
    file = path / "keyring.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


@pytest.mark.parametrize("service", SERVICES)
def test_new_keyrings_load_for_their_service_and_for_no_other(tmp_path: Path, service: ServiceName) -> None:
    file = written(tmp_path, new_keyrings(NOON)[service])
    assert all(Keyring.load(file, service).current(purpose) for purpose in PURPOSES[service])
    for other in set(SERVICES) - {service}:
        with pytest.raises(KeyringError, match="SECURITY_INFO_KEYRING"):
            Keyring.load(file, other)


@pytest.mark.parametrize("service", SERVICES)
def test_keys_of_the_demo_are_taken_there_alone(tmp_path: Path, service: ServiceName) -> None:
    file = written(tmp_path, new_keyrings(NOON, demo=True)[service])
    assert all(Keyring.load(file, service, demo=True).current(purpose) for purpose in PURPOSES[service])
    with pytest.raises(KeyringError, match=r"holds the demo's keys; make your own with `security-info keys new DIR`"):
        Keyring.load(file, service)


def test_services_that_share_a_purpose_share_its_key() -> None:
    keyrings = new_keyrings(NOON)
    assert keyrings["notifier"]["code"] == keyrings["verifier"]["code"]
    assert keyrings["enrollment"]["submission"] == keyrings["verifier"]["submission"]
    assert "code" not in keyrings["enrollment"]


def test_no_key_is_made_twice() -> None:
    keyrings = [new_keyrings(NOON)["enrollment"] for _ in range(2)]
    keys = [
        keys[0]["key"] for keyring in keyrings for purpose, keys in keyring.items() if purpose in PURPOSES["enrollment"]
    ]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda keys: keys.pop("code"), "lacks keys for code"),
        (lambda keys: keys.update(signing=keys["code"]), "holds keys for signing"),
        (lambda keys: keys.update(code=[]), "lacks keys for code"),
        (lambda keys: keys["code"][0].update(key="c2hvcnQ"), "the keys for code are malformed"),
        (lambda keys: keys["code"][0].update(key="é"), "the keys for code are malformed"),
        (lambda keys: keys["code"][0].pop("createdAt"), "the keys for code are malformed"),
        (lambda keys: keys["code"][0].update(extra=1), "the keys for code are malformed"),
        (lambda keys: keys.update(code="text"), "the keys for code are malformed"),
        (lambda keys: keys.update(code=None), "the keys for code are malformed"),
    ],
)
def test_a_wrong_keyring_is_refused_in_one_line_without_its_keys(tmp_path: Path, change: Any, message: str) -> None:
    keys = new_keyrings(NOON)["verifier"]
    secrets = [entry["key"] for entries in keys.values() for entry in entries]
    change(keys)
    with pytest.raises(KeyringError, match=message) as caught:
        Keyring.load(written(tmp_path, keys), "verifier")
    assert "\n" not in str(caught.value)
    assert not any(secret in str(caught.value) for secret in secrets)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\udcff".encode(errors="surrogateescape").decode("latin1")])
def test_what_is_no_keyring_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(KeyringError, match="SECURITY_INFO_KEYRING"):
        Keyring.load(written(tmp_path, content), "verifier")


def test_an_absent_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(KeyringError, match="security-info keys new"):
        Keyring.load(tmp_path / "absent.json", "verifier")


def test_the_key_in_use_at_a_moment_is_the_newest_made_until_then() -> None:
    newer, older = made_key("newer"), made_key("older", age=timedelta(days=30))
    keyring = Keyring({"code": (newer, older)})
    assert keyring.current("code") == newer
    assert keyring.in_use_at("code", MADE_AT) == newer
    assert keyring.in_use_at("code", MADE_AT - timedelta(milliseconds=1)) == older
    assert keyring.in_use_at("code", MADE_AT - timedelta(days=365)) == older


def test_a_key_is_found_by_its_id_while_it_is_held() -> None:
    keyring = Keyring({"code": (made_key("a"), made_key("b"))})
    assert keyring.find("code", "b-key") == made_key("b")
    assert keyring.find("code", "c-key") is None
    assert keyring.find("secret", "a-key") is None


def test_enrollment_knows_the_public_half_of_the_vapid_key_and_no_other_part(tmp_path: Path) -> None:
    keyrings = new_keyrings(NOON)
    enrollment = Keyring.load(written(tmp_path, keyrings["enrollment"]), "enrollment")
    notifier = Keyring.load(written(tmp_path, keyrings["notifier"]), "notifier")
    assert enrollment.vapid_public_key == public_point(notifier.current("vapid"))
    assert not enrollment.all("vapid")


def test_a_keyring_without_the_public_vapid_key_loads(tmp_path: Path) -> None:
    keys = new_keyrings(NOON)["enrollment"]
    del keys["vapidPublicKey"]
    assert Keyring.load(written(tmp_path, keys), "enrollment").vapid_public_key is None


@pytest.mark.parametrize("value", ["short", 7, {}])
def test_a_malformed_public_vapid_key_is_refused(tmp_path: Path, value: Any) -> None:
    keys = new_keyrings(NOON)["enrollment"] | {"vapidPublicKey": value}
    with pytest.raises(KeyringError, match="vapidPublicKey is malformed"):
        Keyring.load(written(tmp_path, keys), "enrollment")


def test_a_key_that_was_published_ahead_opens_at_once_and_seals_when_its_time_has_come() -> None:
    clock = FixedClock(MADE_AT)
    ahead, older = replace(made_key("ahead"), active_from=MADE_AT + HOUR), made_key("older")
    keyring = Keyring({"secret": (ahead, older)}, clock=clock)
    sealed = Sealer(Keyring({"secret": (ahead,)}, clock=clock)).seal("secret", b"x", Binding("north", "alex"))

    assert keyring.current("secret") == older
    assert Sealer(keyring).open("secret", sealed, Binding("north", "alex")) == b"x"
    clock.advance(HOUR)
    assert keyring.current("secret") == ahead


def test_a_lone_key_is_used_whatever_its_time() -> None:
    ahead = replace(made_key("ahead"), active_from=MADE_AT + HOUR)
    assert Keyring({"code": (ahead,)}, clock=FixedClock(MADE_AT)).current("code") == ahead


def test_keys_may_come_from_elsewhere_than_a_file() -> None:
    class Vault:
        name = "vault"

        def read(self) -> Any:
            return new_keyrings(NOON)["verifier"]

    assert Keyring.read(Vault(), "verifier").current("code")
    with pytest.raises(KeyringError, match="vault lacks keys for"):
        Keyring.read(Vault(), "enrollment")
