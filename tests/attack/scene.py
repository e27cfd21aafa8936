"""Whom it is about: people of two organisations, what they have, what is asked of them, where they are signed in."""

import base64
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.kit.crypto import device as protocol
from services.kit.crypto.codes import totp_code
from services.kit.crypto.device import DevicePrivateKey
from services.kit.crypto.sealing import decode
from services.kit.ids import new_id
from tests.attack.routes import Route
from tests.attack.target import SCOPES, Target
from tests.support.people.numbers import fresh_number

MOBILE = "3179e48a-750b-4051-897c-87b9720928f7"
MAIL = "3ddfcfc8-9383-446f-83cc-3ab9be4be18f"
"""Graph's fixed ids."""
STOCK = "/v1.0/directory/authenticationMethodDevices/hardwareOathDevices"
TOKEN_SECRET = b"12345678901234567890"
HIDDEN = re.compile(r'<input type="hidden" name="(session|csrf)" value="([^"]*)">')


@dataclass(frozen=True)
class Browser:
    """Holds the cookies of one person, and what the forms of its pages carry."""

    target: Target = field(repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict)
    session: str = ""
    csrf: str = ""

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.target.call("GET", path, headers=self._headers(), **more)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """A form; with this browser's session and token unless others are given."""
        form = {"session": self.session, "csrf": self.csrf} | fields
        return await self.target.call("POST", path, headers=self._headers(), data=form)

    async def opened(self, url: str, page: str) -> "Browser":
        """Follow a ticket, and read what the forms carry."""
        address = urlsplit(url)
        answer = await self.get(f"{address.path}?{address.query}")
        assert answer.status_code == 303, answer.text
        there = replace(self, cookies={**self.cookies, **dict(answer.cookies)})
        return await there.read(page)

    async def read(self, page: str) -> "Browser":
        shown = await self.get(page)
        hidden = dict(HIDDEN.findall(shown.text))
        return replace(self, session=hidden.get("session", ""), csrf=hidden.get("csrf", ""))

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}


@dataclass(frozen=True)
class App:
    """An authenticator app that is connected with somebody's account."""

    key: DevicePrivateKey
    device_id: str
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Scene:
    """`places` are what a route's parameters stand for: what belongs to alice. `secrets` are texts of hers that nobody
    else may see. Bob is of her tenant, carol of another one."""

    target: Target
    places: Mapping[str, str]
    secrets: tuple[str, ...]
    bob: str
    carol: str
    alices: Browser
    verifying: Browser
    bobs: Browser
    alices_app: App
    bobs_app: App
    used_tickets: Mapping[str, str]

    def at(self, route: Route, **others: str) -> str:
        """The address of what is alice's."""
        places = {**self.places, **others}
        if "hardwareOathMethods" in route.path:
            places["method_id"] = others.get("method_id", self.places["token_method_id"])
        return route.at(places)


async def interrupted(
    target: Target,
    user: str,
    /,
    *,
    group: str = "everyone",
    client: str = "northbridge",
    rights: frozenset[str] = frozenset(),
    **fields: object,
) -> dict[str, Any]:
    """The platform asks for somebody who signed in; `rights` are the scopes that open Operations."""
    body = {
        "user": {
            "id": user,
            "userPrincipalName": f"{user}@northbridge.example",
            "displayName": f"Display of {user}",
            "groups": [group],
        },
        "returnUrl": target.returns[client],
        "authenticatedAt": target.clock.now().isoformat(),
        "amr": ["pwd", "mfa"],
        **fields,
    }
    return await target.done("POST", "/v1.0/interrupts", body, client=client, scopes=SCOPES | rights)


async def registered(target: Target, user: str, kind: str, **fields: object) -> dict[str, Any]:
    path = f"/v1.0/users/{user}/authentication/registrations"
    return await target.done("POST", path, {"type": kind, **fields})


async def proven(target: Target, challenge: Mapping[str, Any], code: str) -> None:
    answered = await target.done("POST", f"/v1.0/challenges/{challenge['id']}/answer", {"code": code})
    assert answered["status"] == "verified", answered


async def with_software(target: Target, user: str) -> tuple[str, bytes]:
    """The id of a method whose codes an app shows, and its secret."""
    begun = await registered(target, user, "softwareOath")
    secret = base64.b32decode(begun["secret"])
    await proven(target, begun["challenge"], totp_code(secret, target.clock.now()))
    return begun["methodId"], secret


async def with_phone(target: Target, user: str, number: str = "") -> str:
    number = number or fresh_number()
    begun = await registered(target, user, "phone", phoneNumber=number, phoneType="mobile", delivery="sms")
    await proven(target, begun["challenge"], await target.texted(number))
    return number


