"""An organisation's own sentences: one for all, or one a language."""

import pytest
from pydantic import ValidationError

from services.kit.config.tenants import OwnTexts


def test_a_sentence_may_be_one_a_language() -> None:
    own = OwnTexts.model_validate({"prompt": {"en": "Hello", "de": "Hallo"}, "helpDesk": "dial 4357"})
    assert own.prompt == {"en": "Hello", "de": "Hallo"}
    assert own.help_desk == "dial 4357"


@pytest.mark.parametrize("prompt", [{}, {"German": "Hallo"}, {"de": ""}, {"de": "two\nlines"}, ["Hallo"], {"de": 7}])
def test_what_is_no_sentence_is_refused(prompt: object) -> None:
    with pytest.raises(ValidationError, match="prompt"):
        OwnTexts.model_validate({"prompt": prompt})
