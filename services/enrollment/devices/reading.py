"""Activations as they are read."""

from services.enrollment.devices.domain import Activation
from services.enrollment.needs import HasActivations
from services.kit.mongo.document import DuplicateDocumentError


async def activation_of(draft: Activation | None, deps: HasActivations) -> Activation | None:
    """What a QR code leads to, as it is now; one that a crash left out is stored now."""
    if draft is None:
        return None
    stored = await deps.activations.get(draft.handle)
    if stored:
        return stored.state
    try:
        return (await deps.activations.insert(draft.handle, draft)).state
    except DuplicateDocumentError:
        return draft
