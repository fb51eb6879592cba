"""Messages no ledger can take as they are: what broken, old or foolish producers really send."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import orjson

from consumers.broker import Outgoing
from entrypoints.demo.messages import STRUCTURED, structured, topic_of
from entrypoints.demo.people import ORGANIZATIONS, Person

Maker = Callable[[Random, Person, str, datetime], Outgoing]

_TWO_MEGABYTES = 2 * 1024 * 1024


def _signup(person: Person, **changes: Any) -> dict[str, Any]:
    data = {
        "organization": person.organization.code,
        "identifiers": [{"kind": "email", "value": person.emails[0]}],
        "subscriptions": [{"channel": "email", "scope": person.organization.lists[0], "purposes": ["marketing"]}],
        "method": "form",
    }
    return data | changes


def _opt_out(person: Person, **changes: Any) -> dict[str, Any]:
    data = {
        "organization": person.organization.code,
        "identifier": {"kind": "email", "value": person.emails[0]},
        "channel": "email",
        "scope": person.organization.lists[0],
        "method": "link",
    }
    return data | changes


def _message(person: Person, id_: str, at: datetime, data: dict[str, Any], **changes: str) -> Outgoing:
    type_ = "contact.signup.v1" if "identifiers" in data else "contact.opt-out.v1"
    attributes = {"id": id_, "source": "/legacy", "type": type_, "time": at.isoformat()} | changes
    return structured(person.key, attributes, data, at)


def _bad_json(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    whole = _message(person, id_, at, _signup(person))
    return replace(whole, value=(whole.value or b"")[: rng.randrange(20, 200)])


def _unknown_type(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    type_ = rng.choice(("contact.signup.v9", "contact.unknown.v1", "newsletter"))
    return _message(person, id_, at, _signup(person), type=type_)


def _unknown_organization(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    subscription = {"channel": "email", "scope": "nowhere/shop", "purposes": ["marketing"]}
    return _message(person, id_, at, _signup(person, organization="nowhere", subscriptions=[subscription]))


def _absurd_time(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    time = rng.choice(("1970-01-01T00:00:00Z", "2099-12-31T23:59:59Z"))
    return _message(person, id_, at, _signup(person), time=time)


def _opt_out_at_absurd_time(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    """Is recorded all the same, flagged."""
    return _message(person, id_, at, _opt_out(person), time="1970-01-01T00:00:00Z")


def _no_phone(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    identifier = {"kind": "phone", "value": rng.choice(("call reception", "n/a", "+", "12"))}
    subscription = {"channel": "sms", "scope": person.organization.senders[0], "purposes": ["marketing"]}
    return _message(person, id_, at, _signup(person, identifiers=[identifier], subscriptions=[subscription]))


def _foreign_scope(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    other = next(organization for organization in ORGANIZATIONS if organization != person.organization)
    subscription = {"channel": "email", "scope": other.lists[0], "purposes": ["marketing"]}
    return _message(person, id_, at, _signup(person, subscriptions=[subscription]))


def _opt_out_of_foreign_scope(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    """Is recorded all the same, for the whole organization, flagged."""
    other = next(organization for organization in ORGANIZATIONS if organization != person.organization)
    return _message(person, id_, at, _opt_out(person, scope=other.lists[0]))


def huge(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    """Two megabytes of one field: made seldom, or it would be most of a day's bytes."""
    return _message(person, id_, at, _signup(person, evidence={"form": "x" * _TWO_MEGABYTES}))


def _nul_byte(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    identifier = {"kind": "email", "value": "a\0" + person.emails[0]}
    return _message(person, id_, at, _signup(person, identifiers=[identifier]))


def _deep(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    nested: dict[str, Any] = {}
    for _ in range(200):
        nested = {"profile": nested}
    return _message(person, id_, at, _signup(person, profile=nested))


def _no_id(rng: Random, person: Person, id_: str, at: datetime) -> Outgoing:
    document = {
        "specversion": "1.0",
        "source": "/legacy",
        "type": "contact.signup.v1",
        "data": _signup(person),
    }
    return Outgoing(topic_of("contact.signup.v1"), person.key, orjson.dumps(document), STRUCTURED, at)


POISONS: tuple[Maker, ...] = (
    _bad_json,
    _unknown_type,
    _unknown_organization,
    _absurd_time,
    _opt_out_at_absurd_time,
    _no_phone,
    _foreign_scope,
    _opt_out_of_foreign_scope,
    _nul_byte,
    _deep,
    _no_id,
)
"""Taken in turn; each about as often as the others."""
