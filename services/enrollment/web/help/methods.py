"""Help with each method. `**words**` are what stands on a button or a page; they are set in bold."""

from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.web.help.topic import Topic

METHODS: Final = (
    Topic(
        name="authenticator-app",
        title=_("Authenticator app"),
        about=_("You approve sign-ins on your phone, with a number that the sign-in page shows."),
        steps=(
            _("Install the app on your phone, and allow notifications."),
            _("In the app, select **Customize and control**, then **Add account**, then **Work or school account**."),
            _("Select **Scan a QR code**, and scan the one that the setup shows."),
            _("A request appears in the app. Type the number from the page, and select **Approve**."),
        ),
        good_to_know=(
            _("No notification? Open the app: what waits for you is shown there."),
            _(
                "Without a connection you can type the one-time code that the app shows, if you added the account by "
                "its QR code: select **Use a code from the app instead**."
            ),
            _("If you didn't start the sign-in, select **Deny** or **Report suspicious activity**."),
            _(
                "If you don't approve several requests in a row, the app gets none for a while, so that nobody can "
                "wear you down. Until then sign in with a code of the app, or with another method."
            ),
            _("You can have the app on up to 5 devices."),
        ),
        related=("install-authenticator", "add-account-by-hand", "change-method"),
    ),
    Topic(
        name="other-authenticator-app",
        title=_("Other authenticator app"),
        about=_("Any app works that shows a new 6-digit code every 30 seconds."),
        steps=(
            _(
                "In the setup, select **I want to use a different authenticator app**, where your organisation "
                "allows it."
            ),
            _(
                "Add an account in your app, and scan the QR code. If you can't scan it, select **Can't scan the QR "
                "code** and type the secret."
            ),
            _("Type the code that your app shows now, and select **Next**."),
        ),
        good_to_know=(
            _("Each code works once. If it isn't taken, wait for the next one."),
            _("The app works offline, but its clock has to be right: let your phone set it automatically."),
            _("If you type the secret, leave out the spaces, and choose a time-based code with 6 digits."),
        ),
        related=("authenticator-app", "cant-sign-in", "change-method"),
    ),
    Topic(
        name="hardware-token",
        title=_("Hardware token"),
        about=_("A small device that shows a code. Your organisation gives it to you."),
        steps=(
            _("In the setup, choose **Hardware token**, where your organisation offers it."),
            _("Type the serial number, which stands on the back of the token, and select **Next**."),
            _("Type the code that the token shows, and select **Next**. If it has a button, press it first."),
        ),
        good_to_know=(_("If the code is never right, type two codes in a row: this one and the next."),),
        related=("cant-sign-in", "change-method"),
    ),
    Topic(
        name="phone",
        title=_("Phone"),
        about=_("You get a code by text message, or a call."),
        steps=(
            _("Choose your country or region, and type your number."),
            _("Choose **Text me a code** or **Call me**, and select **Next**."),
            _("Type the code from the message. If you are called, answer and do what the call says."),
        ),
        good_to_know=(
            _(
                "A call either reads out a code or asks you to press #. If you didn't start anything, press 0 and then "
                "# to report it."
            ),
            _(
                "A code works once, and for a few minutes. If you ask for another message, it brings the same code "
                "again."
            ),
            _(
                "You can have one mobile number, one alternative phone and one office phone. The last two get calls "
                "only."
            ),
            _(
                "An authenticator app or a passkey is safer: a message can be read by others on its way, and whoever "
                "takes over your number gets your codes."
            ),
            _("Your provider's usual rates apply."),
        ),
        related=("cant-sign-in", "change-method", "sign-in"),
    ),
    Topic(
        name="email",
        title=_("Email"),
        about=_("You get a code at an address of yours. It helps you to get back in, not to sign in."),
        steps=(
            _("Type an address that you can read even when you can't sign in."),
            _("Select **Next**, and open the mail that comes."),
            _("Type the code from the mail."),
        ),
        good_to_know=(
            _("If no mail comes, look into the folder for unwanted mail, then select **Resend**."),
            _("A private address is a good choice: you may not be able to read the one at work."),
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="security-questions",
        title=_("Security questions"),
        about=_("You answer questions that only you can answer. They help you to get back in, not to sign in."),
        steps=(
            _("Choose as many different questions as the page asks for."),
            _("Type an answer for each, from 3 to 40 characters."),
            _("Select **Next**. We keep the answers so that nobody can read them, and never show them again."),
        ),
        good_to_know=(
            _("Capitals and spaces make no difference."),
            _("All answers that are asked for have to be right at once."),
            _("Take answers that others can't find out or guess. They don't have to be true."),
            _("To change your answers, delete the questions in **My security info** and add them anew."),
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="passkey",
        title=_("Passkey"),
        about=_("You sign in with your face, your fingerprint or the PIN of your device."),
        steps=(
            _("Select **Create a passkey**."),
            _("Your browser asks where to keep it: on this device, on your phone, or on a security key."),
            _("Confirm with your face, your fingerprint or your PIN."),
        ),
        good_to_know=(
            _("There is no code that you could type on a wrong page: a passkey works only on the right one."),
            _(
                "A passkey that is kept on one device works there only. Set up a second method, or a passkey on a "
                "second device."
            ),
            _("Passkeys need JavaScript, and an up-to-date browser."),
        ),
        related=("sign-in", "cant-sign-in", "change-method"),
    ),
    Topic(
        name="recovery-codes",
        title=_("Recovery codes"),
        about=_("You keep ten codes for the day when nothing else is at hand. Each gets you in once."),
        steps=(
            _("Copy, download or print the codes that the page shows. They are shown this once."),
            _("Keep them where only you find them, and not only on your phone."),
            _("Select **I have saved these codes**, then **Next**."),
        ),
        good_to_know=(
            _("Capitals, spaces and dashes make no difference when you type one."),
            _(
                "**My security info** says how many are left. New codes take the place of the old ones: select **Add "
                "sign-in method** there."
            ),
        ),
        related=("cant-sign-in", "change-method"),
    ),
    Topic(
        name="temporary-access-pass",
        title=_("Temporary Access Pass"),
        about=_(
            "Your organisation gives you a pass that lets you in for a short time, so that you can set up a method."
        ),
        steps=(
            _("Ask your organisation's help desk for a pass."),
            _("When you are asked to verify that it's you, type the pass. Capitals matter."),
            _("Set up another method before the pass ends."),
        ),
        good_to_know=(
            _("Some passes work only once. A new pass takes the place of the one before."),
            _("Don't give the pass to anybody: whoever has it can sign in as you."),
        ),
        related=("cant-sign-in", "authenticator-app", "passkey"),
    ),
)
