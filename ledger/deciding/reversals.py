"""Taking events back: one by one, and many under one approval."""

from ledger.acts.identifier import Reversal
from ledger.acts.settings import ReversalApproval
from ledger.deciding.carrying import carry_from, lift_carried, restore_carried
from ledger.deciding.rollup import person_of
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.identifier import REVERSIBLE, EventReversed
from ledger.events.settings import ReversalApproved
from ledger.rules.identity import holder


def reversal(draft: Draft, act: Reversal) -> None:
    """Takes back one earlier event of the same organization, and what of it was carried to other identifiers.

    Taking back a reversal makes its event stand again, and what was carried with it.
    """
    stream = draft.place_of(act.event_id)
    event = draft.stream(stream).get(act.event_id.int) if stream is not None else None
    if stream is None or event is None or event.envelope.organization != draft.act.organization:
        raise MessageRefused(
            "unknown_event", "data.event_id: no such event here; send or replay this once it is recorded"
        )
    if not isinstance(event.body, REVERSIBLE):
        raise MessageRefused("not_reversible", "data.event_id: claims and links are undone by unlink or restore")
    body = EventReversed(
        reversed_event_id=act.event_id, batch=act.batch, reason=act.reason, message_id=draft.act.message_id
    )
    draft.add(stream, body, draft.event_id(body, act.event_id))
    contact = holder(draft.stream(stream).values())
    if contact is not None:
        person = person_of(draft, contact)
        kind = person.identifiers.get(stream, "")
        if isinstance(event.body, EventReversed) and kind:
            restore_carried(draft, stream, event, person)
            carry_from(draft, stream, kind, person)
        lift_carried(draft, stream, kind, person)


def approval(draft: Draft, act: ReversalApproval) -> None:
    """Records who approved which list, before any of it is taken back."""
    body = ReversalApproved(
        batch=act.batch,
        digest=act.digest,
        events=act.events,
        upto=act.upto,
        criteria=dict(act.criteria),
        undoes=act.undoes,
        evidence=dict(act.evidence) if act.evidence else None,
        reason=act.reason,
    )
    draft.add(draft.ids.organization(draft.act.organization), body, draft.event_id(body, act.batch))
