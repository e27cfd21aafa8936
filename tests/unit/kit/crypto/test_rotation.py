"""A key is known before it is used, and goes when nothing needs it: no step may be early."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, get_args

import pytest

from schemas.topics import REQUESTS, SUBMISSIONS, VERDICTS
from services.enrollment.idempotency.store import KEEP
from services.enrollment.signing import PROOF_LIFE, RESULT_LIFE
from services.kit.clock import CLOCK_SKEW
from services.kit.crypto.key_files import completed, held, new_keyrings, replaced, retired, rotated
from services.kit.crypto.key_source import KeyringError
from services.kit.crypto.keyring import DEMO_ID, PURPOSES, Key, Purpose, ServiceName
from services.kit.crypto.rotation import OVERLAPS, TooEarlyError, retirable, state_of
from services.kit.crypto.sealing import public_point
from services.notifier.store import KEEP_SENDS
from tests.support.builders.keys import MADE_AT, made_key
from tests.support.clock import NOON

DAY = timedelta(days=1)
ROTATED: tuple[Purpose, ...] = tuple(purpose for purpose in get_args(Purpose) if purpose != "vapid")

Files = Mapping[ServiceName, Mapping[str, Any]]


def after(files: Files, changed: Files) -> Files:
    return {**files, **changed}


def later(files: Files, purpose: Purpose) -> Files:
    return after(files, rotated(files, purpose, NOON, DAY))


@pytest.mark.parametrize("purpose", ROTATED)
def test_all_who_share_a_purpose_get_the_same_new_key_in_front(purpose: Purpose) -> None:
    files = new_keyrings(NOON)
    (old,) = held(files, purpose)

    turned = later(files, purpose)

    new, kept = held(turned, purpose)
    assert (kept, new.created_at, new.active_from) == (old, NOON, NOON + DAY)
    assert {new.id, new.secret}.isdisjoint({old.id, old.secret})
    for service in PURPOSES:
        assert {**turned[service], purpose: 0} == {**files[service], purpose: 0}


def test_what_a_key_is_until_it_goes() -> None:
    keys = (Key("b", b"", NOON, NOON + DAY), Key("a", b"", NOON))
    told = {at: [state_of(keys, key, NOON + at) for key in keys] for at in (timedelta(), DAY)}
    assert told == {timedelta(): ["published", "in use"], DAY: ["in use", "superseded"]}
    assert state_of(keys[1:], keys[1], NOON - DAY) == "in use"


@pytest.mark.parametrize("purpose", ROTATED)
def test_a_key_is_not_used_before_all_can_know_it(purpose: Purpose) -> None:
    files, least = new_keyrings(NOON), OVERLAPS[purpose].before
    with pytest.raises(TooEarlyError, match="give more time"):
        rotated(files, purpose, NOON, least - timedelta(seconds=1))
    assert rotated(files, purpose, NOON, least)


def test_one_rotation_after_the_other() -> None:
    turned = later(new_keyrings(NOON), "secret")
    with pytest.raises(TooEarlyError, match="published and not in use before 2046-11-25T12:00:00Z"):
        rotated(turned, "secret", NOON + DAY - timedelta(seconds=1), DAY)
    assert len(held(after(turned, rotated(turned, "secret", NOON + DAY, DAY)), "secret")) == 3


@pytest.mark.parametrize("purpose", ROTATED)
def test_a_key_goes_when_what_was_made_with_it_is_over(purpose: Purpose) -> None:
    turned = later(new_keyrings(NOON), purpose)
    new, old = held(turned, purpose)
    over = NOON + DAY + OVERLAPS[purpose].after

    for early in (NOON, over - timedelta(seconds=1)):
        with pytest.raises(TooEarlyError):
            retirable(purpose, held(turned, purpose), early)
    assert retirable(purpose, held(turned, purpose), over) == old
    left = after(turned, retired(turned, purpose, old))
    assert held(left, purpose) == (new,)
    with pytest.raises(TooEarlyError, match="is in use"):
        retirable(purpose, held(left, purpose), over + 100 * DAY)


def test_the_time_that_keys_overlap_covers_what_is_under_way() -> None:
    assert OVERLAPS["signing"].after >= max(RESULT_LIFE, PROOF_LIFE) + CLOCK_SKEW
    assert OVERLAPS["verdict"].after > (VERDICTS.retention or timedelta.max)
    for topic in (*REQUESTS.values(), SUBMISSIONS):
        assert OVERLAPS["submission"].after > (topic.retention or timedelta.max)
    assert OVERLAPS["secret"].after > KEEP
    assert OVERLAPS["index"].after >= max(KEEP, KEEP_SENDS)


def test_a_step_that_was_interrupted_is_seen_and_completed() -> None:
    files = new_keyrings(NOON)
    turned = later(files, "secret")
    half = {**files, "enrollment": turned["enrollment"]}
    for step in (partial(rotated, lead=DAY), replaced):
        with pytest.raises(KeyringError, match="keys add"):
            step(half, "secret", NOON)

    assert completed(half, NOON) == turned


def test_what_one_lost_file_shared_with_others_is_had_from_them() -> None:
    files = new_keyrings(NOON)
    restored = completed({**files, "enrollment": {}}, NOON + DAY)
    assert {**files, "enrollment": 0} == {**restored, "enrollment": 0}
    assert {**restored["enrollment"], "signing": 0} == {**files["enrollment"], "signing": 0}
    assert held(restored, "signing") != held(files, "signing")


def test_a_fresh_key_can_take_over_at_once() -> None:
    files = new_keyrings(NOON)
    turned = after(files, replaced(files, "verdict", NOON + DAY))
    new, old = held(turned, "verdict")
    assert [state_of((new, old), key, NOON + DAY) for key in (new, old)] == ["in use", "superseded"]


def test_enrollment_hands_out_the_public_half_of_a_new_vapid_key() -> None:
    files = new_keyrings(NOON)
    turned = after(files, replaced(files, "vapid", NOON))
    assert turned["enrollment"]["vapidPublicKey"] == public_point(held(turned, "vapid")[0])
    assert turned["enrollment"]["vapidPublicKey"] != files["enrollment"]["vapidPublicKey"]


def test_keys_without_a_time_of_their_own_are_used_from_when_they_were_made() -> None:
    newer, older = made_key("newer"), made_key("older", age=DAY)
    assert state_of((newer, older), newer, MADE_AT) == "in use"
    assert replace(newer, active_from=MADE_AT + DAY).in_use_from == MADE_AT + DAY


def test_a_key_that_comes_to_those_of_the_demo_is_of_the_demo() -> None:
    files = new_keyrings(NOON, demo=True)
    lacking = {**files, "enrollment": {**files["enrollment"], "signing": []}}
    made = (rotated(files, "secret", NOON, DAY), replaced(files, "secret", NOON), completed(lacking, NOON))
    assert all(changed["enrollment"]["secret"][0]["id"].startswith(DEMO_ID) for changed in made)
    assert made[2]["enrollment"]["signing"][0]["id"].startswith(DEMO_ID)
    assert not held(later(new_keyrings(NOON), "secret"), "secret")[0].id.startswith(DEMO_ID)
