"""The database driver. Only this module and `wire` name its client (docs/adr/0042-pymongos-asynchronous-client.md)."""

from typing import Any

from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import ConnectionFailure, OperationFailure, PyMongoError

from services.kit.mongo import wire
from services.kit.settings import ServiceSettings, SettingsError

wire.install()

Document = dict[str, Any]
Collection = AsyncCollection[Document]

DatabaseError = PyMongoError
"""What the driver raises, whatever the reason."""

DatabaseDownError = ConnectionFailure
"""The server cannot be reached, as opposed to refusing a request: the parent of all such errors of the driver."""

DatabaseRefusedError = OperationFailure
"""The server answers, and does not do it."""

REFUSES_EVERYBODY = frozenset({13, 18, 24, 46, 50, 64, 100, 262, 365, 8000, 14031})
"""Its answers that are not the request's fault. Rights: Unauthorized, AuthenticationFailed. Too busy: LockTimeout,
LockBusy, MaxTimeMSExpired, ExceededTimeLimit, TemporarilyUnavailable. Too few members: WriteConcernFailed,
UnsatisfiableWriteConcern. No room: AtlasError, OutOfDiskSpace."""

SERVER_SELECTION_MS = 2_000
ANSWER_WITHIN_MS = 10_000
"""For one request. Without it, a server that keeps its connections but answers nothing would hold a lane for ever."""


def is_database_down(error: BaseException) -> bool:
    """Whether the server cannot be reached, or refuses everybody: whoever waits may try again."""
    return isinstance(error, DatabaseDownError) or (
        isinstance(error, DatabaseRefusedError) and error.code in REFUSES_EVERYBODY
    )


class Database:
    """The database of one service; no service opens another's.

    Raises:
        SettingsError: the driver does not take the address.
    """

    def __init__(self, settings: ServiceSettings, name: str) -> None:
        try:
            self._client: AsyncMongoClient[Document] = _client(settings, name)
        except (PyMongoError, ValueError, OSError) as error:
            raise SettingsError(
                f"SECURITY_INFO_MONGODB_URL: the driver does not take it ({type(error).__name__}); it looks like "
                "mongodb://USER:PASSWORD@HOST/?tls=true&tlsCAFile=FILE, and FILE must be readable"
            ) from None
        self._database = self._client.get_database(name, codec_options=CodecOptions(tz_aware=True))

    def collection(self, name: str) -> Collection:
        """A collection of this service's database; times come back aware, in UTC."""
        return self._database.get_collection(name)

    async def all_collections(self) -> list[Collection]:
        """All that there are, by name."""
        return [self.collection(name) for name in sorted(await self._database.list_collection_names())]

    async def ready(self) -> bool:
        try:
            await self._database.command("ping")
        except PyMongoError:
            return False
        return True

    async def drop(self) -> None:
        await self._database.client.drop_database(self._database.name)

    async def close(self) -> None:
        await self._client.close()


def _client(settings: ServiceSettings, name: str) -> "AsyncMongoClient[Document]":
    return AsyncMongoClient(
        settings.mongodb_url.get_secret_value(),
        serverSelectionTimeoutMS=SERVER_SELECTION_MS,
        connectTimeoutMS=ANSWER_WITHIN_MS,
        socketTimeoutMS=ANSWER_WITHIN_MS,
        appname=f"security-info-{name}",
        w="majority",
        journal=True,
        uuidRepresentation="standard",
    )
