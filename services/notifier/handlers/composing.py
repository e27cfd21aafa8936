"""Write the message of a delivery: what is sealed is opened, the code is derived, and nothing of it is kept."""

from datetime import timedelta

from pydantic import SecretStr

from services.kit.config.tenants import Branding, CodeMessages
from services.kit.crypto.codes import derive_code
from services.kit.crypto.sealing import Binding, SealBrokenError, hash_matches
from services.notifier.channels.base import PROVIDERS_OWN, Particulars, UnfitRequestError
from services.notifier.dependencies import Dependencies
from services.notifier.domain import countries
from services.notifier.domain.delivery import Delivery
from services.notifier.handlers.attempt import DeliveryAttempt
from services.notifier.providers.base import Message


class DestinationMismatchError(Exception):
    """The destination or a link does not open, is not the one that the code is derived for, or is none for this
    channel."""


def compose(attempt: DeliveryAttempt, deps: Dependencies) -> Message:
    """Open the destination, check it, derive the code and write the message: nothing of it is kept.

    Raises:
        DestinationMismatchError: see there.
    """
    delivery = attempt.delivery
    destination, tenant = _open_destination(delivery, deps), deps.config.tenants.get(delivery.tenant)
    codes = tenant.codes if tenant else CodeMessages()
    particulars = Particulars(
        organization=organization_of(delivery, deps),
        code=code_of(delivery, deps),
        life=max(timedelta(), delivery.not_after - deps.clock.now()),
        host=bound_host(codes, deps),
        link=_open_link(delivery, deps),
        sender=tenant.sender if tenant else PROVIDERS_OWN,
        accent=(tenant.branding if tenant else Branding()).accent_color,
        code_in_subject=codes.in_subject,
    )
    try:
        return attempt.channel.compose(delivery, destination, particulars)
    except UnfitRequestError:
        raise DestinationMismatchError from None


def organization_of(delivery: Delivery, deps: Dependencies) -> str:
    """The name by which people know whom the message is for."""
    tenant = deps.config.tenants.get(delivery.tenant)
    return tenant.message_name if tenant else delivery.tenant


def bound_host(codes: CodeMessages, deps: Dependencies) -> str | None:
    """The host that a text binds its code to, so that a browser fills it in there and nowhere else; None for none."""
    match codes.bound_to_origin:
        case "always":
            return deps.host
        case "never":
            return None
    return deps.host if deps.is_secure else None


def code_of(delivery: Delivery, deps: Dependencies) -> SecretStr | None:
    """The code that the message is about; None for a notice, and where the person is to do something else."""
    terms = delivery.terms
    if terms is None or terms.kind != "code" or terms.code is None:
        return None
    return derive_code(deps.keyring, terms, tenant=delivery.tenant)


def country_of(delivery: Delivery, deps: Dependencies) -> str | None:
    """Where the number is that it goes to; None for what is no number, or does not open."""
    try:
        return countries.country_of(_open_destination(delivery, deps))
    except DestinationMismatchError:
        return None


def _open_destination(delivery: Delivery, deps: Dependencies) -> str:
    if delivery.destination is None:
        raise DestinationMismatchError
    terms = delivery.terms
    place = (terms.method_id, terms.challenge_id) if terms else (delivery.about, "")
    destination = _opened(delivery.destination, Binding(delivery.tenant, delivery.user, *place), deps)
    expected = terms.code.destination_hash if terms and terms.code else None
    if expected and not hash_matches(deps.keyring, destination, tenant=delivery.tenant, expected=expected):
        raise DestinationMismatchError
    return destination


def _open_link(delivery: Delivery, deps: Dependencies) -> SecretStr | None:
    if delivery.notice is None or delivery.notice.link is None:
        return None
    binding = Binding(delivery.tenant, delivery.user, delivery.about, "link")
    return SecretStr(_opened(delivery.notice.link, binding, deps))


def _opened(sealed: str, binding: Binding, deps: Dependencies) -> str:
    try:
        return deps.sealer.open("destination", sealed, binding).decode()
    except (SealBrokenError, UnicodeDecodeError):
        raise DestinationMismatchError from None
