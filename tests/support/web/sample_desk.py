"""The pages of the help desk, with all that they can show."""

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.web.operations.people import words
from services.enrollment.web.operations.people.views import (
    ActView,
    FindView,
    Line,
    MessageRow,
    PassView,
    PersonView,
    StoryRow,
)
from services.enrollment.web.rendering import View
from services.enrollment.web.views import FieldError
from tests.support.web.sample_frame import MASKED, NOW, OPERATING
from tests.support.web.sample_pages import method_rows

BASE = "/operations/people/sam.0142"


def person_view() -> PersonView:
    rows = method_rows()
    suspended = replace(rows[-1], state="suspended", role=None)
    return PersonView(
        frame=replace(OPERATING, title="Sam Okafor"),
        name="Sam Okafor",
        user_name="sam.okafor.of.the.shop.floor@northbridge.example",
        user="sam.0142",
        methods=(
            *(Line(row, "", ("Suspend", f"{BASE}/methods/{row.id}/suspend")) for row in rows[:-1]),
            Line(suspended, "Suspended", ("Restore", f"{BASE}/methods/{suspended.id}/restore")),
        ),
        former=(Line(_gone(rows[0]), "", ("Restore", f"{BASE}/methods/gone/restore")),),
        acts=(
            ("Give a Temporary Access Pass", f"{BASE}/pass", "For somebody who can't use any of their methods."),
            ("End all sessions", f"{BASE}/sessions", "Here, not at the application itself. One is open."),
        ),
        messages=(
            MessageRow(NOW, f"Text message to {MASKED}", "Arrived by twilio-a", "To sign in; answered", is_bad=False),
            MessageRow(
                NOW - timedelta(hours=2),
                f"Call to {MASKED}",
                "Not delivered by twilio-voice: the network could not deliver it",
                "To reset the password; not answered in time, sent 3 times",
                is_bad=True,
            ),
        ),
        story=(
            StoryRow(
                NOW, f"The help desk suspended Phone ({MASKED}).", "By dana.4711, lost or broken device, INC-4711"
            ),
            StoryRow(NOW - timedelta(days=1), "Opened My security info.", times=3),
        ),
        done=words.DONE["methodSuspended"].format(method="Phone", name="Sam Okafor"),
    )


def _gone(row: MethodRow) -> MethodRow:
    return replace(
        row, id="gone", role=None, state="suspended", last_used="Deleted; can be restored until 1 December 2026"
    )


def act_view() -> ActView:
    name = "Sam Okafor"
    return ActView(
        frame=replace(OPERATING, title=words.TITLES["methodRestored"]),
        name=name,
        back=BASE,
        to=f"{BASE}/methods/m/restore",
        button=words.BUTTONS["methodRestored"],
        follows=tuple(text.format(name=name) for text in words.FOLLOWS["methodRestored"]),
        reasons=words.REASON_CHOICES,
        form="form-1",
        row=replace(method_rows()[0], role=None),
    )


def desk_views() -> dict[str, View]:
    person, act = person_view(), act_view()
    find = FindView(replace(OPERATING, title=words.HELP_DESK))
    nobody = words.REFUSED["colleague"].format(name=person.name)
    return {
        "desk": find,
        "desk-nobody": replace(find, named="somebody@northbridge.example", error=FieldError("person", words.NOBODY)),
        "desk-person": person,
        "desk-colleague": replace(
            person, methods=(), former=(), acts=(), messages=(), story=(), done=None, notice=nobody
        ),
        "desk-act": act,
        "desk-act-why": replace(act, reason="", error=FieldError("reason", words.NO_REASON)),
        "desk-act-ticket": replace(
            act, reason="mistake", ticket="call me", error=FieldError("ticket", words.NO_TICKET)
        ),
        "desk-pass": PassView(
            frame=replace(OPERATING, title="Temporary Access Pass"),
            name=person.name,
            back=BASE,
            groups=tuple(map(SecretStr, ("kT7m", "Wq4x", "Rz9b"))),
            until="29 November 2026, 18:12 UTC",
        ),
    }
