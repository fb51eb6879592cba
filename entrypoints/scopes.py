"""Scopes of an organization as they are shown: listed from the tables, changed by acts like any other."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import ScopeChange, UnknownScopesRule
from ledger.errors import NotFound
from ledger.events.scope import covers, trimmed
from ledger.rules.scopes import level, refuses_unknown, scope_of
from projections import scopes
from projections.scopes import ScopeRow

State = Literal["active", "retired", "any"]
Rule = Literal["accept", "refuse"]


class ScopeSeen(BaseModel):
    """A scope: created here, or only named by events (`state` unknown)."""

    scope: str = Field(examples=["acme/shop/-/news"])
    code: str = Field(description="the scope as it stands in a path: ~ for /", examples=["acme~shop~-~news"])
    level: str = Field(description="organization, merchant, sender or list")
    display_name: str | None
    state: str = Field(description="active, retired or unknown")
    created_at: datetime | None
    retired_at: datetime | None
    events: int = Field(description="events of identifiers that name exactly this scope")
    first_seen: datetime | None
    last_seen: datetime | None


class ScopesPage(BaseModel):
    """A page, by scope. `after` asks for the next one; null: this is the last."""

    scopes: list[ScopeSeen]
    after: str | None
    unknown_scopes: Rule = Field(description="what becomes of grants at scopes that nobody created")


class Subscribed(BaseModel):
    """How many subscriptions of a channel and purpose stand at a scope and below it."""

    channel: str
    purpose: str
    subscriptions: int


class Retirement(BaseModel):
    """A scope that was or would be retired, and who is subscribed there: they stay so, nobody else can."""

    scope: str
    retired: bool = Field(description="whether this call retired it; false: it was already, or it was a dry run")
    dry_run: bool
    subscribed: list[Subscribed]


def page(
    ledger: Service,
    organization: str,
    *,
    unknown: bool = False,
    state: State = "any",
    after: str | None = None,
    limit: int = 100,
) -> ScopesPage:
    """One page of the scopes that were created, or with `unknown` of those that were not and events name.

    From the tables, which lag behind the log by what projections have still to do.
    """
    retired = None if state == "any" else state == "retired"
    with ledger.reading.connection() as connection:
        if unknown:
            rows = scopes.unknown(connection, organization, after=after or "", limit=limit + 1)
        else:
            rows = scopes.created(connection, organization, retired=retired, after=after or "", limit=limit + 1)
    shown = rows[:limit]
    return ScopesPage(
        scopes=[_seen(row) for row in shown],
        after=shown[-1].scope if len(rows) > limit else None,
        unknown_scopes=unknown_rule(ledger, organization),
    )


def create(hand: Hand, scope: str, name: str = "") -> bool:
    """Creates a scope, or takes a retired one up again; False where it is in use already. Raises MessageRefused."""
    return hand.record(ScopeChange("create", trimmed(scope), name))


def rename(hand: Hand, scope: str, name: str) -> bool:
    """Changes the name a scope is shown by; False where that is its name. Raises MessageRefused."""
    return hand.record(ScopeChange("rename", scope, name))


def retire(hand: Hand, scope: str, *, dry_run: bool) -> Retirement:
    """Retires a scope, or only says who is subscribed there. Raises MessageRefused, NotFound."""
    get(hand.ledger, hand.organization, scope)
    with hand.ledger.reading.connection() as connection:
        found = scopes.subscribed(connection, hand.organization, scope)
    retired = False if dry_run else hand.record(ScopeChange("retire", scope))
    listed = [Subscribed(channel=one[0], purpose=one[1], subscriptions=many) for one, many in found.items()]
    return Retirement(scope=scope, retired=retired, dry_run=dry_run, subscribed=listed)


def get(ledger: Service, organization: str, scope: str) -> ScopeSeen:
    """A scope as the log has it, so as the act before left it. Raises NotFound."""
    stream = ledger.ids.scope(scope)
    known = scope_of(ledger.reading.read([stream])[stream])
    if known is None or not covers(organization, scope):
        raise NotFound("Nobody created this scope here; create it first.")
    with ledger.reading.connection() as connection:
        events, first, last = scopes.seen(connection, organization, scope)
    return _seen(ScopeRow(scope, known.display_name, known.created_at, known.retired_at, events, first, last))


def set_unknown_rule(hand: Hand, rule: Rule) -> bool:
    """Sets what becomes of grants at scopes that nobody created; False where it is so already."""
    return hand.record(UnknownScopesRule(rule))


def unknown_rule(ledger: Service, organization: str) -> Rule:
    """What becomes of grants at scopes that nobody created, now."""
    stream = ledger.ids.organization(organization)
    refused = refuses_unknown(ledger.reading.read([stream])[stream])
    return "refuse" if refused.is_on(ledger.answers.moment()) else "accept"


def _seen(row: ScopeRow) -> ScopeSeen:
    state = "unknown" if row.display_name is None else "active" if row.retired_at is None else "retired"
    return ScopeSeen(
        scope=row.scope,
        code=row.scope.replace("/", "~"),
        level=level(row.scope),
        display_name=row.display_name,
        state=state,
        created_at=row.created_at,
        retired_at=row.retired_at,
        events=row.events,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
