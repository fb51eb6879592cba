"""People as they are shown: listed and searched, one by any of its ids; masked for who may not read values."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg import Connection
from pydantic import BaseModel, Field

from entrypoints import page_ends
from entrypoints.masking import masked, masked_text
from entrypoints.wiring import Service
from ledger.errors import MessageRefused, NotFound
from projections import contact_count, contact_list, counters, identifiers
from projections.contact_count import COUNTED_TO
from projections.contact_list import PATIENCE, ContactRow
from projections.contact_query import Filter
from projections.criteria import tree
from projections.criteria.criterion import Known
from projections.criteria.finding import TooSlow
from projections.identifiers import IdentifierRow

COUNTING: Final = 0.5
"""Seconds that counting those who fit criteria may take; then they are only said to be more than the page shows."""

OWN_PLACE: Final = "must be {0}, or begin with {0}/"
"""What is to be mended where another organization's place is named; whether that is there is not told."""


class ContactSeen(BaseModel):
    """One person. `contact_ids` are all the ids it ever had, oldest first."""

    id: UUID
    contact_ids: list[UUID]
    identifier_ids: list[UUID]
    name: str | None
    emails: list[str]
    phones: list[str]
    external_ids: list[str]
    type: str = Field(description="subscriber, unsubscriber, purchaser or anonymous")
    holds: list[str] = Field(description="of banned, blocked, paused those in force at some place at least")
    subscriptions: dict[str, dict[str, str]] = Field(description="merchant → channel → consent")
    created_at: datetime
    created_method: str
    created_source: str
    last_updated: datetime
    deleted: bool
    deleted_at: datetime | None = None
    fields: dict[str, Any] = Field(default_factory=dict, description="the profile fields that were asked for")


class IdentifierSeen(BaseModel):
    """One identifier of a person."""

    id: UUID
    kind: str | None
    value: str | None = Field(description="null once erased")
    valid: bool
    epoch: int
    deliverability: dict[str, Any]
    holds: dict[str, Any]
    erased: bool
    first_event_at: datetime
    last_event_at: datetime


class ContactWhole(ContactSeen):
    """One person with its profile and identifiers."""

    profile: dict[str, Any]
    identifiers: list[IdentifierSeen]


class ContactsPage(BaseModel):
    """A page, last updated first or as it was to be ranked. `after` asks for the next one; null: this is the last.

    `found` counts those that fit, where asked: a single type or mark exactly, else up to 10,000, beyond which
    `found_more` is true, as it is where counting would take too long. `all` is everyone of the organization.
    """

    contacts: list[ContactSeen]
    after: str | None
    all: int
    found: int | None = None
    found_more: bool | None = None


def page(
    ledger: Service,
    organization: str,
    asked: Filter,
    *,
    after: str | None = None,
    limit: int = 50,
    counted: bool = False,
    cheaply: bool = False,
    values: bool = False,
    fields: Sequence[str] = (),
    people: Mapping[str, int] | None = None,
) -> ContactsPage:
    """One page of people, each with these fields of its profile. Raises MessageRefused naming what cannot be taken.

    `cheaply`: counts only where that costs little; else `found` is what the page shows, and there are more.
    `people`: what `counters` counts of the organization, where that was asked for already.
    Relative dates of its criteria are counted back from `asked.at`, now where it is not given.
    """
    asked = replace(asked, at=asked.at or ledger.now())
    start = page_ends.read(after, UUID) if after else None
    refuse_unaskable(organization, asked)
    known = Known(people)
    with ledger.reading.connection() as connection:
        try:
            rows = contact_list.contacts(
                connection, organization, asked, after=start, limit=limit + 1, seconds=PATIENCE, known=known
            )
        except ValueError as refused:
            raise MessageRefused("invalid-request", str(refused)) from None
        people = counters.people(connection, organization) if people is None else people
        here = len(rows) if start is None and len(rows) <= limit else None
        found, more = None, None
        if counted:
            found, more = _found(
                connection, organization, asked, people, least=limit, whole=here, cheaply=cheaply, known=known
            )
    shown = rows[:limit]
    return ContactsPage(
        contacts=[seen(row, values=values, fields=fields) for row in shown],
        after=page_ends.written(*contact_list.place(shown[-1], asked.ranked)) if len(rows) > limit else None,
        all=people.get("all", 0) + (people.get("deleted", 0) if asked.deleted is None else 0),
        found=found,
        found_more=more,
    )


def refuse_unaskable(organization: str, asked: Filter) -> None:
    """Raises MessageRefused for a search that PostgreSQL cannot take, and criteria of another organization."""
    if asked.search is not None and "\0" in asked.search:
        raise MessageRefused("invalid-request", "search: text without NUL characters")
    for one in tree.criteria(asked.criteria) if asked.criteria is not None else ():
        if field := one.elsewhere(organization):
            raise MessageRefused("invalid-request", f"criteria: {field}: {OWN_PLACE.format(organization)}")


def _found(
    connection: Connection[Any],
    organization: str,
    asked: Filter,
    people: Mapping[str, int],
    *,
    least: int,
    whole: int | None,
    cheaply: bool,
    known: Known,
) -> tuple[int, bool]:
    """How many fit, and whether there are more than that: exact where the counters know it (Y3).

    `people`: what the counters say. `whole`: how many there are, where one page shows all; else more than `least`
    do. `cheaply` and `known` as `contact_count.count` takes them.
    """
    counted = contact_count.counted_as(asked)
    if counted is not None:
        return sum(people.get(one, 0) for one in counted), False
    if whole is not None:
        return whole, False
    try:
        found = contact_count.count(connection, organization, asked, seconds=COUNTING, cheaply=cheaply, known=known)
    except TooSlow:
        return least, True
    return min(found, COUNTED_TO), found > COUNTED_TO


def whole(ledger: Service, organization: str, contact_id: UUID, *, values: bool) -> ContactWhole:
    """One person by any id it ever had. Raises NotFound."""
    with ledger.reading.connection() as connection:
        row = contact_list.contact(connection, organization, contact_id)
        if row is None:
            raise NotFound("No such contact in this organization, or the person was erased.")
        held = identifiers.identifiers(connection, organization, row.identifier_ids)
    return ContactWhole(
        **seen(row, values=values).model_dump(),
        profile=row.profile if values else dict.fromkeys(row.profile, "***"),
        identifiers=[_identifier(one, values=values) for one in held],
    )


def seen(row: ContactRow, *, values: bool, fields: Sequence[str] = ()) -> ContactSeen:
    """A row as it is shown to who may read values, or may not, with these fields of the profile."""
    kinds = {"emails": "email", "phones": "phone", "external_ids": "external_id"}
    shown = {name: getattr(row, name) for name in ContactSeen.model_fields if name != "fields"}
    held = {field: row.profile[field] for field in fields if field in row.profile}
    shown["fields"] = held if values else dict.fromkeys(held, "***")
    if not values:
        shown["name"] = masked_text(row.name)
        for name, kind in kinds.items():
            shown[name] = [masked(kind, value) for value in shown[name]]
    return ContactSeen(**shown)


def _identifier(row: IdentifierRow, *, values: bool) -> IdentifierSeen:
    shown = {name: getattr(row, name) for name in IdentifierSeen.model_fields}
    return IdentifierSeen(**shown | {"value": row.value if values else masked(row.kind or "", row.value)})
