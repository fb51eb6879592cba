"""Acts on how long an organization keeps things."""

from ledger.acts.settings import RetentionRule
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import RetentionSet
from ledger.rules.retention import LEAST_DAYS, MOST_DAYS, retention


def set_retention(draft: Draft, act: RetentionRule) -> None:
    """Sets the days of one subject; the same again makes no event. Raises MessageRefused."""
    least = LEAST_DAYS.get(act.subject)
    if least is None:
        raise MessageRefused("subject", f"subject: one of {', '.join(LEAST_DAYS)}")
    if not least <= act.days <= MOST_DAYS:
        raise MessageRefused("days", f"days: {least} to {MOST_DAYS} for {act.subject}")
    stream = draft.ids.organization(draft.act.organization)
    if retention(draft.stream(stream).values()).get(act.subject) != act.days:
        body = RetentionSet(subject=act.subject, days=act.days)
        draft.add(stream, body, draft.event_id(body, act.subject))
