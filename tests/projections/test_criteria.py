"""Criteria by examples: whom each fits, joined by and, or and not, and however they are found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import cycle, product
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange, ProfileEdit
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange, Receipt
from projections import contact_count, contact_list, contact_query
from projections.contact_query import Filter, Ranking
from projections.criteria import finding, tree
from projections.criteria.criterion import Asking
from projections.criteria.registry import SOURCES
from tests.projections.world import World

NEWS, OFFERS, OUTLET = "acme/shop/-/news", "acme/shop/-/offers", "acme/outlet/-/news"
ANN, BEA, CAT, DAN = (
    Given("email", f"{name}@example.com", f"{name}@example.com") for name in ("ann", "bea", "cat", "dan")
)
PHONE = Given("phone", "+14155550100", "+14155550100")
TRACKER = Given("tracker", "browser-1", "browser-1")


@pytest.fixture(scope="module")
def people(shared_world: World) -> World:
    """People that tests only look at."""
    shared_world.register()
    return peopled(shared_world)


def peopled(world: World) -> World:
    """Ann (two lists, a phone, banned), Bea (opted out, bounced), Cat (a request), Dan (by import, later)."""
    world.record(
        SignUp(
            (ANN, PHONE),
            (Subscription("email", NEWS, ("marketing",)), Subscription("email", OFFERS, ("marketing",))),
            "form",
        ),
        SignUp((BEA, TRACKER), (Subscription("email", NEWS, ("marketing",)),), "form"),
        SignUp((CAT,), (Subscription("email", OUTLET, ("marketing",), double_opt_in=True),), "form"),
        ProfileEdit(ANN, set={"city": "Ulm", "home": "İzmir", "size": 38, "tags": ["Red", "İz"]}),
        ProfileEdit(ANN, set={"since": "2024-05-01"}),
        ProfileEdit(BEA, set={"city": "Neu-Ulm", "size": 41, "vip": True}),
    )
    world.pass_time(timedelta(days=6))
    world.record(
        OptOut(BEA, "email", NEWS, (), "link"),
        Receipt(BEA, "email", "hard_bounce"),
        HoldChange(ANN, "ban", "acme", reason="fraud"),
        SignUp((DAN,), (Subscription("email", NEWS, ("marketing",)),), "import"),
        ProfileEdit(DAN, set={"city": "", "size": 44.5}),
    )
    world.project()
    return world


ALONE = ("SELECT s.id FROM contact_search s WHERE ", "")

EXAMPLES: Sequence[tuple[dict[str, Any], str]] = [
    ({"source": "profile", "field": "city", "test": "is", "value": "ULM"}, "ann"),
    ({"source": "profile", "field": "city", "test": "contains", "value": "ulm"}, "ann bea"),
    ({"source": "profile", "field": "city", "test": "begins", "value": "neu"}, "bea"),
    ({"source": "profile", "field": "city", "test": "filled"}, "ann bea"),
    ({"source": "profile", "field": "city", "test": "empty"}, "cat dan"),
    ({"source": "profile", "field": "tags", "test": "is", "value": "red"}, "ann"),
    ({"source": "profile", "field": "tags", "test": "is", "value": "İz"}, "ann"),
    ({"source": "profile", "field": "home", "test": "is", "value": "İzmir"}, "ann"),
    ({"source": "profile", "field": "home", "test": "contains", "value": "İz"}, "ann"),
    ({"source": "profile", "field": "home", "test": "begins", "value": "İz"}, "ann"),
    ({"source": "profile", "field": "size", "test": "is", "value": "44.5"}, "dan"),
    ({"source": "profile", "field": "size", "test": "above", "value": "40"}, "bea dan"),
    ({"source": "profile", "field": "size", "test": "below", "value": "40.5"}, "ann"),
    ({"source": "profile", "field": "vip", "test": "is", "value": "true"}, "bea"),
    ({"source": "profile", "field": "since", "test": "after", "value": "2024-04-30"}, "ann"),
    ({"source": "profile", "field": "since", "test": "before", "value": "2024-05-01"}, ""),
    ({"source": "subscription", "channel": "email", "state": "subscribed"}, "ann dan"),
    ({"source": "subscription", "channel": "email", "state": "subscribed", "place": "acme/shop"}, "ann dan"),
    ({"source": "subscription", "channel": "email", "state": "subscribed", "place": OFFERS}, "ann"),
    ({"source": "subscription", "channel": "email", "state": "subscribed", "place": "acme/sho"}, ""),
    ({"source": "subscription", "channel": "email", "state": "unsubscribed"}, "bea"),
    ({"source": "subscription", "channel": "email", "state": "pending", "place": "acme/outlet"}, "cat"),
    ({"source": "subscription", "channel": "email", "state": "never", "place": "acme/shop"}, "cat"),
    ({"source": "subscription", "channel": "sms", "state": "never"}, "ann bea cat dan"),
    ({"source": "subscription", "channel": "email", "state": "subscribed", "within_days": 5}, "dan"),
    (
        {"source": "subscription", "channel": "email", "state": "subscribed", "place": NEWS, "older_than_days": 5},
        "ann",
    ),
    ({"source": "deliverability", "channel": "email", "status": "bounced"}, "bea"),
    ({"source": "deliverability", "channel": "email", "status": "bounced", "within_days": 5}, "bea"),
    ({"source": "deliverability", "channel": "email", "status": "bounced", "older_than_days": 5}, ""),
    ({"source": "deliverability", "channel": "sms", "status": "active"}, "ann"),
    ({"source": "hold", "hold": "banned"}, "ann"),
    ({"source": "identifiers", "kind": "phone"}, "ann"),
    ({"source": "identifiers", "kind": "email", "has": "at_least", "number": 2}, ""),
    ({"source": "identifiers", "kind": "phone", "has": "at_most", "number": 0}, "bea cat dan"),
    ({"source": "identifiers", "kind": "tracker", "has": "exactly", "number": 1}, "bea"),
    ({"source": "date", "date": "created", "within_days": 5}, "dan"),
    ({"source": "date", "date": "created", "until_day": "2026-03-02"}, "ann bea cat"),
    ({"source": "date", "date": "created", "from_day": "2026-03-03"}, "dan"),
    ({"source": "date", "date": "updated", "within_days": 5}, "ann bea dan"),
    ({"source": "date", "date": "updated", "until_day": "2026-03-03"}, "cat"),
    ({"source": "date", "date": "subscribed", "older_than_days": 5}, "ann bea"),
    ({"source": "date", "date": "purchased", "within_days": 5}, ""),
    ({"source": "origin", "method": "import"}, "dan"),
    ({"source": "origin", "method": "form", "service": "test"}, "ann bea cat"),
    ({"source": "origin", "service": "elsewhere"}, ""),
    ({"source": "type", "type": "subscriber"}, "ann dan"),
    ({"not": {"source": "hold", "hold": "banned"}}, "bea cat dan"),
    ({"not": {"source": "profile", "field": "city", "test": "contains", "value": "ulm"}}, "cat dan"),
    ({"all": [{"source": "type", "type": "subscriber"}, {"source": "origin", "method": "import"}]}, "dan"),
    ({"any": [{"source": "hold", "hold": "banned"}, {"source": "origin", "method": "import"}]}, "ann dan"),
    (
        {
            "all": [
                {"not": {"source": "hold", "hold": "banned"}},
                {
                    "any": [
                        {"source": "subscription", "channel": "email", "state": "pending"},
                        {"all": [{"source": "profile", "field": "size", "test": "above", "value": "40"}]},
                    ]
                },
            ]
        },
        "bea cat dan",
    ),
]


def _filter(document: dict[str, Any], at: datetime) -> Filter:
    return Filter(criteria=tree.checked(document), at=at)


def _names(rows: Sequence[contact_list.ContactRow]) -> str:
    return " ".join(sorted(row.emails[0].partition("@")[0] for row in rows))


@pytest.mark.parametrize("few", [True, False], ids=["an index leads", "the list is walked"])
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_each_criterion_finds_whom_it_fits_by_either_way(
    number: int, few: bool, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_list, "is_few", lambda *_, **__: few)
    if few:
        monkeypatch.setattr(contact_list, "BRIEF", 0)
    document, expected = EXAMPLES[number]
    asked = _filter(document, people.now)
    with people.connect() as connection:
        rows = contact_list.contacts(connection, "acme", asked)
        assert _names(rows) == expected
        assert contact_count.count(connection, "acme", asked) == len(rows)
        assert contact_list.contacts(connection, "globex", asked) == []


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_where_an_index_leads_nobody_who_fits_is_missed(number: int, people: World) -> None:
    document, expected = EXAMPLES[number]
    asking = Asking("acme", people.now)
    if (alone := tree.in_search(tree.checked(document), asking)) is not None:
        with people.connect() as connection:
            query = alone.join(ALONE)
            found = {row[0] for row in connection.execute(query.encode(), asking.values)}
            rows = contact_list.contacts(connection, "acme")
            assert _names([row for row in rows if row.id in found]) == expected
    queries = tree.found_by(tree.checked(document), asking)
    with people.connect() as connection:
        for query in queries:
            found = {row[0] for row in connection.execute(query, asking.values)}
            rows = contact_list.contacts(connection, "acme")
            assert set(expected.split()) <= set(_names([row for row in rows if row.id in found]).split())


OF_EACH_SOURCE = {document.get("source", "several"): document for document, _ in EXAMPLES}


@pytest.mark.parametrize("few", [True, False], ids=["an index leads", "the list is walked"])
@pytest.mark.parametrize(("source", "ranked"), [*zip(OF_EACH_SOURCE, cycle(("updated", "created", "earliest")))])
def test_what_is_asked_together_finds_whom_each_of_it_finds(
    source: str, ranked: Ranking, few: bool, people: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (contact_list, contact_query):
        monkeypatch.setattr(module, "is_few", lambda *_, **__: few)
    if few:
        monkeypatch.setattr(contact_list, "BRIEF", 0)
    with people.connect() as connection:

        def found(**asked: Any) -> set[UUID]:
            one = Filter(at=people.now, **asked)
            rows = contact_list.contacts(connection, "acme", one)
            assert contact_count.count(connection, "acme", one) == len(rows)
            return {row.id for row in rows}

        [ann] = contact_list.contacts(connection, "acme", Filter(search="ann@"))
        each: dict[str, tuple[Any, ...]] = {
            "search": (None, "example", "415555", str(ann.id)),
            "type": (None, "subscriber"),
            "mark": (None, "email.active"),
            "criteria": (None, tree.checked(OF_EACH_SOURCE[source])),
        }
        alone = {name: [(one, found(**{name: one})) for one in values] for name, values in each.items()}
        for chosen in product(*alone.values()):
            asked = {name: one for name, (one, _) in zip(each, chosen, strict=True)}
            assert found(**asked, ranked=ranked) == set.intersection(*(those for _, those in chosen)), asked
            assert found(**asked, deleted=True, ranked="deleted") == set(), asked


def test_every_source_is_found_and_has_an_example() -> None:
    asked = {type(one) for document, _ in EXAMPLES for one in tree.criteria(tree.checked(document))}
    assert asked == set(SOURCES.values())


def test_pages_by_criteria_follow_one_another(people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = _filter({"not": {"source": "hold", "hold": "banned"}}, people.now)
    with people.connect() as connection:
        for stretch in (1, 2, 5_000):
            monkeypatch.setattr(contact_list, "STRETCH", stretch)
            seen, after = [], None
            while page := contact_list.contacts(connection, "acme", asked, after=after, limit=1):
                seen += page
                after = contact_list.place(page[-1], "updated")
            assert _names(seen) == "bea cat dan"


def test_the_deleted_are_found_beside_the_others(world: World) -> None:
    people = peopled(world)
    people.record(ContactChange("delete", DAN, "asked"))
    people.project()
    with people.connect() as connection:
        both = contact_list.contacts(connection, "acme", Filter(mark="email", deleted=None))
        assert _names(both) == "ann bea cat dan"
        assert [row.last_updated for row in both] == sorted((row.last_updated for row in both), reverse=True)
        earliest = contact_list.contacts(connection, "acme", Filter(deleted=None, ranked="earliest"))
        assert [row.created_at for row in earliest] == sorted(row.created_at for row in earliest)
        assert contact_count.count(connection, "acme", Filter(mark="email", deleted=None)) == 4


def test_who_was_created_first_or_last_leads_the_list(people: World) -> None:
    with people.connect() as connection:
        latest = contact_list.contacts(connection, "acme", Filter(ranked="created"))
        earliest = contact_list.contacts(connection, "acme", Filter(ranked="earliest"))
    assert _names(latest[:1]) == "dan"
    assert [row.id for row in earliest] == [row.id for row in latest][::-1]


def test_what_takes_too_long_is_refused_with_advice(people: World) -> None:
    with people.connect() as connection:
        with pytest.raises(finding.TooSlow, match="narrower"), finding.patience(connection, 0.05):
            connection.execute("SELECT pg_sleep(5)")
        assert len(contact_list.contacts(connection, "acme")) == 4


def _nested(depth: int) -> dict[str, Any]:
    return {"not": _nested(depth - 1)} if depth else {"source": "hold", "hold": "banned"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "astrology"},
        {"all": []},
        {"some": []},
        {"source": "hold", "hold": "banned", "wave": 1},
        {"source": "profile", "field": "city"},
        {"source": "profile", "field": "city' OR true", "test": "filled"},
        {"source": "profile", "field": "size", "test": "above", "value": "many"},
        {"source": "profile", "field": "size", "test": "is", "value": "\0"},
        {"source": "date", "date": "created"},
        {"source": "date", "date": "created", "within_days": 0},
        {"source": "subscription", "channel": "email", "state": "subscribed", "place": "acme/%"},
        {"all": [{"source": "hold", "hold": "banned"}] * 41},
        _nested(5),
        [],
        7,
    ],
)
def test_what_is_no_criterion_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        tree.checked(wrong)


def test_a_document_is_written_as_it_is_read() -> None:
    for document, _ in EXAMPLES:
        node = tree.checked(document)
        assert tree.read(tree.written(node)) == node
