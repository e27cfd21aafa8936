"""What the running service is made of, in the order in which it starts and stops."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.kafka.broker import EventBroker
from services.kit.mongo.client import Database
from services.kit.mongo.deadlines import Sweeper
from services.kit.mongo.prepare import Preparation
from services.kit.mongo.relay import Relay
from services.verifier.consumers import subscribe
from services.verifier.handlers.challenges import expire_overdue
from services.verifier.methods.registry import known_methods
from services.verifier.settings import VerifierSettings
from services.verifier.store import Store

SWEEP_EVERY = timedelta(seconds=1)


@dataclass(frozen=True)
class Components:
    """Everything with a beginning and an end."""

    database: Database
    broker: EventBroker
    relay: Relay
    store: Store
    preparation: Preparation
    sweeper: Sweeper

    @classmethod
    def assemble(cls, settings: VerifierSettings, keyring: Keyring, clock: Clock) -> "Components":
        """Put them together; nothing connects yet."""
        database = Database(settings, "verifier")
        broker = EventBroker(settings, "verifier", clock)
        relay = Relay(broker, clock)
        store = Store.open(database, relay, clock)
        sweeper = Sweeper(
            "challenges",
            every=SWEEP_EVERY,
            work=partial(expire_overdue, store=store, clock=clock),
            leases=store.leases,
            clock=clock,
        )

        async def begin() -> None:
            relay.start()
            sweeper.start()

        preparation = Preparation([store.prepare, relay.prepare, begin])
        subscribe(
            broker,
            methods=known_methods(keyring),
            store=store,
            clock=clock,
            group=f"{settings.topic_prefix}.verifier",
            requirement=preparation.require,
        )
        return cls(database, broker, relay, store, preparation, sweeper)

    @property
    def readiness(self) -> Mapping[str, Callable[[], Awaitable[bool]]]:
        """What the service needs, by name."""
        return {"kafka": self.broker.ready, "mongodb": self.database.ready, "indexes": self.preparation.ready}

    async def start(self) -> None:
        """Begin; neither Kafka nor the database needs to be there. Relay and sweeper follow the preparation."""
        self.preparation.start()
        await self.broker.start()

    async def stop(self) -> None:
        """End, in an order that loses nothing: what was consumed is finished, what was decided is published."""
        await self.preparation.stop()
        await self.sweeper.stop()
        await self.broker.stop_consuming()
        await self.relay.stop()
        await self.broker.stop()
        self.database.close()
