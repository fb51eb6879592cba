"""Link and unlink: two people become one because somebody says so, and are parted again (DESIGN §4; L8)."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from ledger.acts.contact import Link, Unlink
from ledger.deciding.carrying import carried_from, take_back
from ledger.deciding.contacts import known_contact, subject_of
from ledger.deciding.rollup import link, linked_event_id, person_of
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.contact import ContactsUnlinked
from ledger.events.envelope import Recorded
from ledger.rules.identity import Person, links, several


def link_asked(draft: Draft, act: Link) -> None:
    """A link an actor asked for: no guard stands against it."""
    mine = person_of(draft, subject_of(draft, act.left, "left: "))
    theirs = person_of(draft, subject_of(draft, act.right, "right: "))
    if mine.id != theirs.id:
        link(draft, mine, theirs, "asked", automatic=False, reason=act.reason)


def unlink(draft: Draft, act: Unlink) -> None:
    """Removes one link, or every link of a contact. What was carried between those that it parts is taken back,
    over whichever link and however late it came; whatever else happened stays on the stream it was made on.
    """
    ends = _ends(draft, act)
    if not ends:
        return
    together = person_of(draft, next(iter(ends.values()))[0])
    for link_id, (low, high) in ends.items():
        for side, other in ((low, high), (high, low)):
            body = ContactsUnlinked(link_id=link_id, other_contact_id=other, reason=act.reason)
            draft.add(side, body, draft.derived(draft.act_id, body, side, link_id))
    _take_back_between(draft, together)


def _ends(draft: Draft, act: Unlink) -> dict[UUID, tuple[UUID, UUID]]:
    """The links meant that stand, each with the two contacts it links."""
    if act.contact is not None:
        contact = known_contact(draft, act.contact)
        standing = links(draft.stream(contact).values())
        return {link_id: (min(contact, other), max(contact, other)) for link_id, other in standing.items()}
    assert act.link_id is not None
    low, high = (draft.place_of(linked_event_id(draft, act.link_id, first=first)) for first in (True, False))
    if low is None or high is None:
        raise MessageRefused(
            "unknown_link", "data.link_id: no such link here; send or replay this once it is recorded"
        )
    known_contact(draft, low, "data.link_id: ")
    return {act.link_id: (low, high)} if act.link_id in links(draft.stream(low).values()) else {}


def _take_back_between(draft: Draft, together: Person) -> None:
    """Reverses what was carried between identifiers that are no longer one person's."""
    draft.require(together.identifiers)
    apart = several(together.contacts, partial(person_of, draft))
    owners = {key: one.id for one in apart for key in one.identifiers}
    sources = {event.event_id: key for key in owners for event in draft.stream(key).values()}
    for target, owner in owners.items():
        take_back(draft, target, partial(_comes_from_others, sources, owners, owner))


def _comes_from_others(
    sources: Mapping[UUID, UUID], owners: Mapping[UUID, UUID], owner: UUID, event: Recorded
) -> bool:
    source = carried_from(event)
    return source is not None and source in sources and owners[sources[source]] != owner
