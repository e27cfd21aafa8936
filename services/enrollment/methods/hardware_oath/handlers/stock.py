"""The stock of tokens: imported, assigned, deleted, and what becomes of each with the life of its method."""

from collections.abc import Sequence
from typing import Protocol

from schemas.enrollment import AccountErased, MethodRegistered, MethodRemoved, MethodRestored
from schemas.envelope import Envelope
from services.enrollment.methods.hardware_oath.domain import stock
from services.enrollment.methods.hardware_oath.domain.imported import ImportedToken, TokenFinding
from services.enrollment.methods.hardware_oath.domain.stock import HardwareToken, token_key
from services.enrollment.needs import CanSeal, HasHardwareTokens
from services.kit.crypto.sealing import Binding, SealBrokenError
from services.kit.errors import HardwareTokensInvalidError, UnknownHardwareTokenError
from services.kit.ids import new_id
from services.kit.mongo.document import DuplicateDocumentError, Stored


class CanImport(HasHardwareTokens, CanSeal, Protocol):
    """Takes tokens into the stock."""


async def import_tokens(
    tokens: Sequence[tuple[ImportedToken, str | None]], tenant: str, deps: CanImport
) -> tuple[HardwareToken, ...]:
    """Take tokens into the stock, each for everybody or for one person: all of them, or none.

    The same token again, with the same secret, is there already: an import that broke off is repeated as it was.

    Raises:
        HardwareTokensInvalidError: with a finding for each number that is taken.
    """
    known = [await deps.hardware_tokens.get(token_key(tenant, token.serial_number)) for token, _ in tokens]
    findings = [
        _taken(place, token)
        for place, ((token, _), stored) in enumerate(zip(tokens, known, strict=True), start=1)
        if stored and not _is_the_same(token, stored.state, deps)
    ]
    if findings:
        raise refusal(findings)
    return tuple([await _put(token, user, tenant, deps) for token, user in tokens])


async def token_known_as(tenant: str, identifier: str, deps: HasHardwareTokens) -> Stored[HardwareToken]:
    """The token with that id. Raises UnknownHardwareTokenError: there is none."""
    stored = await deps.hardware_tokens.known_as(tenant, identifier)
    if stored is None:
        raise UnknownHardwareTokenError
    return stored


async def assign_token(tenant: str, identifier: str, user: str, deps: HasHardwareTokens) -> HardwareToken:
    """Keep a token for a person. Raises UnknownHardwareTokenError; HardwareTokenInUseError: it is somebody else's."""
    stored = await token_known_as(tenant, identifier, deps)
    changed = await deps.hardware_tokens.change(stored.id, lambda token: stock.assign(token, user))
    return changed.state if changed else stored.state


async def delete_token(tenant: str, identifier: str, deps: HasHardwareTokens) -> None:
    """Raises UnknownHardwareTokenError; HardwareTokenInUseError: it proves a person; the method must go first."""
    stored = await token_known_as(tenant, identifier, deps)
    stock.require_deletable(stored.state)
    await deps.hardware_tokens.delete(stored.id)


async def token_activated(event: MethodRegistered, cause: Envelope, *, store: HasHardwareTokens) -> None:
    """The verifier has the secret now; here it is forgotten."""
    if event.method_type != "hardwareOath":
        return
    stored = await store.hardware_tokens.claimed_as(cause.tenant, event.method_id)
    if stored:
        user = cause.subject or ""
        await store.hardware_tokens.change(
            stored.id, lambda token: stock.activate(token, user, event.method_id, at=event.registered_at)
        )


async def token_withdrawn(event: MethodRemoved, cause: Envelope, *, store: HasHardwareTokens) -> None:
    """The token of a method that was removed is nobody's, unless the method comes back."""
    for stored in await store.hardware_tokens.of_person(cause.tenant, cause.subject or ""):
        await store.hardware_tokens.change(
            stored.id, lambda token: stock.withdraw(token, event.method_id, at=event.removed_at)
        )


async def token_restored(event: MethodRestored, cause: Envelope, *, store: HasHardwareTokens) -> None:
    """It is the person's again."""
    for stored in await store.hardware_tokens.of_person(cause.tenant, cause.subject or ""):
        await store.hardware_tokens.change(stored.id, lambda token: stock.restore(token, event.method_id))


async def tokens_forgotten(event: AccountErased, cause: Envelope, *, store: HasHardwareTokens) -> None:
    """The tokens of an erased person are nobody's."""
    for stored in await store.hardware_tokens.of_person(cause.tenant, cause.subject or ""):
        await store.hardware_tokens.change(stored.id, lambda token: stock.withdraw(token, None, at=event.erased_at))


def refusal(findings: Sequence[TokenFinding]) -> HardwareTokensInvalidError:
    """What is told of tokens that are not taken."""
    told = [
        {
            "place": finding.place,
            "serialNumber": finding.serial_number or "",
            "problem": finding.problem,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    return HardwareTokensInvalidError(str(findings[0]), findings=told)


def of_token(tenant: str, identifier: str) -> Binding:
    return Binding(tenant, "", identifier)


def _taken(place: int, token: ImportedToken) -> TokenFinding:
    return TokenFinding(
        f"token {place}",
        "this serial number is in the stock already",
        "leave it out, or delete the one in the stock first",
        token.serial_number,
    )


def _is_the_same(token: ImportedToken, known: HardwareToken, deps: CanImport) -> bool:
    """Whether importing it changes nothing, or gives a withdrawn one its secret anew."""
    if known.status == "withdrawn":
        return True
    if known.secret is None:
        return False
    try:
        secret = deps.sealer.open("secret", known.secret, of_token(known.tenant, known.id))
    except SealBrokenError:
        return False
    fresh = stock.in_stock(token, known.id, known.tenant, known.secret, at=known.imported_at)
    is_described_so = fresh == known.model_copy(update={"user": None, "claim": None})
    return secret == token.secret.get_secret_value() and is_described_so


async def _put(token: ImportedToken, user: str | None, tenant: str, deps: CanImport) -> HardwareToken:
    identifier, key = new_id(), token_key(tenant, token.serial_number)
    secret = deps.sealer.seal("secret", token.secret.get_secret_value(), of_token(tenant, identifier))
    fresh = stock.in_stock(token, identifier, tenant, secret, at=deps.clock.now())
    try:
        current = (await deps.hardware_tokens.insert(key, fresh)).state
    except DuplicateDocumentError:
        renewed = await deps.hardware_tokens.change(key, lambda known: stock.imported_anew(known, fresh))
        current = renewed.state if renewed else fresh
    if user is None:
        return current
    assigned = await deps.hardware_tokens.change(key, lambda known: stock.assign(known, user))
    return assigned.state if assigned else current
