"""What an erasure reaches, and whether an erased identifier is still closed (DESIGN §3 "Erasing")."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.events.identifier import IdentifierErased, ReplyReceived, Subscribed
from ledger.events.vocabulary import OWN_METHODS, ReplyClass
from ledger.rules.identity import Person, Read, ever_attached, holder


@dataclass(frozen=True, slots=True)
class Reach:
    """The streams that end with a person: every contact, the identifiers it holds, and those it held once that
    nobody has held since. `elsewhere`: identifiers it held once and somebody else holds now; they stay.
    """

    contacts: tuple[UUID, ...]
    identifiers: tuple[UUID, ...]
    elsewhere: tuple[UUID, ...]

    @property
    def streams(self) -> list[UUID]:
        return [*self.identifiers, *self.contacts]


def reach(person: Person, read: Read) -> Reach:
    """What erasing this person reaches. `read` gives streams of contacts and identifiers."""
    held = person.identifiers.keys()
    once = {key for events in read(person.contacts).values() for key in ever_attached(events)} - held
    streams = read([*held, *once])
    gone = {key for key in once if holder(streams[key]) is None and closed_since(streams[key]) is None}
    elsewhere = {key for key in once if holder(streams[key]) not in (None, *person.contacts)}
    return Reach(person.contacts, (*held, *sorted(gone)), tuple(sorted(elsewhere)))


def closed_since(events: Iterable[Recorded]) -> datetime | None:
    """When the identifier was last erased, if no own grant or request of the person has opened it since."""
    erased: datetime | None = None
    opened: datetime | None = None
    for event in events:
        body = event.body
        if type(body) is IdentifierErased:
            erased = max(erased or event.effective_at, event.effective_at)
        elif _opens(body):
            opened = max(opened or event.effective_at, event.effective_at)
    if erased is None or (opened is not None and opened > erased):
        return None
    return erased


def _opens(body: object) -> bool:
    if type(body) is Subscribed:
        return body.method in OWN_METHODS
    return type(body) is ReplyReceived and body.reply_class is ReplyClass.START
