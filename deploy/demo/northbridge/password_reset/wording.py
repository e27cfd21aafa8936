"""What the pages of a password reset say."""

from datetime import datetime

from deploy.demo.northbridge.password_reset.state import Attempt, Reset, Way
from deploy.demo.northbridge.product import MethodRef
from deploy.demo.northbridge.wording import METHODS

WAYS = {
    Way.APP: "Approve a request in the authenticator app",
    Way.APP_CODE: "Enter a code from an authenticator app",
    Way.PHONE: "Text or call my phone",
    Way.OTHER_PHONE: "Text or call another phone of mine",
    Way.EMAIL: "Email a code to me",
    Way.QUESTIONS: "Answer my security questions",
    Way.RECOVERY_CODE: "Enter a recovery code",
    Way.ACCESS_PASS: "Enter a Temporary Access Pass",
}
ASKED = {
    None: "we have asked the default method of this account.",
    Way.APP: "we have sent a request to the authenticator app of this account.",
    Way.APP_CODE: "enter the code that the authenticator app shows now.",
    Way.PHONE: "we have sent a text to the phone of this account, or are calling it.",
    Way.OTHER_PHONE: "we have sent a text to the other phone of this account, or are calling it.",
    Way.EMAIL: "we have sent a mail to the address that is registered for it.",
    Way.QUESTIONS: "answer the security questions of this account.",
    Way.RECOVERY_CODE: "enter one of the recovery codes.",
    Way.ACCESS_PASS: "enter the Temporary Access Pass that was given out.",
}
NAMED_BY_DETAIL = frozenset({"phone", "email", "recoveryCodes"})
"""Their names don't say what they are: a masked number or address, how many are left."""
DENIED = "The request was denied. Try again, or use a different method."
FAILED = "That didn’t work. Try again, or use a different method."
TOO_MANY = "Too many wrong codes. Try again, or use a different method."
EXPIRED = "This has expired. Try again, or use a different method."
SILENT = "We haven’t heard from your device yet. Approve the request, or enter the code."
UNANSWERED = "Answer all questions."
NO_NAME = "Enter your user name."
TOO_OFTEN = "Too many resets were begun from here. Wait a minute, then try again."
CHOOSE = "Choose a method."
NOT_NOW = "We can’t ask this method now. Choose another one, or wait."
BY_CODE = " (a code from it)"


def asked(reset: Reset) -> str:
    """What was asked, as far as it may be said."""
    if reset.asked_method:
        return f"Now prove it with a second method: {called(reset.asked_method)}."
    return f"If the password of {reset.user_name} can be reset, {ASKED[reset.asked_for]}"


def wrong(attempt: Attempt) -> str:
    """After a wrong answer."""
    left = "1 try left" if attempt.tries_left == 1 else f"{attempt.tries_left} tries left"
    return f"That isn’t right. Check the newest message; {left}."


def ended(attempt: Attempt, now: datetime) -> str | None:
    """Why no answer counts any more, or None while it does."""
    if attempt.is_open(now):
        return None
    if attempt.ended in {"denied", "failed"}:
        return DENIED if attempt.ended == "denied" else FAILED
    return TOO_MANY if attempt.tries_left <= 0 else EXPIRED


def called(method: MethodRef) -> str:
    """A method, to somebody who has proven that it is theirs."""
    return f"{METHODS[method.type]}, {method.name}" if method.type in NAMED_BY_DETAIL else method.name
