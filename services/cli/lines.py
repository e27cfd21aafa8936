"""An event as a line that a person reads, or as a line of JSON that a program reads."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from rich.text import Text

from schemas import enrollment as e
from schemas import notification as n
from schemas import verification as v
from schemas.base import Event
from schemas.envelope import Envelope
from services.cli.failures import printable

SOURCE_COLOURS = {"enrollment": "cyan", "notifier": "green", "verifier": "magenta"}
TOPIC_COLOURS = {
    "requests": "blue",
    "submissions": "yellow",
    "deliveries": "green",
    "verdicts": "magenta",
    "lifecycle": "bright_cyan",
}
BAD_NEWS = (
    n.DeliveryFailed,
    n.SendRefused,
    n.SendObserved,
    v.VerificationFailed,
    v.ChallengeExpired,
    v.AuthenticatorDisabled,
    e.EnrollmentCancelled,
    e.MethodSuspended,
    e.SuspiciousActivityReported,
    e.UnusualActivityNoticed,
)
SEALED = re.compile(r"[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{38,}")
ID_SHOWN = 6


def as_line(topic: str, envelope: Envelope) -> Text:
    """Time, service, topic, person, event, and what it says; ids are shortened to their end. Whoever may write to a
    topic steers no terminal by it."""
    kind = type(envelope.event)
    person = f"{envelope.tenant}/{envelope.subject or '*'}"
    return Text.assemble(
        (clock_time(envelope.time), "dim"),
        " ",
        (f"{printable(envelope.source):<10}", SOURCE_COLOURS.get(envelope.source, "white")),
        " ",
        (f"{topic:<14}", TOPIC_COLOURS.get(topic.partition(".")[0], "white")),
        " ",
        (f"{printable(person):<22}", ""),
        " ",
        (f"{envelope.type:<22}", "bold red" if kind in BAD_NEWS else "bold"),
        " ",
        printable(sentence(envelope.event)),
        (f"  [{printable(short_id(envelope.correlation_id))}]", "dim"),
    )


def as_json(topic: str, envelope: Envelope) -> str:
    """One line of JSON: attributes and `data`. Sealed values stay where they are kept for a day only. What cannot be
    printed is escaped."""
    attributes = {
        "topic": topic,
        "id": envelope.id,
        "type": envelope.type,
        "source": envelope.source,
        "time": envelope.time.isoformat().replace("+00:00", "Z"),
        "tenant": envelope.tenant,
        "subject": envelope.subject,
        "correlationId": envelope.correlation_id,
        "causationId": envelope.causation_id,
        "sequence": envelope.sequence,
        "traceparent": envelope.traceparent,
        "data": without_sealed(envelope.event.model_dump(mode="json", by_alias=True, exclude_none=True)),
    }
    present = {name: value for name, value in attributes.items() if value is not None}
    line = json.dumps(present, ensure_ascii=False)
    return "".join(character if character.isprintable() else json.dumps(character)[1:-1] for character in line)


def sentence(event: Event) -> str:
    """What the event says, in words; for a new type, its plain fields."""
    say = SENTENCES.get(type(event))
    return say(event) if say else _fields(event)


def short_id(identifier: str) -> str:
    return identifier if len(identifier) <= 2 * ID_SHOWN else f"…{identifier[-ID_SHOWN:]}"


def clock_time(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03}"


def without_sealed(value: Any) -> Any:
    """The same with `(sealed)` in place of sealed values."""
    if isinstance(value, dict):
        return {name: without_sealed(item) for name, item in value.items()}
    if isinstance(value, list):
        return [without_sealed(item) for item in value]
    return "(sealed)" if isinstance(value, str) and SEALED.fullmatch(value) else value


def _fields(event: Event) -> str:
    plain = without_sealed(event.model_dump(mode="json", by_alias=True, exclude_none=True))
    return ", ".join(f"{name} {short_id(str(value))}" for name, value in plain.items() if not isinstance(value, dict))


def _requested(event: e.MethodRequested) -> str:
    where = f" to {event.destination.masked}" if event.destination else ""
    again = f", send {event.send}" if event.send > 1 else ""
    return f"{event.channel}{where} for {event.terms.purpose}{again}"


def _sent(event: n.CodeSent) -> str:
    return f"{event.channel} taken by {event.provider}, send {event.send}" + (", repeated" if event.repeated else "")


def _failed(event: n.DeliveryFailed) -> str:
    by = f" at {event.provider}" if event.provider else ""
    return f"{event.reason}{by}, " + ("for good" if event.permanent else "may work later")


def _verification_failed(event: v.VerificationFailed) -> str:
    return f"{event.reason}, {event.attempts_left} tries left{_waiting(event.retry_after)}"


def _suspected(signals: tuple[str, ...] | None) -> str:
    return f": {', '.join(signals)}" if signals else ""


def _waiting(seconds: int | None) -> str:
    return f", again in {seconds} s" if seconds else ""


def _listed(values: tuple[str, ...]) -> str:
    return ", ".join(values) or "nothing"


def _registered(event: e.MethodRegistered) -> str:
    return event.method_type + (", the default" if event.is_default else "")


def _default(event: e.DefaultMethodChanged) -> str:
    return f"now {short_id(event.method_id)}" if event.method_id else "none is left"


def _of_method(what: str, method_type: str | None) -> str:
    return f"{what} of {method_type}" if method_type else what


def _notice(event: e.NoticeRequested) -> str:
    return f"{_of_method(event.kind, event.method_type)} told to {event.destination.masked}"


def _suspicious(event: e.SuspiciousActivityReported) -> str:
    what = f"request {short_id(event.challenge_id)}" if event.challenge_id else f"method {short_id(event.method_id)}"
    return f"{what} was not the person's"


SENTENCES: Mapping[type[Event], Callable[[Any], str]] = {
    e.MethodRequested: _requested,
    e.ChallengeCancelled: lambda event: event.reason,
    e.EnrollmentStarted: lambda event: f"{event.decision}: {_listed(event.required)}",
    e.EnrollmentStepReached: lambda event: event.step,
    e.EnrollmentCompleted: lambda event: f"on file: {_listed(event.methods)}",
    e.EnrollmentSkipped: lambda event: f"{event.skips_left} skips left",
    e.EnrollmentCancelled: lambda event: event.reason,
    e.MethodRegistered: _registered,
    e.DefaultMethodChanged: _default,
    e.NoticeRequested: _notice,
    e.MethodChanged: lambda event: f"{event.method_type}: another {event.changed}",
    e.MethodSuspended: lambda event: f"{event.method_type}, {event.reason}",
    e.MethodRestored: lambda event: f"{event.method_type}, by {event.by}",
    e.MethodRemoved: lambda event: f"{event.method_type}, {event.reason}",
    e.SecurityInfoConfirmed: lambda event: f"on file: {_listed(event.methods)}",
    e.SuspiciousActivityReported: _suspicious,
    e.UnusualActivityNoticed: lambda event: _of_method(event.kind, event.method_type),
    e.HelpDeskActed: lambda event: f"{_of_method(event.act, event.method_type)}, by {event.agent}: {event.reason}",
    e.PolicyChanged: lambda event: f"version {event.policy_version}, for {_listed(event.groups)}",
    e.AccountErased: lambda _: "everything about the person is deleted",
    n.CodeSent: _sent,
    n.PushSent: lambda event: (
        f"push taken by {event.service}" if event.service else "push waits for the app to fetch it"
    ),
    n.DeliveryConfirmed: lambda event: f"{event.channel} arrived, says {event.provider}",
    n.DeliveryFailed: _failed,
    n.SendRefused: lambda event: f"{event.reason}{_suspected(event.signals)}{_waiting(event.retry_after)}",
    n.SendObserved: lambda event: f"sent all the same{_suspected(event.signals)}",
    v.CodeSubmitted: lambda event: f"a code for {event.terms.purpose}",
    v.AnswersSubmitted: lambda event: f"answers for {event.terms.purpose}",
    v.CredentialSubmitted: lambda event: f"a passkey for {event.terms.purpose}",
    v.CallConfirmed: lambda event: f"# was pressed for {event.terms.purpose}",
    v.CallReported: lambda event: f"0 and # were pressed: nobody asked for {event.terms.purpose}",
    v.PushApproved: lambda event: f"the app approved {event.terms.purpose}",
    v.PushDenied: lambda event: f"the app {'reported' if event.reported else 'denied'} {event.terms.purpose}",
    v.MethodVerified: lambda event: f"{event.method_type} for {event.purpose}",
    v.VerificationFailed: _verification_failed,
    v.ChallengeExpired: lambda event: f"nobody proved {event.purpose} in time",
    v.AuthenticatorDisabled: lambda event: f"{event.method_type} must be set up anew",
}
