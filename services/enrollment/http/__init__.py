"""The HTTP API for platforms, by what it is about."""

from fastapi import APIRouter

from services.enrollment.http import interrupts

router = APIRouter()
router.include_router(interrupts.router)
