"""What the pages say about states and problems, in plain words."""

from datetime import datetime, timedelta

from services.enrollment.challenges.domain.challenge import Challenge
from services.enrollment.web.texts import LIVE
from services.kit.errors import MethodCoolingDownError, ProblemError, ResendTooSoonError

PATIENCE = timedelta(seconds=8)
"""After this long without a sign the person is told that it takes longer than usual."""

SENT = {
    "queued": "We are sending a {digits}-digit code to {where}.",
    "sent": "We sent a {digits}-digit code to {where}.",
    "delivered": "The message with your {digits}-digit code arrived at {where}.",
    "unknown": "We don't know yet whether the message arrived at {where}.",
}
READ_OUT = {
    "queued": "We are calling {where}. Answer and listen: the call reads out a {digits}-digit code.",
    "sent": "We are calling {where}. Answer and listen: the call reads out a {digits}-digit code.",
    "delivered": "You answered the call to {where}. It reads out a {digits}-digit code.",
    "unknown": "We don't know yet whether the call reached {where}.",
}
NOT_SAVED = "Save the codes first, then tick the box: they are not shown again."
LOCKED_OUT = (
    "We can't verify that it's you",
    "None of your methods can be used right now. Ask your organisation's help desk: they can give you a pass that lets "
    "you in, or bring a method back.",
)
"""Heading and text where a person has methods, and none that can be used."""

NOTHING_TO_PROVE = {
    "temporaryAccessPass": (
        "You need a Temporary Access Pass",
        "Your organisation asks for a pass before you set up your first method. Ask your organisation's help desk for "
        "one, then select Try again.",
    ),
    "stepUp": (
        "Sign in again to go on",
        "Your organisation asks for a second check at sign-in before you set up your first method, and yours was too "
        "long ago. Go back and sign in again.",
    ),
}
"""Heading and text where a person has no method yet, by what registering needs then."""

TRY_AGAIN = "Try again"

HOW_TO_SIGN_IN = ("How to sign in", "/help/sign-in")
CANT_SIGN_IN = ("Can't sign in?", "/help/cant-sign-in")

CHOOSE_ONE = "Choose one of these methods."
WAYS_TO_PROVE = {
    "authenticatorApp": "Approve a request on {where}.",
    "softwareOath": "Type the code that your app shows.",
    "phone": "Get a code or a call at {where}.",
    "email": "Get a code at {where}.",
    "securityQuestions": "Answer the questions that you chose.",
    "passkey": "Use a passkey of this device or of your phone.",
    "recoveryCodes": "Type one of the codes that you saved.",
    "temporaryAccessPass": "Type the pass that your organisation gave you.",
}
WAYS_TO_SET_UP = {
    "authenticatorApp": "Approve sign-ins with one tap in the authenticator app.",
    "softwareOath": "Type codes from an app that you have already.",
    "phone": "Get a code by text message, or a call.",
    "email": "Get codes at an address of yours. For getting back in, not for signing in.",
    "securityQuestions": "Answer questions that only you can answer. For getting back in.",
    "passkey": "Sign in with your face, your fingerprint or the PIN of your device.",
    "recoveryCodes": "Keep ten codes in a safe place for the day when nothing else is at hand.",
}
PHONES_TO_SET_UP = {
    "mobile": "Get a code by text message, or a call.",
    "alternateMobile": "A second mobile phone, for calls.",
    "office": "Your phone at work, for calls.",
}

CHECKING = "We are still checking your code. You can wait here; nothing is lost."


def delivery_text(challenge: Challenge, now: datetime) -> str:
    """What is known of the newest message."""
    if challenge.terms.kind == "call":
        return call_text(challenge, now)
    where = challenge.destination.masked if challenge.destination else ""
    delivery = challenge.delivery
    if delivery.state == "failed":
        return _failure(delivery.detail, where)
    if delivery.state == "queued" and now - delivery.requested_at > PATIENCE:
        return LIVE.slow_message
    texts = READ_OUT if challenge.channel == "voice" else SENT
    return texts[delivery.state].format(digits=_digits(challenge), where=where)


