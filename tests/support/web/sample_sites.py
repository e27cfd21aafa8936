"""Sample views of the sites that belong to no method: My security info, help, operations."""

from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from services.enrollment.methods.registry.rows import MethodRow
from services.enrollment.notices.views import NotMeView
from services.enrollment.web.help.topics import GROUPS, TOPICS
from services.enrollment.web.help.views import HelpIndexView, HelpView
from services.enrollment.web.operations.views import (
    FunnelGroup,
    FunnelRow,
    MessageRow,
    MessagesView,
    OperationsClosedView,
    OperationsView,
    ReportsView,
    Share,
    SuspectedRow,
)
from services.enrollment.web.operations.words import MODES
from services.enrollment.web.proof.words import LOCKED_OUT
from services.enrollment.web.rendering import View
from services.enrollment.web.security_info.views import (
    ActivityRow,
    ActivityView,
    AddView,
    DeleteView,
    ManageView,
    NewPhoneView,
    RecentChanges,
    RenameView,
)
from services.enrollment.web.security_info.words import IN_ANOTHER_BROWSER
from services.enrollment.web.views import (
    CancelView,
    FieldError,
    Frame,
    MessageView,
    MethodChoice,
)
from services.enrollment.web.wizard.views import ConfirmView, PromptView
from services.enrollment.web.words import CANT_SIGN_IN
from tests.support.web.sample_frame import (
    APP,
    DEVICE,
    FRAME,
    HELP_DESK,
    MANAGING,
    MASKED,
    NOW,
    OPERATING,
    PROVING,
    SETUP,
)
from tests.support.web.sample_pages import (
    method_rows,
)


def manage_view() -> ManageView:
    """ "My security info" with all that it can show."""
    gone = MethodRow(
        "m6",
        "phone",
        "Alternative phone",
        "+44 •••• ••0199",
        None,
        None,
        "suspended",
        "Deleted; can be brought back until 1 December 2026",
        ("restore",),
    )
    return ManageView(
        frame=MANAGING,
        rows=method_rows(),
        can_add=True,
        new_phone=True,
        return_label="Back to Northbridge",
        former=(gone,),
        news=RecentChanges("21 November 2026", ("Phone was added on 24 November 2026, 09:30 UTC.",) * 5, more=2),
        elsewhere=("My security info, since 24 November 2026, 09:30 UTC",),
    )


def managed_views() -> dict[str, View]:
    manage, (app, phone, *_) = manage_view(), method_rows()
    apps = (("m1", DEVICE, "Last used on 22 November 2026"), ("m7", "Old phone", "Added on 3 March 2026"))
    adding = (
        MethodChoice(
            "passkey",
            "Passkey",
            "Sign in with your face, your fingerprint or the PIN of your device.",
            "passkey",
            recommended=True,
        ),
        MethodChoice("phone.office", "Office phone", "Your phone at work, for calls.", "phone"),
    )
    delete = DeleteView(MANAGING, phone, ("Alex's phone", "Recovery codes"), lost=True)
    last = FieldError("method", "Your organisation requires this method. Add another one of its kind first.")
    changed = "Phone (+44 •••• ••0142) was added on 24 November 2026, 09:30 UTC."
    not_me = Frame(organization="Northbridge", title="This wasn't me?", tenant="northbridge")
    return {
        "manage": manage,
        "manage-empty": ManageView(MANAGING, (), can_add=True, new_phone=False, return_label="Back to Northbridge"),
        "manage-notice": replace(
            manage, frame=replace(MANAGING, notice="This method can't be brought back any more. Add it anew.")
        ),
        "confirm": ConfirmView(
            replace(FRAME, title="Are these still right?"), tuple(row for row in manage.rows if row.state == "active")
        ),
        "add": AddView(MANAGING, adding),
        "add-error": AddView(MANAGING, adding, error=FieldError("method", "Choose one of these methods.")),
        "add-one": AddView(MANAGING, adding[1:]),
        "add-none": AddView(MANAGING, ()),
        "rename": RenameView(MANAGING, phone, "My work phone"),
        "rename-error": RenameView(
            MANAGING, phone, "a" * 65, FieldError("name", "A name can have up to 64 characters.")
        ),
        "delete": delete,
        "delete-only": DeleteView(MANAGING, app, (), lost=True),
        "delete-required": replace(delete, error=last),
        "new-phone": NewPhoneView(MANAGING, app),
        "new-phone-several": NewPhoneView(MANAGING, app, apps),
        "activity": ActivityView(
            MANAGING,
            (
                ActivityRow(NOW, "You opened My security info."),
                ActivityRow(
                    NOW - timedelta(days=3),
                    f"You added Phone ({MASKED}).",
                    where=IN_ANOTHER_BROWSER,
                    device="Samsung Internet on Android, United Kingdom",
                    disown="entry-1",
                ),
            ),
        ),
        "activity-empty": ActivityView(MANAGING, ()),
        "not-me": NotMeView(
            not_me, changed, SecretStr("a-token"), done=False, what=("The method is suspended.", "Your sessions end.")
        ),
        "not-me-done": NotMeView(
            replace(not_me, title="Thank you for telling us"),
            changed,
            SecretStr(""),
            done=True,
            what=("The method is suspended.", "Change your password now, then sign in."),
        ),
    }


