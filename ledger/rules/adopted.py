"""The policies an organization has adopted, out of the events of its stream."""

from collections.abc import Iterable

from ledger.events.envelope import Recorded
from ledger.events.settings import PolicyAdopted
from ledger.rules.parameters import policy_of
from ledger.rules.policy import BUILT_IN, Adoption, Policies


def policies(settings: Iterable[Recorded]) -> Policies:
    """The policy history; the built-in one alone where nothing was adopted."""
    history = BUILT_IN
    for event in settings:
        if type(event.body) is PolicyAdopted:
            history = history.adding(adoption(event, event.body))
    return history


def adoption(event: Recorded, body: PolicyAdopted) -> Adoption:
    """What the event adopts, as from when the ledger learnt of it."""
    return Adoption(
        policy=policy_of(f"{body.policy}/{body.version}", body.parameters),
        in_force_from=body.in_force_from,
        adopted_at=event.envelope.recorded_at or event.envelope.received_at,
        in_force_until=body.in_force_until,
        name=body.policy,
    )


def overlapping(history: Policies, name: str, adopted: Adoption) -> Adoption | None:
    """An adoption of the same policy that overlaps; one without an end ends where the next begins."""
    for other in history.adoptions:
        if other.name == name:
            first, second = sorted((other, adopted), key=lambda one: one.in_force_from)
            ends_before = first.in_force_until is None or first.in_force_until <= second.in_force_from
            if first.in_force_from == second.in_force_from or not ends_before:
                return other
    return None
