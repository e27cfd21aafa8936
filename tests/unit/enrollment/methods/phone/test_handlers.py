"""Asking for the proof of a number, over documents in memory."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from schemas.enrollment import ChallengeCancelled, MethodRequested
from services.enrollment.accounts.domain.account import Account
from services.enrollment.accounts.store import Accounts
from services.enrollment.budgets.store import MessageCounts
from services.enrollment.challenges.domain.challenge import PhoneDelivery
from services.enrollment.challenges.handlers.building import ProofRequest
from services.enrollment.challenges.handlers.platform import send_again
from services.enrollment.challenges.store import Challenges
from services.enrollment.config import Config
from services.enrollment.methods.phone.handlers import (
    STRATEGY,
    TypedPhone,
    another_number,
    reach_otherwise,
    request_phone,
)
from services.enrollment.policies.domain.requirements import TERMS, GroupPolicy, Terms
from services.enrollment.pumping.store import SendDecisions, Traffic
from services.enrollment.sessions.principal import Principal
from services.kit.config.clients import RateLimits
from services.kit.crypto.keyring import Keyring
from services.kit.crypto.sealing import Sealer, keyed_hash, keyed_hashes
from services.kit.errors import (
    ChallengeEndedError,
    MethodAlreadyRegisteredError,
    MethodNotAllowedByPolicyError,
    PhoneNumberInvalidError,
    RateLimitedError,
)
from services.kit.http.limits import RateLimiter
from tests.support.builders.keys import keyring, rotating
from tests.support.clock import FixedClock
from tests.support.in_memory.enrolling import Outbox, sam_at
from tests.support.services.whatsapp import WhatsAppGateway
from tests.unit.enrollment.builders import method

MOBILE = TypedPhone("GB", "07700 900142")
OTHER = TypedPhone("GB", "07700 900143")
LANDLINE = "+442079460000"


@dataclass
class Phones:
    """What asking for the proof of a number needs, and no more."""

    accounts: Accounts
    challenges: Challenges
    config: Config
    clock: FixedClock
    keyring: Keyring
    sealer: Sealer
    limiter: RateLimiter
    message_counts: MessageCounts
    traffic: Traffic
    send_decisions: SendDecisions
    allowed: GroupPolicy

    def policy(self, _: Account) -> GroupPolicy:
        return self.allowed

    def terms(self, _: Account) -> Terms:
        return TERMS[self.allowed.profile]


@pytest.fixture
def phones(box: Outbox) -> Phones:
    keys = keyring("enrollment")
    config = Config.model_validate({"tenants": {}, "clients": {}, "numbers": {"fictional": ["+447700900"]}})
    return Phones(
        box.store.accounts,
        box.store.challenges,
        config,
        FixedClock(),
        keys,
        Sealer(keys),
        RateLimiter(RateLimits(request="2/hour")),
        box.store.message_counts,
        box.store.traffic,
        box.store.send_decisions,
        GroupPolicy(allowed=("phone",)),
    )


@pytest.fixture
async def sam(box: Outbox) -> Principal:
    principal = sam_at("phone")
    await box.put(account=principal.account)
    return principal


async def test_a_number_is_asked_for_its_code_and_the_session_waits_for_it(
    phones: Phones, box: Outbox, sam: Principal
) -> None:
    moved = await request_phone(sam, MOBILE, "form", phones)
    (event,) = await box.published(MethodRequested)
    assert moved.session.step == "phone.code"
    assert moved.session.requested is not None
    assert (event.terms.challenge_id, event.terms.kind, event.channel) == (moved.session.requested.id, "code", "sms")


async def test_the_event_has_no_number_in_clear(phones: Phones, box: Outbox, sam: Principal) -> None:
    await request_phone(sam, MOBILE, "form", phones)
    (event,) = await box.published(MethodRequested)
    assert "7700900142" not in event.model_dump_json().replace(" ", "")
    assert event.destination is not None
    assert event.destination.masked.endswith("42")


async def test_the_same_form_twice_sends_one_message(phones: Phones, box: Outbox, sam: Principal) -> None:
    first = await request_phone(sam, MOBILE, "form", phones)
    second = await request_phone(sam, MOBILE, "form", phones)
    assert first.session.requested == second.session.requested
    assert len(await box.published(MethodRequested)) == 1


async def test_another_number_ends_what_was_asked_before(phones: Phones, box: Outbox, sam: Principal) -> None:
    first = await request_phone(sam, MOBILE, "form", phones)
    second = await request_phone(first, OTHER, "form", phones)
    assert first.session.requested is not None
    assert second.session.requested is not None
    (ended,) = await box.published(ChallengeCancelled)
    assert (ended.challenge_id, ended.reason) == (first.session.requested.id, "superseded")
    assert second.session.requested.id != first.session.requested.id


async def test_a_number_that_was_asked_for_a_moment_ago_has_to_wait(phones: Phones, sam: Principal) -> None:
    first = await request_phone(sam, MOBILE, "form", phones)
    other = await request_phone(first, OTHER, "form", phones)
    phones.limiter = RateLimiter(RateLimits())
    phones.clock.advance(timedelta(seconds=4))
    back = await request_phone(other, MOBILE, "form", phones)
    goes_out = []
    for principal in (first, other, back):
        assert principal.session.requested
        stored = await phones.challenges.get(principal.session.requested.id)
        assert stored
        goes_out.append(stored.state.delivery.goes_out_at)
    assert goes_out == [None, None, phones.clock.now() + timedelta(seconds=6)]


async def test_so_many_numbers_may_be_asked_for_whichever_replica_takes_the_form(
    phones: Phones, box: Outbox, sam: Principal
) -> None:
    first = await request_phone(sam, MOBILE, "form", phones)
    other = await request_phone(first, OTHER, "form", phones)
    phones.limiter = RateLimiter(RateLimits(request="2/hour"))
    with pytest.raises(RateLimitedError) as refused:
        await request_phone(other, MOBILE, "form", phones)
    assert (refused.value.code, refused.value.headers) == ("rateLimited", {"Retry-After": "3601"})
    assert len(await box.published(MethodRequested)) == 2


async def test_a_policy_without_phones_refuses_and_sends_nothing(phones: Phones, box: Outbox, sam: Principal) -> None:
    phones.allowed = GroupPolicy(allowed=("email",))
    with pytest.raises(MethodNotAllowedByPolicyError):
        await request_phone(sam, MOBILE, "form", phones)
    assert await box.published(MethodRequested) == []


async def test_what_is_no_number_is_refused(phones: Phones, sam: Principal) -> None:
    with pytest.raises(PhoneNumberInvalidError):
        await request_phone(sam, TypedPhone("GB", "12"), "form", phones)


async def test_only_so_many_numbers_may_be_tried(phones: Phones, sam: Principal) -> None:
    first = await request_phone(sam, MOBILE, "form", phones)
    second = await request_phone(first, OTHER, "form", phones)
    with pytest.raises(RateLimitedError):
        await request_phone(second, MOBILE, "form", phones)


@pytest.mark.parametrize(
    ("profile", "kind", "step"), [("entra", "call", "phone.call"), ("asvs-l2", "code", "phone.code")]
)
async def test_a_number_that_got_a_text_can_be_called(
    phones: Phones, sam: Principal, profile: str, kind: str, step: str
) -> None:
    phones.allowed = GroupPolicy.model_validate({"allowed": ("phone",), "profile": profile})
    texted = await request_phone(sam, MOBILE, "form", phones)
    called = await reach_otherwise(texted, "voice", phones)
    assert called.session.requested is not None
    assert (called.session.requested.terms.kind, called.session.step) == (kind, step)
    assert called.session.requested.channel == "voice"


async def test_without_a_number_nothing_is_called(phones: Phones, sam: Principal) -> None:
    with pytest.raises(ChallengeEndedError):
        await reach_otherwise(sam, "voice", phones)


async def test_a_number_keeps_its_name_while_the_index_key_is_rotated(
    phones: Phones, box: Outbox, sam: Principal
) -> None:
    at = phones.clock.now() + timedelta(minutes=1)
    phones.keyring = rotating("enrollment", "index", phones.clock, at=at)
    first = await request_phone(sam, MOBILE, "form", phones)
    phones.clock.advance(timedelta(minutes=1))

    second = await request_phone(first, MOBILE, "another form", phones)

    assert first.session.requested == second.session.requested
    other = await request_phone(second, OTHER, "form", phones)
    (told, new) = await box.published(MethodRequested)
    assert told.terms.code is not None
    assert new.terms.code is not None
    number = keyed_hashes(phones.keyring, "+447700900142", tenant=sam.account.tenant)
    assert told.terms.code.hashes == (number[1], number[0])
    assert new.terms.code.hashes == keyed_hashes(phones.keyring, "+447700900143", tenant=sam.account.tenant)
    assert other.session.requested is not None


async def test_a_number_on_file_is_known_while_the_index_key_is_rotated(phones: Phones, box: Outbox) -> None:
    before = keyed_hash(phones.keyring, "+447700900142", tenant="northbridge")
    sam = sam_at("phone", method("phone", phone_type="alternateMobile", delivery="voice", destination_hash=before))
    await box.put(account=sam.account)
    phones.keyring = rotating("enrollment", "index", phones.clock, at=phones.clock.now())

    with pytest.raises(MethodAlreadyRegisteredError):
        await request_phone(sam, MOBILE, "form", phones)


def carried(phones: Phones) -> Config:
    """The same configuration, with somebody who carries WhatsApp."""
    providers = phones.config.providers.model_copy(update={"whatsapp": (WhatsAppGateway(port=1).account(),)})
    return phones.config.model_copy(update={"providers": providers})


async def test_whatsapp_is_a_way_where_somebody_carries_it(phones: Phones, box: Outbox, sam: Principal) -> None:
    texted = await request_phone(sam, MOBILE, "form", phones)
    with pytest.raises(MethodNotAllowedByPolicyError):
        await reach_otherwise(texted, "whatsapp", phones)
    phones.config = carried(phones)
    moved = await reach_otherwise(texted, "whatsapp", phones)
    assert moved.session.requested is not None
    assert (moved.session.requested.channel, moved.session.step) == ("whatsapp", "phone.code")
    _, asked = await box.published(MethodRequested)
    assert (asked.channel, asked.terms.kind) == ("whatsapp", "code")


async def test_only_a_mobile_phone_has_whatsapp(phones: Phones, sam: Principal) -> None:
    phones.config = carried(phones)
    office = await request_phone(sam, replace(MOBILE, phone_type="office", delivery="voice"), "form", phones)
    with pytest.raises(MethodNotAllowedByPolicyError):
        await reach_otherwise(office, "whatsapp", phones)


@pytest.mark.parametrize(
    ("delivery", "is_carried", "channel"),
    [("whatsapp", True, "whatsapp"), ("whatsapp", False, "sms"), ("sms", True, "sms"), ("voice", True, "voice")],
)
async def test_another_number_is_proven_as_the_one_before_was(
    phones: Phones, sam: Principal, delivery: PhoneDelivery, is_carried: bool, channel: str
) -> None:
    phone = method("phone", phone_type="mobile", delivery=delivery, destination_hash="k.x")
    claimant = replace(sam.claimant, account=sam.account.model_copy(update={"methods": (phone,)}))
    if is_carried:
        phones.config = carried(phones)
    plan = another_number("phone", TypedPhone(None, "+44 7700 900143"))
    begun = plan(claimant, phones)  # type: ignore[arg-type]  # what a phone needs
    assert begun.challenge is not None
    assert begun.challenge.channel == channel


@pytest.mark.parametrize(
    ("delivery", "is_carried", "channel"),
    [("whatsapp", True, "whatsapp"), ("whatsapp", False, "sms"), ("sms", True, "sms"), ("voice", True, "voice")],
)
async def test_a_number_is_asked_again_by_the_way_in_which_it_was_proven(
    phones: Phones, sam: Principal, delivery: PhoneDelivery, is_carried: bool, channel: str
) -> None:
    sealed = phones.sealer.seal("destination", b"+447700900142", sam.claimant.binding("phone"))
    phone = method("phone", phone_type="mobile", delivery=delivery, destination=sealed, destination_hash="k.x")
    if is_carried:
        phones.config = carried(phones)
    asked = ProofRequest("c-1", "phone", "phone", "signIn")
    challenge = await STRATEGY.ask(phone, asked, sam.claimant, phones)  # type: ignore[arg-type]  # what a phone needs
    assert challenge.channel == channel


@pytest.mark.parametrize(
    ("delivery", "by", "channel"),
    [("sms", None, "sms"), ("whatsapp", None, "whatsapp"), ("voice", "sms", "voice"), ("voice", "whatsapp", "voice")],
)
async def test_a_landline_gets_what_it_was_proven_by(
    phones: Phones, sam: Principal, delivery: PhoneDelivery, by: PhoneDelivery | None, channel: str
) -> None:
    """A number may be one of a landline only since the numbering plan was read anew: whoever had a text goes on so."""
    sealed = phones.sealer.seal("destination", LANDLINE.encode(), sam.claimant.binding("phone"))
    phone = method("phone", phone_type="mobile", delivery=delivery, destination=sealed, destination_hash="k.x")
    phones.config = carried(phones)
    asked = ProofRequest("c-1", "phone", "phone", "signIn", by=by)
    challenge = await STRATEGY.ask(phone, asked, sam.claimant, phones)  # type: ignore[arg-type]  # what a phone needs
    assert challenge.channel == channel
    assert set(STRATEGY.ways(challenge, phone, phones)) == (
        {"voice"} if delivery == "voice" else {"sms", "voice", "whatsapp"}
    )


@pytest.mark.parametrize("delivery", ["sms", "whatsapp"])
async def test_a_platform_has_no_text_sent_to_a_landline_that_is_called(
    phones: Phones, sam: Principal, delivery: PhoneDelivery
) -> None:
    phones.allowed = GroupPolicy.model_validate({"allowed": ("phone",), "profile": "asvs-l2"})
    phones.config = carried(phones)
    called = (await request_phone(sam, TypedPhone(None, LANDLINE, delivery="voice"), "form", phones)).session.requested
    assert called is not None
    assert called.terms.kind == "code"
    phones.clock.advance(timedelta(seconds=31))
    with pytest.raises(MethodNotAllowedByPolicyError) as refused:
        await send_again(called, delivery, phones)
    assert refused.value.detail == "Only a mobile phone gets text messages."
    await send_again(called, "voice", phones)
