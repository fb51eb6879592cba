"""Whom an erasure or an access request means: by any contact id, an identifier's id, or an identifier."""

from uuid import UUID

from entrypoints.wiring import Service
from ledger.acts.given import Given
from ledger.errors import NotFound
from ledger.rules.identity import holder, is_erased

Who = UUID | Given
"""A contact id, an identifier's id, or an identifier."""


def stream_of(ledger: Service, organization: str, who: Who) -> UUID:
    """The stream that is named."""
    return who if isinstance(who, UUID) else ledger.ids.identifier(organization, who.kind, who.value)


def contact_of(ledger: Service, organization: str, who: Who) -> UUID:
    """The contact meant. Raises NotFound where nobody goes by this here, or the person was erased."""
    stream = stream_of(ledger, organization, who)
    events = ledger.reading.read([stream])[stream]
    if events and events[0].envelope.organization == organization:
        contact = holder(events) if events[0].name.startswith("identifier.") else stream
        if contact is not None and events[0].name.startswith(("identifier.", "contact.")) and not is_erased(events):
            return contact
    raise NotFound("Nobody here goes by this, or the person was erased; `contact-ledger erasures list` tells.")
