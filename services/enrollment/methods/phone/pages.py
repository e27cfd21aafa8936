"""The steps of a phone: the number, the code, and what it is for. Calls have a file of their own."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import phonenumbers
from fastapi import Response
from pydantic import Field

from services.enrollment.challenges.domain.challenge import Challenge, PhoneType
from services.enrollment.challenges.handlers.lifecycle import binding_of
from services.enrollment.i18n import LANGUAGES, REGIONS, language, region_name, regions_in
from services.enrollment.methods.base.pages import MethodPages, Step
from services.enrollment.methods.base.step_pages import back_of, changed_from, last_step
from services.enrollment.methods.phone import handlers as phones
from services.enrollment.methods.phone.call_pages import act_on_call, reached_otherwise, sent_anew, show_call
from services.enrollment.methods.phone.countries import in_a_sentence, in_order, place_of
from services.enrollment.methods.phone.domain import national_format, region_of, region_of_typed
from services.enrollment.methods.phone.handlers import TypedPhone
from services.enrollment.methods.phone.views import Country, PhoneView
from services.enrollment.methods.phone.words import (
    ANOTHER_NUMBER,
    DELIVERIES,
    DONE,
    EMPTY,
    OTHER_COUNTRY,
    number_problem,
)
from services.enrollment.needs import HasSealer
from services.enrollment.proofs.sent_code.pages import code_view, resend, with_ways
from services.enrollment.proofs.sent_code.words import code_problem
from services.enrollment.sessions.handlers.asking import current_challenge
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import CodeForm, ProofForm, StepForm
from services.enrollment.web.judging import NOTHING, Feedback, judge_code, require_challenge
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import WIZARD, FieldError
from services.kit.errors import PhoneNumberInvalidError, ProblemError, SessionEndedError
from services.kit.ids import new_token

REGION_OF_LANGUAGE: Final = {"en": "GB", "de": "DE", "es": "ES", "fr": "FR", "ja": "JP"}


class PhoneNumberForm(StepForm):
    """A number, and how it is reached. `formToken` names one press of "Next"."""

    region: str = Field("", max_length=8)
    number: str = Field("", max_length=256)
    press: str = Field("", max_length=256, alias="formToken")
    delivery: str = Field("", max_length=16)
    extension: str = Field("", max_length=32)


@dataclass(frozen=True)
class Typed:
    """A number as it is shown in the form."""

    region: str | None = None
    number: str = ""
    delivery: str = "sms"
    extension: str = ""


async def show_number(
    page: PageRequest, typed: Typed | None = None, error: FieldError | None = None, status: int = 200
) -> Response:
    """The number, and how it is reached; on the way back it is the one typed before."""
    principal, deps, phone_type = page.principal, page.deps, _phone_type(page)
    ways = phones.phone_ways(phone_type, deps)
    shown = typed or _typed_before(await current_challenge(principal, deps), deps)
    view = PhoneView(
        frame=frame(page, "phone"),
        countries=countries(),
        region=shown.region or _first_guess(page),
        number=shown.number,
        error=error,
        deliveries=tuple(choice for choice in DELIVERIES if choice[0] in ways),
        delivery=phones.way_among(ways, shown.delivery),
        phone_type=phone_type,
        extension=shown.extension,
        different_method=may_choose(principal, deps),
        profile_note=deps.policy(principal.account).profile != "entra",
        back=back_of(principal, "phone"),
        form_token=new_token(128),
        changing=changed_from(principal),
    )
    return html(principal, view, status)


async def number_typed(page: PageRequest, form: PhoneNumberForm) -> Response:
    """Ask for a code, or call; by a way that is not there, by the first one that is."""
    if not form.number.strip():
        return await show_number(page, _typed(form), FieldError("number", EMPTY), 422)
    region, phone_type = form.region if form.region in REGIONS else "ZZ", _phone_type(page)
    delivery = phones.way_among(phones.phone_ways(phone_type, page.deps), form.delivery)
    phone = TypedPhone(region, form.number, phone_type, delivery, form.extension)
    try:
        await phones.request_phone(page.principal, phone, form.press, page.deps)
    except SessionEndedError:
        raise
    except ProblemError as problem:
        text = number_problem(problem, in_a_sentence(region), delivery)
        if isinstance(problem, PhoneNumberInvalidError) and (elsewhere := region_of_typed(form.number, region)):
            text = OTHER_COUNTRY.format(country=in_a_sentence(elsewhere), name=region_name(elsewhere))
        return await show_number(page, _typed(form), FieldError("number", text), problem.status)
    return to_current_step(page)


async def show_code(page: PageRequest, feedback: Feedback = NOTHING) -> Response:
    """The code, what became of the message, and the other ways to reach the phone."""
    challenge, shown = await require_challenge(page), frame(page, "phone.code", feedback.notice)
    view = code_view(shown, challenge, feedback, page.deps.clock.now(), step="phone.code")
    back = f"{WIZARD}?step=phone"
    shown_as = replace(
        with_ways(view, phones.ways_besides(challenge, page.deps)),
        back=back,
        different=(ANOTHER_NUMBER, back),
        different_method=may_choose(page.principal, page.deps),
        place=place_of(challenge, page.deps),
    )
    return html(page.principal, shown_as, feedback.status)


async def act_on_code(page: PageRequest, form: CodeForm) -> Response:
    """Judge a code, send the message once more, or reach the phone otherwise."""
    match form.action:
        case "resend":
            return await resend(page, show_code)
        case "again":
            return await sent_anew(page, show_code)
        case "call":
            return await reached_otherwise(page, "voice", show_code)
        case "text":
            return await reached_otherwise(page, "sms", show_code)
        case "whatsapp":
            return await reached_otherwise(page, "whatsapp", show_code)
    return await judge_code(page, form, show_code, code_problem)


def countries() -> tuple[Country, ...]:
    """All regions that have a calling code, as a reader looks for them."""
    return _countries(language())


@lru_cache(maxsize=len(LANGUAGES))
def _countries(code: str) -> tuple[Country, ...]:
    names = regions_in(code)
    regions = (region for region in phonenumbers.SUPPORTED_REGIONS if region in names)
    listed = [Country(region, names[region], phonenumbers.country_code_for_region(region)) for region in regions]
    return tuple(sorted(listed, key=lambda country: in_order(country.name)))


def _typed(form: PhoneNumberForm) -> Typed:
    return Typed(form.region, form.number, form.delivery, form.extension)


def _phone_type(page: PageRequest) -> PhoneType:
    change = page.principal.session.requested_change
    return (change.phone_type if change else None) or "mobile"


def _typed_before(challenge: Challenge | None, deps: HasSealer) -> Typed:
    if challenge is None or challenge.method_type != "phone" or challenge.destination is None:
        return Typed()
    plain = deps.sealer.open("destination", challenge.destination.sealed, binding_of(challenge)).decode()
    e164, _, extension = plain.partition(";ext=")
    return Typed(region_of(e164), national_format(e164), challenge.channel, extension)


def _first_guess(page: PageRequest) -> str:
    """What the platform said of the person, else where the organisation's people are, else where the language is."""
    spoken, _, region = page.principal.session.locale.partition("-")
    own = page.deps.config.tenant(page.principal.account.tenant).region
    guesses = (region.upper(), own, REGION_OF_LANGUAGE.get(spoken.lower()))
    return next((one for one in guesses if one and one in REGIONS), "GB")


PAGES: Final = MethodPages(
    type="phone",
    steps={
        "phone": Step(show_number, number_typed, PhoneNumberForm),
        "phone.code": Step(show_code, act_on_code, CodeForm),
        "phone.call": Step(show_call, act_on_call, ProofForm),
        **last_step("phone", DONE),
    },
)
