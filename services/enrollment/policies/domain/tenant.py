"""An organisation: what it asks of its groups, and its terms for single methods."""

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.kit.config.tenants import SharedTenant
from services.kit.config.values import Closed


class Question(Closed):
    """A security question of an organisation's own."""

    id: str = Field(pattern=r"^[A-Za-z0-9-]{1,64}$")
    text: str = Field(min_length=3, max_length=200)


class SecurityQuestions(Closed):
    """Questions beside the pre-defined ones, how many a person registers, and how many are asked."""

    custom: tuple[Question, ...] = Field(default=(), max_length=20)
    to_register: int = Field(default=3, ge=3, le=5)
    to_ask: int = Field(default=3, ge=3, le=5)

    @model_validator(mode="after")
    def _asks_what_is_there(self) -> "SecurityQuestions":
        if self.to_ask > self.to_register:
            raise ValueError("toAsk is more than toRegister")
        if len({question.id for question in self.custom}) < len(self.custom):
            raise ValueError("two questions have one id")
        return self


class Passkeys(Closed):
    """For which web addresses passkeys are made. Without a word here it is the host and origin of the public URL."""

    rp_id: str | None = Field(
        default=None, pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)*$", description="WebAuthn RP ID: a domain"
    )
    origins: tuple[Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$")], ...] = Field(
        default=(), max_length=20
    )


class Tenant(SharedTenant):
    """One organisation, and what it asks of its people."""

    groups: dict[str, GroupPolicy]
    default_group: str
    code_minutes: int | None = Field(
        default=None, ge=1, le=60, description="how long a code lives where a group does not say; the linter allows 10"
    )
    security_questions: SecurityQuestions = SecurityQuestions()
    passkeys: Passkeys = Passkeys()

    @model_validator(mode="after")
    def _default_exists(self) -> "Tenant":
        if self.default_group not in self.groups:
            raise ValueError(f"defaultGroup {self.default_group} is none of its groups")
        return self

    def policy_for(self, groups: tuple[str, ...]) -> GroupPolicy:
        """The policy of the first of a person's groups that has one, else the default group's."""
        name = next((group for group in groups if group in self.groups), self.default_group)
        return self.groups[name]

    def terms_for(self, groups: tuple[str, ...]) -> Terms:
        return self.policy_for(groups).terms(self.code_minutes)
