"""The REST calls of Twilio that the product makes (https://www.twilio.com/docs/messaging/api/message-resource)."""

import asyncio
import base64
import binascii
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.datastructures import FormData

from deploy.demo.handset.calls import hang_up, place_call
from deploy.demo.handset.faults import Mode, Provider
from deploy.demo.handset.network import World, accept_text, is_number, new_sid
from deploy.demo.handset.things import Call, Text
from deploy.demo.handset.twilio_api.resources import API_VERSION, call_resource, matches, page, text_resource

LONGEST_BODY = 1600
HANG_SECONDS = 600
_SID = re.compile(r"AC[0-9a-f]{32}")


@dataclass(frozen=True)
class TwilioError(Exception):
    """An error as Twilio answers it: HTTP status, its own code, and a sentence."""

    status: int
    code: int
    message: str

    def response(self) -> JSONResponse:
        """The error document."""
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": self.message, "more_info": more, "status": self.status}
        return JSONResponse(body, self.status)


UNAUTHENTICATED = TwilioError(401, 20003, "Authenticate")
THROTTLED = TwilioError(429, 20429, "Too Many Requests")
BROKEN = TwilioError(500, 20500, "An internal server error has occurred")


def invalid_number(to: str) -> TwilioError:
    """The answer to a destination that can't exist."""
    return TwilioError(400, 21211, f"Invalid 'To' Phone Number: {to}")


@dataclass(frozen=True)
class Account:
    """One account at one provider, as a request named and proved it."""

    world: World
    provider: Provider
    sid: str


Work = Callable[[Request, Account], Awaitable[Response]]


def build_routes(world: World, auth_token: str) -> APIRouter:
    """The routes below `/twilio-a` and `/twilio-b`."""
    router = APIRouter()
    for provider in (Provider.TWILIO_A, Provider.TWILIO_B):
        for method, path, work in ROUTES:
            full = f"/{provider.value}/{API_VERSION}/Accounts/{{account}}/{path}"
            router.add_api_route(full, _guarded(work, world, auth_token, provider), methods=[method])
    return router


def _guarded(
    work: Work, world: World, auth_token: str, provider: Provider
) -> Callable[[Request, str], Awaitable[Response]]:
    async def answer(request: Request, account: str) -> Response:
        try:
            _authenticate(request, account, auth_token)
            return await work(request, Account(world, provider, account))
        except TwilioError as error:
            return error.response()

    return answer


async def _create_message(request: Request, account: Account) -> Response:
    form = await request.form()
    return await _behave(account.world, account.provider, request, form, lambda: _accept_message(account, form))


async def _list_messages(request: Request, account: Account) -> Response:
    matching = account.world.texts.newest_first(
        lambda text: _belongs(text, account) and matches(request, text.to, text.sender)
    )
    return JSONResponse(page(request, "messages", [text_resource(text) for text in matching]))


async def _get_message(request: Request, account: Account) -> Response:
    text = account.world.texts.get(str(request.path_params["sid"]))
    if text is None or not _belongs(text, account):
        raise _not_found(request)
    return JSONResponse(text_resource(text))


async def _create_call(request: Request, account: Account) -> Response:
    form = await request.form()
    return await _behave(account.world, Provider.VOICE, request, form, lambda: _accept_call(account, form))


async def _list_calls(request: Request, account: Account) -> Response:
    matching = account.world.calls.newest_first(
        lambda call: _belongs(call, account) and matches(request, call.to, call.sender)
    )
    return JSONResponse(page(request, "calls", [call_resource(call) for call in matching]))


async def _get_call(request: Request, account: Account) -> Response:
    return JSONResponse(call_resource(_own_call(request, account)))


async def _update_call(request: Request, account: Account) -> Response:
    call = _own_call(request, account)
    status = str((await request.form()).get("Status", ""))
    if status not in {"canceled", "completed"}:
        raise TwilioError(400, 21220, "Invalid call state")
    hang_up(account.world, call.id, "canceled" if status == "canceled" else "completed")
    return JSONResponse(call_resource(_own_call(request, account)))


