"""How a page says that a message or a call did not get there, and what can be done instead."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from schemas.notification import SIM_CHANGED, SIM_UNCHECKED
from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.i18n import gettext as _
from services.enrollment.i18n import sentences
from services.enrollment.web.words import masked_destination


@dataclass(frozen=True)
class Otherwise:
    """What can be done instead, where a number, an address or a method does not do."""

    use: str
    ask_or_use: str
    wait_or_use: str
    use_or_later: str
    start_or_use: str
    check: str
    cannot_use: str


ANOTHER_NUMBER: Final = Otherwise(
    use=_("Use a different number."),
    ask_or_use=_("Ask for a new one, or use a different number."),
    wait_or_use=_("Wait a while, then start again, or use a different number."),
    use_or_later=_("Use a different number, or try again later."),
    start_or_use=_("Start again, or use a different number."),
    check=_("Check the number, or use a different one."),
    cannot_use=_("We can't use the number {where}."),
)
ANOTHER_ADDRESS: Final = Otherwise(
    use=_("Use a different address."),
    ask_or_use=_("Ask for a new one, or use a different address."),
    wait_or_use=_("Wait a while, then start again, or use a different address."),
    use_or_later=_("Use a different address, or try again later."),
    start_or_use=_("Start again, or use a different address."),
    check=_("Check the address, or use a different one."),
    cannot_use=_("We can't use the address {where}."),
)
ANOTHER_METHOD: Final = Otherwise(
    use=_("Use a different method."),
    ask_or_use=_("Ask for a new one, or use a different method."),
    wait_or_use=_("Wait a while, then start again, or use a different method."),
    use_or_later=_("Use a different method, or try again later."),
    start_or_use=_("Start again, or use a different method."),
    check=_("Use a different method."),
    cannot_use=ANOTHER_NUMBER.cannot_use,
)


@dataclass(frozen=True)
class Failure:
    """How the page says that a message or a call did not get there."""

    missed: str
    ours: str
    expired: str
    too_soon: str
    again_or_other: str
    sim_changed: str


_TEXT_FAILED: Final = Failure(
    missed=_("The message didn't arrive at {where}."),
    ours=_("We couldn't send a code to {where}; the fault is ours."),
    expired=_("Your code expired before we could send it. Send it again."),
    too_soon=_("A message to {where} went out a moment ago. Wait a little, then send it again."),
    again_or_other=_("Send it again, or choose another way."),
    sim_changed=_("The SIM card of {where} was changed recently: no code goes there."),
)
_CALL_FAILED: Final = Failure(
    missed=_("The call to {where} wasn't answered."),
    ours=_("We couldn't call {where}; the fault is ours."),
    expired=_("Your code expired before we could call. Call again."),
    too_soon=_("A call to {where} went out a moment ago. Wait a little, then call again."),
    again_or_other=_("Call again, or choose another way."),
    sim_changed=_("The SIM card of {where} was changed recently: we don't call it."),
)
FAILED: Final[Mapping[str, Failure]] = {
    "sms": _TEXT_FAILED,
    "voice": _CALL_FAILED,
    "email": _TEXT_FAILED,
    "whatsapp": _TEXT_FAILED,
}
"""By the channel that brings a code."""
OTHERWISE_OR_HELP: Final = _("Use a different method, or ask the help desk.")


def failure_of(challenge: Challenge) -> str:
    """Why a message or a call did not get there, and what can be done: whether it is the number or us is told apart."""
    where, otherwise, failed = masked_destination(challenge), otherwise_of(challenge), FAILED[challenge.channel]
    if challenge.delivery.detail == "notDelivered" and not challenge.delivery.permanent:
        return sentences(failed.missed.format(where=where), failed.again_or_other)
    ours = failed.ours.format(where=where)
    objected = {
        SIM_CHANGED: sentences(failed.sim_changed.format(where=where), OTHERWISE_OR_HELP),
        SIM_UNCHECKED: sentences(ours, otherwise.use),
    }
    texts = {
        "expiredBeforeSending": failed.expired,
        "sendLimitReached": sentences(
            _("{where} got as many messages as we may send today.").format(where=where), otherwise.use
        ),
        "resendTooSoon": failed.too_soon.format(where=where),
        "phoneNumberNotAllowed": sentences(otherwise.cannot_use.format(where=where), otherwise.use),
        "providerUnavailable": sentences(ours, failed.again_or_other),
        "providerRefused": sentences(ours, failed.again_or_other),
        "destinationMismatch": sentences(ours, otherwise.start_or_use),
    }
    unreached = sentences(_("We couldn't reach {where}.").format(where=where), otherwise.check)
    return objected.get(challenge.delivery.signal or "") or texts.get(challenge.delivery.detail or "", unreached)


def otherwise_of(challenge: Challenge) -> Otherwise:
    """Of a number or an address on file there is no other."""
    place = ANOTHER_ADDRESS if challenge.channel == "email" else ANOTHER_NUMBER
    return place if challenge.is_to_register else replace(ANOTHER_METHOD, cannot_use=place.cannot_use)
