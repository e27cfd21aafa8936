"""What forms carry: a model for each, of the raw form that a browser sent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, TypeVar, get_origin

from fastapi import Form, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from starlette.datastructures import FormData

Hidden = Annotated[str, Form(max_length=256)]
"""A field that the page filled in: which session the form is of, and its CSRF token."""


class StepForm(BaseModel):
    """What every form of a step carries; a step that asks for nothing has no more."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    session: str = Field("", max_length=256)
    csrf: str = Field("", max_length=256)
    step: str = Field("", max_length=64)
    action: str = Field("next", max_length=32)


class ProofForm(StepForm):
    challenge: str = Field("", max_length=64)


class CodeForm(ProofForm):
    code: SecretStr = Field(SecretStr(""), max_length=256)


class ChoiceForm(StepForm):
    method: str = Field("", max_length=64)


F = TypeVar("F", bound=StepForm)


@dataclass(frozen=True)
class SentForm:
    """A form as it came; each step reads its own fields of it."""

    fields: FormData

    def read(self, model: type[F]) -> F:
        """The fields of a form; one that was left empty has its default.

        Raises:
            RequestValidationError: a field is too long, or no text.
        """
        given = {
            (field.alias or name): values
            for name, field in model.model_fields.items()
            if (values := self._values(field.alias or name, several=get_origin(field.annotation) is list))
        }
        try:
            return model.model_validate(given)
        except ValidationError as error:
            raise RequestValidationError(
                [{**found, "loc": ("body", *found["loc"])} for found in error.errors(include_input=False)]
            ) from None

    def _values(self, name: str, *, several: bool) -> object:
        return self.fields.getlist(name) if several else self.fields.get(name)


async def sent_form(request: Request) -> AsyncIterator[SentForm]:
    """The form of a request; what it keeps on disk goes with the answer."""
    async with request.form() as fields:
        yield SentForm(fields)
