"""Where policies are kept: one document a tenant."""

from services.enrollment.policies.domain.tenant_policy import TenantPolicy
from services.kit.mongo.document import Documents


class TenantPolicies(Documents[TenantPolicy]):
    """The policies that hold, by tenant."""
