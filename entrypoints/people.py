"""The people who work with the ledger: added to organizations with one role each, and let in by a password."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final
from uuid import UUID

from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints.acting import Hand
from entrypoints.passwords import hashed, outdated, proves
from entrypoints.roles import ROLES, Role
from entrypoints.viewer import Viewer
from entrypoints.wiring import Service
from ledger.acts.settings import PersonAddition, RoleChange
from ledger.errors import MessageRefused, NotFound
from ledger.events.envelope import Recorded
from ledger.events.settings import PersonAdded
from ledger.rules.people import Person, people
from ledger.store import credentials, sessions
from ledger.store.reading import Reading

LINK_LIVES: Final = timedelta(hours=72)
"""How long a link by which a password is set can be followed."""
TRIES: Final = 5
"""Failed logins of one person in fifteen minutes; more are refused untried."""
TRIES_OF_A_CLIENT: Final = 100
"""The same of one network address, behind which many people may sit."""


class PersonSeen(BaseModel):
    """Someone who works with the ledger, as the organization knows it."""

    id: UUID
    name: str | None
    email: str | None
    role: Role | None = Field(description="null: may do nothing here (any more)")
    added_at: datetime


@dataclass(frozen=True, slots=True)
class TooManyTries:
    """Nobody is let in before `wait` seconds are over, whatever the password."""

    wait: int


def listed(ledger: Service, organization: str) -> list[PersonSeen]:
    """Everyone who was ever added to the organization, the latest first."""
    stream = ledger.ids.organization(organization)
    known = people(ledger.reading.read([stream], opened=True)[stream]).values()
    return [_seen(one) for one in sorted(known, key=lambda one: one.added_at, reverse=True)]


def names(ledger: Service, organization: str) -> dict[str, str]:
    """`person/…`, as acts name their actor → the name of whoever that is, of everyone ever added."""
    return {f"person/{one.id}": one.name for one in listed(ledger, organization) if one.name}


def get(ledger: Service, organization: str, person: UUID) -> PersonSeen:
    """One of them. Raises NotFound."""
    for one in listed(ledger, organization):
        if one.id == person:
            return one
    raise NotFound("Nobody of this organization has this id; `people list` shows all.")


def person_id(ledger: Service, email: str) -> UUID:
    """The person's id, in every organization the same. Raises MessageRefused where it is no e-mail address."""
    return ledger.ids.person(given_value("email", email, "email").value)


def add(hand: Hand, email: str, name: str, role: Role) -> PersonSeen:
    """Adds a person to the organization with its role; again, it is named and given the role anew.

    Raises MessageRefused.
    """
    ledger, address = hand.ledger, given_value("email", email, "email").value
    person = ledger.ids.person(address)
    if (name, address) not in {
        (one.name, one.email) for one in listed(ledger, hand.organization) if one.id == person
    }:
        hand.record(PersonAddition(person, name, address))
    hand.record(RoleChange(person, role))
    with ledger.writing.connection() as connection:
        credentials.joined(connection, person, hand.organization)
    return get(ledger, hand.organization, person)


def grant(hand: Hand, person: UUID, role: Role) -> bool:
    """Gives the person this role in place of the one it had; False where it had it. Raises MessageRefused."""
    return hand.record(RoleChange(person, role))


def revoke(hand: Hand, person: UUID) -> bool:
    """Takes the person's role: from its next request on it may do nothing here. Raises MessageRefused."""
    return hand.record(RoleChange(person, None))


def bar(ledger: Service, person: UUID, *, barred: bool = True) -> None:
    """Keeps the person out of every organization and ends its sessions, or lets it in again. Raises NotFound."""
    with ledger.writing.connection() as connection:
        if not credentials.disable(connection, person, ledger.now() if barred else None):
            raise NotFound("Nobody has this id or e-mail address; `people list` shows all.")


def password_link(ledger: Service, person: UUID) -> str:
    """The path of a page where the person sets its password, once and within 72 hours. Raises NotFound.

    An earlier link of the person ends. Only the link's hash is kept.
    """
    token = secrets.token_urlsafe(32)
    with ledger.writing.connection() as connection:
        if not credentials.offer_link(connection, person, _digest(token), ledger.now() + LINK_LIVES):
            raise NotFound(
                "Nobody has this id or e-mail address, or the person is disabled; `people list` shows all."
            )
    return f"{ledger.settings.console_url or ''}/console/password/{token}"


def invitation(ledger: Service, person: UUID) -> str | None:
    """A password link for a person who never had a password; None for one who has, perhaps of another organization:
    whoever adds a person to one organization must not be able to take it over in another.
    """
    with ledger.writing.connection() as connection:
        known = credentials.credential(connection, person)
    return password_link(ledger, person) if known and not known.password_hash and not known.disabled else None


