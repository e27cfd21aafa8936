"""A user a service, with its own database and no other."""

from typing import get_args

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from schemas.topics import Service
from services.kit.mongo.client import Database, is_database_down
from tests.support.servers.kafka import settings_for
from tests.support.servers.mongo import LocalDatabase
from tests.support.servers.secured import (
    Certificates,
    as_user,
)

SERVICES: tuple[Service, ...] = get_args(Service)
UNAUTHORIZED = 13


@pytest.mark.parametrize("service", SERVICES)
async def test_a_service_has_its_own_database_and_no_other(
    service: Service, mongodb: LocalDatabase, certificates: Certificates
) -> None:
    settings = settings_for("127.0.0.1:1", "unused").model_copy(
        update={"mongodb_url": as_user(mongodb, service, certificates)}
    )
    for owner in SERVICES:
        database = Database(settings, owner)
        things = database.collection("things")
        if owner == service:
            await things.insert_one({"_id": 1})
            await things.delete_one({"_id": 1})
        else:
            for forbidden in (things.insert_one({"_id": 1}), things.find_one({}), database.all_collections()):
                with pytest.raises(OperationFailure) as refused:
                    await forbidden
                assert refused.value.code == UNAUTHORIZED
                assert is_database_down(refused.value), "what is consumed waits for the right"
        await database.close()


def test_without_tls_or_without_a_user_the_database_answers_nothing(
    mongodb: LocalDatabase, certificates: Certificates
) -> None:
    bare = f"mongodb://127.0.0.1:{mongodb.port}/?serverSelectionTimeoutMS=300"
    for url in (bare, f"{bare}&tls=true&tlsCAFile={certificates.ca}"):
        with MongoClient[dict[str, object]](url) as client, pytest.raises(PyMongoError):
            client["enrollment"]["accounts"].find_one({})
