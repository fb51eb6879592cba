"""Every query that a request runs finds its rows by an index, on tables big enough for that to matter."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection, Cursor, ServerCursor

from entrypoints.sms_contacts import COLUMNS, ORDERS
from ledger.store.connections import Role, acting_as, see
from projections import (
    audit_history,
    by_day,
    channel_status,
    conflicts,
    contact_aliases,
    contact_count,
    contact_list,
    contact_query,
    counters,
    duplicates,
    identifiers,
    marks,
    merge_candidates,
    opt_out_search,
    opt_outs,
    outbox,
    platform_listings,
    replies,
    rule_breakers,
    scopes,
    sms_list,
    traces,
)
from projections.contact_list import RANKED_BY
from projections.contact_query import Filter, Ranking
from projections.criteria import tree
from projections.projection import Projection
from projections.registry import PROJECTIONS
from projections.sms_contacts import Tab
from projections.sms_list import Order
from tests.migrated import filled_ledger

ROWS = 20_000
ORGANIZATIONS = frozenset(f"org{number}" for number in range(1_000))
BIG = (
    "all_contacts",
    "audit_history",
    "contact_aliases",
    "contact_search",
    "dismissed_candidates",
    "email_status",
    "sms_status",
    "identifiers",
    "marks",
    "merge_candidates",
    "opt_outs",
    "opt_ins_by_day",
    "opt_outs_by_day",
    "outbox",
    "replies",
    "status_counters",
    "contact_counters",
    "consent_counters",
    "scopes",
    "scopes_seen",
    "platform_listings",
    "contact_values",
    "value_counters",
    "sms_contacts",
)
FILL = """
CREATE FUNCTION id(n bigint) RETURNS uuid IMMUTABLE LANGUAGE sql
    AS $$ SELECT md5(n::text)::uuid $$;
INSERT INTO all_contacts
SELECT id(n), 'org' || n % 4, ARRAY[id(n)], ARRAY[id(-n)], 'P', 'P', NULL, ARRAY['p' || n || '@example.com'], '{}',
       '{}', (ARRAY['subscriber', 'unsubscriber'])[1 + n % 2], NULL, '{}', '{}', now(), 'form', 'crm',
       '2026-01-01'::timestamptz + n * interval '1 minute', n % 50 = 0,
       CASE WHEN n % 50 = 0 THEN '2026-02-01'::timestamptz + n * interval '1 minute' END,
       CASE WHEN n % 100 = 0 THEN '2027-01-01'::timestamptz + n * interval '1 hour' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO contact_search
SELECT id, organization, ARRAY(SELECT organization || ' ' || mark FROM unnest(counted) AS mark), counted,
       'p' || n || '@example.com' || chr(10) || '+1' || md5(n::text), ARRAY[id(-n)]
FROM (
    SELECT id, organization, n,
        ARRAY['all', 'email', CASE WHEN n % 3 = 0 THEN 'email.active' ELSE 'email.pending' END]
        || CASE WHEN n % 500 = 0 THEN ARRAY['banned'] ELSE '{}' END AS counted
    FROM (SELECT id, organization, row_number() OVER () AS n FROM all_contacts) AS numbered
) AS people;
UPDATE contact_search s
SET facts = ARRAY[c.organization || ' city=' || (c.n % 5), c.organization || ' town=' || (c.n % 5000)]
FROM (SELECT id, organization, row_number() OVER (ORDER BY id) AS n FROM all_contacts) AS c WHERE c.id = s.id;
UPDATE contact_search s
SET consents = ARRAY[said || c.organization, said || c.organization || '/shop/-/list' || n % 10]
FROM (
    SELECT id, organization, row_number() OVER (ORDER BY id) AS n,
        (ARRAY['email subscribed ', 'email unsubscribed '])[1 + ascii(id::text) % 2] AS said
    FROM all_contacts
) AS c WHERE c.id = s.id;
UPDATE all_contacts c
SET profile = jsonb_build_object('city', split_part(facts[1], '=', 2), 'town', split_part(facts[2], '=', 2)),
    marks = s.marks, consents = s.consents, text = s.text, consented_at = now()
