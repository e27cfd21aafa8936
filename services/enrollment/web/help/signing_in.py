"""Help with setting up and changing methods, and with signing in.

`**words**` are what stands on a button or a page; they are set in bold.
"""

from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.web.help.topic import Topic

SET_UP: Final = (
    Topic(
        name="install-authenticator",
        title=_("Install the authenticator app"),
        about=_("The authenticator app runs in your phone's browser: there is nothing to buy, and no store to visit."),
        steps=(
            _(
                "On your phone, open the address below. On the page with **Download now** you can scan the QR code "
                "with your phone's camera instead."
            ),
            _(
                "In the browser's menu, select **Install app** or **Add to Home Screen**. The app then opens like any "
                "other one."
            ),
            _(
                "Open the app from your home screen. If it asks, allow notifications: they tell you when a sign-in "
                "waits."
            ),
            _("Go back to the setup, and select **Next**. You add your account there."),
        ),
        good_to_know=(
            _(
                "Install the app first, then add your account: on some phones, the installed app and the page in the "
                "browser don't share their accounts."
            ),
            _("Without notifications it works too: open the app when you are asked to approve something."),
            _(
                "Your phone needs an up-to-date browser with JavaScript turned on. Don't use a private window: your "
                "account would be gone when you close it."
            ),
        ),
        related=("authenticator-app", "add-account-by-hand", "other-authenticator-app"),
        shows_app=True,
    ),
    Topic(
        name="add-account-by-hand",
        title=_("Add an account by hand"),
        about=_("If your phone can't scan the QR code, you can type what it says."),
        steps=(
            _("On the page with the QR code, select **Can't scan the QR code**. It shows a **Code** and a **URL**."),
            _(
                "In the authenticator app, select **Customize and control** at the upper right, then **Add account**, "
                "then **Work or school account**."
            ),
            _("Select **Enter code manually**. Type the code and the URL as the page shows them, then select **Add**."),
            _("When the page says that your app is connected, select **Next** there."),
        ),
        good_to_know=(
            _(
                "Code and URL work once, and for 10 minutes. If they are over, select **New QR code** on the page, and "
                "you get new ones."
            ),
            _(
                "If the app is on the device that shows the page, select **Open the authenticator on this device** "
                "instead: there is nothing to type then."
            ),
            _(
                "An account that was added by hand approves sign-ins. It shows no one-time codes: they come only with "
                "the QR code."
            ),
        ),
        related=("install-authenticator", "authenticator-app", "other-authenticator-app"),
    ),
    Topic(
        name="change-method",
        title=_("Change a method"),
        about=_("A new number, a new phone, a method that you don't use any more: you change it in My security info."),
        steps=(
            _("Open **My security info** from your organisation's sign-in page or account page."),
            _("If you are asked to verify that it's you, do it with one of your methods."),
            _(
                "Select **Manage** beside the method. Then **Change** gives a phone or an email address a new one, "
                "**Rename** gives it a name, **Set as default** uses it first, and **Delete** takes it away."
            ),
            _(
                "To get one more method, select **Add sign-in method**. To move the authenticator app to another "
                "phone, select **I have a new phone**."
            ),
        ),
        good_to_know=(
            _("Your old number or address works until you have proven the new one."),
            _("You can't delete the last method of a kind that your organisation requires. Add another one first."),
            _("A method that you deleted can come back for 7 days, unless you said that it was lost or stolen."),
            _(
                "After a change you get a mail, if your address is known. If the change wasn't yours, open **This "
                "wasn't me** in it."
            ),
        ),
        related=("cant-sign-in", "authenticator-app", "phone"),
    ),
)

SIGN_IN: Final = (
    Topic(
        name="sign-in",
        title=_("How to sign in"),
        about=_("You sign in at your organisation's sign-in page. It may ask you to verify that it's you."),
        steps=(
            _("Open the application that you want to use, or your organisation's sign-in page, and sign in as always."),
            _(
                "If you are asked to verify that it's you, do what the page says: approve a request in your app, type "
                "a code, answer a call, or use your passkey."
            ),
            _("If you can't use that method right now, select **Use a different method**, where the page offers it."),
            _(
                "If you are asked for more information, select **Next** and set up what is missing. It takes about two "
                "minutes."
            ),
        ),
        good_to_know=(
            _(
                "Approve only what you started yourself. If a request or a call comes that you didn't expect, deny it, "
                "and report it."
            ),
            _(
                "A link to the setup works once, and for 5 minutes. If yours is over, sign in again to get a new one; "
                "what you set up is kept."
            ),
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="reset-password",
        title=_("Reset your password"),
        about=_("Your organisation keeps your password, so it is reset there and not on these pages."),
        steps=(
            _("Open your organisation's sign-in page, and look for a link for a forgotten password."),
            _("If there is none, or it doesn't work, ask your organisation's help desk."),
            _(
                "Have your methods at hand: your phone, your app or your recovery codes. You may have to verify that "
                "it's you."
            ),
            _(
                "When you can sign in again, open **My security info**, and look at **Your recent activity** for "
                "anything that wasn't you."
            ),
        ),
        good_to_know=(
            _("Your methods stay as they are when your password changes."),
            _("Nobody needs your codes to help you. Don't tell them to anyone, not even to a help desk."),
        ),
        related=("cant-sign-in", "sign-in", "change-method"),
    ),
    Topic(
        name="cant-sign-in",
        title=_("Can't sign in"),
        about=_("Try these one after the other. Nothing that you set up is lost."),
        steps=(
            _("**You forgot your password:** use your organisation's sign-in page, or ask its help desk."),
            _(
                "**No code comes:** wait a minute, and check that the number or address on the page is yours. Then "
                "select **Resend**, or have it called or texted instead, where the page offers it."
            ),
            _(
                "**The code isn't right:** type the one from the newest message. In an app, type the one that it shows "
                "now, and check that your phone sets its clock automatically."
            ),
            _(
                "**No request comes:** open the authenticator app on your phone, and check that it is online. Then "
                "select **Send again** on the page."
            ),
            _(
                "**You don't have your phone or key:** select **Use a different method**. A recovery code works "
                "without any device."
            ),
            _(
                "**Too many wrong tries:** that method pauses, for a minute at first and longer each time. Wait, or "
                "use a different one."
            ),
            _(
                "**Nothing works:** ask your organisation's help desk. They can give you a Temporary Access Pass, or "
                "bring back a method that was suspended."
            ),
        ),
        good_to_know=(
            _(
                "If your phone was lost or stolen, tell your help desk. As soon as you can sign in, delete it in **My "
                "security info** and select **It was lost or stolen**."
            ),
        ),
        related=("reset-password", "recovery-codes", "temporary-access-pass"),
    ),
)
