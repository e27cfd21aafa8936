"""The pages of recovery codes: shown once to be kept, one typed later."""

from typing import Final

from fastapi import Response
from pydantic import Field, SecretStr

from services.enrollment.methods.base.pages import MethodPages, Step
from services.enrollment.methods.base.step_pages import back_of, kept_at, last_step
from services.enrollment.methods.recovery_codes import words
from services.enrollment.methods.recovery_codes.handlers import codes_of, prepare_codes, register_codes
from services.enrollment.methods.recovery_codes.views import RecoveryCodesView, RecoveryIntroView
from services.enrollment.proofs.typed_secret.pages import secret_page
from services.enrollment.sessions.handlers.progress import may_choose
from services.enrollment.web.forms import StepForm
from services.enrollment.web.request import PageRequest, frame, html, to_current_step
from services.enrollment.web.views import FieldError, in_groups
from services.kit.errors import NotFoundError


class SavedForm(StepForm):
    """That the person says that the codes are saved."""

    saved: str = Field("", max_length=8)


async def show_intro(page: PageRequest) -> Response:
    """What recovery codes are."""
    view = RecoveryIntroView(
        frame=frame(page, "recoveryCodes"),
        back=back_of(page.principal, "recoveryCodes"),
        different_method=may_choose(page.principal, page.deps),
        replaces=bool(page.principal.account.of_type("recoveryCodes")),
    )
    return html(page.principal, view)


async def act_on_intro(page: PageRequest, _: StepForm) -> Response:
    """To the codes."""
    await prepare_codes(page.principal, page.deps)
    return to_current_step(page)


async def show_codes(page: PageRequest, error: FieldError | None = None, status: int = 200) -> Response:
    """The codes, until the person says that they are saved; a refresh shows the same ones."""
    draft = page.principal.session.draft
    if draft is None:
        raise NotFoundError
    codes = codes_of(draft, page.principal.claimant, page.deps)
    grouped = tuple(SecretStr("-".join(in_groups(code.get_secret_value(), 4))) for code in codes)
    view = RecoveryCodesView(
        frame=frame(page, "recoveryCodes.show"),
        codes=grouped,
        error=error,
        keeping=None if error else await kept_at(page, "recoveryCodes"),
    )
    return html(page.principal, view, status)


async def codes_saved(page: PageRequest, form: SavedForm) -> Response:
    """From now on they count, and are shown no more."""
    if not form.saved:
        return await show_codes(page, FieldError("saved", words.NOT_SAVED), 422)
    await register_codes(page.principal, page.deps)
    return to_current_step(page)


PAGES: Final = MethodPages(
    type="recoveryCodes",
    steps={
        "recoveryCodes": Step(show_intro, act_on_intro, StepForm),
        "recoveryCodes.show": Step(show_codes, codes_saved, SavedForm),
        **last_step("recoveryCodes", words.DONE),
    },
)
PROOF: Final = secret_page("recoveryCode", words.PROOF)
