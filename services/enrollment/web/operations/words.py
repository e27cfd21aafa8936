"""What the pages for administrators say about figures."""

from collections.abc import Iterable, Mapping

from schemas.enrollment import Decision
from services.enrollment.i18n import REGIONS, region_name
from services.enrollment.methods.registry.words import WORDS
from services.enrollment.reports.domain.funnel import Funnel, StepFigures
from services.enrollment.reports.domain.messages import MessageFigures
from services.enrollment.reports.domain.registrations import RegistrationSummary
from services.enrollment.reports.handlers.messages import SuspectedFigures
from services.enrollment.sessions.domain.session import Outcome
from services.enrollment.web.operations.people.words import SENT_BY
from services.enrollment.web.operations.views import FunnelGroup, FunnelRow, MessageRow, Share, SuspectedRow
from services.enrollment.web.steps import TITLES
from services.enrollment.web.words import MANAGING, OPERATING

MINUTE = 60
DECISIONS: Mapping[Decision, str] = {
    "register": "Must set up",
    "nudge": "May put it off",
    "reconfirm": "Are these still right?",
    "manage": MANAGING,
    "administer": OPERATING,
}
"""What leads to a session, as it is called here."""

ENDINGS: Mapping[Outcome, str] = {
    "completed": "completed",
    "skipped": "put it off",
    "cancelled": "cancelled",
    "expired": "ran out of time",
}
PAGES: Mapping[str, str] = {"manage": MANAGING, "operations": OPERATING}
BEGINNING, END, ELSEWHERE = "At the beginning", "At the end", "Elsewhere"
PLACES: Mapping[str, str] = {"prompt": BEGINNING, "confirm": BEGINNING, "prove": BEGINNING, "success": END} | {
    method_type: words.name.label for method_type, words in WORDS.items()
}
"""Where a step belongs, by what its name begins with."""


MODES: Mapping[str, str] = {
    "observe": "They are only watched: all of them go out.",
    "slow": "All of them share an allowance, beyond which they are refused.",
    "deny": "What is certain is refused; what is doubtful shares an allowance.",
}
SIGNALS: Mapping[str, str] = {
    "riskyRange": "a number that costs much or belongs to no phone",
    "manyCountries": "one network asks for many countries",
    "sequentialNumbers": "neighbouring numbers",
    "unusualRange": "unused codes in one range of numbers",
    "unusualCountry": "more unused codes in this country than usual",
}
NO_PROVIDER, NOWHERE = "provider not known", "–"


def messages(figures: Iterable[MessageFigures]) -> tuple[MessageRow, ...]:
    """The figures, as they are read."""
    return tuple(
        MessageRow(
            channel=SENT_BY[each.channel],
            provider=each.provider or NO_PROVIDER,
            country=_country(each.country),
            asked=each.asked,
            sent=each.sent,
            arrived=_share("Arrived", each.arrived, each.sent),
            used=_share("Used", each.used, each.sent),
        )
        for each in figures
    )


def suspected(figures: Iterable[SuspectedFigures]) -> tuple[SuspectedRow, ...]:
    """What was suspected, as it is read."""
    return tuple(
        SuspectedRow(
            country=_country(each.country),
            why="; ".join(SIGNALS.get(signal, signal) for signal in each.signals),
            observed=each.observed,
            refused=each.refused,
        )
        for each in figures
    )


def _country(code: str | None) -> str:
    return (region_name(code) if code in REGIONS else code) if code else NOWHERE


def endings(funnel: Funnel) -> tuple[Share, ...]:
    """How sessions ended, those that did."""
    found = ((label, funnel.outcomes.get(outcome, 0)) for outcome, label in ENDINGS.items())
    return tuple(_share(label, count, funnel.started) for label, count in found if count)


def groups(funnel: Funnel) -> tuple[FunnelGroup, ...]:
    """The steps under the method that they belong to, in the wizard's order."""
    found: dict[str, list[FunnelRow]] = {}
    for figures in funnel.steps:
        place = figures.step.partition(".")[0]
        found.setdefault(PLACES.get(place, ELSEWHERE), []).append(_row(figures, funnel.started))
    return tuple(FunnelGroup(label, tuple(rows)) for label, rows in found.items())


def registration(summary: RegistrationSummary) -> tuple[Share, ...]:
    """The report of registration in numbers."""
    figures = (
        ("Complete: all that policy requires", summary.complete),
        ("Registered for two-step verification", summary.mfa_registered),
        ("Capable of two-step verification", summary.mfa_capable),
        ("Capable of resetting a password", summary.sspr_capable),
        ("Capable of signing in without a password", summary.passwordless_capable),
    )
    return tuple(_share(label, count, summary.people) for label, count in figures)


def duration(seconds: float | None) -> str:
    """A time as it is read; a dash where there is none."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    if not whole:
        return "under 1 s"
    minutes, rest = divmod(whole, MINUTE)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _row(figures: StepFigures, started: int) -> FunnelRow:
    label = TITLES.get(figures.step) or PAGES.get(figures.step, figures.step)
    left = tuple(f"{count} {ENDINGS[how]}" for how, count in figures.left.items())
    return FunnelRow(_share(label, figures.reached, started), duration(figures.seconds), left)


def _share(label: str, count: int, whole: int) -> Share:
    return Share(label, count, round(100 * count / whole) if whole else 0)
