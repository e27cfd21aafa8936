"""`Idempotency-Key`: a POST that is repeated with its key within 24 h gets the first answer and does nothing again."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import BaseModel

from services.enrollment.idempotency.domain import StoredResponse
from services.enrollment.tokens import Caller
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, Sealer, hash_matches, keyed_hash
from services.kit.errors import IdempotencyConflictError
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import Documents, DuplicateDocumentError, StaleDocumentError, Stored

SOON = {"Retry-After": "1"}


@dataclass(frozen=True)
class Reply:
    """An answer as a route makes it; without a body, nothing but the status goes out."""

    body: BaseModel | None = None
    status: int = 200


@dataclass(frozen=True)
class Given:
    """An answer as it goes out: HTTP status and JSON."""

    status: int
    body: str


class Idempotency:
    """Remembers answers, sealed; of requests only a keyed hash."""

    def __init__(self, answers: Documents[StoredResponse], keyring: Keyring, clock: Clock) -> None:
        self._answers = answers
        self._keyring = keyring
        self._sealer = Sealer(keyring)
        self._clock = clock

    async def once(self, key: str | None, by: Caller, request: str, answer: Callable[[], Awaitable[Reply]]) -> Given:
        """The answer, or the one that this key got before. `request` is the text that must be the same.

        A refusal is not remembered: the key may be used again.

        Raises:
            ProblemError: `idempotencyConflict` for another request with this key, or while the first is at work.
        """
        if key is None:
            return _given(await answer())
        identifier = f"{by.tenant}/{keyed_hash(self._keyring, f'{by.client_id} {key}', tenant=by.tenant)}"
        claimed = await self._claim(identifier, by, request)
        if claimed.state.sealed is not None:
            body = self._sealer.open("secret", claimed.state.sealed, _binding(by, identifier)).decode()
            return Given(claimed.state.status, body)
        try:
            given = _given(await answer())
        except BaseException:
            with contextlib.suppress(DatabaseError):
                await self._answers.delete(identifier)
            raise
        sealed = self._sealer.seal("secret", given.body.encode(), _binding(by, identifier))
        kept = claimed.state.model_copy(update={"sealed": sealed, "status": given.status})
        with contextlib.suppress(StaleDocumentError):
            await self._answers.save(claimed, kept)
        return given

    async def _claim(self, identifier: str, by: Caller, request: str) -> Stored[StoredResponse]:
        now = self._clock.now()
        fresh = StoredResponse(fingerprint=keyed_hash(self._keyring, request, tenant=by.tenant), started_at=now)
        try:
            return await self._answers.insert(identifier, fresh)
        except DuplicateDocumentError:
            known = await self._answers.get(identifier)
        if known is None:
            raise IdempotencyConflictError("The first request has just been refused.", headers=SOON)
        if not hash_matches(self._keyring, request, tenant=by.tenant, expected=known.state.fingerprint):
            raise IdempotencyConflictError
        if known.state.sealed is not None:
            return known
        if not known.state.is_given_up(now):
            raise IdempotencyConflictError("The first request is still at work.", headers={"Retry-After": "1"})
        try:
            return await self._answers.save(known, fresh)
        except StaleDocumentError:
            raise IdempotencyConflictError(headers=SOON) from None


def _binding(by: Caller, identifier: str) -> Binding:
    return Binding(by.tenant, by.client_id, "idempotency", identifier)


def _given(reply: Reply) -> Given:
    return Given(reply.status, reply.body.model_dump_json(by_alias=True) if reply.body else "")
