"""The one error catalogue: a class a code. Each has a page in docs/errors.md; codes are never reused."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Final, Self


class ProblemError(Exception):
    """A refusal that the outside sees: a class of the catalogue, and what helps the caller.

    `members` become extension members of the problem document (RFC 9457, section 3.2); `headers` go with the answer.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self, detail: str | None = None, *, headers: Mapping[str, str] | None = None, **members: object
    ) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = members

    @classmethod
    def retry_after(cls, seconds: int, detail: str | None = None) -> Self:
        """With the wait, for programs that read headers (RFC 9110, section 10.2.3) and for those that read bodies."""
        return cls(detail, headers={"Retry-After": str(seconds)}, retryAfter=seconds)


class RequestMalformedError(ProblemError):
    code, status, title = "requestMalformed", 400, "The request is not well formed"


class TokenInvalidError(ProblemError):
    code, status, title = "tokenInvalid", 401, "The access token is not valid"


class DeviceSignatureInvalidError(ProblemError):
    code, status, title = "deviceSignatureInvalid", 401, "The device's signature is not valid"


class ClockSkewError(ProblemError):
    code, status, title = "clockSkew", 401, "The device's clock is off"


class ScopeMissingError(ProblemError):
    code, status, title = "scopeMissing", 403, "The access token lacks a scope"


class PersonProtectedError(ProblemError):
    code, status, title = "personProtected", 403, "The help desk can do nothing for this person"


class MethodNotAllowedByPolicyError(ProblemError):
    code, status, title = "methodNotAllowedByPolicy", 403, "The organisation does not allow this method"


class ReturnUrlNotAllowedError(ProblemError):
    code, status, title = "returnUrlNotAllowed", 403, "The return address is not on the client's list"


class ReauthenticationRequiredError(ProblemError):
    code, status, title = "reauthenticationRequired", 403, "The person must prove a method again"


class FormExpiredError(ProblemError):
    code, status, title = "formExpired", 403, "This form is too old"


class OtherPersonError(ProblemError):
    code, status, title = "otherPerson", 403, "The form belongs to another person's session"


class NotFoundError(ProblemError):
    code, status, title = "notFound", 404, "There is nothing here"


class UnknownUserError(ProblemError):
    code, status, title = "unknownUser", 404, "There is no such user"


class UnknownChallengeError(ProblemError):
    code, status, title = "unknownChallenge", 404, "There is no such challenge"


class UnknownMethodError(ProblemError):
    code, status, title = "unknownMethod", 404, "There is no such method"


class UnknownHardwareTokenError(ProblemError):
    code, status, title = "unknownHardwareToken", 404, "There is no such hardware token"


class UnknownInterruptError(ProblemError):
    code, status, title = "unknownInterrupt", 404, "There is no such interrupt"


class UnknownRegistrationError(ProblemError):
    code, status, title = "unknownRegistration", 404, "There is no such registration"


class MethodNotSupportedError(ProblemError):
    code, status, title = "methodNotSupported", 405, "This address does not take this kind of request"


class MethodAlreadyRegisteredError(ProblemError):
    code, status, title = "methodAlreadyRegistered", 409, "This method is registered already"


class MethodLimitReachedError(ProblemError):
    code, status, title = "methodLimitReached", 409, "No more methods of this kind can be registered"


class HardwareTokenInUseError(ProblemError):
    code, status, title = "hardwareTokenInUse", 409, "The hardware token is somebody's"


class LastRequiredMethodError(ProblemError):
    code, status, title = "lastRequiredMethod", 409, "The organisation requires this method"


class ChallengeEndedError(ProblemError):
    code, status, title = "challengeEnded", 409, "The challenge has ended"


class NumberMismatchError(ProblemError):
    code, status, title = "numberMismatch", 409, "The number is not the one on the page"


class PushDeniedError(ProblemError):
    code, status, title = "pushDenied", 409, "The request was denied on the device"


class CallReportedError(ProblemError):
    code, status, title = "callReported", 409, "The call was reported as not asked for"


class IdempotencyConflictError(ProblemError):
    code, status, title = "idempotencyConflict", 409, "The idempotency key was used for another request"


