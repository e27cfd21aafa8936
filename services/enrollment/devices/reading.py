"""Activations as they are read."""

from services.enrollment.devices.domain import Activation
from services.enrollment.needs import HasActivations
from services.enrollment.registrations.domain import ApiRegistration
from services.kit.mongo.document import DuplicateDocumentError


async def activation_of(registration: ApiRegistration, deps: HasActivations) -> Activation | None:
    """What the QR code leads to; one that a crash left out is stored now."""
    draft = registration.activation
    if draft is None:
        return None
    stored = await deps.activations.get(draft.handle)
    if stored:
        return stored.state
    try:
        return (await deps.activations.insert(draft.handle, draft)).state
    except DuplicateDocumentError:
        return draft
