"""Which events of an identifier are one person's: those of the time in which the person held it."""

from collections.abc import Collection, Iterable
from itertools import groupby
from uuid import UUID

from ledger.events.envelope import Recorded
from ledger.rules.identity import holder


def own_events(identifier_events: Iterable[Recorded], contacts: Collection[UUID]) -> list[Recorded]:
    """Events recorded while any of these contacts held the identifier, with the acts that gave and took it.

    What a number's earlier or later holder did is somebody else's.
    """
    own: list[Recorded] = []
    seen: list[Recorded] = []
    before = False
    for _, act in groupby(identifier_events, key=lambda event: event.envelope.act_id):
        events = list(act)
        seen += events
        now = holder(seen) in contacts
        if before or now:
            own += events
        before = now
    return own
