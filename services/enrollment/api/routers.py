"""The HTTP API for platforms, by what it is about."""

from fastapi import APIRouter

from services.enrollment.accounts import api as methods
from services.enrollment.api import graph
from services.enrollment.challenges.api import routes as challenges
from services.enrollment.interrupts import api as interrupts
from services.enrollment.methods.temporary_access_pass import api as passes
from services.enrollment.policies import api as policies
from services.enrollment.registrations import api as registrations
from services.enrollment.reports import api as reports

router = APIRouter()
for part in (interrupts, registrations, methods, passes, graph, challenges, policies, reports):
    router.include_router(part.router)
