"""What the pages of security questions show."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import SecretStr

from services.enrollment.methods.security_questions.words import CHOOSE
from services.enrollment.web.views import FieldError, Frame


@dataclass(frozen=True)
class QuestionRow:
    """A question, chosen by its id, with its answer, and what is wrong with each. Only the answer to the form that
    brought it shows `answer` again, so that nobody types what was right once more."""

    chosen: str
    answer: SecretStr | None = None
    question_error: str | None = None
    error: str | None = None


@dataclass(frozen=True)
class QuestionsView:
    """Security questions to choose (`questions`: id and text) and to answer, one row each. `keeping` streams what
    becomes of the answers, while their hashes are still being made."""

    template: ClassVar[str] = "security_questions/questions.html"
    step: ClassVar[str] = "securityQuestions"

    frame: Frame
    rows: tuple[QuestionRow, ...]
    questions: tuple[tuple[str, str], ...]
    error: FieldError | None = None
    back: str | None = None
    different_method: bool = False
    keeping: str | None = None

    @property
    def choose(self) -> str:
        return CHOOSE.of(len(self.rows))

    def error_of(self, part: Literal["question", "answer"], position: int) -> FieldError | None:
        """What is wrong with the question or the answer of a row; the first has position 1."""
        row = self.rows[position - 1]
        text = row.question_error if part == "question" else row.error
        return FieldError(f"{part}-{position}", text) if text else None


@dataclass(frozen=True)
class AskedQuestionsView:
    """The security questions (id and text) to answer, all right at once."""

    template: ClassVar[str] = "security_questions/asked.html"
    step: ClassVar[str] = "prove"

    frame: Frame
    challenge_id: str
    questions: tuple[tuple[str, str], ...]
    attempts_left: int
    error: FieldError | None = None
    other_method: bool = False
    ended: bool = False
    events_url: str = ""
    checking: str | None = None
