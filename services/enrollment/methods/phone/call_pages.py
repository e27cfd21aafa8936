"""The page of a call, which is answered and confirmed by a key: as a step, and in "Verify it's you"."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from fastapi import Response

from schemas.base import Channel
from services.enrollment.challenges.domain.challenge import Challenge, PhoneDelivery, Status
from services.enrollment.methods.base.pages import AskedProof, ProofPage
from services.enrollment.methods.phone import handlers as phones
from services.enrollment.methods.phone.countries import place_of
from services.enrollment.methods.phone.views import CallState, CallView
from services.enrollment.methods.phone.words import call_text, call_told, number_problem
from services.enrollment.proofs.sent_code.pages import resend, send_anew
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import ProofForm
from services.enrollment.web.judging import NOTHING, Feedback, ShowAgain, heard, require_challenge
from services.enrollment.web.request import PageRequest, frame, html
from services.enrollment.web.views import WIZARD, Frame
from services.enrollment.web.words import masked_destination

STATES: Final[Mapping[Status, CallState]] = {
    "pending": "waiting",
    "verified": "confirmed",
    "denied": "denied",
    "failed": "failed",
    "expired": "expired",
    "cancelled": "cancelled",
}

SAME_WAY: Final[Mapping[Channel, PhoneDelivery]] = {"voice": "voice", "whatsapp": "whatsapp"}
"""How a new code goes, by the channel of the one before; a text where there is none."""


async def show_call(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """Answer the call and press a key."""
    challenge, shown = await require_challenge(page), frame(page, "phone.call", feedback.notice)
    view = call_view(
        shown,
        challenge,
        page.deps.clock.now(),
        unheard=feedback.unheard,
        step="phone.call",
        back=f"{WIZARD}?step=phone",
    )
    ways = phones.ways_besides(challenge, page.deps)
    with_ways = replace(
        view,
        text_instead="sms" in ways,
        whatsapp_instead="whatsapp" in ways,
        different_method=may_choose(page.principal, page.deps),
        place=place_of(challenge, page.deps),
    )
    return html(page.principal, with_ways, feedback.status)


async def act_on_call(page: PageRequest, form: ProofForm) -> Response:
    """Call once more, send a code instead, or find out whether the key was pressed."""
    match form.action:
        case "again":
            return await resend(page, show_call)
        case "text":
            return await reached_otherwise(page, "sms", show_call)
        case "whatsapp":
            return await reached_otherwise(page, "whatsapp", show_call)
    return await heard(page, await require_challenge(page), show_call)


async def reached_otherwise(page: PageRequest, delivery: PhoneDelivery, show: ShowAgain) -> Response:
    """A call or WhatsApp instead of a text, or the other way round; where that is not possible, the page says why."""
    sending = phones.reach_otherwise(page.principal, delivery, page.deps)
    return await send_anew(page, sending, show, lambda problem: number_problem(problem, None, delivery))


async def sent_anew(page: PageRequest, show: ShowAgain) -> Response:
    """A new code by the same way, for one that is over."""
    challenge = await require_challenge(page)
    return await reached_otherwise(page, SAME_WAY.get(challenge.channel, "sms"), show)


def call_view(
    frame: Frame,
    challenge: Challenge,
    now: datetime,
    *,
    unheard: bool,
    step: str,
    back: str | None = None,
    other_method: bool = False,
) -> CallView:
    """What is known of the call."""
    status, told = challenge.status_at(now), call_told(challenge, now)
    undelivered = status == "pending" and challenge.delivery.state == "failed"
    return CallView(
        step=step,
        frame=frame,
        masked=masked_destination(challenge),
        state="failed" if undelivered else STATES[status],
        text=call_text(challenge, now, unheard=unheard),
        suspends=not challenge.is_to_register,
        later=told.news["later"],
        help_in=told.help_in,
        events_url=f"{frame.site.events}?challenge={challenge.id}",
        call_again_at=challenge.resend_at,
        calls_left=challenge.sends_left if status == "pending" else 0,
        ended=status not in {"pending", "verified"},
        unheard=unheard,
        back=back,
        other_method=other_method,
    )


def _view(asked: AskedProof) -> CallView:
    view = call_view(
        asked.frame,
        asked.challenge,
        asked.page.deps.clock.now(),
        unheard=asked.feedback.unheard,
        step="prove",
        other_method=asked.other_method,
    )
    return replace(view, text_instead="sms" in asked.ways, whatsapp_instead="whatsapp" in asked.ways)


async def _answer(page: PageRequest, challenge: Challenge, _: ProofForm, show: ShowAgain) -> Response:
    return await heard(page, challenge, show)


def _resends(action: str, challenge: Challenge, now: datetime) -> bool:
    return action == "resend" or (action == "again" and challenge.still_waits(now))


PROOF: Final = ProofPage(kind="call", view=_view, answer=_answer, form=ProofForm, resends=_resends, told=call_told)