class SessionEndedError(ProblemError):
    code, status, title = "sessionEnded", 410, "The session has ended"


class ActivationExpiredError(ProblemError):
    code, status, title = "activationExpired", 410, "The code of the app can no longer be used"


class NoticeExpiredError(ProblemError):
    code, status, title = "noticeExpired", 410, "The link of this message can no longer be used"


class TicketUsedError(ProblemError):
    code, status, title = "ticketUsed", 410, "The ticket was used already"


class TicketExpiredError(ProblemError):
    code, status, title = "ticketExpired", 410, "The ticket is too old"


class PolicyVersionMismatchError(ProblemError):
    code, status, title = "policyVersionMismatch", 412, "The policy is of another version by now"


class BodyTooLargeError(ProblemError):
    code, status, title = "bodyTooLarge", 413, "The request is too large"


class PhoneNumberInvalidError(ProblemError):
    code, status, title = "phoneNumberInvalid", 422, "This is not a phone number in the chosen country"


class PhoneNumberNotAllowedError(ProblemError):
    code, status, title = "phoneNumberNotAllowed", 422, "This kind of phone number cannot be used"


class EmailInvalidError(ProblemError):
    code, status, title = "emailInvalid", 422, "This is not an email address"


class HardwareTokensInvalidError(ProblemError):
    code, status, title = "hardwareTokensInvalid", 422, "The hardware tokens cannot be taken into the stock"


class CodeMalformedError(ProblemError):
    code, status, title = "codeMalformed", 422, "The code has the wrong form"


class CodeIncorrectError(ProblemError):
    code, status, title = "codeIncorrect", 422, "The code is not right"


class CodeUsedError(ProblemError):
    code, status, title = "codeUsed", 422, "The code was used already"


class CodeExpiredError(ProblemError):
    code, status, title = "codeExpired", 422, "The code has expired"


class AttemptsExhaustedError(ProblemError):
    code, status, title = "attemptsExhausted", 422, "There are no tries left"


class AnswerTooShortError(ProblemError):
    code, status, title = "answerTooShort", 422, "An answer is too short"


class AnswerTooLongError(ProblemError):
    code, status, title = "answerTooLong", 422, "An answer is too long"


class AnswersNotDistinctError(ProblemError):
    code, status, title = "answersNotDistinct", 422, "Two questions or two answers are the same"


class QuestionUnknownError(ProblemError):
    code, status, title = "questionUnknown", 422, "There is no such question"


class CredentialInvalidError(ProblemError):
    code, status, title = "credentialInvalid", 422, "The passkey was not accepted"


class ActivationCodeInvalidError(ProblemError):
    code, status, title = "activationCodeInvalid", 422, "The code of the app is not right"


class PolicyUnsatisfiableError(ProblemError):
    code, status, title = "policyUnsatisfiable", 422, "The policy cannot be satisfied, or breaks its profile"


class MethodCoolingDownError(ProblemError):
    code, status, title = "methodCoolingDown", 423, "The method is paused after too many failures"


class AuthenticatorDisabledError(ProblemError):
    code, status, title = "authenticatorDisabled", 423, "The method is disabled after too many failures"


class ResendTooSoonError(ProblemError):
    code, status, title = "resendTooSoon", 429, "It is too soon to send again"


class SendLimitReachedError(ProblemError):
    code, status, title = "sendLimitReached", 429, "No more messages can be sent for now"


class DeviceRestsError(SendLimitReachedError):
    """The same of requests to a device, of which nobody approved the last ones."""


class RateLimitedError(ProblemError):
    code, status, title = "rateLimited", 429, "Too many requests"


class InternalError(ProblemError):
    code, status, title = "internal", 500, "Something went wrong on our side"


class UnavailableError(ProblemError):
    code, status, title = "unavailable", 503, "The service is not available right now"


CATALOGUE: Final[Mapping[str, type[ProblemError]]] = MappingProxyType(
    {problem.code: problem for problem in ProblemError.__subclasses__()}
)
"""By code: what another service says, or a stored document, becomes a refusal again."""
