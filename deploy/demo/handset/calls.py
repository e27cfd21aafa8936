"""A call as the network lives it: it rings, is answered, reads out what it is told, and takes keys."""

import asyncio
import logging
from dataclasses import replace
from typing import Literal
from urllib.parse import urljoin

from deploy.demo.handset.callbacks import CallbackFailedError
from deploy.demo.handset.faults import Mode, Provider
from deploy.demo.handset.network import World, rfc2822
from deploy.demo.handset.things import Call, CallStatus, masked
from deploy.demo.handset.twiml import Gather, Hangup, Pause, Redirect, Say, TwimlBrokenError, Verb, parse

log = logging.getLogger(__name__)
MOST_DOCUMENTS = 20
WATCH_SECONDS = 0.05
KEYS = frozenset("0123456789*#")


class CallOverError(Exception):
    """The call ended, or is not known (any more)."""


def place_call(world: World, call: Call) -> None:
    """Take a call from its sender and let it ring in the background, unless voice loses calls."""
    world.calls.put(call)
    if world.faults.of(Provider.VOICE).mode is Mode.LOST:
        log.info("voice lost a call to %s, as it was told to", masked(call.to))
        world.calls.change(call.id, lambda current: replace(current, lost=True))
        return
    world.errands.start(_live(world, call.id))


def answer(world: World, call_id: str) -> Call:
    """Pick up.

    Raises:
        CallOverError: nothing rings here.
    """
    call = _running(world, call_id)
    if call.status == "in-progress":
        return call
    return _change(world, call_id, status="in-progress", answered_at=world.now())


def press(world: World, call_id: str, keys: str) -> Call:
    """Press keys, in order; a call that still rings is answered first, and keys pressed early are kept.

    Raises:
        CallOverError: there is no such call any more.
        ValueError: not keys of a telephone.
    """
    if not keys or len(keys) > 32 or not set(keys) <= KEYS:
        raise ValueError("digits: 1 to 32 of 0-9, * and #")
    call = answer(world, call_id)
    return _change(world, call_id, pressed=call.pressed + keys, unread=call.unread + keys)


def hang_up(world: World, call_id: str, status: CallStatus = "completed") -> None:
    """End the call; nothing happens to one that is over."""
    call = world.calls.get(call_id)
    if call is not None and not call.ended:
        _change(world, call_id, status=status, ended_at=world.now(), listening=False)


async def _live(world: World, call_id: str) -> None:
    """The whole life of a call, with its status callbacks in order."""
    reports: asyncio.Queue[tuple[str, Call] | None] = asyncio.Queue()
    world.errands.start(_report_all(world, reports))
    try:
        await _ring(world, call_id, reports)
        reports.put_nowait(("answered", _running(world, call_id)))
        await _talk(world, call_id)
    except CallOverError:
        log.debug("the call ended early")
    except (CallbackFailedError, TwimlBrokenError) as failure:
        log.warning("a call ended because its instructions were not to be had: %s", failure)
    hang_up(world, call_id)
    over = world.calls.get(call_id)
    if over is not None:
        reports.put_nowait(("completed", over))
        log.info("call to %s ended: %s", masked(over.to), over.status)
    reports.put_nowait(None)


async def _ring(world: World, call_id: str, reports: "asyncio.Queue[tuple[str, Call] | None]") -> None:
    call = _running(world, call_id)
    reports.put_nowait(("initiated", call))
    await asyncio.sleep(world.pace.to_ring)
    if _running(world, call_id).status == "queued":
        reports.put_nowait(("ringing", _change(world, call_id, status="ringing")))
    log.info("ringing %s", masked(call.to))
    for rung in range(int(call.ring_seconds / WATCH_SECONDS)):
        if _running(world, call_id).status == "in-progress":
            return
        if rung * WATCH_SECONDS >= world.pace.until_answered and not world.is_watched:
            answer(world, call_id)
            return
        await asyncio.sleep(WATCH_SECONDS)
    hang_up(world, call_id, "no-answer")


