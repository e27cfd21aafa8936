"""What single use cases need, as narrow as a fake in a test can be. `Dependencies` has all of it."""

from datetime import datetime
from typing import Protocol

from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.store import Accounts, Activities
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.devices.store import Activations, Devices, UsedTokens
from services.enrollment.interrupts.store import Interrupts
from services.enrollment.methods.hardware_oath.store import HardwareTokens
from services.enrollment.notices.store import Notices
from services.enrollment.policies.domain.requirements import GroupPolicy, Terms
from services.enrollment.policies.store import TenantPolicies
from services.enrollment.pumping.store import SendDecisions, Traffic
from services.enrollment.registrations.store import Registrations
from services.enrollment.reports.store import Journeys
from services.enrollment.signals import Signals
from services.kit.clock import Clock
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer
from services.kit.http.limits import RateLimiter
from services.kit.http.places import Places


class HasAccounts(Protocol):
    @property
    def accounts(self) -> Accounts: ...


class HasActivities(Protocol):
    @property
    def activities(self) -> Activities: ...


class HasActivations(Protocol):
    @property
    def activations(self) -> Activations: ...


class HasChallenges(Protocol):
    @property
    def challenges(self) -> Challenges: ...


class HasClock(Protocol):
    @property
    def clock(self) -> Clock: ...


class HasConfig(Protocol):
    @property
    def config(self) -> Config: ...


class HasDevices(Protocol):
    @property
    def devices(self) -> Devices: ...


class HasHardwareTokens(Protocol):
    @property
    def hardware_tokens(self) -> HardwareTokens: ...


class HasInterrupts(Protocol):
    @property
    def interrupts(self) -> Interrupts: ...


class HasJourneys(Protocol):
    @property
    def journeys(self) -> Journeys: ...


class HasKeyring(Protocol):
    @property
    def keyring(self) -> Keyring: ...


class HasLimiter(Protocol):
    @property
    def limiter(self) -> RateLimiter: ...


class HasMessageCounts(Protocol):
    @property
    def message_counts(self) -> MessageCounts: ...


class HasNotices(Protocol):
    @property
    def notices(self) -> Notices: ...


class HasPlaces(Protocol):
    @property
    def places(self) -> Places: ...


class HasRegistrations(Protocol):
    @property
    def registrations(self) -> Registrations: ...


class HasSealer(Protocol):
    @property
    def sealer(self) -> Sealer: ...


class HasSignals(Protocol):
    @property
    def signals(self) -> Signals: ...


class HasSendDecisions(Protocol):
    @property
    def send_decisions(self) -> SendDecisions: ...


class HasTenantPolicies(Protocol):
    @property
    def tenant_policies(self) -> TenantPolicies: ...


class HasTraffic(HasSendDecisions, Protocol):
    @property
    def traffic(self) -> Traffic: ...


class HasUsedTokens(Protocol):
    @property
    def used_tokens(self) -> UsedTokens: ...


class HasOrigin(Protocol):
    """Has the origin at which people reach the pages."""

    @property
    def public_origin(self) -> str: ...


class HasTerms(Protocol):
    """Knows how proofs are asked of a person, and what they are told."""

    def terms(self, account: Account, /) -> Terms: ...


class HasPolicies(HasTerms, Protocol):
    """Knows what holds for a person."""

    def policy(self, account: Account, /) -> GroupPolicy: ...


class CanForget(HasChallenges, Protocol):
    """Ends what a person is asked, and deletes what documents hold of them."""

    async def erase(self, tenant: str, user: str, until: datetime, /) -> bool: ...


class HasRules(HasPolicies, HasClock, Protocol):
    """What holds for a person now."""


class CanSeal(HasClock, HasSealer, Protocol):
    """Seals what a person gives, with its moment."""


class CanShow(HasConfig, HasSealer, Protocol):
    """Opens what only the person is shown."""


class CanBuild(HasRules, HasSealer, Protocol):
    """Builds challenges."""


class CanSend(CanBuild, HasKeyring, Protocol):
    """Builds challenges whose codes are sent."""


class CanGuard(HasChallenges, HasClock, HasKeyring, HasConfig, HasMessageCounts, HasTraffic, Protocol):
    """Judges messages before they are asked for."""


class CanCount(HasChallenges, HasClock, HasSealer, HasKeyring, HasConfig, HasMessageCounts, HasTraffic, Protocol):
    """Counts messages before they are asked for, and judges them."""


class CanPlan(CanSend, HasConfig, HasOrigin, HasHardwareTokens, Protocol):
    """Checks and begins the registration of any method."""


class CanAskMethods(CanPlan, HasDevices, Protocol):
    """Builds the challenge for any method on file."""


class CanChangeAccounts(HasAccounts, HasClock, Protocol):
    """Changes what a person has, and their sessions."""


class CanErase(CanChangeAccounts, CanForget, Protocol):
    """Forgets a person."""


class HasPeople(HasAccounts, HasChallenges, Protocol):
    """Has what people have, and what is asked of them."""


class CanReadAccounts(CanChangeAccounts, HasRules, Protocol):
    """Judges what people have by the policy."""


class CanPrepare(CanChangeAccounts, CanBuild, Protocol):
    """Prepares what a session shows of a method to be."""


class CanEndChallenges(HasChallenges, HasClock, Protocol):
    """Ends challenges."""


class CanSendAgain(CanEndChallenges, CanCount, Protocol):
    """Sends the message of a challenge once more."""


class CanAwaitVerdicts(CanEndChallenges, HasSignals, Protocol):
    """Follows challenges."""


class CanSubmit(CanAwaitVerdicts, CanSeal, Protocol):
    """Hands proofs to the verifier and waits for its word."""


class CanChoose(HasChallenges, HasDevices, HasRules, Protocol):
    """Finds what a person can prove now."""


class CanChangeSessions(CanChangeAccounts, CanEndChallenges, Protocol):
    """Moves a session, whose challenge may end."""


class CanChangePlans(CanChangeSessions, HasRules, Protocol):
    """The same by what the policy wants."""


class CanAsk(CanChangeSessions, CanCount, HasLimiter, Protocol):
    """Asks for a proof in a session."""


class CanAskToRegister(CanAsk, CanBuild, Protocol):
    """Asks for the proof of a new method."""


class CanClaim(CanAskToRegister, HasHardwareTokens, Protocol):
    """Claims a hardware token in a session, and asks for its code."""


class CanProve(CanAsk, CanAskMethods, HasSignals, Protocol):
    """Asks for the proof of a method on file, in a session."""


class CanResume(CanBuild, CanSubmit, HasAccounts, HasActivations, HasDevices, HasRegistrations, Protocol):
    """Goes on with a registration by a platform."""
