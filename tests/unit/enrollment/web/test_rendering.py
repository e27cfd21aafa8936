"""Pages from views: fixed names and headings, what forms carry, and that nothing of a person becomes markup."""

from dataclasses import replace

import pytest
from pydantic import SecretStr

from services.enrollment.web.assets import (
    DIRECTORY,
)
from services.enrollment.web.rendering import Pages, View
from services.enrollment.web.views import FieldError
from tests.support.web.outline import Outline
from tests.support.web.pages import sample_views
from tests.support.web.sample_frame import ACTIVATION_LINK, ACTIVATION_URL, APP, FRAME
from tests.support.web.sample_pages import (
    app_code_view,
    call_view,
    code_view,
    download_view,
    method_rows,
    passkey_view,
    phone_view,
    recovery_codes_view,
    scan_view,
    try_view,
)
from tests.support.web.sample_sites import manage_view

PAGES = Pages()
PROOFS = [name for name in sample_views() if name.startswith("prove-") and name != "prove-choose"]
FIRST_PAGE_BYTES = 60_000
WAYS_OUT = {"Back to Operations", "Cancel and return", "Back to my security info", "Back to Northbridge"}
SECURE, PROVE, MANAGE = "Keep your account secure", "Verify it's you", "My security info"
OTHER = "Use a different method"
TEXT, WHATSAPP = "Text me a code instead", "Send me a code by WhatsApp instead"


def outline(view: View) -> Outline:
    """The page of a view, parsed."""
    return Outline(PAGES.render(view))


@pytest.mark.parametrize("name", sample_views())
def test_every_page_is_well_formed_without_inline_code(name: str) -> None:
    page = outline(sample_views()[name])
    assert len(page.texts("title")) == len(page.texts("h1")) == len(page.texts("main")) == 1
    assert page.elements[0][1] == {"lang": "en", "dir": "ltr"}
    for tag, attributes, text in page.elements:
        assert not any(attribute.startswith("on") or attribute == "style" for attribute in attributes)
        assert tag != "style"
        assert tag != "script" or not "".join(text).strip()
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", sample_views())
def test_every_page_of_a_session_says_who_and_offers_to_leave(name: str) -> None:
    view = sample_views()[name]
    page = outline(view)
    if view.frame.person:
        assert f"{view.frame.person} Not you?" in page.texts("p")
        ways_out = [text for text in page.texts("button") + page.texts("a") if text in WAYS_OUT]
        assert len(ways_out) == 1
    else:
        assert "session" not in page.fields()