def organizations_of(ledger: Service, person: UUID) -> list[str]:
    """Organizations the person was ever added to. Raises NotFound where there is none."""
    with ledger.overseeing.connection() as connection:
        found = credentials.organizations_of(connection, person)
    if not found:
        raise NotFound("Nobody has this id or e-mail address; `people list` shows all.")
    return found


def link_holds(ledger: Service, token: str) -> bool:
    """Whether a password can be set by this link."""
    with ledger.writing.connection() as connection:
        return credentials.link_holder(connection, _digest(token), ledger.now()) is not None


def set_password(ledger: Service, token: str, password: str) -> bool:
    """Sets the password and ends every session of the person; False where the link has ended.

    Raises MessageRefused for a password that cannot be taken; the link lives on.
    """
    if not link_holds(ledger, token):
        return False
    made = hashed(password)
    with ledger.writing.connection() as connection:
        return credentials.set_password(connection, _digest(token), made, ledger.now()) is not None


def log_in(ledger: Service, email: str, password: str, client: str) -> str | TooManyTries | None:
    """Begins a session and returns its token; None for a wrong password, an unknown or a disabled person alike.

    `client`: the network address, of which no more than a stand-in is kept.
    """
    now, subject, place = ledger.now(), _subject(ledger, email), ledger.ids.client(client)
    with ledger.writing.connection() as connection:
        if credentials.attempt(connection, subject, now) > TRIES:
            return TooManyTries(int(credentials.WINDOW.total_seconds()))
        if credentials.attempt(connection, place, now) > TRIES_OF_A_CLIENT:
            return TooManyTries(int(credentials.WINDOW.total_seconds()))
        known = credentials.credential(connection, subject)
    proven = proves(password, known.password_hash if known else None)
    if not proven or known is None or known.password_hash is None or known.disabled:
        return None
    renewed = hashed(password) if outdated(known.password_hash) else None
    with ledger.writing.connection() as connection:
        credentials.succeeded(connection, [subject, place])
        if renewed:
            credentials.rehashed(connection, subject, known.password_hash, renewed)
    return _begun(ledger, subject)


def let_in(ledger: Service, email: str) -> str | None:
    """Begins a session for whom a provider has proven to have this address, and returns its token.

    None where nobody was added with it, or the person is disabled.
    """
    person = _subject(ledger, email)
    with ledger.writing.connection() as connection:
        known = credentials.credential(connection, person)
    return _begun(ledger, person) if known and not known.disabled else None


def log_out(ledger: Service, token: str) -> None:
    """Ends the session; again is harmless."""
    with ledger.writing.connection() as connection:
        sessions.end(connection, _digest(token))


def viewer(ledger: Service, token: str) -> Viewer | None:
    """Whose session it is, with the roles as they stand in the log now; None where it has ended."""
    now = ledger.now()
    with ledger.overseeing.held() as overseeing, overseeing.connection() as connection:
        found = sessions.holder(connection, _digest(token), now)
        if found is None:
            return None
        person, last_seen = found
        codes = credentials.organizations_of(connection, person)
        streams = {code: ledger.ids.organization(code) for code in codes}
        read = overseeing.growing(list(streams.values()))
        name = _name(overseeing, person, read.values())
    if now - last_seen >= sessions.NOTED:
        with ledger.writing.connection() as connection:
            sessions.seen(connection, _digest(token), now)
    known = {code: people(read[stream]).get(person) for code, stream in streams.items()}
    return Viewer(person, name, {code: role for code, one in known.items() if one and (role := _role(one.role))})


def _begun(ledger: Service, person: UUID) -> str:
    token = secrets.token_urlsafe(32)
    with ledger.writing.connection() as connection:
        sessions.begin(connection, _digest(token), person, ledger.now())
    return token


def _seen(one: Person) -> PersonSeen:
    return PersonSeen(id=one.id, name=one.name, email=one.email, role=_role(one.role), added_at=one.added_at)


def _role(text: str | None) -> Role | None:
    """A role this version knows; another may do nothing."""
    return next((role for role in ROLES if role == text), None)


def _name(log: Reading, person: UUID, read: Iterable[Sequence[Recorded]]) -> str:
    """What the first organization that has a name for the person calls it."""
    said = [
        [event for event in events if isinstance(event.body, PersonAdded) and event.body.person_id == person][-1:]
        for events in read
    ]
    opened = log.open(list(chain.from_iterable(said)))
    return next(
        (event.body.name for event in opened if isinstance(event.body, PersonAdded) and event.body.name), ""
    )


def _subject(ledger: Service, email: str) -> UUID:
    """Whose failures are counted: of text that is no address too, so that it is answered like any other."""
    try:
        return person_id(ledger, email)
    except MessageRefused:
        return ledger.ids.person(email[:320])


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
