"""Whose identifiers these are: roll-up of identifiers given together into one person (DESIGN §4; L8, C1, C16)."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from ledger.acts.given import Given, Kept
from ledger.deciding import naming
from ledger.deciding.carrying import block_if_deleted, carry_to
from ledger.deciding.view import Draft
from ledger.events.contact import (
    CandidateListed,
    ContactCreated,
    ContactsLinked,
    IdentifierAttached,
    IdentifierDetached,
)
from ledger.events.identifier import IdentifierClaimed, IdentifierReleased
from ledger.events.vocabulary import STRONG_KINDS
from ledger.rules.identity import Person, Standing, holder, joined, standing, unlinked_from
from ledger.rules.identity_rules import IdentityRules, identity_rules


@dataclass(frozen=True, slots=True)
class _Owned:
    id: UUID
    given: Given
    contact: UUID | None

    @property
    def strong(self) -> bool:
        return self.given.kind in STRONG_KINDS


def identifier_id(draft: Draft, given: Given | Kept) -> UUID:
    return naming.identifier_id(draft.ids, draft.act.organization, given)


def settle(draft: Draft, givens: Collection[Given], method: str, *, bulk: bool) -> UUID:
    """Claims, joins and links what was given together; the contact that the message speaks of.

    By the organization's rules. A bulk message never links two existing contacts: it lists them as a candidate
    for a human.
    """
    if len(givens) == 1:
        return _settle_one(draft, next(iter(givens)), method)
    owned = _owned(draft, givens)
    first = owned[0].contact
    if first is not None and all(one.contact == first for one in owned):
        return first
    rules = rules_of(draft)
    open_ones = [one for one in owned if not _names_nobody(draft, rules, one)]
    for one in owned:
        if one not in open_ones and one.contact is None:
            _claim(draft, one, _create(draft, method, one))
    if not open_ones:
        return holder(draft.stream(owned[0].id).values()) or _create(draft, method, owned[0])
    if rules.same_tracker_other_email == "new_contact":
        open_ones = _without_earlier_visitors(draft, open_ones)
    contact = _target(draft, open_ones, method)
    if _all_new(draft, owned, rules):
        for one in owned:
            _claim(draft, one, contact, carry=False)
        return contact
    for one in open_ones:
        if one.contact is None:
            contact = _join(draft, one, contact, method, rules)
    _bring_together(draft, open_ones, contact, bulk=bulk, rules=rules)
    return contact


def rules_of(draft: Draft) -> IdentityRules:
    """The rules of identity of the act's organization."""
    return draft.fold(draft.ids.organization(draft.act.organization), identity_rules)


def _names_nobody(draft: Draft, rules: IdentityRules, one: _Owned) -> bool:
    keyed = partial(draft.ids.identifier, draft.act.organization)
    return rules.blocks(one.given.kind, one.given.value, keyed)


def _without_earlier_visitors(draft: Draft, owned: list[_Owned]) -> list[_Owned]:
    """1b: a browser seen with another e-mail than its visitor's brings nothing strong of that visitor along."""
    emails = {one.id for one in owned if one.given.kind == "email"}
    for browser in owned:
        if browser.given.kind == "tracker" and browser.contact is not None and emails:
            earlier = person_of(draft, browser.contact)
            known = {key for key, kind in earlier.identifiers.items() if kind == "email"}
            if known and not known & emails:
                owned = [one for one in owned if not (one.strong and one.contact in earlier.contacts)]
    return owned


def _settle_one(draft: Draft, given: Given, method: str) -> UUID:
    """An identifier by itself has a contact or makes one; there is nobody to weigh, link or carry over."""
    key = identifier_id(draft, given)
    contact = holder(draft.stream(key).values())
    if contact is None:
        one = _Owned(key, given, None)
        contact = _create(draft, method, one)
        _claim(draft, one, contact, carry=False)
    return contact


def _owned(draft: Draft, givens: Collection[Given]) -> list[_Owned]:
    """Each identifier once, strong ones first, in an order that does not depend on the message's list."""
    ids = {identifier_id(draft, given): given for given in givens}
    draft.require(ids.keys())
    owned = [_Owned(key, given, holder(draft.stream(key).values())) for key, given in ids.items()]
    return sorted(owned, key=lambda one: (not one.strong, one.given.kind, one.id))