FROM contact_search s WHERE s.id = c.id;
UPDATE contact_search s SET last_updated = c.last_updated, created_at = c.created_at, deleted_at = c.deleted_at
FROM all_contacts c WHERE s.id = c.id;
INSERT INTO contact_aliases SELECT id, id, organization FROM all_contacts;
INSERT INTO identifiers
SELECT id(-n), 'org' || n % 4, 'email', 'p' || n || '@example.com', true, id(n), 1, '{}', '{}', false, now(), now(),
       id(n), CASE WHEN n % 100 = 0 THEN '2027-01-01'::timestamptz + n * interval '1 hour' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO channel_status (channel, identifier_id, scope, purpose, organization, consent, consent_since,
    deliverability, soft_bounces, hold, erased, sendable, reasons, platform_key, changes_at)
SELECT 'email', id(-n), 'org' || n % 4 || '/shop/-/list' || n % 10, 'marketing', 'org' || n % 4,
       (ARRAY['subscribed', 'unsubscribed'])[1 + n % 2], now() - n * interval '1 minute', 'active', 0, 'none',
       false, true, '{}', id(n),
       CASE WHEN n % 100 = 0 THEN '2027-01-01'::timestamptz + n * interval '1 hour' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO channel_status (channel, identifier_id, scope, purpose, organization, consent, consent_since,
    deliverability, soft_bounces, hold, erased, sendable, reasons)
SELECT 'sms', id(-n), 'org' || n % 4 || '/shop/48' || n % 10, 'marketing', 'org' || n % 4,
       (ARRAY['subscribed', 'unsubscribed'])[1 + n % 2], now() - n * interval '1 minute', 'active', 0, 'none',
       false, true, '{}'
FROM generate_series(1, %(rows)s) n;
INSERT INTO audit_history
SELECT n, id(n), id(-(n % 4000)), 'org' || n % 4, 'name', 'Sentence.', now() - n * interval '1 minute', NULL,
       now(), now(), 'crm', NULL, NULL, NULL, NULL, NULL, '{}',
       CASE WHEN n % 50 = 0 THEN ARRAY['conflict'] ELSE '{}' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO merge_candidates SELECT id(n), id(n + 1), 'bulk', 'org' || n % 4, id(n), now(), n
FROM generate_series(1, %(rows)s) n;
INSERT INTO dismissed_candidates SELECT id(n), id(n + 1), 'bulk', 'org' || n % 4, id(n), now()
FROM generate_series(1, %(rows)s) n WHERE n % 2 = 0;
INSERT INTO replies
SELECT id(n), 'org' || n % 4, id(-n), 'org' || n % 4 || '/shop/1', now() - n * interval '1 minute', now(), 'other',
       'none', NULL, '2026-2', id(n), now(), CASE WHEN n % 50 = 0 THEN 'open' ELSE 'read' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO outbox (organization, identifier_id, channel, scope, purpose, payload, position)
SELECT 'org0', id(n), 'email', 'org0', '*', '{}', n FROM generate_series(1, %(rows)s) n;
INSERT INTO opt_outs
SELECT n, id(n), id(-n), 'org' || n % 4, 'name', 'link', 'email', 'org' || n % 4, NULL,
       '2026-01-01'::timestamptz + n * interval '1 minute'
           - CASE WHEN n % 500 = 0 THEN '20 days' ELSE '0' END::interval,
       '2026-01-01'::timestamptz + n * interval '1 minute'
FROM generate_series(1, %(rows)s) n;
INSERT INTO opt_ins_by_day
SELECT 'org' || n % 4, '2026-01-01'::date + (n / 100)::int, 'form', 'email',
       'org' || n % 4 || '/shop/-/list' || n % 100, n