def number_problem(problem: ProblemError, country: str, delivery: str = "sms") -> str:
    """What is wrong with a phone number, beside its field."""
    wanted = "Enter a mobile number that receives text messages." if delivery == "sms" else "Enter another number."
    texts = {
        "phoneNumberInvalid": problem.detail or f"That doesn't look like a phone number in {country}.",
        "phoneNumberNotAllowed": f"We can't use this kind of number. {wanted}",
        "methodAlreadyRegistered": "This number is registered already.",
        "methodLimitReached": "You have a number of this kind on file already. Change it instead of adding another.",
        "challengeEnded": "That attempt is over. Start again.",
        "methodNotAllowedByPolicy": "Your organisation doesn't allow this method.",
        "rateLimited": "You asked for many codes in a short time. Wait a few minutes, then try again.",
    }
    return texts.get(problem.code, problem.title)


def address_problem(problem: ProblemError) -> str:
    """What is wrong with an email address, beside its field."""
    texts = {
        "emailInvalid": "That doesn't look like an email address. It has the form name@example.com.",
        "methodAlreadyRegistered": "This address is registered already.",
        "methodLimitReached": "You have an email address on file already. Change it instead of adding another.",
        "methodNotAllowedByPolicy": "Your organisation doesn't allow this method.",
        "rateLimited": "You asked for many codes in a short time. Wait a few minutes, then try again.",
    }
    return texts.get(problem.code, problem.title)


def answers_problem(problem: ProblemError) -> str:
    """What is wrong with a set of answers, beside the first one in question."""
    texts = {
        "answerTooShort": "This answer is too short. It needs at least 3 characters.",
        "answerTooLong": "This answer is too long. It can have up to 40 characters.",
        "answersNotDistinct": "Choose a different question and a different answer each time.",
        "questionUnknown": "Choose a question.",
        "methodAlreadyRegistered": "You have answered security questions already. Delete them first.",
        "methodNotAllowedByPolicy": "Your organisation doesn't allow this method.",
        "rateLimited": "That was very fast. Wait a moment, then try again.",
    }
    return texts.get(problem.code, problem.title)


def answers_wrong(code: str, challenge: Challenge) -> str:
    """Why answers were not accepted; never which one."""
    left = challenge.attempts_left
    texts = {
        "codeIncorrect": f"Not all of these answers are right; {left} {_tries(left)} left.",
        "attemptsExhausted": "Too many wrong answers. Use a different method, or try again later.",
        "methodCoolingDown": "There were too many wrong answers. Wait a while, then try again.",
        "authenticatorDisabled": "There were too many wrong answers. Use a different method.",
        "requestMalformed": "Answer all of the questions.",
    }
    return texts.get(code) or code_problem(code, challenge)


def passkey_problem(code: str) -> str:
    """Why a passkey was not accepted."""
    texts = {
        "credentialInvalid": "That passkey wasn't accepted. Try again, here on this page.",
        "methodAlreadyRegistered": "This passkey is registered already.",
        "methodLimitReached": "You have as many passkeys as you can have. Delete one first.",
        "methodNotAllowedByPolicy": "Your organisation doesn't allow this method.",
        "codeExpired": "That took too long. Try again.",
        "challengeEnded": "That attempt is over. Try again.",
        "attemptsExhausted": "That didn't work several times. Try again later, or use a different method.",
        "methodCoolingDown": "That didn't work several times. Wait a while, then try again.",
        "rateLimited": "That was very fast. Wait a moment, then try again.",
    }
    return texts.get(code, "Something went wrong on our side. Nothing you set up is lost.")


def typed_problem(code: str, challenge: Challenge) -> str:
    """Why a recovery code or a pass was not accepted, beside its field."""
    left, is_pass = challenge.attempts_left, challenge.terms.kind == "temporaryAccessPass"
    malformed = "A pass has 8 to 48 characters." if is_pass else "A recovery code has 16 letters and digits."
    texts = {
        "codeMalformed": malformed,
        "codeIncorrect": f"That code isn't right; {left} {_tries(left)} left.",
        "codeUsed": "That code was used already. Each one works once.",
        "codeExpired": "That pass has expired. Ask your administrator for a new one." if is_pass else "Start again.",
        "attemptsExhausted": "Too many wrong codes. Use a different method, or try again later.",
        "methodCoolingDown": "There were too many wrong codes. Wait a while, then try again.",
        "authenticatorDisabled": "There were too many wrong codes. Use a different method.",
    }
    return texts.get(code) or code_problem(code, challenge)


