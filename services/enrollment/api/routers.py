"""The HTTP API for platforms, by what it is about; methods with calls of their own add a line."""

from fastapi import APIRouter

from services.enrollment.accounts import api as accounts
from services.enrollment.challenges.api import routes as challenges
from services.enrollment.interrupts import api as interrupts
from services.enrollment.methods.email import routes as email
from services.enrollment.methods.hardware_oath.api import routes as hardware_tokens
from services.enrollment.methods.phone import routes as phone
from services.enrollment.methods.security_questions import routes as security_questions
from services.enrollment.methods.temporary_access_pass import routes as temporary_access_pass
from services.enrollment.policies import api as policies
from services.enrollment.registrations import api as registrations
from services.enrollment.reports import api as reports

router = APIRouter()
for part in (
    interrupts,
    registrations,
    accounts,
    temporary_access_pass,
    phone,
    email,
    hardware_tokens,
    challenges,
    security_questions,
    policies,
    reports,
):
    router.include_router(part.router)
