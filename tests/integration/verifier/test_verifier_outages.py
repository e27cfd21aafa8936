"""The verifier while its database is away, or hangs."""

import pytest

from services.kit.mongo.client import DatabaseDownError
from services.kit.service import Service
from services.kit.settings import ServiceSettings
from tests.support.builders.challenges import (
    right_code,
    wrong_codes,
)
from tests.support.servers.mongo import LocalDatabase
from tests.support.services.verifier import asked, listening, verifier_settings, verifying
from tests.support.waiting import until


async def test_the_verifier_starts_without_a_database_and_recovers(
    settings: ServiceSettings, absent_mongodb: LocalDatabase
) -> None:
    made = verifier_settings(settings, absent_mongodb.url)
    async with verifying(made) as service, listening(settings, service) as bench:
        await until(service.broker.ready)
        assert not await service.database.ready()
        assert not await service.preparation.ready()
        of = asked()
        await bench.guess(of, [right_code(of)])
        absent_mongodb.start()
        await bench.told(1, within=90)
        await until(service.preparation.ready)
        assert await service.database.ready()
    assert bench.reasons() == {"verified": 1}


async def test_the_database_goes_away_and_comes_back(settings: ServiceSettings, own_mongodb: LocalDatabase) -> None:
    async with (
        verifying(verifier_settings(settings, own_mongodb.url)) as service,
        listening(settings, service) as bench,
    ):
        await until(service.preparation.ready)
        of = asked()
        await bench.guess(of, wrong_codes(of, 1))
        await bench.told(1)
        own_mongodb.stop()
        await bench.guess(of, wrong_codes(of, 3)[1:])
        await until(lambda: _is_down(service))
        own_mongodb.start()
        await bench.guess(of, [right_code(of)])
        await bench.told(4, within=90)
    assert bench.reasons() == {"codeIncorrect": 3, "verified": 1}


async def test_a_database_that_hangs_is_one_that_is_down(settings: ServiceSettings, own_mongodb: LocalDatabase) -> None:
    async with (
        verifying(verifier_settings(settings, own_mongodb.url)) as service,
        listening(settings, service) as bench,
    ):
        await until(service.preparation.ready)
        of = asked()
        await bench.guess(of, wrong_codes(of, 1))
        await bench.told(1)
        own_mongodb.freeze()
        try:
            await bench.guess(of, [right_code(of)])
            with pytest.raises(DatabaseDownError):
                await bench.challenge(of)
        finally:
            own_mongodb.thaw()
        await bench.told(2, within=90)
    assert bench.reasons() == {"codeIncorrect": 1, "verified": 1}


async def _is_down(service: Service) -> bool:
    return not await service.database.ready()