async def _talk(world: World, call_id: str) -> None:
    """Carry out one document after the other."""
    call = _running(world, call_id)
    base, document = call.url or "", call.twiml
    if document is None:
        document = await world.callbacks.send(base, _parameters(call), call.method)
    for _ in range(MOST_DOCUMENTS):
        onward = await _carry_out(world, call_id, parse(document))
        if onward is None:
            return
        target, method, extra = onward
        base = urljoin(base, target)
        document = await world.callbacks.send(base, {**_parameters(_running(world, call_id)), **extra}, method)
    raise TwimlBrokenError(f"more than {MOST_DOCUMENTS} documents in one call")


Onward = tuple[str, Literal["GET", "POST"], dict[str, str]]


async def _carry_out(world: World, call_id: str, verbs: tuple[Verb, ...]) -> Onward | None:
    """Carry out the verbs of one document; says where to go on, if anywhere."""
    for verb in verbs:
        match verb:
            case Say() | Pause():
                await _speak(world, call_id, verb)
            case Hangup():
                return None
            case Redirect(url, method):
                return url, method, {}
            case Gather():
                keys = await _gather(world, call_id, verb)
                if verb.digits(keys) or verb.action_on_empty:
                    return verb.action, verb.method, _gathered(verb, keys)
    return None


def _gathered(gather: Gather, keys: str) -> dict[str, str]:
    finished = gather.finish_on_key if gather.finish_on_key and gather.finish_on_key in keys else ""
    return {"Digits": gather.digits(keys), "FinishedOnKey": finished, "msg": "Gather End"}


async def _gather(world: World, call_id: str, gather: Gather) -> str:
    """Read the prompts and collect keys until the gather is complete or its time is over."""
    _change(world, call_id, listening=True)
    for prompt in gather.prompts:
        if _running(world, call_id).unread:
            break
        await _speak(world, call_id, prompt, interruptible=True)
    silent, seen = 0.0, ""
    while silent < gather.timeout:
        keys = _running(world, call_id).unread
        if gather.is_complete(keys):
            break
        silent, seen = (silent, seen) if keys == seen else (0.0, keys)
        await asyncio.sleep(WATCH_SECONDS)
        silent += WATCH_SECONDS
    keys = _running(world, call_id).unread
    _change(world, call_id, listening=False, unread="")
    return keys


async def _speak(world: World, call_id: str, verb: Say | Pause, *, interruptible: bool = False) -> None:
    """Put the words on the line at once, then take the time that reading them out takes."""
    seconds = verb.seconds if isinstance(verb, Pause) else len(verb.text) * world.pace.reading_per_character
    if isinstance(verb, Say):
        _change(world, call_id, said=(*_running(world, call_id).said, verb.text))
    for _ in range(int(seconds / WATCH_SECONDS)):
        if _running(world, call_id).unread and interruptible:
            return
        await asyncio.sleep(WATCH_SECONDS)


def _running(world: World, call_id: str) -> Call:
    call = world.calls.get(call_id)
    if call is None or call.ended or call.lost:
        raise CallOverError
    return call


def _change(world: World, call_id: str, **changes: object) -> Call:
    changed = world.calls.change(call_id, lambda call: replace(call, **changes))  # type: ignore[arg-type]  # by name
    if changed is None:
        raise CallOverError
    return changed


async def _report_all(world: World, reports: "asyncio.Queue[tuple[str, Call] | None]") -> None:
    """Post the callbacks that the sender asked for, one after the other and apart from the call itself."""
    number = 0
    while (report := await reports.get()) is not None:
        event, call = report
        if call.callback is None or event not in call.callback_events:
            continue
        parameters = _parameters(call, event) | {"SequenceNumber": str(number), "Timestamp": rfc2822(world.now())}
        number += 1
        try:
            await world.callbacks.send(call.callback, parameters)
        except CallbackFailedError as failure:
            log.warning("status callback %s for a call failed: %s", event, failure)


def _parameters(call: Call, event: str = "") -> dict[str, str]:
    """What each request about a call carries."""
    status = "initiated" if event == "initiated" else call.status
    common = {
        "AccountSid": call.account,
        "ApiVersion": "2010-04-01",
        "CallSid": call.id,
        "CallStatus": status,
        "Direction": "outbound-api",
        "From": call.sender,
        "To": call.to,
    }
    if not event:
        return common
    duration = {"CallDuration": str(call.duration)} if event == "completed" else {}
    return common | duration | {"CallbackSource": "call-progress-events"}