def _all_new(draft: Draft, owned: list[_Owned], rules: IdentityRules) -> bool:
    """Whether nobody ever heard of any of them: then there is nothing to weigh, link or carry over."""
    if any(one.contact is not None or draft.stream(one.id) for one in owned):
        return False
    kinds = [one.given.kind for one in owned]
    return len(kinds) <= rules.most and all(kinds.count(kind) <= rules.limits[kind] for kind in set(kinds))


def person_of(draft: Draft, contact: UUID) -> Person:
    """The person the contact is part of, as things stand with this draft. Raises NotLoaded."""

    def stand(contacts: Collection[UUID]) -> dict[UUID, Standing]:
        draft.require(contacts)
        return {one: draft.fold(one, standing) for one in contacts}

    return joined(contact, stand)


def _target(draft: Draft, owned: list[_Owned], method: str) -> UUID:
    """The contact that the unknown join: one holding a strong identifier, else as identity allows."""
    strong = [one.contact for one in owned if one.strong and one.contact is not None]
    if strong:
        return _oldest(draft, strong)
    weak = [one.contact for one in owned if one.contact is not None]
    if weak and not any(one.strong for one in owned):
        identified = [contact for contact in weak if person_of(draft, contact).identified]
        return _oldest(draft, identified or weak)
    return _create(draft, method, owned[0])


def _oldest(draft: Draft, contacts: list[UUID]) -> UUID:
    """Of several holders the one whose person is oldest; a person's own holder where there is one person."""
    people = {contact: person_of(draft, contact) for contact in contacts}
    oldest = min({p.id for p in people.values()}, key=lambda contact: _first_position(draft, contact))
    return next(contact for contact in contacts if people[contact].id == oldest)


def _first_position(draft: Draft, contact: UUID) -> tuple[int, UUID]:
    first = next(iter(draft.stream(contact).values()), None)
    return (first.position if first is not None and first.position else 2**63), contact


def _create(draft: Draft, method: str, one: _Owned) -> UUID:
    contact = draft.ids.derived(draft.act_id, "contact", one.id)
    draft.view.streams.setdefault(contact.int, {})
    body = ContactCreated(method=method)
    draft.add(contact, body, draft.derived(draft.act_id, body, contact))
    return contact


def _join(draft: Draft, one: _Owned, contact: UUID, method: str, rules: IdentityRules) -> UUID:
    """Claims an unknown identifier for the contact, unless its person is full: then a contact of its own."""
    now = person_of(draft, contact)
    kinds = [kind for key, kind in now.identifiers.items() if key != one.id]
    if kinds.count(one.given.kind) >= rules.limits[one.given.kind] or len(kinds) >= rules.most:
        own = _create(draft, method, one)
        _claim(draft, one, own)
        list_candidate(draft, contact, own, "limit")
        return contact
    _claim(draft, one, contact)
    return contact


def claim(draft: Draft, given: Given, contact: UUID) -> None:
    """An identifier nobody holds comes to the contact, and what restricts the person comes to it."""
    _claim(draft, _Owned(identifier_id(draft, given), given, None), contact)


def _claim(draft: Draft, one: _Owned, contact: UUID, *, carry: bool = True) -> None:
    given = one.given
    platform = draft.ids.platform(given.kind, given.value) if given.kind == "email" else None
    claimed = IdentifierClaimed(
        contact_id=contact,
        kind=given.kind,
        valid=given.valid,
        platform_key=platform,
        value=given.value,
        raw=given.raw if given.raw != given.value else None,
    )
    draft.add(one.id, claimed, draft.derived(draft.act_id, claimed, one.id, contact))
    attached = IdentifierAttached(identifier_id=one.id, kind=given.kind)
    draft.add(contact, attached, draft.derived(draft.act_id, attached, one.id, contact))
    if carry:
        joined = person_of(draft, contact)
        carry_to(draft, {one.id: given.kind}, joined, link_id=None)
        block_if_deleted(draft, one.id, joined)


