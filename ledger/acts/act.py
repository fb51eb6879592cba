"""An act whole: who says so, when, under which message id, and what; or why a message is none."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.acts.consent import ConsentBody
from ledger.acts.contact import ContactBody
from ledger.acts.given import Given
from ledger.acts.identifier import IdentifierBody
from ledger.acts.keywords import KeywordBody
from ledger.acts.settings import SettingsBody

Body = ConsentBody | IdentifierBody | ContactBody | KeywordBody | SettingsBody


@dataclass(slots=True, unsafe_hash=True)
class Act:
    """Who says so, when, under which message id, and what.

    `content` is the message's data as canonical JSON bytes (sorted keys), for the keyed digest.
    `received_at` is the broker's append time where the topic has it, else when it was first read.
    `occurred_at` None: the message's time is missing or unreadable, which recording judges.
    """

    organization: str
    source: str
    message_id: str
    type: str
    received_at: datetime
    content: bytes
    body: Body
    occurred_at: datetime | None = None
    actor: str | None = None
    correlation_id: str | None = None
    origin: str | None = None
    flags: tuple[str, ...] = ()
    told: bool = False
    """Whether its maker is there to be told: then nothing of it is recorded under another one's message id, be it
    restrictive. A producer's message is recorded all the same."""
    payload: bytes = field(default=b"", repr=False)
    """The message as it came, and its headers: kept, sealed, should it be refused, so that it can be replayed."""
    headers: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    id: UUID | None = field(default=None, compare=False, repr=False)
    digest: bytes | None = field(default=None, compare=False, repr=False)
    subjects: tuple[UUID, ...] | None = field(default=None, compare=False, repr=False)
    """What follows from the act alone, where whoever took the message in worked it out (`deciding.naming`)."""


@dataclass(frozen=True, slots=True)
class Rejection:
    """A message that was not taken: a stable reason, the field and the mend; `message_id` is told, never kept."""

    reason: str
    detail: str
    received_at: datetime
    payload: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    organization: str | None = None
    source: str | None = None
    origin: str | None = None
    identifiers: tuple[Given, ...] = ()
    contacts: tuple[UUID, ...] = ()
    message_id: str | None = field(default=None, repr=False)
