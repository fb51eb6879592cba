"""Changes as one process hands them to another: flat, of numbers and words, since it takes as long as to find them
to pickle ids and tuples of a type of their own.
"""

from uuid import UUID

from ledger.events.vocabulary import Consent, Deliverability
from ledger.rules.difference import Answer, Change
from ledger.rules.verdict import made

Side = tuple[bool, tuple[str, ...], Consent, Deliverability, int | None, str | None, str | None]
"""An answer, its event's id as a number."""
Flat = tuple[int, str, str, str, Side, Side]


def flat(change: Change) -> Flat:
    """The change, with every id as a number."""
    one, two = change.before, change.after
    first = None if one.event is None else one.event.int
    second = first if two.event is one.event else None if two.event is None else two.event.int
    return change[0].int, change[1], change[2], change[3], (*one[:4], first, *one[5:]), (*two[:4], second, *two[5:])


def change_of(given: Flat) -> Change:
    """The change that `flat` made it of."""
    number, channel, scope, purpose, one, two = given
    first = None if one[4] is None else UUID(int=one[4])
    second = first if one[4] == two[4] else None if two[4] is None else UUID(int=two[4])
    before: Answer = made(Answer, (*one[:4], first, *one[5:]))
    after: Answer = made(Answer, (*two[:4], second, *two[5:]))
    return made(Change, (UUID(int=number), channel, scope, purpose, before, after))
