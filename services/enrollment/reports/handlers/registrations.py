"""The report of what an organisation's people have registered."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from services.enrollment.accounts.domain.account import Account
from services.enrollment.needs import CanReadAccounts, HasAccounts
from services.enrollment.reports.domain.registrations import RegistrationDetails, RegistrationSummary, details_of
from services.kit.errors import ProblemError, RequestMalformedError

BATCH = 200
MOST = 2_000
"""How many accounts one request looks at: a filter that few people pass must not hold a request for long."""

MOST_COUNTED = 5_000
"""The same for a summary, which is asked for by hand."""

ANSWERS: Mapping[str, str] = {
    "isMfaRegistered": "is_mfa_registered",
    "isMfaCapable": "is_mfa_capable",
    "isSsprRegistered": "is_sspr_registered",
    "isSsprCapable": "is_sspr_capable",
    "isPasswordlessCapable": "is_passwordless_capable",
    "isComplete": "is_complete",
}
NAME = "userPrincipalName"
CONDITION = re.compile(r"(\w+) eq (true|false|'(?:[^']|'')*')")
CONDITIONS = re.compile(rf"{CONDITION.pattern}(?: and {CONDITION.pattern})*")


@dataclass(frozen=True)
class Wanted:
    """Which people are asked for; without a word, all."""

    user_principal_name: str | None = None
    answers: Mapping[str, bool] = field(default_factory=dict)

    def takes(self, details: RegistrationDetails) -> bool:
        return all(getattr(details, name) is value for name, value in self.answers.items())


def wanted_by(expression: str) -> Wanted:
    """The people that a `$filter` (OData 4.01, part 2, section 5.1.1) names: conditions with `eq`, joined by `and`.

    Raises:
        ProblemError: `requestMalformed`, also for what can be said only once and is said twice.
    """
    if not expression:
        return Wanted()
    conditions = CONDITION.findall(expression) if CONDITIONS.fullmatch(expression) else []
    said = dict(conditions)
    if not conditions or len(said) < len(conditions):
        raise _not_understood()
    name = said.pop(NAME, None)
    if (name is not None and not name.startswith("'")) or any(
        asked not in ANSWERS or value.startswith("'") for asked, value in said.items()
    ):
        raise _not_understood()
    unquoted = None if name is None else name[1:-1].replace("''", "'")
    return Wanted(unquoted, {ANSWERS[asked]: value == "true" for asked, value in said.items()})


async def registration_details(
    tenant: str, wanted: Wanted, top: int, after: str, deps: CanReadAccounts, *, batch: int = BATCH, most: int = MOST
) -> tuple[list[RegistrationDetails], str | None]:
    """At most `top` people after the one with that id, in the order of their ids; and after whom to go on, None at the
    end. `most` accounts are looked at, so that a part may hold fewer people than `top`, or none, and not be the last.
    """
    found: list[RegistrationDetails] = []
    seen, now = 0, deps.clock.now()
    async for account in _accounts(tenant, wanted, after, batch, deps):
        details = details_of(account, deps.policy(account), now)
        if wanted.takes(details):
            if len(found) == top:
                return found, found[-1].id
            found.append(details)
        seen += 1
        if seen == most:
            return found, account.user
    return found, None


async def registration_summary(
    tenant: str, deps: CanReadAccounts, *, batch: int = BATCH, most: int = MOST_COUNTED
) -> tuple[RegistrationSummary, bool]:
    """The report in numbers, of at most `most` people; and whether these are all."""
    summary, now = RegistrationSummary(), deps.clock.now()
    async for account in _accounts(tenant, Wanted(), "", batch, deps):
        if summary.people == most:
            return summary, False
        summary = summary.with_one(details_of(account, deps.policy(account), now))
    return summary, True


async def _accounts(tenant: str, wanted: Wanted, after: str, batch: int, deps: HasAccounts) -> AsyncIterator[Account]:
    while part := await deps.accounts.after(tenant, after, wanted.user_principal_name, limit=batch):
        for stored in part:
            yield stored.state
        if len(part) < batch:
            return
        after = part[-1].state.user


def _not_understood() -> ProblemError:
    known = ", ".join(ANSWERS)
    return RequestMalformedError(
        f"$filter takes {known} eq true or false, and {NAME} eq '…', each once, joined by and."
    )