def help_view(name: str, frame: Frame, back: tuple[str, str] | None = None) -> HelpView:
    """A help page as somebody in that frame sees it."""
    topic = TOPICS[name]
    related = tuple(TOPICS[other] for other in topic.related)
    titled = replace(frame, title=topic.title)
    return HelpView(titled, topic, related, back, app_url=APP if topic.shows_app else None)


def help_views() -> dict[str, View]:
    nobody, back = Frame(organization="Security info", title="Help"), ("Go on where you were", SETUP)
    return {
        "help": HelpIndexView(replace(FRAME, title="Help"), GROUPS, back),
        "help-for-nobody": HelpIndexView(nobody, GROUPS),
        "help-install": help_view("install-authenticator", FRAME, back),
        "help-cant-sign-in": help_view("cant-sign-in", nobody),
        "help-desk": help_view("cant-sign-in", replace(FRAME, help_desk=HELP_DESK), back),
        "locked-out": MessageView(
            replace(PROVING, help_desk=HELP_DESK), *LOCKED_OUT, help=CANT_SIGN_IN, action=("Go on", SETUP)
        ),
        "prompt-own-words": PromptView(FRAME, reason="Since October, every account has a second lock."),
        "help-managing": help_view("change-method", MANAGING, back),
    }


def reports_view() -> ReportsView:
    """The reports of a month in which not everybody got through."""
    app = (
        FunnelRow(Share("Authenticator app", 118, 92), "42 s", ("3 cancelled", "1 ran out of time")),
        FunnelRow(Share("Scan the QR code", 101, 79), "1 min 5 s", ("12 cancelled",)),
        FunnelRow(Share("Notification approved", 86, 67), "4 s", ()),
    )
    around = (FunnelRow(Share("More information required", 128, 100), "9 s", ("10 cancelled", "4 ran out of time")),)
    return ReportsView(
        frame=replace(OPERATING, title="Reports"),
        ranges=(("7", "Last 7 days", False), ("30", "Last 30 days", True), ("90", "Last 90 days", False)),
        decisions=(("register", "Must set up", True), ("nudge", "May put it off", False)),
        started=128,
        endings=(Share("completed", 84, 66), Share("cancelled", 25, 20), Share("ran out of time", 17, 13)),
        under_way=2,
        groups=(FunnelGroup("At the beginning", around), FunnelGroup("Authenticator app", app)),
        people=412,
        registration=(Share("Complete: all that policy requires", 301, 73), Share("Capable of two-step", 0, 0)),
        is_all=False,
        are_all=False,
    )


def messages_view() -> MessagesView:
    """A day of messages, and one attack."""
    carried = (
        MessageRow(
            "Text message", "twilio-a", "United Kingdom", 120, 118, Share("Arrived", 110, 93), Share("Used", 101, 86)
        ),
        MessageRow("Text message", "twilio-a", "Tuvalu", 40, 36, Share("Arrived", 36, 100), Share("Used", 0, 0)),
        MessageRow("Mail", "smtp", "–", 12, 12, Share("Arrived", 9, 75), Share("Used", 9, 75)),
    )
    attack = SuspectedRow("Tuvalu", "neighbouring numbers; unused codes in one range of numbers", 36, 4)
    return MessagesView(replace(OPERATING, title="Messages"), carried, (attack,), MODES["deny"], is_all=False)


def operations_views() -> dict[str, View]:
    reports = reports_view()
    nothing = replace(reports, started=0, endings=(), under_way=0, groups=(), people=0, registration=())
    leaving = replace(OPERATING, title="Leave Operations?")
    return {
        "operations": OperationsView(OPERATING, ("reports", "people")),
        "operations-closed": OperationsClosedView(replace(OPERATING, title="Set up a method first")),
        "reports": reports,
        "reports-empty": nothing,
        "messages": messages_view(),
        "messages-empty": replace(messages_view(), rows=(), suspected=(), is_all=True),
        "operations-leave": CancelView(leaving),
    }
