"""For how many days an organization keeps what need not be kept for ever, by the events of its settings. Pure.

Events of consent have no retention: the proof of an opt-out is kept, and persons are erased on request.
"""

from collections.abc import Iterable
from typing import Final

from ledger.events.envelope import Recorded
from ledger.events.settings import RetentionSet

LEAST_DAYS: Final = {"activity": 90, "anonymous_contacts": 1}
"""What a retention may be set for, and the fewest days: the activity of 90 days is shown to people (S32)."""
MOST_DAYS: Final = 36_500


def retention(settings: Iterable[Recorded]) -> dict[str, int]:
    """Subject → days, of what was set; all else is kept."""
    return {event.body.subject: event.body.days for event in settings if isinstance(event.body, RetentionSet)}