FROM generate_series(1, %(rows)s) n;
INSERT INTO opt_outs_by_day SELECT * FROM opt_ins_by_day;
INSERT INTO marks
SELECT stage, n, '2026-01-01'::timestamptz + n * interval '1 minute',
       '2026-01-01'::timestamptz + n * interval '1 minute' - CASE WHEN n = 9000 THEN '8 days' ELSE '0' END::interval
FROM generate_series(1, %(rows)s - 100) n, unnest(ARRAY['enforced', 'published']) stage;
INSERT INTO status_counters SELECT 'org' || n % 1000, 'email', 'scope' || n, '*', 'never', 1
FROM generate_series(1, %(rows)s) n;
INSERT INTO contact_counters SELECT 'org' || n % 1000, 'mark' || n, 1 FROM generate_series(1, %(rows)s) n;
INSERT INTO platform_listings
SELECT id(n), n % 2 = 0, CASE WHEN n % 2 = 0 THEN now() - n * interval '1 minute' END, id(n), now(), NULL
FROM generate_series(1, %(rows)s) n;
INSERT INTO scopes SELECT 'org' || n % 4, 'org' || n % 4 || '/m' || n, 'merchant', 'M', now(),
    CASE WHEN n % 10 = 0 THEN now() END FROM generate_series(1, %(rows)s) n;
INSERT INTO scopes_seen SELECT 'org' || n % 4, 'org' || n % 4 || '/m' || n + 100, 1, now(), now()
FROM generate_series(1, %(rows)s) n;
INSERT INTO contact_values SELECT 'org' || n % 4, 'email', 'p' || n || '@example.com', id(n), now()
FROM generate_series(1, %(rows)s) n;
INSERT INTO value_counters SELECT 'org' || n % 4, 'email', 'p' || n || '@example.com', 1 + (n % 20 = 0)::int
FROM generate_series(1, %(rows)s) n;
INSERT INTO sms_contacts
SELECT id(-n), 'org' || n % 4 || '/shop/48' || n % 10 / 5 || '/list' || n % 20, 'org' || n % 4,
       'org' || n % 4 || '/shop/48' || n % 10 / 5, (ARRAY['contacts', 'opted-out', 'other', NULL])[1 + n / 4 % 4],
       '+1' || (4155550000 + n * 7919 % 100000)::text,
       CASE WHEN n % 3 = 0 THEN '' ELSE 'p' || n || '@example.com' END,
       '2026-01-01'::timestamptz + n * interval '1 minute', (ARRAY['keyword', 'ban', 'import'])[1 + n % 3],
       '2026-01-01'::timestamptz + n * interval '1 minute',
       CASE WHEN n % 100 = 0 THEN '2027-01-01'::timestamptz + n * interval '1 hour' END
FROM generate_series(1, %(rows)s) n;
INSERT INTO contact_counters SELECT organization, mark, count(*) FROM contact_search, unnest(counted_as) AS mark
GROUP BY 1, 2;
INSERT INTO consent_counters SELECT 'org' || n % 1000, 'email subscribed org' || n, 1
FROM generate_series(1, %(rows)s) n;
"""


def explained(connection: Connection[Any], query: Any, params: Any) -> None:
    """Notes the plan of a query, within the organization that it asks for."""
    asked = params.values() if isinstance(params, dict) else params or ()
    organization = next((one for one in asked if isinstance(one, str) and one in ORGANIZATIONS), "org1")
    if any(word in str(query) for word in ("SET TRANSACTION", "EXPLAIN", "plan_cache_mode")):
        return
    with Cursor(connection) as explaining:
        see(explaining, organization)
        rows = explaining.execute(
            b"EXPLAIN " + (query if isinstance(query, bytes) else query.encode()), params, prepare=False
        ).fetchall()
    if "set_config" not in str(query):
        connection.plans.append("\n".join(row[0] for row in rows))  # type: ignore[attr-defined]


class Explaining(Cursor[Any]):
    """Notes the plan of every query before running it."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        explained(self.connection, query, params)
        return super().execute(query, params, **how)


