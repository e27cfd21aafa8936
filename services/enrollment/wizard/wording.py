"""What the pages say about states and problems, in plain words."""

from datetime import datetime, timedelta

from services.enrollment.domain.challenge import Challenge
from services.enrollment.wizard.texts import LIVE
from services.kit.errors import ProblemError

PATIENCE = timedelta(seconds=8)
"""After this long without a sign the person is told that it takes longer than usual."""

CHECKING = "We are still checking your code. You can wait here; nothing is lost."


def delivery_text(challenge: Challenge, now: datetime) -> str:
    """What is known of the newest message."""
    where = challenge.destination.masked if challenge.destination else ""
    delivery = challenge.delivery
    match delivery.state:
        case "queued" if now - delivery.requested_at > PATIENCE:
            return LIVE.slow_message
        case "queued":
            return f"We are sending a {_digits(challenge)}-digit code to {where}."
        case "sent":
            return f"We sent a {_digits(challenge)}-digit code to {where}."
        case "delivered":
            return f"The message with your {_digits(challenge)}-digit code arrived at {where}."
        case "failed":
            return _failure(delivery.detail, where)
        case _:
            return f"We don't know yet whether the message arrived at {where}."


def number_problem(problem: ProblemError, country: str) -> str:
    """What is wrong with a phone number, beside its field."""
    texts = {
        "phoneNumberInvalid": f"That doesn't look like a phone number in {country}.",
        "phoneNumberNotAllowed": "We can't use this kind of number. Enter a mobile number that receives text messages.",
        "methodAlreadyRegistered": "This number is registered already.",
        "methodLimitReached": "You have a mobile number on file already. Change it instead of adding another.",
        "methodNotAllowedByPolicy": "Your organisation doesn't allow this method.",
        "rateLimited": "You asked for many codes in a short time. Wait a few minutes, then try again.",
    }
    return texts.get(problem.code, problem.title)


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
    if problem.code == "resendTooSoon":
        return f"You can ask for another message in {problem.members['retryAfter']} seconds."
    return code_problem(problem.code, challenge)


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
