"""The questions that an organisation offers, for a platform's own pages."""

from fastapi import APIRouter

from services.enrollment.api.bodies import Paged
from services.enrollment.api.caching import UNCACHED
from services.enrollment.api.callers import MethodsReader
from services.enrollment.api.paging import PageDep
from services.enrollment.api.responses import answer, problems
from services.enrollment.challenges.api.models import QuestionBody
from services.enrollment.components import DependenciesDep
from services.enrollment.methods.security_questions import examples
from services.enrollment.methods.security_questions.words import offered_questions

router = APIRouter(tags=["policies"], dependencies=[UNCACHED])


class QuestionList(Paged):
    """Security questions, the organisation's own first."""

    value: tuple[QuestionBody, ...]


@router.get("/v1.0/policies/securityQuestions", responses=answer(200, examples.QUESTIONS) | problems())
async def get_security_questions(caller: MethodsReader, page: PageDep, deps: DependenciesDep) -> QuestionList:
    """The questions that people of the organisation choose from. Scope `methods.read`."""
    own = deps.config.tenant(caller.tenant).security_questions
    numbered = list(enumerate(offered_questions(own).items()))
    part, following = page.of(numbered, lambda entry: f"{entry[0]:04d}")
    questions = tuple(QuestionBody(id=identifier, text=text) for _, (identifier, text) in part)
    return QuestionList(value=questions, next_link=following)