class ExplainingPortions(ServerCursor[Any]):
    """The same of a query that is read portion by portion."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        explained(self.connection, query, params)
        return super().execute(query, params, **how)


@pytest.fixture(scope="module")
def filled(database_url: str) -> Iterator[Connection[Any]]:
    """On tables of many rows of four organizations."""
    url = filled_ledger(database_url, FILL.replace("%(rows)s", str(ROWS)), "ledger_projector")
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


NOW = datetime(2026, 1, 10, tzinfo=UTC)
SOON = datetime(2027, 1, 2, tzinfo=UTC)
DEEP = (NOW, UUID(int=1))
SENDER = "org1/shop/480"
PERSON = UUID("c4ca4238-a0b9-2382-0dcc-509a6f75849b")  # md5 of 1
QUERIES: dict[str, Callable[[Connection[Any]], Any]] = {
    "contacts": lambda c: contact_list.contacts(c, "org1"),
    "contacts, deep": lambda c: contact_list.contacts(c, "org1", after=DEEP),
    "contacts of a type": lambda c: contact_list.contacts(c, "org1", Filter(type="subscriber")),
    "contacts of a type, deep": lambda c: contact_list.contacts(c, "org1", Filter(type="subscriber"), after=DEEP),
    "contacts of a frequent mark": lambda c: contact_list.contacts(c, "org1", Filter(mark="email.active")),
    "contacts of a rare mark": lambda c: contact_list.contacts(c, "org1", Filter(mark="banned")),
    "contacts of a mark that nobody has": lambda c: contact_list.contacts(c, "org1", Filter(mark="blocked")),
    "deleted contacts of a mark": lambda c: contact_list.contacts(
        c, "org0", Filter(mark="email.active", deleted=True, ranked="deleted")
    ),
    "deleted contacts of a type": lambda c: contact_list.contacts(
        c, "org0", Filter(type="subscriber", deleted=True, ranked="created")
    ),
    "search among the deleted": lambda c: contact_list.contacts(
        c, "org0", Filter(search="p1200@", deleted=True, ranked="deleted")
    ),
    "search by e-mail": lambda c: contact_list.contacts(c, "org1", Filter(search="p1234@")),
    "search by what many have": lambda c: contact_list.contacts(c, "org1", Filter(search="example")),
    "search by phone": lambda c: contact_list.contacts(c, "org1", Filter(search="+1 (c4) ca4")),
    "search by contact id": lambda c: contact_list.contacts(c, "org1", Filter(search=str(PERSON))),
    "count of a search": lambda c: contact_count.count(c, "org1", Filter(search="p123")),
    "contact": lambda c: contact_list.contact(c, "org1", PERSON),
    "people by their ids": lambda c: contact_list.people(c, "org1", [PERSON, UUID(int=5)]),
    "alias": lambda c: contact_aliases.person_id(c, "org1", PERSON),
    "identifier": lambda c: identifiers.identifier(c, "org1", PERSON),
    "identifiers": lambda c: identifiers.identifiers(c, "org1", [PERSON, UUID(int=5)]),
    "statuses of identifiers": lambda c: channel_status.of_identifiers(c, [PERSON, UUID(int=5)]),
    "statuses of an identifier": lambda c: channel_status.of_identifier(c, PERSON),
    "members": lambda c: channel_status.members(c, "org1", "email", "org1/shop/-/list1", "subscribed"),
    "history": lambda c: audit_history.history(c, "org1", [PERSON]),
    "history of a person": lambda c: audit_history.history(c, "org1", [PERSON, UUID(int=3), UUID(int=4)]),
    "history of a kind, deep": lambda c: audit_history.history(
        c, "org1", [UUID(int=3), UUID(int=4)], names=["name"], after=(NOW, 9_000), limit=51
    ),
    "conflicts": lambda c: conflicts.conflicts(c, "org1"),
    "candidates": lambda c: merge_candidates.candidates(c, "org1", limit=20),
    "people weighed by rules of identity": lambda c: next(rule_breakers.people(c, "org1", least=1, page=20)),
    "replies that wait": lambda c: replies.replies(c, "org0", "open"),
    "replies, deep": lambda c: replies.replies(c, "org0", "read", after=(NOW, UUID(int=1))),
    "reply": lambda c: replies.reply(c, "org0", PERSON),
    "counts of people": lambda c: counters.people(c, "org7"),
    "channels in use": lambda c: counters.channels(c, "org7"),
    "merchants": lambda c: scopes.merchants(c, "org7"),
    "names of organizations": lambda c: scopes.names(c, ["org1", "org7"]),
    "places": lambda c: scopes.places(c, "org1"),
    "counts of statuses": lambda c: counters.statuses(c, "org7"),
    "opt-outs": lambda c: opt_outs.newest(c, "org1"),
    "opt-outs, deep": lambda c: opt_outs.newest(c, "org1", after=(NOW, 5_000), limit=10),
    "opt-outs since": lambda c: opt_outs.newest(c, "org1", since=NOW),
    "times of opt-outs": lambda c: opt_outs.newest_taken(c, "org1", limit=100),
    "opt-outs that may be overdue": lambda c: opt_outs.slow(c, "org1", SOON),
    "opt-outs that may be overdue, deep": lambda c: opt_outs.slow(c, "org1", SOON, after=(NOW, 5_000)),
    "opt-outs of an organization that wait": lambda c: opt_outs.waiting_of(c, "org1"),
    "opt-outs of an organization that wait since": lambda c: opt_outs.waiting_of(c, "org1", since=NOW),
    "opt-outs that wait": lambda c: opt_outs.waiting(c, "enforced"),
    "opt-outs searched": lambda c: opt_out_search.opt_outs_of(c, "org1", opt_out_search.Asked(since=NOW)),
    "opt-outs of an address": lambda c: opt_out_search.opt_outs_of(
        c, "org1", opt_out_search.Asked(identifier=UUID(int=1))
    ),
    "opt-outs by a method": lambda c: opt_out_search.opt_outs_of(c, "org1", opt_out_search.Asked(method="import")),
    "opt-outs by an actor": lambda c: opt_out_search.opt_outs_of(c, "org1", opt_out_search.Asked(actor="agent")),
    "opt-outs of a list": lambda c: opt_out_search.opt_outs_of(
        c, "org1", opt_out_search.Asked(scope="org1/shop/-/news"), after=(NOW, 5_000)
    ),
    "opt-ins and opt-outs by day": lambda c: by_day.counted(c, "org1", NOW.date(), NOW.date() + timedelta(days=30)),
    "statuses that wait to be published": lambda c: outbox.waiting(c, ROWS - 50, 10_001),
    "organizations with opt-outs": lambda c: opt_outs.organizations(c),
    "opt-outs of everybody": lambda c: opt_outs.latest(c, 100),
    "phones of a sender that have a part": lambda c: sms_list.phones(
        c, "org1", sms_list.Asked(SENDER, "contacts", digits="+141555501")
    ),
    "phones of a list": lambda c: sms_list.phones(
        c, "org1", sms_list.Asked(SENDER, "contacts", scope=f"{SENDER}/list1")
    ),
    "phones that opted out for a reason": lambda c: sms_list.phones(
        c, "org1", sms_list.Asked(SENDER, "opted-out", reason="ban"), after=(NOW.isoformat(), PERSON, SENDER)
    ),
    "senders": lambda c: sms_list.senders(c, "org1"),
    "lists of a sender": lambda c: sms_list.lists(c, "org1", SENDER),
    "replies of a number": lambda c: replies.of_identifier(c, "org0", PERSON),
    "published so far": lambda c: c.execute(marks.PUBLISHED, (ROWS - 50,)),
    "scopes": lambda c: scopes.created(c, "org1"),
    "scopes, deep": lambda c: scopes.created(c, "org1", after="org1/m5"),
    "scopes in use": lambda c: scopes.created(c, "org1", retired=False),
    "scopes that nobody created": lambda c: scopes.unknown(c, "org1"),
    "scope": lambda c: scopes.seen(c, "org1", "org1/m205"),
    "subscribed at a scope": lambda c: scopes.subscribed(c, "org7", "scope7"),
    "listings of the platform": lambda c: platform_listings.listed(c, limit=20),
    "shared values": lambda c: duplicates.shared(c, "org0", "email"),
    "shared values, deep": lambda c: duplicates.shared(c, "org0", "email", after="p5"),
    "count of shared values": lambda c: duplicates.count(c, "org0", "email"),
    "everybody who shares a value": lambda c: duplicates.sharers(c, "org0", "email"),
    "holders of a value": lambda c: duplicates.holders(c, "org0", "email", "p400@example.com"),
    "traces of a person that go": lambda c: traces.counted(c, traces.GOING, [PERSON], [PERSON]),
    "traces of a person that stay": lambda c: traces.counted(c, traces.STAYING, [PERSON], [PERSON], ["email"]),
    "published when": lambda c: marks.published_at(c, ROWS - 50),
    "outbox": lambda c: outbox.after(c, ROWS - 50, 100),
}


ACROSS = {
    "opt-outs that wait",
    "organizations with opt-outs",
    "opt-outs of everybody",
    "published so far",
    "listings of the platform",
    "outbox",
}
"""Asked over all organizations by who may; all else is asked by a reader, under row-level security."""

LISTED = {"source": "subscription", "channel": "email", "state": "subscribed", "place": "org1/shop/-/list2"}
TOWN = {"source": "profile", "field": "town", "test": "is", "value": "7"}
CITY = {"source": "profile", "field": "city", "test": "is", "value": "3"}
CRITERIA: dict[str, dict[str, Any]] = {
    "a frequent value": CITY,
    "a rare value": TOWN,
    "a value that nobody has": {**TOWN, "value": "none"},
    "a list": LISTED,
    "a list since when": {**LISTED, "within_days": 1},
    "a merchant that nobody is subscribed at": {**LISTED, "place": "org1/none"},
    "a rare hold": {"source": "hold", "hold": "banned"},
    "a state of deliverability": {"source": "deliverability", "channel": "email", "status": "bounced"},
    "active since when": {"source": "deliverability", "channel": "email", "status": "active", "within_days": 9},
    "a kind": {"source": "identifiers", "kind": "email"},
    "creation in a day": {"source": "date", "date": "created", "from_day": "2026-01-02", "until_day": "2026-01-02"},
    "purchases": {"source": "date", "date": "purchased", "within_days": 30},
    "a subscription in a span": {"source": "date", "date": "subscribed", "within_days": 30},
    "a method": {"source": "origin", "method": "form"},
    "a type": {"source": "type", "type": "unsubscriber"},
    "neither of two": {"not": {"any": [TOWN, LISTED]}},
    "either of two that are rare": {"any": [TOWN, {"source": "hold", "hold": "banned"}]},
    "both of two": {"all": [CITY, LISTED]},
}


def by_criteria(document: dict[str, Any], connection: Connection[Any]) -> Any:
    wanted = Filter(criteria=tree.checked(document), at=datetime(2026, 1, 15, tzinfo=UTC))
    contact_count.count(connection, "org1", wanted)
    return contact_list.contacts(connection, "org1", wanted)


for name, document in CRITERIA.items():
    QUERIES[f"criteria: {name}"] = partial(by_criteria, document)
for ranking in ("created", "earliest"):
    QUERIES[f"contacts by {ranking}"] = partial(
        lambda by, c: contact_list.contacts(c, "org1", Filter(ranked=by), after=DEEP), ranking
    )


def everybody(wanted: Filter, connection: Connection[Any]) -> Any:
    return list(contact_list.every_id(connection, "org1", wanted))


EVERYBODY: dict[str, Filter] = {
    "a search": Filter(search="p123"),
    "a rare mark": Filter(mark="banned"),
    "a rare value": Filter(criteria=tree.checked(TOWN)),
    "either of two that are rare": Filter(criteria=tree.checked(CRITERIA["either of two that are rare"])),
    "a search, deleted or not": Filter(search="p123", deleted=None),
}
for name, wanted in EVERYBODY.items():
    QUERIES[f"everybody of {name}"] = partial(everybody, wanted)


def deleted(ranked: Ranking, after: tuple[datetime, UUID] | None, connection: Connection[Any]) -> Any:
    return contact_list.contacts(connection, "org0", Filter(deleted=True, ranked=ranked), after=after)


def asked(query: str, value: object, connection: Connection[Any]) -> Any:
    return connection.execute(query.encode(), (value,))


def crowded(projection: Projection, connection: Connection[Any]) -> Any:
    return projection.crowd(connection, SOON, 5_000)


for ranked in RANKED_BY:
    QUERIES[f"deleted contacts by {ranked}"] = partial(deleted, ranked, None)
    QUERIES[f"deleted contacts by {ranked}, deep"] = partial(deleted, ranked, (SOON, UUID(int=1)))


def phones(tab: Tab, order: Order, descending: bool, deep: bool, connection: Connection[Any]) -> Any:
    key = NOW.isoformat() if order in ("moment", "message") else "m"
    wanted = sms_list.Asked(SENDER, tab, order=order, descending=descending)
    return sms_list.phones(connection, "org1", wanted, after=(key, PERSON, SENDER) if deep else None)


for tab, columns in COLUMNS.items():
    for column, descending, deep in product(columns, (True, False), (True, False)):
        name = f"phones, {tab} by {column}{' down' if descending else ''}{', deep' if deep else ''}"
        QUERIES[name] = partial(phones, tab, ORDERS[column], descending, deep)

for one in PROJECTIONS.values():
    if one.DUE is not None:
        QUERIES[f"{one.name}: due"] = partial(asked, one.DUE, SOON)
        QUERIES[f"{one.name}: crowd"] = partial(crowded, one)
        ACROSS |= {f"{one.name}: due", f"{one.name}: crowd"}
    if one.LISTED is not None:
        QUERIES[f"{one.name}: listed"] = partial(asked, one.LISTED, [PERSON])
        ACROSS.add(f"{one.name}: listed")


@pytest.mark.parametrize("query", QUERIES)
def test_no_request_reads_a_table_through(
    filled: Connection[Any], query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_list, "BRIEF", 10)  # too few, so that it is gone on to what leads
    role: Role = "ledger_overseer" if query in ACROSS else "ledger_reader"
    filled.cursor_factory = Cursor
    filled.execute("RESET ROLE; RESET search_path")
    acting_as(role)(filled)
    filled.cursor_factory, filled.server_cursor_factory = Explaining, ExplainingPortions
    plans: list[str] = []
    filled.plans = plans  # type: ignore[attr-defined]
    QUERIES[query](filled)
    assert plans
    for plan in plans:
        assert "Index" in plan, plan
        assert not [table for table in BIG if f"Seq Scan on {table}" in plan], plan


@pytest.mark.parametrize(
    "wanted",
    [
        Filter(mark="banned"),
        Filter(criteria=tree.checked({"source": "date", "date": "created", "within_days": 8}), at=NOW),
        Filter(criteria=tree.checked({**LISTED, "within_days": 1}), at=NOW),
    ],
)
def test_who_is_passed_by_is_looked_up_nowhere(
    filled: Connection[Any], wanted: Filter, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (contact_list, contact_query):
        monkeypatch.setattr(module, "is_few", lambda *_, **__: False)
    filled.cursor_factory = Cursor
    filled.execute("RESET ROLE; RESET search_path")
    acting_as("ledger_reader")(filled)
    filled.cursor_factory = Explaining
    filled.plans = []  # type: ignore[attr-defined]
    contact_list.contacts(filled, "org1", wanted)
    walked = [plan for plan in filled.plans if "get_bit" in plan or "Subquery Scan on w" in plan]  # type: ignore[attr-defined]
    assert walked
    assert "Index Only Scan using all_contacts_list_idx" in walked[0]
