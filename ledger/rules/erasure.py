"""Whether an erased identifier is still closed (DESIGN §3 "Erasing")."""

from collections.abc import Iterable
from datetime import datetime

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierErased, ReplyReceived, Subscribed
from ledger.events.vocabulary import OWN_METHODS, ReplyClass


def closed_since(events: Iterable[Recorded]) -> datetime | None:
    """When the identifier was last erased, if no own grant or request of the person has opened it since."""
    erased: datetime | None = None
    opened: datetime | None = None
    for event in events:
        body = event.body
        if isinstance(body, IdentifierErased):
            erased = max(erased or event.effective_at, event.effective_at)
        elif _opens(body):
            opened = max(opened or event.effective_at, event.effective_at)
    if erased is None or (opened is not None and opened > erased):
        return None
    return erased


def _opens(body: object) -> bool:
    if isinstance(body, Subscribed):
        return body.method in OWN_METHODS
    return isinstance(body, ReplyReceived) and body.reply_class is ReplyClass.START
