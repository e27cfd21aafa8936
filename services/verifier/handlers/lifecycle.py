"""What becomes of a person's methods elsewhere, and of the credentials that prove them here."""

from functools import partial

from schemas.enrollment import AccountErased, MethodRegistered, MethodRemoved, MethodRestored
from schemas.envelope import Envelope
from services.kit.clock import Clock
from services.verifier.domain import credential as credentials
from services.verifier.domain.credential import credential_id
from services.verifier.store import KEEP_UNCLAIMED, Store

LONG_AGO = 2 * KEEP_UNCLAIMED


async def claim_credential(event: MethodRegistered, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """The method is on file: what was kept at its registration stays. Of long ago nothing waits for it any more: who
    reads the topic from its beginning needs not look."""
    if clock.now() > event.registered_at + LONG_AGO:
        return
    place = credential_id(envelope.tenant, envelope.subject or "", event.method_id)
    await store.credentials.change(place, credentials.claim)


async def retire_credential(event: MethodRemoved, envelope: Envelope, *, store: Store, clock: Clock) -> None:
    """The method is gone: nothing proves it, and what was kept is deleted when it cannot be restored any more. That
    time counts from now: who reads the topic from its beginning hears of the return only after this, and what was
    removed long ago would be deleted in between."""
    place = credential_id(envelope.tenant, envelope.subject or "", event.method_id)
    await store.credentials.change(place, partial(credentials.retire, at=clock.now()))


async def revive_credential(event: MethodRestored, envelope: Envelope, *, store: Store) -> None:
    """The method is back, and what was kept proves it again."""
    place = credential_id(envelope.tenant, envelope.subject or "", event.method_id)
    await store.credentials.change(place, credentials.revive)


async def erase_person(event: AccountErased, envelope: Envelope, *, store: Store) -> None:
    if envelope.subject:
        await store.erase(envelope.tenant, envelope.subject, event.erased_at)
