"""Policies in the shape of Microsoft Graph's `authenticationMethodsPolicy`, and back.

A method is allowed for the groups that its configuration includes and does not exclude; what a group must have is our
extension of `registrationEnforcement`.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from schemas.base import MethodType
from services.enrollment.methods.registry.domain import MOST_SECURE_FIRST
from services.enrollment.policies.domain.linter.finding import Finding
from services.enrollment.policies.domain.policy import is_allowed, required_types
from services.enrollment.policies.domain.requirements import GroupPolicy, Requirement

ALL_USERS = "all_users"
"""Graph's name for everybody."""

READ_ONLY = frozenset({"id", "displayName", "policyVersion", "lastModifiedDateTime", "warnings"})
"""What a policy that was read has beside a `PolicyDocument`, and nobody can change by it."""

GroupName = Annotated[str, StringConstraints(min_length=1, max_length=128)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)


class Target(_Part):
    """A group, by the name that platforms give it in an interrupt, or `all_users`."""

    target_type: Literal["group"] = "group"
    id: GroupName


def _settable(method_type: MethodType) -> MethodType:
    if method_type not in MOST_SECURE_FIRST:
        raise ValueError(f"{method_type} is handed out, whatever the policy")
    return method_type


class MethodConfiguration(_Part):
    """For whom a type of method is allowed."""

    id: Annotated[MethodType, AfterValidator(_settable)]
    state: Literal["enabled", "disabled"]
    include_targets: tuple[Target, ...] = Field((), max_length=200)
    exclude_targets: tuple[Target, ...] = Field((), max_length=200)

    def allows(self, group: str) -> bool:
        """Whether people of a group may register it."""
        included, excluded = ({target.id for target in part} for part in (self.include_targets, self.exclude_targets))
        return self.state == "enabled" and not included.isdisjoint({group, ALL_USERS}) and group not in excluded


class GroupRequirement(Requirement):
    """What a group must have. What it may have, the configurations of the methods say."""

    id: GroupName


class Enforcement(_Part):
    """What is required of each group. Of a person's groups the first that is named here decides, else the default."""

    default_group: GroupName
    groups: tuple[GroupRequirement, ...] = Field(min_length=1, max_length=200)


class PolicyDocument(_Part):
    """All of it, or the part that changes: configurations replace those of the same id, the enforcement replaces
    all."""

    authentication_method_configurations: tuple[MethodConfiguration, ...] = Field(
        (), max_length=len(get_args(MethodType))
    )
    registration_enforcement: Enforcement | None = None


def document_of(groups: Mapping[str, GroupPolicy], default_group: str) -> PolicyDocument:
    """How policies are shown."""
    configurations = tuple(_configuration(method_type, groups) for method_type in MOST_SECURE_FIRST)
    requirements = tuple(
        GroupRequirement(id=name, **policy.model_dump(exclude={"allowed"})) for name, policy in groups.items()
    )
    return PolicyDocument(
        authentication_method_configurations=configurations,
        registration_enforcement=Enforcement(default_group=default_group, groups=requirements),
    )


def merged(document: PolicyDocument, change: PolicyDocument) -> PolicyDocument:
    """The document after a change of parts of it."""
    configured = (*document.authentication_method_configurations, *change.authentication_method_configurations)
    configurations = {configuration.id: configuration for configuration in configured}
    return PolicyDocument(
        authentication_method_configurations=tuple(configurations.values()),
        registration_enforcement=change.registration_enforcement or document.registration_enforcement,
    )


def policies_in(document: PolicyDocument) -> tuple[dict[str, GroupPolicy], str]:
    """The policies that a complete document says, and the default group."""
    enforcement = document.registration_enforcement
    if enforcement is None:
        return {}, ""
    methods = document.authentication_method_configurations
    groups = {
        group.id: GroupPolicy(
            **group.model_dump(exclude={"id"}),
            allowed=tuple(method.id for method in methods if method.allows(group.id)),
        )
        for group in enforcement.groups
    }
    return groups, enforcement.default_group


def lint_document(document: PolicyDocument) -> tuple[Finding, ...]:
    """What is wrong with the document itself, beside the policies that it says."""
    groups, default_group = policies_in(document)
    enforcement = document.registration_enforcement
    named = [group.id for group in enforcement.groups] if enforcement else []
    twice = sorted({name for name in named if named.count(name) > 1})
    found = [_error("groupNamedTwice", name, f"The group {name} is named twice.") for name in twice]
    if default_group not in groups:
        found.append(_error("defaultGroupUnknown", None, "The default group is none of the groups."))
    for name, policy in groups.items():
        found += [
            _error("requiredNotEnabled", name, f"{method_type} is required, and not enabled for this group.")
            for method_type in sorted(required_types(policy))
            if method_type not in policy.allowed and method_type in MOST_SECURE_FIRST
        ]
    return (*found, *_unknown_targets(document, {*groups, ALL_USERS}))


def _unknown_targets(document: PolicyDocument, known: set[str]) -> list[Finding]:
    return [
        Finding(
            code="groupUnknown",
            severity="warning",
            group=target.id,
            text=f"{method.id} names the group {target.id}, of which nothing is said: it has no effect.",
        )
        for method in document.authentication_method_configurations
        for target in (*method.include_targets, *method.exclude_targets)
        if target.id not in known
    ]


def _configuration(method_type: MethodType, groups: Mapping[str, GroupPolicy]) -> MethodConfiguration:
    allowed = tuple(Target(id=name) for name, policy in groups.items() if is_allowed(policy, method_type))
    return MethodConfiguration(id=method_type, state="enabled" if allowed else "disabled", include_targets=allowed)


def _error(code: str, group: str | None, text: str) -> Finding:
    return Finding(code=code, severity="error", group=group, text=text)
