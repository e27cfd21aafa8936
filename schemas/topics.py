"""The one table of topics: who writes what where, who reads it, and how long it is kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from schemas import enrollment as e
from schemas import notification as n
from schemas import verification as v
from schemas.base import Event

Service = Literal["enrollment", "notifier", "verifier"]

FOR_EVER: None = None
PARTITIONS = 12


@dataclass(frozen=True)
class Topic:
    """One topic after the prefix. `retention` None keeps records for ever; `segment` is how fast retention can bite.

    `authenticated_by` is the purpose of the key under which each record carries a MAC (header `ce_mac`): without that
    key nobody can emit its events, whatever Kafka lets them write.
    """

    name: str
    events: tuple[type[Event], ...]
    producers: tuple[Service, ...]
    consumers: tuple[Service, ...]
    retention: timedelta | None
    segment: timedelta | None = None
    keeps_body_when_dead: bool = True
    partitions: int = PARTITIONS
    authenticated_by: Literal["verdict"] | None = None


REQUEST_EVENTS: tuple[type[Event], ...] = (e.MethodRequested, e.NoticeRequested, e.ChallengeCancelled)


def _requests(channel: str, consumers: tuple[Service, ...] = ("notifier", "verifier")) -> Topic:
    return Topic(
        f"requests.{channel}",
        REQUEST_EVENTS,
        producers=("enrollment",),
        consumers=consumers,
        retention=timedelta(hours=24),
        segment=timedelta(hours=1),
        keeps_body_when_dead=False,
    )


REQUESTS = {
    "sms": _requests("sms"),
    "voice": _requests("voice"),
    "email": _requests("email"),
    "push": _requests("push"),
    "whatsapp": _requests("whatsapp"),
    "local": _requests("local", consumers=("verifier",)),
}

DELIVERIES = Topic(
    "deliveries",
    (n.CodeSent, n.PushSent, n.DeliveryConfirmed, n.DeliveryFailed, n.SendRefused, n.SendObserved),
    producers=("enrollment", "notifier"),
    consumers=("enrollment",),
    retention=timedelta(days=7),
)

SUBMISSIONS = Topic(
    "submissions",
    (
        v.CodeSubmitted,
        v.AnswersSubmitted,
        v.CredentialSubmitted,
        v.PushApproved,
        v.PushDenied,
        v.CallConfirmed,
        v.CallReported,
    ),
    producers=("enrollment", "notifier"),
    consumers=("verifier",),
    retention=timedelta(hours=1),
    segment=timedelta(minutes=10),
    keeps_body_when_dead=False,
)

VERDICTS = Topic(
    "verdicts",
    (v.MethodVerified, v.VerificationFailed, v.ChallengeExpired, v.AuthenticatorDisabled),
    producers=("verifier",),
    consumers=("enrollment",),
    retention=timedelta(days=7),
    authenticated_by="verdict",
)

LIFECYCLE = Topic(
    "lifecycle",
    (
        e.EnrollmentStarted,
        e.EnrollmentStepReached,
        e.EnrollmentCompleted,
        e.EnrollmentSkipped,
        e.EnrollmentCancelled,
        e.MethodRegistered,
        e.MethodChanged,
        e.MethodSuspended,
        e.MethodRestored,
        e.MethodRemoved,
        e.DefaultMethodChanged,
        e.SecurityInfoConfirmed,
        e.SuspiciousActivityReported,
        e.UnusualActivityNoticed,
        e.HelpDeskActed,
        e.PolicyChanged,
        e.AccountErased,
    ),
    producers=("enrollment",),
    consumers=("enrollment", "verifier"),
    retention=FOR_EVER,
)

DEAD_LETTERS = Topic(
    "dead-letters",
    (),
    producers=("enrollment", "notifier", "verifier"),
    consumers=(),
    retention=timedelta(days=14),
    partitions=1,
)

TOPICS: tuple[Topic, ...] = (*REQUESTS.values(), DELIVERIES, SUBMISSIONS, VERDICTS, LIFECYCLE, DEAD_LETTERS)

EVENTS: dict[str, type[Event]] = {event.__name__: event for topic in TOPICS for event in topic.events}
"""Every event by its CloudEvents `type`."""


def full_name(prefix: str, topic: Topic) -> str:
    """The topic as Kafka knows it."""
    return f"{prefix}.{topic.name}"


def group_of(prefix: str, service: Service) -> str:
    """The consumer group of a service. Further groups of its own are named after it, with a dot and a word."""
    return f"{prefix}.{service}"


def kafka_settings(topic: Topic) -> dict[str, str]:
    """Topic-level Kafka configuration for `topic`, in Kafka's names and units (ms)."""
    milliseconds = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    settings = {"retention.ms": str(milliseconds), "cleanup.policy": "delete"}
    if topic.segment is not None:
        settings["segment.ms"] = str(int(topic.segment.total_seconds() * 1000))
    return settings
