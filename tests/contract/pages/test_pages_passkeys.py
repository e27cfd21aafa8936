"""A passkey is made and used by the pages, or they say why not."""

import json
from functools import partial

import pytest
from playwright.async_api import Browser, CDPSession, Page, Route, expect

from services.enrollment.methods.passkey.words import OUTCOMES
from tests.support.web.browser import PLATFORM_AUTHENTICATOR, Stage, stage
from tests.support.web.staged_pages import VIEWS, sent_form

pytestmark = pytest.mark.asyncio(loop_scope="session")

MAKE_PASSKEY = """() => navigator.credentials.create({publicKey: {
    rp: {name: "Northbridge", id: "localhost"}, challenge: new Uint8Array(16),
    user: {id: new Uint8Array(8), name: "alexandra", displayName: "Alexandra"},
    pubKeyCredParams: [-7, -257].map((alg) => ({type: "public-key", alg})),
    authenticatorSelection: {residentKey: "required", userVerification: "required"}}}).then(() => true)"""


@pytest.mark.parametrize("has_helpers", [True, False])
@pytest.mark.parametrize(
    ("name", "label", "part"),
    [("passkey", "Create a passkey", "attestationObject"), ("prove-passkey", "Use a passkey", "signature")],
)
async def test_a_passkey_is_made_and_used_in_any_browser(
    pages: Stage, name: str, label: str, part: str, *, has_helpers: bool
) -> None:
    page = await pages.show(VIEWS[name])
    devtools = await _authenticator(page)
    if name == "prove-passkey":
        await page.evaluate(MAKE_PASSKEY)
    if not has_helpers:
        await page.evaluate(
            """() => { for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON"])
                PublicKeyCredential[name] = undefined;
                PublicKeyCredential.prototype.toJSON = undefined }"""
        )
    form = await sent_form(page, label)
    credential = json.loads(form["credential"][0])
    assert (credential["type"], credential["rawId"]) == ("public-key", credential["id"])
    assert credential["response"][part]
    assert form["challenge"] == ["0193a000-challenge"]
    await devtools.send("WebAuthn.disable")
    await devtools.detach()


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("passkey", "NotAllowedError", "cancelled"),
        ("passkey-error", "InvalidStateError", "exists"),
        ("prove-passkey", "SecurityError", "failed"),
    ],
)
async def test_what_the_browser_did_not_do_is_told_in_words(pages: Stage, name: str, error: str, told: str) -> None:
    page = await pages.show(VIEWS[name])
    await page.evaluate(
        """(name) => { CredentialsContainer.prototype.create = CredentialsContainer.prototype.get =
            () => Promise.reject(new DOMException("", name)) }""",
        error,
    )
    start = page.locator("button.primary")
    await start.click()
    await expect(page.get_by_role("status").filter(has_text=OUTCOMES[told])).to_be_visible()
    await expect(start).not_to_have_attribute("aria-disabled", "true")
    await expect(page.locator("#credential-error")).to_have_count(0)
    assert page.url.endswith("/page")


async def test_a_browser_without_passkeys_says_so(browser: Browser) -> None:
    unable = "export const canUsePasskeys = () => false; export const runCeremony = null;"
    async with stage(browser) as staged:
        answered = partial(Route.fulfill, body=unable, content_type="text/javascript")
        await staged.page.route("**/static/credentials.js*", answered)
        page = await staged.show(VIEWS["passkey"])
        await expect(page.get_by_role("status").filter(has_text=OUTCOMES["unsupported"])).to_be_visible()
        await expect(page.get_by_role("button", name="Create a passkey")).to_be_hidden()
        await expect(page.get_by_role("link", name="I want to set up a different method")).to_be_visible()


async def _authenticator(page: Page) -> CDPSession:
    """A platform authenticator that says yes; it goes when it is detached."""
    devtools = await page.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": PLATFORM_AUTHENTICATOR})
    return devtools
