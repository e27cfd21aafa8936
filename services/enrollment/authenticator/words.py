"""What the app's scripts and its service worker say; what stands still is in the templates."""

from collections.abc import Mapping
from typing import Final

from services.enrollment.i18n import Plural, locale, ngettext_lazy
from services.enrollment.i18n import gettext as _

NAME: Final = _("Authenticator")
DESCRIPTION: Final = _("Approve sign-ins and get one-time codes for your work or school account.")

TEXTS: Final[Mapping[str, str]] = {
    "name": NAME,
    "title": _("{title} – Authenticator"),
    "title.error": _("Error: {title}"),
    "offline": _("No connection. Trying again…"),
    "device": _("{browser} on {system}"),
    "device.browser": _("Browser"),
    # One account among others.
    "account.alike": _("Added on {when}. This account is here more than once: keep the one that you added last."),
    "account.remove": _("Remove {user}"),
    "account.removed": _("Account removed."),
    "code.copied": _("Code copied."),
    "code.notCopied": _("Your browser didn't let us copy that."),
    # Notifications.
    "notifications.on": _("Notifications are on."),
    "notifications.off": _("Notifications are off. Open this app to see requests."),
    "notifications.later": _("Open this app to see requests."),
    # A change of the security info.
    "change.reported": _(
        "Thank you for telling us. What was added or changed is suspended. Change your password now, then look at My "
        "security info."
    ),
    "change.over": _("This can't be reported here any more. Look at My security info."),
    "change.failed": _("That didn't work. Check your connection, then try again."),
    # Adding an account: what the service says to it, by the code of its problem.
    "add.activationCodeInvalid": _("This code isn't right. Check it on the page that shows it, then try again."),
    "add.activationExpired": _(
        "This code can't be used any more. Show a new one on your security info page, then try again."
    ),
    "add.clockSkew": _("This device's clock is wrong. Set its time to automatic, then try again."),
    "add.rateLimited": _("That was too often. Wait a minute, then try again."),
    "add.failed": _("Something went wrong on our side. Nothing was added. Try again."),
    "add.offline": _("No connection. Check your network, then try again."),
    # What cannot be used for adding one.
    "unusable.notActivation": _("This isn't a QR code for adding an account."),
    "unusable.unreadable": _("This QR code can't be read in full. Show a new one, then try again."),
    "unusable.code": _("The code has 9 digits. Check it on the page that shows it."),
    "unusable.noUrl": _("Enter the URL that is shown with the code."),
    "unusable.noAddress": _("This isn't a URL. Check it on the page that shows it."),
    "unusable.elsewhere": _("This app works with {host} only. Check the URL."),
    "unusable.path": _("The URL ends with {path} and 8 letters or digits. Check it."),
    # The camera; the last part is the browser's name of the error.
    "camera.hold": _("Hold the QR code in the frame."),
    "camera.noReader": _(
        "This browser can't read QR codes, and this server has no reader installed (make install). Select “Enter code "
        "manually”."
    ),
    "camera.NotAllowedError": _(
        "The camera isn't allowed here. Allow it in your browser's settings, or enter the code manually."
    ),
    "camera.NotFoundError": _("This device has no camera. Enter the code manually."),
    "camera.NotReadableError": _("Another app uses the camera. Close that app, or enter the code manually."),
    "camera.failed": _("The camera can't be used. Enter the code manually."),
    # A request, and what became of it.
    "purpose.registration": _("to finish setting up this app"),
    "purpose.signIn": _("to sign in"),
    "purpose.passwordReset": _("to reset the password"),
    "purpose.stepUp": _("to confirm it's you"),
    "request.nowhere": _("Not known"),
    "request.offline": _("No connection. Your answer wasn't sent. Check your network, then try again."),
    "request.failed": _("Something went wrong on our side. Your answer wasn't counted. Try again."),
    "outcome.approve": _("Approved"),
    "outcome.approve.text": _("Go on where you are signing in."),
    "outcome.deny": _("Denied"),
    "outcome.deny.text": _("Nobody was let in. If you didn't start this, report it."),
    "outcome.judging": _("Answer sent"),
    "outcome.judging.text": _("It is still being checked. Look at the page where you are signing in."),
    "outcome.numberMismatch": _("Wrong number"),
    "outcome.numberMismatch.text": _(
        "This request has ended. Ask for a new one where you are signing in; it shows a new number."
    ),
    "outcome.challengeEnded": _("This request has ended"),
    "outcome.challengeEnded.text": _("It was answered already, or nobody needs it any more."),
    "outcome.expired": _("This request has expired"),
    "outcome.expired.text": _("It wasn't answered in time. Ask for a new one where you are signing in."),
    "outcome.deviceSignatureInvalid": _("This device isn't connected any more"),
    "outcome.deviceSignatureInvalid.text": _("Add the account again from your security info page."),
    "outcome.clockSkew": _("This device's clock is wrong"),
    "outcome.clockSkew.text": _("Set its time to automatic, then ask for a new request."),
    "outcome.report": _("Reported"),
    "report.done.onFile": _(
        "{organization} was told, and this app can't be used for your account until you restore it: in My security "
        "info, after you verified with another method. Change your password if others may know it."
    ),
    "report.done.beingSetUp": _(
        "{organization} was told, and the app was not set up. Change your password if others may know it."
    ),
    "report.asked.onFile": _(
        "{organization} is told, and this app can't be used for your account until you restore it in My security info, "
        "with another method."
    ),
    "report.asked.beingSetUp": _("{organization} is told, and the app is not set up."),
}

COUNTED: Final[Mapping[str, Plural]] = {
    "code.left": ngettext_lazy("New code in {number} second", "New code in {number} seconds"),
    "request.left": ngettext_lazy("{number} s left", "{number} s left"),
    "request.hint": ngettext_lazy(
        "Enter the {number} digit that the page shows where you are signing in.",
        "Enter the {number} digits that the page shows where you are signing in.",
    ),
    "request.incomplete": ngettext_lazy(
        "Enter the {number} digit of the number.", "Enter the {number} digits of the number."
    ),
}

NOTIFICATIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "request": {
        "title": _("Approve sign-in?"),
        "body": _("Open the app to answer. Approve only what you started."),
    },
    "notice": {
        "title": _("Your security info changed"),
        "body": _("Open the app to see what. Was it you?"),
    },
}
"""What the service worker shows while the app is closed."""


def for_scripts() -> dict[str, object]:
    """All texts in the reader's language, and whose dates and numbers go with them (BCP 47). The digits are those of
    codes and numbers to compare, in each language."""
    tag = str(locale()).replace("_", "-")
    counted = {name: plural.forms for name, plural in COUNTED.items()}
    return {"locale": f"{tag}-u-nu-latn", "texts": TEXTS, "counted": counted}
