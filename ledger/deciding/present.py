"""What already stands on an identifier and bears on whether a new event is needed or may be."""

from datetime import UTC, datetime
from uuid import UUID

from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.identifier import Subscribed
from ledger.rules.adopted import policies
from ledger.rules.consent import consent
from ledger.rules.erasure import closed_since
from ledger.rules.timeline import timeline

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def require_open(draft: Draft, stream: UUID) -> None:
    """Raises MessageRefused where the identifier was erased and nothing has opened it since."""
    if closed_since(draft.stream(stream).values()) is not None:
        raise MessageRefused("erased", "the person asked to be erased; only their own new signup opens this again")


def require_open_for_grant(draft: Draft, stream: UUID, *, own: bool) -> None:
    """As `require_open`, but the person's own grant or request made after the erasure opens the stream."""
    closed = closed_since(draft.stream(stream).values())
    if closed is None:
        return
    if not own or draft.effective_at <= closed:
        raise MessageRefused("erased", "the person asked to be erased; only their own later signup is taken")
    draft.reopened.add(stream)


def is_closed(draft: Draft, stream: UUID) -> bool:
    return closed_since(draft.stream(stream).values()) is not None


def standing_repeat(draft: Draft, stream: UUID, body: Subscribed) -> bool:
    """Whether a bulk grant repeats a standing grant of the same source, channel, scope, purposes and expiry.

    Leaving it out can only make status more restrictive. One that policy gives a lifetime begins it anew, so it
    repeats nothing.
    """
    if body.override or body.double_opt_in:
        return False
    history = policies(draft.stream(draft.ids.organization(draft.act.organization)).values())
    at = draft.effective_at
    if history.at(at).grant_ends(body.basis, body.channel, at) is not None:
        return False
    events = list(draft.stream(stream).values())
    same = [
        event
        for event in events
        if isinstance(event.body, Subscribed)
        and not event.body.double_opt_in
        and event.envelope.source == draft.act.source
        and event.effective_at <= draft.effective_at
        and (event.body.channel, event.body.scope, event.body.purposes, event.body.expires_at, event.body.basis)
        == (body.channel, body.scope, body.purposes, body.expires_at, body.basis)
    ]
    if not same:
        return False
    line = timeline(events, at=_END_OF_TIME)
    for purpose in body.purposes:
        verdicts = consent(line, body.channel, body.scope, purpose, history).verdicts
        live = {v.event_id for v in verdicts.values() if v.rule in ("grant.live", "grant.lives_again")}
        if not any(event.event_id in live for event in same):
            return False
    return True