def call_text(challenge: Challenge, now: datetime, *, unheard: bool = False) -> str:
    """What is known of a call."""
    where = challenge.destination.masked if challenge.destination else ""
    if challenge.failure == "callReported":
        return "You said that you didn't ask for this call. Your organisation was told."
    if unheard and challenge.status_at(now) == "pending":
        return "We haven't heard from you yet. Answer the call, press #, then select Next."
    match challenge.delivery.state:
        case "failed":
            return f"We couldn't reach {where}. Check the number, call again, or use a different method."
        case "delivered":
            return "You answered. Press # to confirm that it's you."
        case "queued" if now - challenge.delivery.requested_at > PATIENCE:
            return "This is taking longer than usual. Your call is on its way; you can wait here or come back."
    return f"We are calling {where}. Answer and press #."


def code_problem(code: str, challenge: Challenge) -> str:
    """Why a code was not accepted, beside its field."""
    left = challenge.attempts_left
    texts = {
        "codeMalformed": f"Enter the {_digits(challenge)} digits of the code.",
        "codeIncorrect": f"That code isn't right. Check the newest message; {left} {_tries(left)} left.",
        "codeExpired": "That code has expired. We can send you a new one.",
        "attemptsExhausted": "Too many wrong codes. Start again, or use a different number.",
        "methodCoolingDown": "There were too many wrong codes for this number. Wait a while, then start again.",
        "authenticatorDisabled": "There were too many wrong codes for this number. Use a different number.",
        "challengeEnded": "That code is no longer needed. Start again.",
        "sendLimitReached": "We can't send more messages for this code. Use a different number, or try again later.",
        "rateLimited": "That was very fast. Wait a moment, then try again.",
    }
    return texts.get(code, "Something went wrong on our side. Nothing you set up is lost.")


def app_code_problem(code: str, challenge: Challenge) -> str:
    """Why a one-time code of an app was not accepted, beside its field."""
    left = challenge.attempts_left
    texts = {
        "codeIncorrect": f"That code isn't right. Type the one that the app shows now; {left} {_tries(left)} left.",
        "codeExpired": "That took too long. Try again with the code that the app shows now.",
        "attemptsExhausted": "Too many wrong codes. Try again with the code that the app shows now.",
        "methodCoolingDown": "There were too many wrong codes for this app. Wait a while, then start again.",
        "authenticatorDisabled": "There were too many wrong codes for this app. Connect it anew.",
    }
    return texts.get(code) or code_problem(code, challenge)


def resend_problem(problem: ProblemError, challenge: Challenge) -> str:
    """Why no further message was sent."""
    if isinstance(problem, ResendTooSoonError):
        return f"You can ask for another message in {problem.members['retryAfter']} seconds."
    return code_problem(problem.code, challenge)


def refused_choice(problem: ProblemError) -> str:
    """Why a method cannot be asked for now."""
    if isinstance(problem, MethodCoolingDownError):
        return "There were too many wrong answers with this method. Wait a while, or choose another one."
    return f"{problem.title}. Wait a while, then try again."


def _failure(detail: str | None, where: str) -> str:
    texts = {
        "expiredBeforeSending": "Your code expired before we could send it. Send again.",
        "sendLimitReached": f"{where} got as many messages as we may send today. Use a different number.",
        "resendTooSoon": f"A message to {where} was sent a moment ago. Wait a little, then send again.",
    }
    return texts.get(detail or "", f"We couldn't reach {where}. Check the number, or use a different one.")


def _digits(challenge: Challenge) -> int:
    return challenge.terms.code.digits if challenge.terms.code else 6


def _tries(left: int) -> str:
    return "try" if left == 1 else "tries"
