"""What every stored event carries beside its body.

Nothing here is ever changed. It is not declared frozen because that makes each of the many costs ten times as much.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ledger.events.body import Event


@dataclass(slots=True, unsafe_hash=True)
class Envelope:
    """Who said so, when, and where it came from.

    `occurred_at` is the source's word (None where it was missing or absurd), `received_at` when the broker
    or the service first had it, `recorded_at` when the ledger learnt it (None until it is written).
    """

    event_id: UUID
    organization: str
    act_id: UUID
    digest: bytes
    source: str
    received_at: datetime
    occurred_at: datetime | None = None
    recorded_at: datetime | None = None
    actor: str | None = None
    correlation_id: str | None = None
    origin: str | None = None
    """`kafka:<topic id>/<partition>/<offset>`, `api:<request id>` or `import:<import id>/<row>`."""
    flags: tuple[str, ...] = ()
    """Why a restrictive act was taken although something in it was wrong: `time`, `scope`, `conflict`, …;
    `scanner`: it looks like a mail scanner's click; `mended`: a person mended the message before it was taken."""


@dataclass(slots=True, unsafe_hash=True)
class Recorded:
    """An event in its stream. `effective_at` is the earliest of the envelope's times."""

    stream_id: UUID
    version: int
    position: int
    envelope: Envelope
    body: Event
    generation: int | None = None
    """Generation of the data key its sealed part is under; None where it has none."""
    sealed: bytes | None = field(default=None, repr=False)
    stored_as: str | None = None
    """The retired name it lies in the log under, to which its sealed part is bound; None: its own."""
    effective_at: datetime = field(init=False)

    def __post_init__(self) -> None:
        envelope = self.envelope
        effective = envelope.received_at
        if envelope.occurred_at is not None and envelope.occurred_at < effective:
            effective = envelope.occurred_at
        if envelope.recorded_at is not None and (envelope.recorded_at < effective or self.body.AT_RECORDING):
            effective = envelope.recorded_at
        self.effective_at = effective

    @property
    def event_id(self) -> UUID:
        return self.envelope.event_id

    @property
    def name(self) -> str:
        return self.body.NAME