ROUTES: tuple[tuple[str, str, Work], ...] = (
    ("POST", "Messages.json", _create_message),
    ("GET", "Messages.json", _list_messages),
    ("GET", "Messages/{sid}.json", _get_message),
    ("POST", "Calls.json", _create_call),
    ("GET", "Calls.json", _list_calls),
    ("GET", "Calls/{sid}.json", _get_call),
    ("POST", "Calls/{sid}.json", _update_call),
)


def _authenticate(request: Request, account: str, auth_token: str) -> None:
    """HTTP basic authentication with the account's sid and token."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise UNAUTHENTICATED from None
    known = scheme.lower() == "basic" and user == account and _SID.fullmatch(account)
    if not (known and hmac.compare_digest(password.encode(), auth_token.encode())):
        raise UNAUTHENTICATED


async def _behave(
    world: World, provider: Provider, request: Request, form: FormData, work: Callable[[], dict[str, Any]]
) -> Response:
    """Do `work` in the mode that the provider is in. A lost request is accepted here and lost later."""
    fault = world.faults.of(provider)
    match fault.mode:
        case Mode.ERROR:
            raise BROKEN
        case Mode.REJECT:
            raise invalid_number(str(form.get("To", "")))
        case Mode.THROTTLE:
            raise THROTTLED
        case Mode.HANG:
            await _until_caller_gives_up(request)
            raise BROKEN
        case _:
            accepted = work()
            await asyncio.sleep(fault.delay)
            return JSONResponse(accepted, 201)


async def _until_caller_gives_up(request: Request) -> None:
    async with asyncio.timeout(HANG_SECONDS):
        while not await request.is_disconnected():  # noqa: ASYNC110  # Starlette has no event for it
            await asyncio.sleep(0.2)


def _accept_message(account: Account, form: FormData) -> dict[str, Any]:
    to, sender = _parties(form)
    body = str(form.get("Body", ""))
    if not body:
        raise TwilioError(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise TwilioError(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    callback = str(form.get("StatusCallback", "")) or None
    text = Text(new_sid("SM"), account.sid, account.provider, to, sender, body, account.world.now(), callback=callback)
    accept_text(account.world, text)
    return text_resource(text)


def _accept_call(account: Account, form: FormData) -> dict[str, Any]:
    to, sender = _parties(form)
    twiml, url = str(form.get("Twiml", "")) or None, str(form.get("Url", "")) or None
    if twiml is None and url is None:
        raise TwilioError(400, 21205, "Url parameter is required.")
    method: Literal["GET", "POST"] = "GET" if str(form.get("Method", "POST")).upper() == "GET" else "POST"
    events = frozenset(str(event) for value in form.getlist("StatusCallbackEvent") for event in str(value).split())
    call = Call(
        id=new_sid("CA"),
        account=account.sid,
        provider=account.provider,
        to=to,
        sender=sender,
        at=account.world.now(),
        twiml=twiml,
        url=url,
        method=method,
        ring_seconds=_seconds(form.get("Timeout"), default=60),
        callback=str(form.get("StatusCallback", "")) or None,
        callback_events=events or frozenset({"completed"}),
    )
    place_call(account.world, call)
    return call_resource(call)


def _parties(form: FormData) -> tuple[str, str]:
    to, sender = str(form.get("To", "")), str(form.get("From", "") or form.get("MessagingServiceSid", ""))
    if not to:
        raise TwilioError(400, 21604, "A 'To' phone number is required.")
    if not is_number(to):
        raise invalid_number(to)
    if not sender:
        raise TwilioError(400, 21603, "A 'From' phone number is required.")
    return to, sender


def _seconds(value: object, default: int) -> float:
    text = str(value or default)
    if not text.isdecimal() or not 1 <= int(text) <= 600:
        raise TwilioError(400, 21218, "Invalid Timeout")
    return float(text)


def _own_call(request: Request, account: Account) -> Call:
    call = account.world.calls.get(str(request.path_params["sid"]))
    if call is None or not _belongs(call, account):
        raise _not_found(request)
    return call


def _belongs(thing: Text | Call, account: Account) -> bool:
    return (thing.account, thing.provider) == (account.sid, account.provider)


def _not_found(request: Request) -> TwilioError:
    return TwilioError(404, 20404, f"The requested resource {request.url.path} was not found")
