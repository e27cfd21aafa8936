"""What the services' databases hold under which keys."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from services.enrollment.resealing import RENEWALS as OF_ENROLLMENT
from services.kit.crypto.keyring import PURPOSES, Keyring, Purpose, ServiceName
from services.kit.crypto.resealing import Renew, uses
from services.kit.mongo.client import Collection as Documents
from services.kit.mongo.client import Database, Document
from services.kit.mongo.rewriting import each_batch, rewrite
from services.kit.settings import ServiceSettings
from services.verifier.resealing import RENEWALS as OF_VERIFIER

if TYPE_CHECKING:
    from rich.progress import Progress

RENEWALS: Mapping[ServiceName, Mapping[str, Renew]] = {
    "enrollment": OF_ENROLLMENT,
    "verifier": OF_VERIFIER,
    "notifier": {},  # all that it keeps ends within two days
}


INDEX: Sequence[Purpose] = ("index",)


class StoredValues:
    """The values of some purposes in the databases of some services, each with its own keyring."""

    def __init__(
        self,
        keyrings: Mapping[ServiceName, Keyring],
        purposes: Sequence[Purpose],
        settings: ServiceSettings,
        progress: "Progress",
    ) -> None:
        self._keyrings = keyrings
        self._purposes = purposes
        self._settings = settings
        self._progress = progress

    def old_keys(self, purpose: Purpose) -> tuple[str, ...]:
        """Ids of the keys that are held and superseded."""
        return tuple(dict.fromkeys(key for keyring in self._keyrings.values() for key in _old_keys(keyring, purpose)))

    async def renew(self) -> tuple[Counter[str], Counter[str]]:
        """Write anew what lies under old keys: how many values, and how many do not open, by place."""
        renewed, broken = Counter[str](), Counter[str]()
        for service, keyring in self._keyrings.items():
            async with _opened(self._settings, service) as database:
                for name, renew in RENEWALS[service].items():
                    place, found = f"{service}.{name}", _Found(renew, keyring, self._purposes_of(service))
                    async for batch in self._each(database.collection(name), f"sealing {place}"):
                        renewed[place] += await rewrite(database.collection(name), batch, found.changes)
                    broken[place] = sum(found.broken.values())
        return +renewed, +broken

    async def needed(self) -> dict[str, Counter[str]]:
        """How many values need each old key, by its id and then by place; keys that nothing needs are left out."""
        found: dict[str, Counter[str]] = {}
        for service, keyring in self._keyrings.items():
            async with _opened(self._settings, service) as database:
                for collection in await database.all_collections():
                    async for batch in self._each(collection, f"counting {service}.{collection.name}"):
                        for key_id, count in self._needed_by(batch, service, collection.name, keyring).items():
                            found.setdefault(key_id, Counter())[f"{service}.{collection.name}"] += count
        return found

    def _needed_by(self, batch: Sequence[Document], service: ServiceName, name: str, keyring: Keyring) -> Counter[str]:
        purposes = self._purposes_of(service)
        old = {key for purpose in purposes for key in _old_keys(keyring, purpose)}
        counted = sum((uses(document) for document in batch), Counter[str]())
        needed = Counter({key_id: count for key_id, count in counted.items() if key_id in old})
        renew = RENEWALS[service].get(name)
        if renew and "index" in purposes:
            hashed = [renew(document, keyring, INDEX) for document in batch]
            count = sum(len(renewal.changes) + renewal.broken for renewal in hashed)
            needed.update({key_id: count for key_id in _old_keys(keyring, "index") if count})
        return needed

    def _purposes_of(self, service: ServiceName) -> Sequence[Purpose]:
        return [purpose for purpose in self._purposes if purpose in PURPOSES[service]]

    async def _each(self, collection: Documents, title: str) -> AsyncIterator[list[Document]]:
        task = self._progress.add_task(title, total=await collection.estimated_document_count())
        async for batch in each_batch(collection):
            yield batch
            self._progress.advance(task, len(batch))


@dataclass
class _Found:
    """Decides what a document is to say instead, and remembers what does not open, by document."""

    renew: Renew
    keyring: Keyring
    purposes: Sequence[Purpose]
    broken: dict[str, int] = field(default_factory=dict)

    def changes(self, document: Document) -> Mapping[str, str]:
        renewal = self.renew(document, self.keyring, self.purposes)
        if renewal.broken:
            self.broken[document["_id"]] = renewal.broken
        return renewal.changes


@asynccontextmanager
async def _opened(settings: ServiceSettings, service: ServiceName) -> AsyncIterator[Database]:
    database = Database(settings, service)
    try:
        yield database
    finally:
        await database.close()


def _old_keys(keyring: Keyring, purpose: Purpose) -> tuple[str, ...]:
    keys = keyring.all(purpose)
    return tuple(key.id for key in keys[keys.index(keyring.current(purpose)) + 1 :]) if keys else ()
