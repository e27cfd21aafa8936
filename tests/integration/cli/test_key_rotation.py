"""Keys are rotated while values lie under the old ones: on a real database, with the commands that an operator runs."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from pydantic import SecretStr
from rich.progress import Progress, TaskID

from schemas.enrollment import Destination
from schemas.verification import DeviceKey
from services.cli.keys.stored import StoredValues
from services.enrollment.accounts.domain.account import Account, Former, Profile
from services.enrollment.devices.domain import Device
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken
from services.enrollment.methods.hardware_oath.handlers.stock import of_token
from services.enrollment.store import Store as EnrollmentStore
from services.kit.clock import SystemClock
from services.kit.crypto.keyring import Keyring, Purpose, ServiceName
from services.kit.crypto.sealing import Binding, Sealer, keyed_hash
from services.kit.mongo.client import Database
from services.kit.mongo.relay import Relay
from services.kit.mongo.rewriting import AT_ONCE, each_batch, rewrite
from services.kit.settings import ServiceSettings
from services.verifier.domain.credential import Credential, credential_id
from services.verifier.store import Store as VerifierStore
from tests.support.clock import NOON
from tests.support.in_memory.publishing import NotingPublisher
from tests.support.people.command_line import CommandLine, Done, one_line
from tests.support.servers.kafka import settings_for
from tests.support.servers.mongo import LocalDatabase
from tests.unit.enrollment.builders import method

T = TypeVar("T")

TENANT = "northbridge"
PEOPLE = AT_ONCE + 20
FEW = 2
DAY = timedelta(days=1)
IN_USE, OVER = DAY + timedelta(hours=1), 4 * DAY
STORED: tuple[Purpose, ...] = ("destination", "secret", "index")


@dataclass(frozen=True)
class World:
    """The files, the databases, and the commands on them."""

    keys: Path
    url: str
    command_line: CommandLine

    def run(self, command: str, *arguments: str, after: timedelta = timedelta()) -> Done:
        """`keys COMMAND DIR …`, so much later."""
        settings = {"ENVIRONMENT": "demo", "CLOCK_OFFSET": str(int(after.total_seconds())), "MONGODB_URL": self.url}
        return self.command_line("keys", command, str(self.keys), *arguments, **settings)

    def keyring(self, service: ServiceName, after: timedelta) -> Keyring:
        """What a service holds that is started with the files as they are now."""
        return Keyring.load(self.keys / f"{service}.json", service, SystemClock(after))

    def ids(self, purpose: Purpose) -> list[str]:
        """The ids of its keys, newest first."""
        return [key["id"] for key in json.loads((self.keys / "enrollment.json").read_text())[purpose]]

    def on(self, service: ServiceName, work: Callable[[Database], Awaitable[T]]) -> T:
        """Work on the database of a service."""

        async def opened() -> T:
            database = Database(self.settings, service)
            try:
                return await work(database)
            finally:
                await database.close()

        return asyncio.run(opened())

    @property
    def settings(self) -> ServiceSettings:
        """Those of a command."""
        settings: ServiceSettings = settings_for("127.0.0.1:1", "unused")
        return settings.model_copy(update={"mongodb_url": SecretStr(self.url)})

    def documents(self, service: ServiceName, collection: str) -> list[Mapping[str, Any]]:
        async def read(database: Database) -> list[Mapping[str, Any]]:
            return [document async for document in database.collection(collection).find({})]

        return self.on(service, read)


def crowded(world: World) -> World:
    """More people than are read at once."""
    keys = world.keyring("enrollment", timedelta())
    world.on("enrollment", lambda database: _fill_accounts(database, keys, range(FEW, PEOPLE)))
    return world


@pytest.fixture
def world(own_mongodb: LocalDatabase, security_info: CommandLine, tmp_path: Path) -> World:
    """People with a phone on file, one of them with all that is stored sealed."""
    security_info("keys", "new", "keys")
    made = World(tmp_path / "keys", own_mongodb.url, security_info)
    keys, verifier = made.keyring("enrollment", timedelta()), made.keyring("verifier", timedelta())
    made.on("enrollment", lambda database: _fill_enrollment(database, keys))
    made.on("verifier", lambda database: _fill_verifier(database, verifier))
    return made


def number_of(person: int) -> str:
    return f"+447700900{person:03}"


def account_of(person: int, keys: Keyring) -> Account:
    sealer, user = Sealer(keys), f"person-{person:04}"

    def phone(name: str, number: str) -> Any:
        sealed = sealer.seal("destination", number.encode(), Binding(TENANT, user, name))
        return method("phone", name, destination=sealed, destination_hash=keyed_hash(keys, number, tenant=TENANT))

    address = sealer.seal("destination", b"a@northbridge.example", Binding(TENANT, user))
    profile = Profile(user_principal_name=f"{user}@northbridge.example", display_name=user)
    return Account(
        tenant=TENANT,
        user=user,
        profile=profile.model_copy(update={"emails": (Destination(sealed=address, masked="a•••"),)}),
        methods=(method("passkey", "passkey"), phone("mobile", number_of(person))),
        former=(Former(method=phone("before", "+447700900999"), reason="changed", until=NOON + DAY),),
        created_at=NOON,
    )


async def _fill_accounts(database: Database, keys: Keyring, people: Iterable[int]) -> None:
    clock = SystemClock()
    accounts = EnrollmentStore.open(database, Relay(NotingPublisher(), clock), clock).accounts
    await asyncio.gather(*(accounts.insert(made.id, made) for made in (account_of(person, keys) for person in people)))


async def _fill_enrollment(database: Database, keys: Keyring) -> None:
    clock, sealer = SystemClock(), Sealer(keys)
    store = EnrollmentStore.open(database, Relay(NotingPublisher(), clock), clock)
    await _fill_accounts(database, keys, range(FEW))
    of_app = Binding(TENANT, "person-0000", "app")
    device = Device(
        id="device",
        tenant=TENANT,
        user="person-0000",
        method_id="app",
        name="Phone",
        key=DeviceKey(x="x" * 43, y="y" * 43),
        secret=sealer.seal("secret", b"secret of the app", of_app),
        subscription=sealer.seal("destination", b"subscription", of_app),
        created_at=NOON,
    )
    await store.devices.insert(device.id, device)
    secret = sealer.seal("secret", b"secret of the token", of_token(TENANT, "token"))
    token = HardwareToken(id="token", tenant=TENANT, serial_number="1", period=30, secret=secret, imported_at=NOON)
    await store.hardware_tokens.insert("token", token)


async def _fill_verifier(database: Database, keys: Keyring) -> None:
    clock = SystemClock()
    store = VerifierStore.open(database, Relay(NotingPublisher(), clock), clock)
    secret = Sealer(keys).seal("secret", b"secret of the app", Binding(TENANT, "person-0000", "app"))
    about = {"tenant": TENANT, "user": "person-0000", "bound_by": "c", "bound_at": NOON}
    for name, content in (("app", {"secret": secret, "algorithm": "SHA1"}), ("questions", {"hash": "argon2id$x"})):
        credential = Credential(method_id=name, kind="totp", content=content, **about)
        await store.credentials.insert(credential_id(TENANT, "person-0000", name), credential)


def opened(world: World, after: timedelta) -> None:
    """Everything is there, opens with the files as they are, and lies under the keys in use."""
    keys, verifier = world.keyring("enrollment", after), world.keyring("verifier", after)
    accounts = world.documents("enrollment", "accounts")
    assert len(accounts) == PEOPLE
    sealer, held = Sealer(keys), {purpose: keys.current(purpose).id for purpose in STORED}
    for document in accounts:
        account = Account.model_validate(document["state"])
        number, place = number_of(int(account.user[-4:])), Binding(TENANT, account.user)
        before = account.former[0].method
        for sealed, plain, where in (
            (account.methods[1].destination, number, Binding(TENANT, account.user, "mobile")),
            (before.destination, "+447700900999", Binding(TENANT, account.user, "before")),
            (account.profile.emails[0].sealed, "a@northbridge.example", place),
        ):
            assert sealed is not None
            assert sealed.startswith(held["destination"])
            assert sealer.open("destination", sealed, where).decode() == plain
        assert account.methods[1].destination_hash == keyed_hash(keys, number, tenant=TENANT)
        assert before.destination_hash == keyed_hash(keys, "+447700900999", tenant=TENANT)
    of_app = Binding(TENANT, "person-0000", "app")
    (device,), (token,) = world.documents("enrollment", "devices"), world.documents("enrollment", "hardware_tokens")
    app, questions = sorted(world.documents("verifier", "credentials"), key=lambda found: str(found["_id"]))
    assert sealer.open("destination", device["state"]["subscription"], of_app) == b"subscription"
    assert sealer.open("secret", token["state"]["secret"], of_token(TENANT, "token")) == b"secret of the token"
    for sealed, opens in ((device["state"]["secret"], keys), (app["state"]["content"]["secret"], verifier)):
        assert sealed.startswith(held["secret"])
        assert Sealer(opens).open("secret", sealed, of_app) == b"secret of the app"
    assert questions["state"]["content"] == {"hash": "argon2id$x"}


class Interrupted(Progress):
    """Ctrl-C in the middle: when the first part of a collection is done."""

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        raise KeyboardInterrupt


def interrupt_in_the_middle(world: World, after: timedelta) -> None:
    keyrings: Mapping[ServiceName, Keyring] = {"enrollment": world.keyring("enrollment", after)}
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(StoredValues(keyrings, STORED, world.settings, Interrupted(disable=True)).renew())


def test_all_that_is_stored_moves_to_the_new_keys_while_old_ones_open(world: World) -> None:
    crowded(world)
    old = {purpose: world.ids(purpose)[0] for purpose in STORED}
    for purpose in STORED:
        assert world.run("rotate", "--purpose", purpose).code == 0
    opened(world, timedelta())

    before_their_time = world.run("reseal")
    assert (before_their_time.code, before_their_time.stdout) == (0, "")
    refused = [world.run("retire", "--purpose", purpose, after=OVER) for purpose in STORED]
    assert [done.code for done in refused] == [1, 1, 1]
    assert f"{3 * PEOPLE + 1} stored values" in one_line(refused[0].stderr)
    assert "3 stored values (enrollment.devices 1, enrollment.hardware_tokens 1, verifier.credentials 1)" in (
        one_line(refused[1].stderr)
    )
    assert f"{2 * PEOPLE} stored values" in one_line(refused[2].stderr)

    interrupt_in_the_middle(world, IN_USE)
    done = world.run("reseal", after=IN_USE)

    assert done.code == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"enrollment.accounts: {5 * (PEOPLE - AT_ONCE)} sealed anew",
        "enrollment.devices: 2 sealed anew",
        "enrollment.hardware_tokens: 1 sealed anew",
        "verifier.credentials: 1 sealed anew",
        *(f"{purpose} key {old[purpose]}: needed by nothing that is stored" for purpose in STORED),
    ]
    opened(world, IN_USE)
    for purpose in STORED:
        assert world.run("retire", "--purpose", purpose, after=IN_USE).code == 1
        assert world.run("retire", "--purpose", purpose, after=OVER).code == 0
        assert old[purpose] not in world.ids(purpose)
    opened(world, OVER)


@contextmanager
def waiting_event(world: World, sealed: str) -> Iterator[None]:
    """An event that waits in a document, with a sealed value in its text."""
    body = json.dumps({"destination": {"sealed": sealed}})

    async def put(database: Database) -> None:
        await database.collection("notices").insert_one({"_id": "n", "outbox": [{"event": body}]})

    async def take(database: Database) -> None:
        await database.collection("notices").delete_one({"_id": "n"})

    world.on("enrollment", put)
    yield
    world.on("enrollment", take)


def test_a_key_stays_while_an_event_that_waits_needs_it(world: World, own_mongodb: LocalDatabase) -> None:
    (old,) = world.ids("destination")
    keys = world.keyring("enrollment", timedelta())
    world.run("rotate", "--purpose", "destination")
    with waiting_event(world, Sealer(keys).seal("destination", b"+447700900000", Binding(TENANT, "x", "n"))):
        needed = world.run("reseal", "--purpose", "destination", after=OVER)
        refused = world.run("retire", "--purpose", "destination", after=OVER)

    assert (needed.code, refused.code) == (1, 1)
    assert f"destination key {old}: still needed by 1 values (enrollment.notices 1)" in needed.stdout
    assert old in one_line(refused.stderr)
    assert world.run("retire", "--purpose", "destination", after=OVER).code == 0
    own_mongodb.stop()
    assert "SECURITY_INFO_MONGODB_URL" in one_line(world.run("reseal", after=IN_USE).stderr)


async def test_who_writes_at_the_same_time_is_not_overwritten(database: Database) -> None:
    collection = database.collection("devices")
    await collection.insert_one({"_id": "device", "version": 1, "state": {"name": "Phone", "secret": "old"}})

    async for batch in each_batch(collection):
        await collection.update_one({"_id": "device"}, {"$set": {"state.name": "Tablet"}, "$inc": {"version": 1}})
        written = await rewrite(
            collection, batch, lambda found: {} if found["state"]["secret"] == "new" else {"state.secret": "new"}
        )

    assert written == 1
    assert [document async for document in collection.find({})] == [
        {"_id": "device", "version": 3, "state": {"name": "Tablet", "secret": "new"}}
    ]