@pytest.mark.parametrize(
    ("name", "headings", "buttons"),
    [
        ("prompt", ("More information required",), ["Next"]),
        ("download", (SECURE, "Authenticator app"), ["Next"]),
        ("setup", (SECURE, "Set up your account"), ["Next"]),
        ("scan", (SECURE, "Scan the QR code"), ["New QR code", "Next"]),
        ("scan-manual", (SECURE, "Scan the QR code"), ["Copy code", "Copy URL", "New QR code", "Next"]),
        ("scan-expired", (SECURE, "Scan the QR code"), ["New QR code"]),
        ("try", (SECURE, "Let's try it out"), ["Send again", "Next", "Report suspicious activity", "Try again"]),
        ("try-denied", (SECURE, "Let's try it out"), ["Report suspicious activity", "Try again"]),
        ("try-reported", (SECURE, "Let's try it out"), ["Try again"]),
        (
            "app-code",
            (SECURE, "Enter the code from your app"),
            ["Try again", "Approve a request in the app instead", "Next"],
        ),
        ("app-done", (SECURE, "Notification approved"), ["Next"]),
        ("choose", (SECURE, "Choose a method"), ["Next"]),
        ("phone", (SECURE, "Phone"), ["Next"]),
        ("code", (SECURE, "Enter the code"), ["Send a new code", "Resend", "Next"]),
        ("code-ended", (SECURE, "Enter the code"), ["Send a new code"]),
        ("done", (SECURE, "Phone verified"), ["Done"]),
        ("success", ("Success",), ["Done"]),
        ("cancel", ("Leave the setup?",), []),
        ("phone-office", (SECURE, "Office phone"), ["Next"]),
        ("email", (SECURE, "Email"), ["Next"]),
        ("code-ways", (SECURE, "Enter the code"), ["Send a new code", "Resend", "Call me instead", "Next"]),
        (
            "code-or-whatsapp",
            (SECURE, "Enter the code"),
            ["Send a new code", "Resend", "Call me instead", "Send it by WhatsApp instead", "Next"],
        ),
        (
            "code-by-whatsapp",
            (SECURE, "Enter the code"),
            ["Send a new code", "Resend", "Call me instead", "Text me a code instead", "Next"],
        ),
        (
            "code-by-call",
            (SECURE, "Enter the code"),
            ["Call me with a new code", "Call again", "Text me a code instead", "Next"],
        ),
        (
            "call-or-whatsapp",
            (SECURE, "Answer the call"),
            ["Call again", TEXT, WHATSAPP, "Next", TEXT, WHATSAPP, "Call again"],
        ),
        ("call-expired", (SECURE, "Answer the call"), ["Text me a code instead", "Call again"]),
        ("software", (SECURE, "Use a different authenticator app"), ["Next"]),
        ("software-scan", (SECURE, "Scan the QR code"), ["Copy secret", "Next"]),
        ("questions", (SECURE, "Security questions"), ["Next"]),
        ("passkey", (SECURE, "Passkey"), ["Create a passkey"]),
        ("recovery", (SECURE, "Recovery codes"), ["Next"]),
        ("recovery-codes", (SECURE, "Save your recovery codes"), ["Copy", "Download", "Print", "Next"]),
        ("recovery-codes-keeping", (SECURE, "Save your recovery codes"), ["Copy", "Download", "Print"]),
        ("questions-keeping", (SECURE, "Security questions"), []),
        ("prove-choose", (PROVE, "Choose a method"), ["Next"]),
        ("prove-code-ended", (PROVE, "Enter the code"), ["Send a new code", OTHER]),
        ("prove-passkey", (PROVE, "Use your passkey"), ["Use a passkey", OTHER]),
        ("prove-recovery", (PROVE, "Recovery code"), ["Try again", "Next", OTHER]),
        ("prove-pass", (PROVE, "Temporary Access Pass"), ["Try again", "Next"]),
        ("prove-questions", (PROVE, "Answer your questions"), ["Try again", "Next", OTHER]),
        ("manage-empty", (MANAGE, "Nothing is set up yet"), ["Back to Northbridge"]),
        ("add", (MANAGE, "Add sign-in method"), ["Next"]),
        ("rename", (MANAGE, "Rename"), ["Save"]),
        ("delete", (MANAGE, "Delete this method?"), ["Delete"]),
        ("delete-required", (MANAGE, "Delete this method?"), []),
        ("new-phone", (MANAGE, "I have a new phone"), ["Next"]),
        ("activity", (MANAGE, "Your recent activity"), []),
        ("not-me", ("This wasn't me?",), ["This wasn't me"]),
        ("not-me-done", ("Thank you for telling us",), []),
    ],
)
def test_headings_and_buttons_are_the_fixed_ones(name: str, headings: tuple[str, ...], buttons: list[str]) -> None:
    page = outline(sample_views()[name])
    assert (*page.texts("h1"), *page.texts("h2")) == headings
    assert [text for text in page.texts("button") if text not in {"Cancel and return", "Stay"}] == buttons


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("prompt", "prompt"),
        ("download", "authenticatorApp"),
        ("setup", "authenticatorApp.setup"),
        ("scan", "authenticatorApp.scan"),
        ("scan-expired", "authenticatorApp.scan"),
        ("try", "authenticatorApp.test"),
        ("try-denied", "authenticatorApp.test"),
        ("app-code", "authenticatorApp.code"),
        ("app-done", "authenticatorApp.verified"),
        ("choose", "choose"),
        ("phone", "phone"),
        ("code", "phone.code"),
        ("done", "phone.verified"),
        ("success", "success"),
        ("email", "email"),
        ("code-by-email", "email.code"),
        ("call", "phone.call"),
        ("software", "softwareOath"),
        ("software-scan", "softwareOath.scan"),
        ("questions", "securityQuestions"),
        ("passkey", "passkey"),
        ("recovery", "recoveryCodes"),
        ("recovery-codes", "recoveryCodes.show"),
        ("prove-choose", "prove.choose"),
        *((name, "prove") for name in PROOFS),
    ],
)
def test_forms_carry_session_token_and_step(name: str, step: str) -> None:
    fields = outline(sample_views()[name]).fields()
    assert (fields["session"], fields["csrf"], fields["step"]) == (FRAME.session_id, FRAME.csrf, step)


