"""All help pages, and how the first one lists them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from services.enrollment.i18n import gettext as _
from services.enrollment.web.help.methods import METHODS
from services.enrollment.web.help.signing_in import SET_UP, SIGN_IN
from services.enrollment.web.help.topic import Topic

GROUPS: Final = ((_("Set up and change"), SET_UP), (_("Sign in"), SIGN_IN), (_("Your methods"), METHODS))
"""All topics, as the first page lists them."""

TOPICS: Final[Mapping[str, Topic]] = MappingProxyType({topic.name: topic for group in GROUPS for topic in group[1]})
"""All topics by name."""