async def with_token(target: Target, user: str) -> tuple[str, str]:
    """The ids of the token in the stock, and of the method."""
    serial = f"T-{secrets.token_hex(5)}"
    token = await target.done("POST", STOCK, {"serialNumber": serial, "secretKey": TOKEN_SECRET.hex()})
    begun = await registered(target, user, "hardwareOath", serialNumber=serial)
    await proven(target, begun["challenge"], totp_code(TOKEN_SECRET, target.clock.now()))
    return token["id"], begun["methodId"]


async def with_app(target: Target, user: str) -> App:
    """Connected, and with its first request open."""
    begun = await registered(target, user, "authenticatorApp")
    app = await connected(target, begun["qrContent"])
    waiting = await requests_of(target, app)
    return replace(app, request=waiting.json()[0])


async def connected(target: Target, link: str) -> App:
    """By what the QR code says."""
    values = parse_qs(urlsplit(link).fragment.partition("?")[2])
    key = DevicePrivateKey.generate()
    token = protocol.sign_activation(
        key,
        code=values["code"][0],
        device_name="Test phone",
        aud=target.origin,
        at=target.clock.now(),
        secret=decode(values["secret"][0]),
    )
    path = f"{urlsplit(values['url'][0]).path}/activate"
    answer = await target.call("POST", path, content=token, headers={"Content-Type": "application/jose"})
    assert answer.status_code == 201, answer.text
    return App(key, answer.json()["deviceId"], {})


async def requests_of(target: Target, app: App) -> httpx.Response:
    path = "/device/v1/requests"
    return await target.call("GET", path, token=device_token(target, app, path))


async def answered(target: Target, app: App, decision: protocol.Decision, number: str | None = None) -> httpx.Response:
    """What the app's holder says of its request."""
    request = app.request
    token = protocol.sign_answer(
        app.key,
        device_id=app.device_id,
        challenge_id=str(request["challengeId"]),
        nonce=str(request["nonce"]),
        decision=decision,
        number=number,
        at=target.clock.now(),
    )
    path = f"/device/v1/requests/{request['challengeId']}/answer"
    return await target.call("POST", path, content=token, headers={"Content-Type": "application/jose"})


def device_token(target: Target, app: App, path: str, **changed: Any) -> str:
    given: dict[str, Any] = {
        "device_id": app.device_id,
        "aud": target.origin,
        "htm": "GET",
        "htu": f"{target.origin}{path}",
        "at": target.clock.now(),
    }
    return protocol.sign_request(app.key, **(given | changed))


async def set_up(target: Target) -> Scene:
    """All of it, by the API and the pages alone."""
    mark = secrets.token_hex(4)
    alice, bob, carol = (f"{name}.{mark}" for name in ("alice", "bob", "carol"))
    for user in (alice, bob):
        await interrupted(target, user)
    await interrupted(target, carol, client="southgate")
    method, _ = await with_software(target, alice)
    number = await with_phone(target, alice)
    token, token_method = await with_token(target, alice)
    alices_app, bobs_app = await with_app(target, alice), await with_app(target, bob)
    given = await target.done("POST", f"/v1.0/users/{alice}/authentication/temporaryAccessPassMethods", {})
    pending = await registered(target, alice, "email", emailAddress=f"{alice}@northbridge.example")
    activation = await registered(target, alice, "authenticatorApp")
    managing = await interrupted(target, alice, intent="manage")
    asked = await target.done(
        "POST",
        f"/v1.0/users/{alice}/challenges",
        {"purpose": "stepUp", "methodId": method, "returnUrl": target.returns["northbridge"]},
    )
    bobs = await interrupted(target, bob, intent="manage")
    return Scene(
        target=target,
        places={
            "user_id": alice,
            "method_id": method,
            "token_method_id": token_method,
            "registration_id": pending["id"],
            "challenge_id": asked["id"],
            "notice_id": new_id(),
            "interrupt_id": managing["id"],
            "pass_id": given["id"],
            "phone_id": MOBILE,
            "email_id": MAIL,
            "device_id": token,
            "handle": activation["activationHandle"],
            "name": "app",
        },
        secrets=(alice, f"••{number[-4:]}", token, token_method, method, asked["id"]),
        bob=bob,
        carol=carol,
        alices=await Browser(target).opened(managing["url"], "/security-info"),
        verifying=await Browser(target).opened(asked["url"], "/verify"),
        bobs=await Browser(target).opened(bobs["url"], "/security-info"),
        alices_app=alices_app,
        bobs_app=bobs_app,
        used_tickets={"/security-info/start": _ticket(managing["url"]), "/verify/start": _ticket(asked["url"])},
    )


def _ticket(url: str) -> str:
    return parse_qs(urlsplit(url).query)["ticket"][0]
