"""What an organisation offers, for a platform's own pages."""

from fastapi import APIRouter, Request, Response

from services.enrollment.domain.questions import offered_questions
from services.enrollment.http import examples
from services.enrollment.http.challenge_body import QuestionBody
from services.enrollment.http.problems import answer, problems
from services.enrollment.http.shared import CallerNow, Paged, PageNow, replied
from services.enrollment.parts import Parts

router = APIRouter(tags=["policies"])


class QuestionList(Paged):
    """Security questions, the organisation's own first."""

    value: tuple[QuestionBody, ...]


@router.get(
    "/v1.0/policies/securityQuestions",
    response_model=QuestionList,
    responses=answer(200, examples.QUESTIONS) | problems(),
)
async def get_security_questions(request: Request, by: CallerNow, page: PageNow) -> Response:
    """The questions that people of the organisation choose from. Scope `methods.read`."""
    by.require("methods.read")
    parts: Parts = request.app.state.parts
    own = parts.config.tenant(by.tenant).security_questions
    numbered = list(enumerate(offered_questions(own).items()))
    part, following = page.of(numbered, lambda entry: f"{entry[0]:04d}")
    questions = tuple(QuestionBody(id=identifier, text=text) for _, (identifier, text) in part)
    return replied(QuestionList(value=questions, next_link=following))
