"""Temporary Access Passes in the API; an administrator makes them by calls of their own."""

from typing import Final

from services.enrollment.methods.base.api import MethodApi

API: Final = MethodApi(type="temporaryAccessPass", name="Temporary Access Pass")
