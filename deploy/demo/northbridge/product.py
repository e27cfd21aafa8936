"""The calls that Northbridge makes to the product."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import httpx

from deploy.demo.clients import Client, bearer_token
from deploy.demo.clock import Now
from deploy.demo.people import Person

SCOPE = "interrupts challenges"
OPERATORS = {"administrators": "admin", "helpdesk": "operations.people"}
"""What whoever works in Operations may open there, by their group."""

READS_QUESTIONS = "methods.read"
APP_NAME = "Northbridge"
LOCATION = "this computer"


class ProductUnreachableError(Exception):
    """No answer, or a server error: another try may succeed."""


class ProductRefusedError(Exception):
    """The product said no; carries the code of its problem document (RFC 9457), and after how many seconds another
    try makes sense, if the product said so."""

    def __init__(self, status: int, code: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.retry_after = retry_after


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


Purpose = Literal["signIn", "passwordReset"]


@dataclass(frozen=True)
class MethodRef:
    """A method of a person; the name is masked, or the person's own for it."""

    id: str
    type: str
    name: str


@dataclass(frozen=True)
class Question:
    """A security question."""

    id: str
    text: str


@dataclass(frozen=True)
class Challenge:
    """A proof that the product was asked for, as it is now. `url` is the hosted page, where one was wanted."""

    id: str
    status: str
    method: MethodRef
    alternatives: tuple[MethodRef, ...] = ()
    number: str | None = None
    questions: tuple[Question, ...] = ()
    proof: str | None = None
    proofs_required: int = 1
    url: str | None = None


@dataclass(frozen=True)
class Asking:
    """What the product is asked to have proven: one method, or the best that the person has. `by_code` asks an app for
    its one-time code, `return_url` for the hosted page."""

    purpose: Purpose
    ip_address: str
    method_id: str | None = None
    by_code: bool = False
    return_url: str | None = None


@dataclass(frozen=True)
class Product:
    """The product as one client of it sees it."""

    http: httpx.AsyncClient
    origin: str
    client: Client
    now: Now

    async def interrupt(
        self,
        person: Person,
        *,
        return_url: str,
        state: str,
        intent: str,
        authenticated_at: datetime,
        amr: tuple[str, ...],
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
            "intent": intent,
            "authenticatedAt": authenticated_at.isoformat(timespec="milliseconds"),
            "amr": list(amr),
        }
        scope = " ".join((SCOPE, *rights_of(person))) if intent == "administer" else SCOPE
        answer = await self._call("POST", "/v1.0/interrupts", question, scope=scope)
        return Interrupt(str(answer["id"]), str(answer["decision"]), self._own_address(answer.get("url")))

    async def confirm(self, interrupt_id: str) -> Confirmation:
        """What became of an interrupt.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the product does not know it.
        """
        answer = await self._call("GET", f"/v1.0/interrupts/{interrupt_id}")
        return Confirmation(str(answer["status"]), tuple(answer.get("methods", ())))

    async def ask(self, user: str, asking: Asking) -> Challenge:
        """Have a person asked for the proof of a method.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the person has nothing to prove, or may not be asked now.
        """
        question: dict[str, Any] = {
            "purpose": asking.purpose,
            "context": {"appName": APP_NAME, "location": LOCATION, "ipAddress": asking.ip_address},
            "methodId": asking.method_id,
            "returnUrl": asking.return_url,
            "byCode": asking.by_code or None,
        }
        known = {name: value for name, value in question.items() if value is not None}
        return self._challenge(await self._call("POST", f"/v1.0/users/{user}/challenges", known))

    async def challenge(self, challenge_id: str) -> Challenge:
        """A challenge as it is now: the authority.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: it is none of ours.
        """
        return self._challenge(await self._call("GET", f"/v1.0/challenges/{challenge_id}"))

    async def answer(self, challenge_id: str, answer: Mapping[str, object]) -> Challenge:
        """Hand in a code or answers; the challenge is still pending where the verdict takes longer.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: it was wrong, or is not taken any more.
        """
        return self._challenge(await self._call("POST", f"/v1.0/challenges/{challenge_id}/answer", answer))

    async def security_questions(self) -> tuple[Question, ...]:
        """Every question that people can choose.

        Raises:
            ProductUnreachableError: no usable answer.
            ProductRefusedError: the product does not tell.
        """
        answer = await self._call("GET", "/v1.0/policies/securityQuestions", scope=READS_QUESTIONS)
        return _questions(answer.get("value"))

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

    def _challenge(self, answer: Mapping[str, Any]) -> Challenge:
        try:
            return Challenge(
                id=str(answer["id"]),
                status=str(answer["status"]),
                method=MethodRef(*(str(answer["method"][name]) for name in ("id", "type", "displayName"))),
                alternatives=tuple(
                    MethodRef(*(str(one[name]) for name in ("methodId", "type", "displayName")))
                    for one in answer.get("alternatives", ())
                ),
                number=answer.get("numberMatch"),
                questions=_questions(answer.get("questions")),
                proof=answer.get("proof"),
                proofs_required=int(answer.get("proofsRequired", 1)),
                url=self._own_address(answer.get("url")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ProductUnreachableError(f"malformed challenge: {type(error).__name__}") from None

    async def _call(self, method: str, path: str, body: object = None, scope: str = SCOPE) -> dict[str, Any]:
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
            retry = answer.headers.get("retry-after", "")
            raise ProductRefusedError(
                answer.status_code, str(document.get("code", "")), int(retry) if retry.isdecimal() else None
            )
        return document


def rights_of(person: Person) -> tuple[str, ...]:
    """The scopes of what somebody may open in Operations."""
    return tuple(scope for group, scope in OPERATORS.items() if group in person.groups)


def _questions(value: object) -> tuple[Question, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(Question(str(one["id"]), str(one["text"])) for one in listed)
