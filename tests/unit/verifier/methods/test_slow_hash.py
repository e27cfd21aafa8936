"""argon2id, so that what could be guessed is dear to guess."""

import asyncio

from argon2 import PasswordHasher, extract_parameters
from argon2.low_level import Type
from pydantic import SecretStr

from services.verifier.methods.slow_hash import SlowHash
from tests.support.in_memory.judging import quick_hash

REX, TOM = SecretStr("rex"), SecretStr("tom")


async def test_the_same_text_matches_and_no_other_one() -> None:
    encoded = await quick_hash().of(REX)
    assert await quick_hash().matches(encoded, REX)
    assert not await quick_hash().matches(encoded, TOM)


async def test_each_hash_has_a_salt_of_its_own_unless_it_is_made_like_another() -> None:
    hashes = quick_hash()
    first, second = await hashes.of(REX), await hashes.of(REX)
    assert first != second
    assert await hashes.like(first, REX) == first
    assert PasswordHasher().verify(await hashes.like(first, TOM), "tom")


async def test_hashes_of_earlier_parameters_still_match() -> None:
    encoded = await quick_hash().of(REX)
    assert await SlowHash().matches(encoded, REX)


async def test_the_usual_parameters_are_argon2id_with_64_mebibytes() -> None:
    used = extract_parameters(await SlowHash().of(REX))
    assert (used.type, used.memory_cost, used.time_cost) == (Type.ID, 65536, 3)


async def test_a_random_secret_takes_what_owasp_asks_for_at_least() -> None:
    used = extract_parameters(await SlowHash().of_random(REX))
    assert (used.type, used.memory_cost, used.time_cost, used.parallelism) == (Type.ID, 19456, 2, 1)


async def test_while_one_is_made_all_else_goes_on() -> None:
    hashing = asyncio.create_task(SlowHash().of(REX))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 5
