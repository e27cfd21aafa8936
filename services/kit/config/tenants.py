"""Organisations: their names, words and looks, and whom their messages come from."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from services.kit.config.messages import MessageBudgets, Pumping
from services.kit.config.sim_swap import SimSwapPolicy
from services.kit.config.values import Closed, MailAddress, Name, Sentences, TextSender, WebAddress


class Branding(Closed):
    accent_color: str = Field(default="#1d4ed8", pattern=r"^#[0-9a-fA-F]{6}$")
    logo: str | None = Field(
        default=None,
        pattern=r"^/static/branding/[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$",
        description="a picture in `brandingDirectory`",
    )

    @property
    def logo_file(self) -> str | None:
        return self.logo.rpartition("/")[2] if self.logo else None


class OwnTexts(Closed):
    prompt: Sentences | None = Field(default=None, description="a sentence on the prompt: why this is asked")
    help_desk: Sentences | None = Field(default=None, description="how people reach the help desk")
    password_reset: WebAddress | None = Field(default=None, description="where people reset their password")
    message_name: Name | None = Field(default=None, description="in messages and calls, instead of displayName")


class Sender(Closed):
    """Whom an organisation's messages come from. What is not said is the provider's."""

    mail: MailAddress | None = None
    mail_name: Name | None = None
    text: TextSender | None = None


class HelpDesk(Closed):
    except_groups: tuple[Name, ...] = Field(
        default=(), description="whose members it may do nothing for, such as administrators"
    )


class CodeMessages(Closed):
    """How codes come, so that a browser or a person finds them at once."""

    bound_to_origin: Literal["whereSecure", "always", "never"] = Field(
        default="whereSecure",
        description="whether the last line of a text is `@host #code`, by which browsers fill the code in",
    )
    in_subject: bool = Field(
        default=False, description="whether the subject of a mail begins with the code; locked screens show subjects"
    )


class SharedTenant(Closed):
    """One organisation, as services see it that have no part in its policies.

    The fields of type Any are for enrollment to check (`policies/domain/tenant.py` there), and named here so
    that a misspelt name stops every service.
    """

    display_name: Name
    region: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}$", description="most people's country (ISO 3166-1): a phone's first guess"
    )
    branding: Branding = Branding()
    texts: OwnTexts = OwnTexts()
    sender: Sender = Sender()
    codes: CodeMessages = CodeMessages()
    messages: MessageBudgets = MessageBudgets()
    help_desk: HelpDesk = HelpDesk()
    pumping: Pumping = Pumping()
    sim_swap: SimSwapPolicy = SimSwapPolicy()
    groups: Mapping[str, Any]
    default_group: Any
    code_minutes: Any = None
    security_questions: Any = None
    passkeys: Any = None

    @property
    def message_name(self) -> str:
        return self.texts.message_name or self.display_name
