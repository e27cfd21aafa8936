"""Temporary Access Passes in the API; an administrator makes them by calls of their own."""

from typing import Final

from services.enrollment.methods.base.api import MethodApi
from services.enrollment.methods.temporary_access_pass.words import WORDS

API: Final = MethodApi(type="temporaryAccessPass", name=WORDS.name.label)
