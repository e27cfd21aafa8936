"""The page of a Temporary Access Pass, which is only ever proven."""

from typing import Final

from services.enrollment.methods.temporary_access_pass.words import PROOF as WORDS
from services.enrollment.proofs.typed_secret.pages import secret_page

PROOF: Final = secret_page("temporaryAccessPass", WORDS)
