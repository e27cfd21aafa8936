"""How each page of the wizard becomes HTML. A view is plain data; the templates hold the words."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.enrollment.web import texts
from services.enrollment.web.assets import mount_static, static_url, tenant_stylesheet, tenant_stylesheet_url
from services.enrollment.web.help.views import HelpIndexView, HelpView
from services.enrollment.web.operations.views import (
    FunnelGroup,
    FunnelRow,
    OperationsClosedView,
    OperationsView,
    ReportsView,
    Share,
)
from services.enrollment.web.proof.views import (
    AppCodeView,
    ApprovalState,
    AskedQuestionsView,
    CallState,
    CallView,
    CodeView,
    DeliveryView,
    PasskeyView,
    TryView,
    TypedProofView,
)
from services.enrollment.web.security_info.views import (
    ActivityRow,
    ActivityView,
    AddView,
    ConfirmView,
    DeleteView,
    ManageView,
    MethodRow,
    NewPhoneView,
    NotMeView,
    RenameView,
)
from services.enrollment.web.view_parts import (
    Choice,
    FieldError,
    Frame,
    Progress,
    ProgressStep,
)
from services.enrollment.web.wizard.setup_views import (
    CancelView,
    ChooseView,
    Country,
    DoneView,
    DownloadView,
    EmailView,
    MessageView,
    MethodLine,
    PhoneView,
    PromptView,
    QuestionRow,
    QuestionsView,
    RecoveryCodesView,
    RecoveryIntroView,
    ScanView,
    SetupView,
    SkipOffer,
    SoftwareIntroView,
    SoftwareScanView,
    SuccessView,
)

__all__ = [
    "ActivityRow",
    "ActivityView",
    "AddView",
    "AppCodeView",
    "ApprovalState",
    "AskedQuestionsView",
    "CallState",
    "CallView",
    "CancelView",
    "Choice",
    "ChooseView",
    "CodeView",
    "ConfirmView",
    "Country",
    "DeleteView",
    "DeliveryView",
    "DoneView",
    "DownloadView",
    "EmailView",
    "FieldError",
    "Frame",
    "FunnelGroup",
    "FunnelRow",
    "HelpIndexView",
    "HelpView",
    "ManageView",
    "MessageView",
    "MethodLine",
    "MethodRow",
    "NewPhoneView",
    "NotMeView",
    "OperationsClosedView",
    "OperationsView",
    "Pages",
    "PasskeyView",
    "PhoneView",
    "Progress",
    "ProgressStep",
    "PromptView",
    "QuestionRow",
    "QuestionsView",
    "RecoveryCodesView",
    "RecoveryIntroView",
    "RenameView",
    "ReportsView",
    "ScanView",
    "SetupView",
    "Share",
    "SkipOffer",
    "SoftwareIntroView",
    "SoftwareScanView",
    "SuccessView",
    "TryView",
    "TypedProofView",
    "View",
    "mount_static",
    "static_url",
    "tenant_stylesheet",
]

View = (
    PromptView
    | ChooseView
    | DownloadView
    | SetupView
    | ScanView
    | TryView
    | AppCodeView
    | SoftwareIntroView
    | SoftwareScanView
    | PhoneView
    | CodeView
    | CallView
    | EmailView
    | QuestionsView
    | AskedQuestionsView
    | PasskeyView
    | RecoveryIntroView
    | RecoveryCodesView
    | TypedProofView
    | DoneView
    | SuccessView
    | CancelView
    | MessageView
    | ManageView
    | ConfirmView
    | AddView
    | RenameView
    | DeleteView
    | NewPhoneView
    | ActivityView
    | NotMeView
    | HelpView
    | HelpIndexView
    | OperationsView
    | OperationsClosedView
    | ReportsView
)
"""Each has `step`, the step's name in forms (empty where no form belongs to one), and `error`, shown in the title."""

TEMPLATES: Final[Mapping[type, str]] = MappingProxyType(
    {
        PromptView: "prompt.html",
        ChooseView: "choose.html",
        DownloadView: "download.html",
        SetupView: "setup.html",
        ScanView: "scan.html",
        TryView: "try.html",
        AppCodeView: "app_code.html",
        SoftwareIntroView: "software.html",
        SoftwareScanView: "software_scan.html",
        PhoneView: "phone.html",
        CodeView: "code.html",
        CallView: "call.html",
        EmailView: "email.html",
        QuestionsView: "questions.html",
        AskedQuestionsView: "asked_questions.html",
        PasskeyView: "passkey.html",
        RecoveryIntroView: "recovery.html",
        RecoveryCodesView: "recovery_codes.html",
        TypedProofView: "typed_proof.html",
        DoneView: "done.html",
        SuccessView: "success.html",
        CancelView: "cancel.html",
        MessageView: "message.html",
        ManageView: "manage.html",
        ConfirmView: "confirm.html",
        AddView: "manage_add.html",
        RenameView: "manage_rename.html",
        DeleteView: "manage_delete.html",
        NewPhoneView: "manage_new_phone.html",
        ActivityView: "manage_activity.html",
        NotMeView: "not_me.html",
        HelpView: "help.html",
        HelpIndexView: "help_index.html",
        OperationsView: "operations.html",
        OperationsClosedView: "operations_closed.html",
        ReportsView: "operations_reports.html",
    }
)


class Pages:
    """Turns views into pages. Every value is escaped; a name that a template does not find is an error."""

    def __init__(self, directory: Path = Path(__file__).parent / "templates") -> None:
        self._environment = Environment(
            loader=FileSystemLoader(directory),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(
            static_url=static_url, tenant_stylesheet_url=tenant_stylesheet_url, texts=texts, live=texts.LIVE
        )

    def render(self, view: View) -> str:
        """The page as a full HTML document."""
        template = self._environment.get_template(TEMPLATES[type(view)])
        return template.render(view=view, frame=view.frame, step=view.step)
