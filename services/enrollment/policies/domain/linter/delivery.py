"""Whether codes can arrive: each channel needs a provider."""

from collections.abc import Collection, Iterator

from schemas.base import Channel
from services.enrollment.methods.registry.domain import TRAITS
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.linter.reach import can_be_complete_with, offered_methods
from services.enrollment.policies.domain.requirements import GroupPolicy


def undeliverable(policy: GroupPolicy, channels: Collection[Channel] | None) -> Iterator[Finding]:
    if channels is None:
        return
    offered = offered_methods(policy)
    delivered = {method_type: TRAITS[method_type].delivered_by for method_type in offered}
    silent = [method_type for method_type, by in delivered.items() if by and by.isdisjoint(channels)]
    needed = not can_be_complete_with(policy, [method_type for method_type in offered if method_type not in silent])
    for method_type in silent:
        yield Finding(
            code="noProvider",
            severity="error" if needed else "warning",
            text=f"{method_type} is {'needed' if needed else 'offered'}, but no provider is configured for "
            f"{' or '.join(sorted(delivered[method_type]))}: no code would arrive.",
        )
