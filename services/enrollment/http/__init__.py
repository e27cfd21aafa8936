"""The HTTP API for platforms, by what it is about."""

from fastapi import APIRouter

from services.enrollment.http import challenges, graph, interrupts, methods, passes, policies, registrations, reports

router = APIRouter()
for part in (interrupts, registrations, methods, passes, graph, challenges, policies, reports):
    router.include_router(part.router)
