"""What the help pages say. `**words**` are what stands on a button or a page; they are set in bold."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Topic:
    """One help page: what to do, one step after the other, and what is good to know.

    `name` is the end of its address, `related` the names of topics that help further. `shows_app` adds the address of
    the authenticator app.
    """

    name: str
    title: str
    about: str
    steps: tuple[str, ...]
    good_to_know: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    shows_app: bool = False

    @property
    def href(self) -> str:
        return f"/help/{self.name}"


SET_UP: Final = (
    Topic(
        name="install-authenticator",
        title="Install the authenticator app",
        about="The authenticator app runs in your phone's browser: there is nothing to buy, and no store to visit.",
        steps=(
            "On your phone, open the address below. On the page with **Download now** you can scan the QR code with "
            "your phone's camera instead.",
            "In the browser's menu, select **Install app** or **Add to Home Screen**. The app then opens like any "
            "other one.",
            "Open the app from your home screen. If it asks, allow notifications: they tell you when a sign-in waits.",
            "Go back to the setup, and select **Next**. You add your account there.",
        ),
        good_to_know=(
            "Install the app first, then add your account: on some phones, the installed app and the page in the "
            "browser don't share their accounts.",
            "Without notifications it works too: open the app when you are asked to approve something.",
            "Your phone needs an up-to-date browser with JavaScript turned on. Don't use a private window: your "
            "account would be gone when you close it.",
        ),
        related=("authenticator-app", "add-account-by-hand", "other-authenticator-app"),
        shows_app=True,
    ),
    Topic(
        name="add-account-by-hand",
        title="Add an account by hand",
        about="If your phone can't scan the QR code, you can type what it says.",
        steps=(
            "On the page with the QR code, select **Can't scan the QR code**. It shows a **Code** and a **URL**.",
            "In the authenticator app, select **Customize and control** at the upper right, then **Add account**, "
            "then **Work or school account**.",
            "Select **Enter code manually**. Type the code and the URL as the page shows them, then select **Add**.",
            "When the page says that your app is connected, select **Next** there.",
        ),
        good_to_know=(
            "Code and URL work once, and for 10 minutes. If they are over, select **New QR code** on the page, and you "
            "get new ones.",
            "If the app is on the device that shows the page, select **Open the authenticator on this device** "
            "instead: there is nothing to type then.",
            "An account that was added by hand approves sign-ins. It shows no one-time codes: they come only with the "
            "QR code.",
        ),
        related=("install-authenticator", "authenticator-app", "other-authenticator-app"),
    ),
    Topic(
        name="change-method",
        title="Change a method",
        about="A new number, a new phone, a method that you don't use any more: you change it in My security info.",
        steps=(
            "Open **My security info** from your organisation's sign-in page or account page.",
            "If you are asked to verify that it's you, do it with one of your methods.",
            "Select **Manage** beside the method. Then **Change** gives a phone or an email address a new one, "
            "**Rename** gives it a name, **Set as default** uses it first, and **Delete** takes it away.",
            "To get one more method, select **Add sign-in method**. To move the authenticator app to another phone, "
            "select **I have a new phone**.",
        ),
        good_to_know=(
            "Your old number or address works until you have proven the new one.",
            "You can't delete the last method of a kind that your organisation requires. Add another one first.",
            "A method that you deleted can come back for 7 days, unless you said that it was lost or stolen.",
            "After a change you get a mail, if your address is known. If the change wasn't yours, open **This wasn't "
            "me** in it.",
        ),
        related=("cant-sign-in", "authenticator-app", "phone"),
    ),
)

SIGN_IN: Final = (
    Topic(
        name="sign-in",
        title="How to sign in",
        about="You sign in at your organisation's sign-in page. It may ask you to verify that it's you.",
        steps=(
            "Open the application that you want to use, or your organisation's sign-in page, and sign in as always.",
            "If you are asked to verify that it's you, do what the page says: approve a request in your app, type a "
            "code, answer a call, or use your passkey.",
            "If you can't use that method right now, select **Use a different method**, where the page offers it.",
            "If you are asked for more information, select **Next** and set up what is missing. It takes about two "
            "minutes.",
        ),
        good_to_know=(
            "Approve only what you started yourself. If a request or a call comes that you didn't expect, deny it, and "
            "report it.",
            "A link to the setup works once, and for 5 minutes. If yours is over, sign in again to get a new one; what "
            "you set up is kept.",
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="reset-password",
        title="Reset your password",
        about="Your organisation keeps your password, so it is reset there and not on these pages.",
        steps=(
            "Open your organisation's sign-in page, and look for a link for a forgotten password.",
            "If there is none, or it doesn't work, ask your organisation's help desk.",
            "Have your methods at hand: your phone, your app or your recovery codes. You may have to verify that it's "
            "you.",
            "When you can sign in again, open **My security info**, and look at **Your recent activity** for anything "
            "that wasn't you.",
        ),
        good_to_know=(
            "Your methods stay as they are when your password changes.",
            "Nobody needs your codes to help you. Don't tell them to anyone, not even to a help desk.",
        ),
        related=("cant-sign-in", "sign-in", "change-method"),
    ),
    Topic(
        name="cant-sign-in",
        title="Can't sign in",
        about="Try these one after the other. Nothing that you set up is lost.",
        steps=(
            "**You forgot your password:** use your organisation's sign-in page, or ask its help desk.",
            "**No code comes:** wait a minute, and check that the number or address on the page is yours. Then select "
            "**Resend**, or have it called or texted instead, where the page offers it.",
            "**The code isn't right:** type the one from the newest message. In an app, type the one that it shows "
            "now, and check that your phone sets its clock automatically.",
            "**No request comes:** open the authenticator app on your phone, and check that it is online. Then select "
            "**Send again** on the page.",
            "**You don't have your phone or key:** select **Use a different method**. A recovery code works without "
            "any device.",
            "**Too many wrong tries:** that method pauses, for a minute at first and longer each time. Wait, or use a "
            "different one.",
            "**Nothing works:** ask your organisation's help desk. They can give you a Temporary Access Pass, or bring "
            "back a method that was suspended.",
        ),
        good_to_know=(
            "If your phone was lost or stolen, tell your help desk. As soon as you can sign in, delete it in **My "
            "security info** and select **It was lost or stolen**.",
        ),
        related=("reset-password", "recovery-codes", "temporary-access-pass"),
    ),
)

METHODS: Final = (
    Topic(
        name="authenticator-app",
        title="Authenticator app",
        about="You approve sign-ins on your phone, with a number that the sign-in page shows.",
        steps=(
            "Install the app on your phone, and allow notifications.",
            "In the app, select **Customize and control**, then **Add account**, then **Work or school account**.",
            "Select **Scan a QR code**, and scan the one that the setup shows.",
            "A request appears in the app. Type the number from the page, and select **Approve**.",
        ),
        good_to_know=(
            "No notification? Open the app: what waits for you is shown there.",
            "Without a connection you can type the one-time code that the app shows, if you added the account by its "
            "QR code: select **Use a code from the app instead**.",
            "If you didn't start the sign-in, select **Deny** or **Report suspicious activity**.",
            "If you don't approve several requests in a row, the app gets none for a while, so that nobody can wear "
            "you down. Until then sign in with a code of the app, or with another method.",
            "You can have the app on up to 5 devices.",
        ),
        related=("install-authenticator", "add-account-by-hand", "change-method"),
    ),
    Topic(
        name="other-authenticator-app",
        title="Other authenticator app",
        about="Any app works that shows a new 6-digit code every 30 seconds.",
        steps=(
            "In the setup, select **I want to use a different authenticator app**, where your organisation allows it.",
            "Add an account in your app, and scan the QR code. If you can't scan it, select **Can't scan the QR code** "
            "and type the secret.",
            "Type the code that your app shows now, and select **Next**.",
        ),
        good_to_know=(
            "Each code works once. If it isn't taken, wait for the next one.",
            "The app works offline, but its clock has to be right: let your phone set it automatically.",
            "If you type the secret, leave out the spaces, and choose a time-based code with 6 digits.",
        ),
        related=("authenticator-app", "cant-sign-in", "change-method"),
    ),
    Topic(
        name="hardware-token",
        title="Hardware token",
        about="A small device that shows a code. Your organisation gives it to you.",
        steps=(
            "In the setup, choose **Hardware token**, where your organisation offers it.",
            "Type the serial number, which stands on the back of the token, and select **Next**.",
            "Type the code that the token shows, and select **Next**. If it has a button, press it first.",
        ),
        good_to_know=("If the code is never right, type two codes in a row: this one and the next.",),
        related=("cant-sign-in", "change-method"),
    ),
    Topic(
        name="phone",
        title="Phone",
        about="You get a code by text message, or a call.",
        steps=(
            "Choose your country or region, and type your number.",
            "Choose **Text me a code** or **Call me**, and select **Next**.",
            "Type the code from the message. If you are called, answer and do what the call says.",
        ),
        good_to_know=(
            "A call either reads out a code or asks you to press #. If you didn't start anything, press 0 and then # "
            "to report it.",
            "A code works once, and for a few minutes. If you ask for another message, it brings the same code again.",
            "You can have one mobile number, one alternative phone and one office phone. The last two get calls only.",
            "Your provider's usual rates apply.",
        ),
        related=("cant-sign-in", "change-method", "sign-in"),
    ),
    Topic(
        name="email",
        title="Email",
        about="You get a code at an address of yours. It helps you to get back in, not to sign in.",
        steps=(
            "Type an address that you can read even when you can't sign in.",
            "Select **Next**, and open the mail that comes.",
            "Type the code from the mail.",
        ),
        good_to_know=(
            "If no mail comes, look into the folder for unwanted mail, then select **Resend**.",
            "A private address is a good choice: you may not be able to read the one at work.",
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="security-questions",
        title="Security questions",
        about="You answer questions that only you can answer. They help you to get back in, not to sign in.",
        steps=(
            "Choose as many different questions as the page asks for.",
            "Type an answer for each, from 3 to 40 characters.",
            "Select **Next**. We keep the answers so that nobody can read them, and never show them again.",
        ),
        good_to_know=(
            "Capitals and spaces make no difference.",
            "All answers that are asked for have to be right at once.",
            "Take answers that others can't find out or guess. They don't have to be true.",
            "To change your answers, delete the questions in **My security info** and add them anew.",
        ),
        related=("cant-sign-in", "reset-password", "change-method"),
    ),
    Topic(
        name="passkey",
        title="Passkey",
        about="You sign in with your face, your fingerprint or the PIN of your device.",
        steps=(
            "Select **Create a passkey**.",
            "Your browser asks where to keep it: on this device, on your phone, or on a security key.",
            "Confirm with your face, your fingerprint or your PIN.",
        ),
        good_to_know=(
            "There is no code that you could type on a wrong page: a passkey works only on the right one.",
            "A passkey that is kept on one device works there only. Set up a second method, or a passkey on a second "
            "device.",
            "Passkeys need JavaScript, and an up-to-date browser.",
        ),
        related=("sign-in", "cant-sign-in", "change-method"),
    ),
    Topic(
        name="recovery-codes",
        title="Recovery codes",
        about="You keep ten codes for the day when nothing else is at hand. Each gets you in once.",
        steps=(
            "Copy, download or print the codes that the page shows. They are shown this once.",
            "Keep them where only you find them, and not only on your phone.",
            "Select **I have saved these codes**, then **Next**.",
        ),
        good_to_know=(
            "Capitals, spaces and dashes make no difference when you type one.",
            "**My security info** says how many are left. New codes take the place of the old ones: select **Add "
            "sign-in method** there.",
        ),
        related=("cant-sign-in", "change-method"),
    ),
    Topic(
        name="temporary-access-pass",
        title="Temporary Access Pass",
        about="Your organisation gives you a pass that lets you in for a short time, so that you can set up a method.",
        steps=(
            "Ask your organisation's help desk for a pass.",
            "When you are asked to verify that it's you, type the pass. Capitals matter.",
            "Set up another method before the pass ends.",
        ),
        good_to_know=(
            "Some passes work only once. A new pass takes the place of the one before.",
            "Don't give the pass to anybody: whoever has it can sign in as you.",
        ),
        related=("cant-sign-in", "authenticator-app", "passkey"),
    ),
)

GROUPS: Final = (("Set up and change", SET_UP), ("Sign in", SIGN_IN), ("Your methods", METHODS))
"""All topics, as the first page lists them."""

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType({topic.name: topic for _, group in GROUPS for topic in group})
"""All topics by name."""
