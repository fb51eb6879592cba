"""Merge candidates: a human says that two contacts are not one person (C16). That they are is a link."""

from uuid import UUID

from ledger.acts.contact import Dismissal
from ledger.deciding.contacts import known_contact
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import CandidateDismissed, CandidateListed


def dismiss(draft: Draft, act: Dismissal) -> None:
    """Dismisses the pair for every cause it is listed for, on both streams; it is never listed for these again."""
    low, high = sorted((known_contact(draft, act.left, "left: "), known_contact(draft, act.right, "right: ")))
    causes = _listed(draft, low, high)
    if not causes:
        raise MessageRefused("unknown_candidate", "these two are no candidates; `candidates list` says who are")
    for side, other in ((low, high), (high, low)):
        for cause in sorted(causes - _dismissed(draft, side, other)):
            body = CandidateDismissed(other_contact_id=other, cause=cause, reason=act.reason)
            draft.add(side, body, draft.ids.derived(draft.act_id, body.NAME, side, other, cause))


def _listed(draft: Draft, contact: UUID, other: UUID) -> set[str]:
    bodies = [event.body for event in draft.stream(contact).values()]
    return {b.cause for b in bodies if isinstance(b, CandidateListed) and b.other_contact_id == other}


def _dismissed(draft: Draft, contact: UUID, other: UUID) -> set[str]:
    bodies = [event.body for event in draft.stream(contact).values()]
    return {b.cause for b in bodies if isinstance(b, CandidateDismissed) and b.other_contact_id == other}