def _bring_together(draft: Draft, owned: list[_Owned], contact: UUID, *, bulk: bool, rules: IdentityRules) -> None:
    """Links the people whose strong identifiers came together, and moves or links the weak ones."""
    for one in owned:
        if one.contact is None or one.contact == contact:
            continue
        mine, theirs = person_of(draft, contact), person_of(draft, one.contact)
        if mine.id == theirs.id:
            continue
        if one.strong or not theirs.identified:
            cause = "same_message" if one.strong else "identified_as"
            obstacle = "bulk" if bulk else _obstacle(draft, mine, theirs, rules, owned)
            if obstacle is None:
                link(draft, mine, theirs, cause, automatic=True)
            else:
                list_candidate(draft, mine.id, theirs.id, obstacle)
        elif mine.identified and not bulk and _newer_than_claim(draft, one):
            _move(draft, one, contact)


def _newer_than_claim(draft: Draft, one: _Owned) -> bool:
    claims = [e for e in draft.stream(one.id).values() if isinstance(e.body, IdentifierClaimed)]
    return all(claim.effective_at < draft.effective_at for claim in claims)


def _move(draft: Draft, one: _Owned, contact: UUID) -> None:
    assert one.contact is not None
    release(draft, one.id, one.given.kind, one.contact)
    _claim(draft, one, contact)


def release(draft: Draft, identifier: UUID, kind: str, contact: UUID) -> None:
    """The identifier leaves the contact that holds it; links of the contact stay with it."""
    released = IdentifierReleased(contact_id=contact)
    draft.add(identifier, released, draft.derived(draft.act_id, released, identifier, contact))
    detached = IdentifierDetached(identifier_id=identifier, kind=kind)
    draft.add(contact, detached, draft.derived(draft.act_id, detached, identifier, contact))


def link(
    draft: Draft, mine: Person, theirs: Person, cause: str, *, automatic: bool, reason: str | None = None
) -> None:
    """Records the link on both streams and carries over what each side's acts mean for the other's identifiers."""
    draft.require([*mine.identifiers, *theirs.identifiers])
    low, high = sorted((mine.id, theirs.id))
    link_id = draft.ids.derived(draft.act_id, "link", low, high)
    for side, other in ((low, high), (high, low)):
        body = ContactsLinked(
            link_id=link_id, other_contact_id=other, automatic=automatic, cause=cause, reason=reason
        )
        draft.add(side, body, linked_event_id(draft, link_id, first=side == low))
    carry_to(draft, theirs.identifiers, mine, link_id=link_id)
    carry_to(draft, mine.identifiers, theirs, link_id=link_id)


def linked_event_id(draft: Draft, link_id: UUID, *, first: bool) -> UUID:
    """Id of the link's event on the stream of its lower (first) or higher contact id: findable by link id."""
    return draft.ids.derived(link_id, ContactsLinked.NAME, "low" if first else "high")


def _obstacle(draft: Draft, mine: Person, theirs: Person, rules: IdentityRules, owned: list[_Owned]) -> str | None:
    """Why the two are a candidate for a human instead of being linked; None: nothing stands against it."""
    for contact in mine.contacts:
        if unlinked_from(draft.stream(contact).values()) & set(theirs.contacts):
            return "unlinked_before"
    kinds = [*mine.identifiers.values(), *theirs.identifiers.values()]
    if kinds.count("external_id") > rules.limits["external_id"]:
        return "two_external_ids"
    if len(kinds) > rules.most or any(kinds.count(kind) > rules.limits[kind] for kind in set(kinds)):
        return "limit"
    if not all(_links_by_itself(draft, side, rules, owned) for side in (mine, theirs)):
        return "rules"
    return None


def _links_by_itself(draft: Draft, side: Person, rules: IdentityRules, owned: list[_Owned]) -> bool:
    """Whether the message names the person by an identifier whose kind rolls up without being asked."""
    return any(
        rules.roll_up[one.given.kind] == "automatic"
        for one in owned
        if (one.strong or not side.identified) and holder(draft.stream(one.id).values()) in side.contacts
    )


def list_candidate(draft: Draft, left: UUID, right: UUID, cause: str) -> None:
    """Both contacts are listed for a human to decide, once for each pair and cause."""
    low, high = sorted((left, right))
    for side, other in ((low, high), (high, low)):
        known = [e.body for e in draft.stream(side).values() if isinstance(e.body, CandidateListed)]
        if any(body.other_contact_id == other and body.cause == cause for body in known):
            continue
        body = CandidateListed(other_contact_id=other, cause=cause)
        draft.add(side, body, draft.derived(draft.act_id, body, side, other))
