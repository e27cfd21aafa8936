"""The one error catalogue. Each code has a page in docs/errors.md; codes are never reused."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """HTTP status and the short, human title of a code."""

    status: int
    title: str


CATALOGUE: Mapping[str, Entry] = {
    "requestMalformed": Entry(400, "The request is not well formed"),
    "tokenInvalid": Entry(401, "The access token is not valid"),
    "deviceSignatureInvalid": Entry(401, "The device's signature is not valid"),
    "clockSkew": Entry(401, "The device's clock is off"),
    "scopeMissing": Entry(403, "The access token lacks a scope"),
    "methodNotAllowedByPolicy": Entry(403, "The organisation does not allow this method"),
    "returnUrlNotAllowed": Entry(403, "The return address is not on the client's list"),
    "reauthenticationRequired": Entry(403, "The person must prove a method again"),
    "formExpired": Entry(403, "This form is too old"),
    "otherPerson": Entry(403, "The form belongs to another person's session"),
    "notFound": Entry(404, "There is nothing here"),
    "unknownUser": Entry(404, "There is no such user"),
    "unknownChallenge": Entry(404, "There is no such challenge"),
    "unknownMethod": Entry(404, "There is no such method"),
    "unknownInterrupt": Entry(404, "There is no such interrupt"),
    "unknownRegistration": Entry(404, "There is no such registration"),
    "methodNotSupported": Entry(405, "This address does not take this kind of request"),
    "methodAlreadyRegistered": Entry(409, "This method is registered already"),
    "methodLimitReached": Entry(409, "No more methods of this kind can be registered"),
    "lastRequiredMethod": Entry(409, "The organisation requires this method"),
    "challengeEnded": Entry(409, "The challenge has ended"),
    "numberMismatch": Entry(409, "The number is not the one on the page"),
    "pushDenied": Entry(409, "The request was denied on the device"),
    "callReported": Entry(409, "The call was reported as not asked for"),
    "idempotencyConflict": Entry(409, "The idempotency key was used for another request"),
    "sessionEnded": Entry(410, "The session has ended"),
    "activationExpired": Entry(410, "The code of the app can no longer be used"),
    "noticeExpired": Entry(410, "The link of this message can no longer be used"),
    "ticketUsed": Entry(410, "The ticket was used already"),
    "ticketExpired": Entry(410, "The ticket is too old"),
    "policyVersionMismatch": Entry(412, "The policy is of another version by now"),
    "bodyTooLarge": Entry(413, "The request is too large"),
    "phoneNumberInvalid": Entry(422, "This is not a phone number in the chosen country"),
    "phoneNumberNotAllowed": Entry(422, "This kind of phone number cannot be used"),
    "emailInvalid": Entry(422, "This is not an email address"),
    "codeMalformed": Entry(422, "The code has the wrong form"),
    "codeIncorrect": Entry(422, "The code is not right"),
    "codeUsed": Entry(422, "The code was used already"),
    "codeExpired": Entry(422, "The code has expired"),
    "attemptsExhausted": Entry(422, "There are no tries left"),
    "answerTooShort": Entry(422, "An answer is too short"),
    "answerTooLong": Entry(422, "An answer is too long"),
    "answersNotDistinct": Entry(422, "Two questions or two answers are the same"),
    "questionUnknown": Entry(422, "There is no such question"),
    "credentialInvalid": Entry(422, "The passkey was not accepted"),
    "activationCodeInvalid": Entry(422, "The code of the app is not right"),
    "policyUnsatisfiable": Entry(422, "The policy cannot be satisfied, or breaks its profile"),
    "methodCoolingDown": Entry(423, "The method is paused after too many failures"),
    "authenticatorDisabled": Entry(423, "The method is disabled after too many failures"),
    "resendTooSoon": Entry(429, "It is too soon to send again"),
    "sendLimitReached": Entry(429, "No more messages can be sent for now"),
    "rateLimited": Entry(429, "Too many requests"),
    "internal": Entry(500, "Something went wrong on our side"),
    "unavailable": Entry(503, "The service is not available right now"),
}


class ProblemError(Exception):
    """A refusal that the outside sees: a code of the catalogue, and what helps the caller.

    `members` become extension members of the problem document (RFC 9457, section 3.2); `headers` go with the answer.
    """

    def __init__(
        self, code: str, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return CATALOGUE[self.code].status

    @property
    def title(self) -> str:
        """The title of the code."""
        return CATALOGUE[self.code].title
