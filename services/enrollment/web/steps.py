"""The steps as people see them: their titles, and how far along each is."""

from typing import Final

from services.enrollment.methods.registry.words import WORDS
from services.enrollment.sessions.domain.steps import method_type_of
from services.enrollment.sessions.principal import Principal
from services.enrollment.web.views import Progress, ProgressStep
from services.enrollment.web.words import SITE_TITLES

PROOFS: Final = frozenset({"prove", "prove.choose"})
"""The steps of "Verify it's you"."""

TITLES: Final = {**SITE_TITLES, **{step: title for words in WORDS.values() for step, title in words.titles.items()}}


def progress_of(principal: Principal, step: str) -> Progress | None:
    """Which method of how many, and where in it; None for a step outside the plan."""
    plan, method_type = principal.session.plan, method_type_of(step)
    if method_type is None or method_type not in plan:
        return None
    words = WORDS[method_type]
    names = [name for name, _ in words.progress]
    current = names.index(words.instead.get(step, step))
    steps = tuple(
        ProgressStep(label, "done" if index < current else "current" if index == current else "todo")
        for index, (_, label) in enumerate(words.progress)
    )
    return Progress(method_number=plan.index(method_type) + 1, method_count=len(plan), steps=steps)
