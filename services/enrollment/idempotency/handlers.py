"""`Idempotency-Key`: a POST that is repeated with its key within 24 h gets the first answer and does nothing again.

Where the first answer is not known (a failure of the database after the commit, for example), the repeated request goes
on: what it makes has ids that follow from the key, so it finds what was made before and answers the same.
"""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.enrollment.idempotency.domain import StoredResponse
from services.enrollment.tokens import Caller
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Binding, Sealer, derive, hash_matches, keyed_hash, keyed_hashes
from services.kit.errors import IdempotencyConflictError, ProblemError
from services.kit.ids import repeatable
from services.kit.mongo.client import DatabaseError
from services.kit.mongo.document import Documents, DuplicateDocumentError, StaleDocumentError, Stored

SOON = {"Retry-After": "1"}
SERVER_ERROR = 500


@dataclass(frozen=True)
class FirstResponse:
    """What the first request got: HTTP status and JSON, or nothing."""

    status: int
    body: str


Respond = Callable[[], Awaitable[FirstResponse]]


class Idempotency:
    """Remembers responses, sealed; of requests only a keyed hash."""

    def __init__(self, responses: Documents[StoredResponse], keyring: Keyring, clock: Clock) -> None:
        self._responses = responses
        self._keyring = keyring
        self._sealer = Sealer(keyring)
        self._clock = clock

    async def once(self, key: str | None, caller: Caller, request: str, respond: Respond) -> FirstResponse:
        """The response, or the one that this key got before. `request` is the text that must be the same.

        A refusal is not remembered: the key may be used again. What failed otherwise may have been done: its key stays
        with it.

        Raises:
            ProblemError: `idempotencyConflict` for another request with this key, or while the first is at work.
        """
        if key is None:
            return await respond()
        hashes = keyed_hashes(self._keyring, f"{caller.client_id} {key}", tenant=caller.tenant)
        claimed = await self._claim([f"{caller.tenant}/{key_hash}" for key_hash in hashes], caller, request)
        identifier, binding = claimed.id, _binding(caller, claimed.id)
        if claimed.state.sealed is not None:
            body = self._sealer.open("secret", claimed.state.sealed, binding).decode()
            return FirstResponse(claimed.state.status, body)
        with repeatable(partial(self._derived, identifier, claimed.state.started_at), claimed.state.started_at):
            first = await self._respond(claimed, respond)
        sealed = self._sealer.seal("secret", first.body.encode(), binding)
        with contextlib.suppress(StaleDocumentError, DatabaseError):
            kept = claimed.state.model_copy(update={"sealed": sealed, "status": first.status})
            await self._responses.save(claimed, kept)
        return first

    async def _claim(self, identifiers: Sequence[str], caller: Caller, request: str) -> Stored[StoredResponse]:
        """The key's document, made or taken up: that under the first identifier, unless another one is known."""
        identifier, *others = identifiers
        now = self._clock.now()
        fresh = StoredResponse(fingerprint=self._hash(request, caller), started_at=now)
        known = await self._known_as(others)
        if known is None:
            try:
                return await self._alone(await self._responses.insert(identifier, fresh), others)
            except DuplicateDocumentError:
                known = await self._responses.get(identifier)
        if known is None:
            raise IdempotencyConflictError("The first request has just been refused.", headers=SOON)
        if not hash_matches(self._keyring, request, tenant=caller.tenant, expected=known.state.fingerprint):
            raise IdempotencyConflictError
        if known.state.sealed is not None:
            return known
        if not known.state.is_given_up(now):
            raise IdempotencyConflictError("The first request is still at work.", headers=SOON)
        try:
            return await self._responses.save(known, known.state.taken_up(now))
        except StaleDocumentError:
            raise IdempotencyConflictError(headers=SOON) from None

    async def _known_as(self, identifiers: Sequence[str]) -> Stored[StoredResponse] | None:
        """The document under one of the other names that the key has while `index` is rotated."""
        for identifier in identifiers:
            if known := await self._responses.get(identifier):
                return known
        return None

    async def _alone(self, claimed: Stored[StoredResponse], others: Sequence[str]) -> Stored[StoredResponse]:
        """At the moment when the next `index` key comes into use, clocks differ: two replicas may claim the key under
        two names. Each looks after it has claimed, so at least one of them sees the other, and gives way."""
        if await self._known_as(others):
            await self._responses.delete(claimed.id)
            raise IdempotencyConflictError("The first request is still at work.", headers=SOON)
        return claimed

    async def _respond(self, claimed: Stored[StoredResponse], respond: Respond) -> FirstResponse:
        try:
            return await respond()
        except ProblemError as problem:
            if problem.status < SERVER_ERROR:
                with contextlib.suppress(DatabaseError):
                    await self._responses.delete(claimed.id)
            else:
                await self._give_up(claimed)
            raise
        except BaseException:
            await self._give_up(claimed)
            raise

    async def _give_up(self, claimed: Stored[StoredResponse]) -> None:
        """Nobody knows what was done: who repeats the request finds out at once, or soon where the process died."""
        with contextlib.suppress(DatabaseError, StaleDocumentError):
            await self._responses.save(claimed, claimed.state.given_up(self._clock.now()))

    def _derived(self, identifier: str, since: datetime, what: str) -> bytes:
        return derive(self._keyring.in_use_at("index", since), salt=b"", info=("idempotency", identifier, what))

    def _hash(self, text: str, caller: Caller) -> str:
        return keyed_hash(self._keyring, text, tenant=caller.tenant)


def _binding(caller: Caller, identifier: str) -> Binding:
    return Binding(caller.tenant, caller.client_id, "idempotency", identifier)
