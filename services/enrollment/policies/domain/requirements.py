"""What an organisation asks of a group of people, as the configuration file and the API say it."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from schemas.base import MethodType
from services.kit.config.values import Closed

ProfileName = Literal["entra", "nist-aal2", "asvs-l2"]
"""Which standard a policy follows: as Microsoft does, NIST SP 800-63B-4 at AAL2, OWASP ASVS 5.0 at level 2."""


Types = Annotated[tuple[MethodType, ...], Field(max_length=len(get_args(MethodType)))]


class Skip(Closed):
    """How far a person may put off what is missing. Of `count`, `days` and `requiredOn` the strictest wins."""

    count: int = Field(ge=0, le=3, description="how many times; closing the browser counts")
    days: int = Field(ge=0, le=14, description="for how long, from the first prompt on")
    required_on: date | None = Field(default=None, description="from the beginning of this day (UTC) on nobody may")
    snooze_days: int = Field(default=1, ge=0, le=14, description="how long a skip gives peace")


class Use(Closed):
    """What an organisation asks for one use of methods: certain types, a number of them, or both, and which count."""

    required: Types = ()
    number: int | None = Field(
        default=None, ge=1, le=5, description="how many types that count, those required included"
    )
    methods: Types = Field(
        default=(), description="types that count; without a word all that the use accepts under the profile"
    )


class Terms(Closed):
    """How proofs are asked for, and how long a session lives without an act."""

    code_minutes: int = Field(ge=1, le=60, description="how long a code lives that was sent")
    tries: int = Field(ge=1, le=100, description="wrong answers that end a challenge")
    number_digits: int = Field(ge=2, le=3, description="of the number that is typed to approve a request")
    voice: Literal["key", "code"] = Field(description="a call is answered with a key, or reads a code out")
    session_minutes: int = Field(ge=5, le=60)
    accepts_previous_code: bool = Field(
        default=True, description="whether an app's code is taken for half a minute more than it is shown"
    )
    tells_unusual: bool = Field(
        default=False, description="whether people are told of a new browser and of many wrong tries"
    )
    arrival_seconds: int = Field(
        default=20, ge=5, le=120, description="for how long a message that went out may say nothing of its arrival"
    )
    sending_seconds: int = Field(default=45, ge=10, le=300, description="for how long a message may not have gone out")


TERMS: Mapping[ProfileName, Terms] = {
    "entra": Terms(code_minutes=5, tries=5, number_digits=2, voice="key", session_minutes=15),
    "nist-aal2": Terms(code_minutes=5, tries=5, number_digits=3, voice="code", session_minutes=15, tells_unusual=True),
    "asvs-l2": Terms(
        code_minutes=5,
        tries=5,
        number_digits=3,
        voice="code",
        session_minutes=15,
        accepts_previous_code=False,
        tells_unusual=True,
    ),
}
"""What each profile sets. Strict ones read a code out: a key that is pressed is approve or deny and nothing more (NIST
SP 800-63B-4, 3.1.3.1). A number of three digits is guessed once in a thousand times, and each guess ends its request.
An app's code lives 30 seconds by OWASP ASVS 5.0, 6.5.5."""


class Requirement(Closed):
    """What an organisation asks of a group: certain methods, a number of them, or both; and more for each use of them.

    What overrides the profile is None where the profile's terms hold.
    """

    required: Types = ()
    number: int | None = Field(
        default=None, ge=1, le=5, description="how many types of methods, those required included"
    )
    two_step: Use | None = Field(default=None, description="None: nothing more is asked for two-step verification")
    reset: Use | None = Field(
        default=None,
        description="None: nothing more is asked for password reset; its `number` is also how many methods are proven",
    )
    order: Types = Field(default=(), description="types that are proposed, and asked for, first")
    may_choose_different: bool = Field(
        default=True, description="whether a person may set up another method than the one proposed"
    )
    registration_proof: Literal["nothing", "temporaryAccessPass", "stepUp"] = Field(
        default="nothing",
        description="what registering needs with nothing on file: a pass, or a second factor at the platform",
    )
    skip: Skip | None = Field(default=None, description="None where nothing may be put off")
    confirm_every_days: int = Field(default=0, ge=0, le=730, description="0: nobody is asked whether it is still right")
    profile: ProfileName = "entra"
    code_minutes: int | None = Field(default=None, ge=1, le=60, description="how long a code lives")
    tries: int | None = Field(default=None, ge=1, le=100, description="wrong answers that end a challenge")
    number_digits: int | None = Field(default=None, ge=2, le=3, description="of the number that approves a request")
    voice: Literal["key", "code"] | None = Field(default=None, description="what a call asks for")
    session_minutes: int | None = Field(default=None, ge=5, le=60, description="how long a session lives")
    accepts_previous_code: bool | None = Field(
        default=None, description="whether an app's code is taken for half a minute more than it is shown"
    )
    tells_unusual: bool | None = Field(
        default=None, description="whether people are told of a new browser and of many wrong tries"
    )
    arrival_seconds: int | None = Field(
        default=None, ge=5, le=120, description="until a page asks whether what went out has come"
    )
    sending_seconds: int | None = Field(
        default=None, ge=10, le=300, description="until a page offers other ways because nothing has gone out"
    )

    def terms(self, tenant_code_minutes: int | None = None) -> Terms:
        """The profile's, with what the tenant and this policy override."""
        own = {name: getattr(self, name) for name in Terms.model_fields if getattr(self, name) is not None}
        tenants = {} if tenant_code_minutes is None else {"code_minutes": tenant_code_minutes}
        return TERMS[self.profile].model_copy(update=tenants | own)


class GroupPolicy(Requirement):
    """What an organisation asks of a group, and what people may choose. What is required is allowed.

    Whether it can be satisfied, the linter says.
    """

    allowed: Types = ()
