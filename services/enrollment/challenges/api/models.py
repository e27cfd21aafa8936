"""What challenges are made of, as platforms see them and send them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, IPvAnyAddress, SecretStr

from schemas.base import MethodType, Purpose
from services.enrollment.api.bodies import Body, Identifier, ReturnUrl, Shown, Text, absent
from services.enrollment.challenges.domain.challenge import DeliveryState, PhoneDelivery, Status


class ContextBody(Body):
    """What the person is told of the question, in the app too. Address and location are the platform's own finding."""

    app_name: Text | None = None
    location: Text | None = None
    ip_address: IPvAnyAddress | None = None


class ChallengeRequest(Body):
    """Ask the person to prove a method: this one, or the best that they have."""

    purpose: Literal["signIn", "passwordReset", "stepUp"]
    method_id: Identifier | None = None
    context: ContextBody = ContextBody()
    return_url: ReturnUrl | None = Field(
        default=None, description="the person proves it on our page, and comes back to this address"
    )
    by_code: bool = Field(default=False, description="ask an authenticator app for its one-time code, not for approval")


class GivenAnswer(Body):
    """An answer to one security question."""

    question_id: Identifier
    answer: Annotated[SecretStr, Field(max_length=256)]


class AnswerRequest(Body):
    """One of the three, as the challenge asks: a code, all answers, or the JSON of `navigator.credentials`."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=64)] | None = None
    answers: tuple[GivenAnswer, ...] | None = Field(default=None, min_length=1, max_length=20)
    credential: dict[str, Any] | None = Field(
        default=None, max_length=32, description="32768 bytes at most, as JSON in ASCII"
    )


class ResendRequest(Body):
    """Send once more; `delivery` changes the way. `whatsapp` is for a mobile, where somebody carries it."""

    delivery: PhoneDelivery | None = None


class MethodRef(Body):
    """The method that is to be proven. `displayName` is masked, or the person's own name for it."""

    id: str
    type: MethodType
    display_name: str


class DeliveryBody(Body):
    """What is known of the newest message. `detail` is why it failed."""

    state: DeliveryState
    provider: str | None = absent()
    detail: str | None = absent()
    sends: int


class QuestionBody(Body):
    """A security question."""

    id: str
    text: str


class Alternative(Body):
    """Another method that could prove the same."""

    method_id: str
    type: MethodType
    display_name: str


class ChallengeBody(Body):
    """One request to prove one method.

    `numberMatch` is what the person types into the app. `resendAfter` is when another message may be asked for. Of
    `alternatives` the best comes first, and one that rests after failures last. `url` leads the browser to our page,
    once, within 5 minutes; it is told once. `proofsRequired` is how many methods of different types the purpose needs:
    on our page all of them, by the API each by a challenge of its own.

    `proof` is a JWT (`/.well-known/jwks.json`) for the platform that asked, for 5 minutes after the answer; its `jti`
    stays the same.
    """

    id: str
    purpose: Purpose
    status: Status
    method: MethodRef
    delivery: DeliveryBody | None = absent()
    number_match: str | None = absent()
    questions: tuple[QuestionBody, ...] | None = absent()
    public_key_options: dict[str, Any] | None = absent()
    attempts_left: int = Field(ge=0)
    expires_at: datetime
    resend_after: datetime | None = absent()
    alternatives: tuple[Alternative, ...] = ()
    proofs_required: int = Field(ge=1, le=2)
    url: Shown | None = absent()
    proof: Shown | None = absent()
