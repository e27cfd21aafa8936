"""The configuration file as enrollment reads it: all of it."""

from collections.abc import Mapping
from typing import ClassVar

from services.enrollment.policies.domain.tenant import Tenant
from services.kit.config.file import SharedConfig
from services.kit.config.values import Identifier


class Config(SharedConfig):
    """The whole file, but for what opens accounts at providers: enrollment faces the web and speaks to none."""

    opens_accounts: ClassVar[bool] = False

    tenants: Mapping[Identifier, Tenant]

    def tenant(self, tenant_id: str) -> Tenant:
        return self.tenants[tenant_id]