def test_code_form_names_its_challenge_and_phone_form_its_press() -> None:
    assert outline(code_view()).fields()["challenge"] == "0193a000-challenge"
    assert outline(phone_view()).fields()["formToken"] == "one-press"


def test_ways_around_the_app_are_offered_where_policy_allows_them() -> None:
    ways = {"I want to use a different authenticator app", "I want to set up a different method"}
    assert ways <= set(outline(download_view()).texts("a"))
    bare = replace(download_view(), different_app=False, different_method=False, qr_src=None, store_links=())
    links = ["Go back", "Not you?", "Download now", "How to install the app", "Back"]
    assert outline(bare).texts("a") == links
    assert APP in outline(bare).texts("span")


def test_code_and_url_are_shown_to_those_who_cannot_scan() -> None:
    assert ACTIVATION_URL not in outline(scan_view()).texts("dd")
    typed = outline(replace(scan_view(), manual=True)).texts("dd")
    assert (typed[0], typed[2]) == ("314159265", ACTIVATION_URL)


def test_app_opens_on_this_device_by_what_the_picture_says() -> None:
    links = {" ".join("".join(text).split()): attributes for tag, attributes, text in outline(scan_view()).elements}
    link = links["Open the authenticator on this device"]
    assert (link["href"], link["target"], link["rel"]) == (ACTIVATION_LINK, "_blank", "noopener")


@pytest.mark.parametrize("name", ["scan-connected", "scan-expired"])
def test_a_picture_that_is_of_no_use_any_more_is_not_shown(name: str) -> None:
    page = PAGES.render(sample_views()[name])
    assert "<img" not in page
    assert "#activate" not in page


@pytest.mark.parametrize("name", ["try-approved", "try-denied", "try-expired", "try-wrong-number", "try-failed"])
def test_the_number_is_gone_with_its_request(name: str) -> None:
    assert "42" in outline(sample_views()["try"]).texts("strong")
    assert outline(sample_views()[name]).texts("strong") == []


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("scan-unheard", "We haven't heard from your app yet"),
        ("try-unheard", "We haven't heard from your app yet"),
        ("try", "Waiting for your approval…"),
        ("try-open-app", "Open the authenticator app now, and approve the request there."),
        ("try-denied", "You denied the request"),
        ("try-expired", "No answer"),
        ("try-wrong-number", "Wrong number"),
        ("scan-expired", "This QR code has expired"),
        ("scan-connected", "Your app is connected. Select Next."),
    ],
)
def test_each_state_is_told_in_words(name: str, told: str) -> None:
    assert any(told in text for text in outline(sample_views()[name]).texts("p"))


@pytest.mark.parametrize("name", ["scan-unheard", "try-unheard", "try-denied", "try-expired", "try-wrong-number"])
def test_what_went_wrong_is_in_the_title(name: str) -> None:
    assert outline(sample_views()[name]).texts("title")[0].startswith("Error: ")


def test_nothing_of_a_person_or_an_organisation_becomes_markup() -> None:
    evil = "<script>alert(1)</script>\"'"
    views = [
        replace(view, frame=replace(view.frame, organization=evil, title=evil, notice=evil))
        for view in sample_views().values()
    ]
    views.append(replace(phone_view(FieldError("number", evil)), number=evil, region=evil, form_token=evil))
    views.append(replace(code_view(FieldError("code", evil)), masked=evil, checking=evil))
    views.append(replace(scan_view(), code=SecretStr(evil), url=evil, manual=True, error=evil, qr_alt=evil))
    views.append(replace(scan_view(), connected=True, device_name=evil))
    views.append(replace(try_view(), device=evil, number=evil))
    views.append(replace(app_code_view(FieldError("code", evil)), device=evil))
    views.append(replace(passkey_view(FieldError("credential", evil)), options=evil))
    views.append(replace(recovery_codes_view(FieldError("saved", evil)), codes=(SecretStr(evil),)))
    views.append(replace(call_view("failed"), text=evil, masked=evil, ended=False))
    views.append(replace(manage_view(), rows=tuple(replace(row, name=evil, detail=evil) for row in method_rows())))
    for view in views:
        page = PAGES.render(view)
        assert "<script>alert" not in page
        assert 'value="<' not in page


def test_first_page_is_small() -> None:
    page = PAGES.render(sample_views()["prompt"])
    files = ("app.css", "pages.css", "page.js", "clock.js", "shield.svg")
    total = len(page.encode()) + sum((DIRECTORY / name).stat().st_size for name in files)
    assert total < FIRST_PAGE_BYTES
