"""Link and unlink: two people become one because somebody says so, and are parted again (DESIGN §4; L8)."""

from uuid import UUID

from ledger.acts import Link, Unlink
from ledger.deciding.carrying import take_back
from ledger.deciding.contacts import known_contact, subject_of
from ledger.deciding.rollup import link, linked_event_id, person_of
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import ContactsUnlinked
from ledger.events.identifier import HoldPlaced, OptedOut
from ledger.rules.identity import links


def link_asked(draft: Draft, act: Link) -> None:
    """A link an actor asked for: no guard stands against it."""
    mine = person_of(draft, subject_of(draft, act.left))
    theirs = person_of(draft, subject_of(draft, act.right))
    if mine.id != theirs.id:
        link(draft, mine, theirs, "asked", automatic=False, reason=act.reason)


def unlink(draft: Draft, act: Unlink) -> None:
    """Removes one link; what was carried over it is taken back, whatever else happened stays where it is."""
    places = [draft.place_of(linked_event_id(draft, act.link_id, first=first)) for first in (True, False)]
    low, high = places
    if low is None or high is None:
        raise MessageRefused("unknown_link", "data.link_id: no such link here; replay once it is recorded")
    known_contact(draft, low)
    if act.link_id not in links(draft.stream(low).values()):
        return
    people = [person_of(draft, low)]
    for side, other in ((low, high), (high, low)):
        body = ContactsUnlinked(link_id=act.link_id, other_contact_id=other, reason=act.reason)
        draft.add(side, body, draft.derived(draft.act_id, body, side, act.link_id))
    targets = list(people[0].identifiers)
    draft.require(targets)
    for target in targets:
        take_back(
            draft,
            target,
            lambda event: isinstance(event.body, OptedOut | HoldPlaced) and event.body.link_id == act.link_id,
        )
