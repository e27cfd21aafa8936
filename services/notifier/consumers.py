"""Events in: which handler takes which. One group a channel, so that channels are scaled one by one."""

from functools import partial

from schemas.enrollment import ChallengeCancelled, MethodRequested, NoticeRequested
from schemas.envelope import Envelope
from schemas.topics import REQUESTS
from services.kit.clock import Clock
from services.kit.kafka.broker import EventBroker
from services.kit.kafka.handlers import EventHandlers, Precondition
from services.notifier.dispatcher import Dispatcher
from services.notifier.domain.lateness import Usual
from services.notifier.handlers.endings import cancel_deliveries
from services.notifier.handlers.requests import accept_notice, accept_request
from services.notifier.line import Line
from services.notifier.store import Store


def subscribe(
    broker: EventBroker,
    line: Line,
    store: Store,
    dispatcher: Dispatcher,
    *,
    clock: Clock,
    group: str,
    precondition: Precondition,
) -> None:
    """Queue what is requested of a channel; no provider is ever called from here."""
    channel, first = line.channel.name, line.route[0]
    handlers, usual = EventHandlers(), Usual()

    @handlers.on(MethodRequested)
    async def queue(event: MethodRequested, envelope: Envelope) -> None:
        queued = await accept_request(
            event, envelope, store=store, clock=clock, provider=first, usual=usual, place=dispatcher.placed
        )
        if queued:
            dispatcher.wake(channel, queued.provider)

    @handlers.on(NoticeRequested)
    async def queue_notice(event: NoticeRequested, envelope: Envelope) -> None:
        queued = await accept_notice(event, envelope, store=store, clock=clock, provider=first, place=dispatcher.placed)
        if queued:
            dispatcher.wake(channel, queued.provider)

    handlers.on(ChallengeCancelled)(partial(cancel_deliveries, store=store, clock=clock))
    broker.subscribe([REQUESTS[channel]], handlers.after(precondition), group=f"{group}.{channel}")
