"""What became of one event in a judgement: the explanation's unit."""

from typing import Final, Literal, NamedTuple
from uuid import UUID

Effect = Literal["decisive", "counted", "lifted", "ended", "confirmed", "expired", "reversed", "void"]


class Verdict(NamedTuple):
    """`effect` of the event, `by` which other event (None: by itself or by time), under which `rule`.

    decisive: it made the status. counted: it stands but did not decide. lifted, ended, confirmed, expired,
    reversed: it stood once. void: it never had an effect on what was asked. `policy`: the version it was judged
    under; None where policy has no say in it.
    """

    event_id: UUID
    effect: Effect
    by: UUID | None
    rule: str
    policy: str | None = None


made: Final = tuple.__new__
"""Makes a verdict of all its parts, `made(Verdict, (…))`, in a third of the time that its constructor takes."""
