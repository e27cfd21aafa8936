"""The calls that Northbridge makes to the product."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from deploy.demo.clients import Client, bearer_token
from deploy.demo.clock import Now
from deploy.demo.people import Person

SCOPE = "interrupts"
SCOPES = {"administer": f"{SCOPE} admin"}
"""What an intent needs beside asking at all."""

LOCALE = "en-GB"


class ProductUnreachableError(Exception):
    """No answer, or a server error: another try may succeed."""


class ProductRefusedError(Exception):
    """The product said no; carries the code of its problem document (RFC 9457)."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Interrupt:
    """The product's answer: whether the person must go there first, and where."""

    id: str
    decision: str
    url: str | None


@dataclass(frozen=True)
class Confirmation:
    """What the product itself says about an interrupt: the authority."""

    status: str
    methods: tuple[str, ...]


@dataclass(frozen=True)
class Product:
    """The product as one client of it sees it."""

    http: httpx.AsyncClient
    origin: str
    client: Client
    now: Now

    async def interrupt(
        self, person: Person, *, return_url: str, state: str, intent: str, authenticated_at: datetime
    ) -> Interrupt:
        """Ask whether this person must set something up before going on.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the product refuses the question.
        """
        question = {
            "user": {
                "id": person.id,
                "userPrincipalName": person.user_name,
                "displayName": person.display_name,
                "groups": list(person.groups),
                "emails": person.emails,
            },
            "returnUrl": return_url,
            "state": state,
            "locale": LOCALE,
            "intent": intent,
            "authenticatedAt": authenticated_at.isoformat(timespec="milliseconds"),
            "amr": ["pwd"],
        }
        answer = await self._call("POST", "/v1.0/interrupts", question, scope=SCOPES.get(intent, SCOPE))
        return Interrupt(str(answer["id"]), str(answer["decision"]), self._own_address(answer.get("url")))

    async def confirm(self, interrupt_id: str) -> Confirmation:
        """What became of an interrupt.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the product does not know it.
        """
        answer = await self._call("GET", f"/v1.0/interrupts/{interrupt_id}")
        return Confirmation(str(answer["status"]), tuple(answer.get("methods", ())))

    async def keys(self) -> dict[str, Any]:
        """The keys that results are signed with, fresh.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the product has none to show.
        """
        return await self._call("GET", "/.well-known/jwks.json")

    def _own_address(self, url: object) -> str | None:
        """Only ever send a browser to the product's own origin."""
        if url is None:
            return None
        if not str(url).startswith(f"{self.origin}/"):
            raise ProductRefusedError(200, "url of another origin")
        return str(url)

    async def _call(self, method: str, path: str, body: object = None, *, scope: str = SCOPE) -> dict[str, Any]:
        token = bearer_token(self.client, audience=self.origin, scope=scope, now=self.now())
        headers = {"Authorization": f"Bearer {token}"}
        try:
            answer = await self.http.request(method, self.origin + path, json=body, headers=headers)
            document = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise ProductUnreachableError(type(error).__name__) from None
        if answer.status_code >= 500 or not isinstance(document, dict):
            raise ProductUnreachableError(f"HTTP {answer.status_code}")
        if not answer.is_success:
            raise ProductRefusedError(answer.status_code, str(document.get("code", "")))
        return document
