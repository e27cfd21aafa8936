"""All calls about hardware tokens."""

from fastapi import APIRouter

from services.enrollment.methods.hardware_oath.api import persons, stock

router = APIRouter()
for part in (stock, persons):
    router.include_router(part.router)
