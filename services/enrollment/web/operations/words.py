"""What the pages for administrators say about figures."""

from collections.abc import Mapping

from schemas.enrollment import Decision
from services.enrollment.methods.registry.words import WORDS
from services.enrollment.reports.domain.funnel import Funnel, StepFigures
from services.enrollment.reports.domain.registrations import RegistrationSummary
from services.enrollment.sessions.domain.session import Outcome
from services.enrollment.web.operations.views import FunnelGroup, FunnelRow, Share
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
