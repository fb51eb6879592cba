"""Consents that people are found and counted by: kept by steps, by a rebuild and by the migration alike."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.resources import files
from typing import Any

import pytest
from psycopg import Connection

from ledger.acts.consent import OptOut, SignUp, Subscription
from ledger.acts.contact import ContactChange
from ledger.acts.given import Given
from projections import contact_count, contact_list
from projections.contact_query import Filter
from projections.criteria import finding, tree
from projections.criteria.criterion import Known
from projections.rebuild import rebuild
from projections.registry import PROJECTIONS
from tests.projections.world import World

NEWS, OFFERS, SENDER = "acme/shop/-/news", "acme/shop/-/offers", "acme/shop/48100"
ANN, BEA, CAT = (Given("email", f"{name}@example.com", f"{name}@example.com") for name in ("ann", "bea", "cat"))
PHONE = Given("phone", "+14155550100", "+14155550100")
NUMBER = Given("external_id", "4711", "4711")

MIGRATIONS = ("0240_consents.sql", "0241_marks_in_the_row.sql", "0260_list_order.sql", "0261_consented_at.sql")

Kept = tuple[Mapping[str, Sequence[str]], Mapping[str, int], Sequence[Any]]


@pytest.fixture
def people(world: World) -> World:
    """Ann (news and texts), Bea (out of everything, a request lapsed), Cat (deleted), a number (no texts)."""
    subscribed = (Subscription("email", NEWS, ("marketing",)), Subscription("sms", SENDER, ("marketing",)))
    asked = Subscription("email", OFFERS, ("marketing",), double_opt_in=True)
    world.record(SignUp((ANN, PHONE), subscribed, "form"), SignUp((BEA,), (asked,), "form"))
    world.record(SignUp((CAT,), (Subscription("email", NEWS, ("marketing",)),), "form"))
    world.project()
    world.pass_time(timedelta(days=8))
    world.record(
        OptOut(BEA, "*", "acme", (), "manual"),
        OptOut(NUMBER, "sms", SENDER, (), "manual"),
        ContactChange("delete", CAT, "asked"),
    )
    world.project()
    return world


def _kept(connection: Connection[Any]) -> Kept:
    rows = connection.execute("SELECT text, consents FROM contact_search").fetchall()
    counted = connection.execute("SELECT consent, people FROM consent_counters WHERE organization = 'acme'")
    differing = connection.execute(
        "SELECT count(*) FROM all_contacts c JOIN contact_search s USING (id)"
        " WHERE c.consents <> s.consents OR c.marks <> s.marks OR c.text <> s.text OR c.created_at <> s.created_at"
        " OR c.last_updated <> s.last_updated OR c.deleted_at IS DISTINCT FROM s.deleted_at"
    )
    assert differing.fetchone() == (0,)
    consented = connection.execute("SELECT id, consented_at, signs FROM all_contacts ORDER BY id").fetchall()
    return {text.partition("\n")[0]: consents for text, consents in rows}, dict(counted.fetchall()), consented


def test_a_consent_is_kept_at_its_place_and_at_those_above(people: World) -> None:
    with people.connect() as connection:
        kept, counted, consented = _kept(connection)
    assert all(at for _, at, _ in consented)
    assert kept["ann@example.com"] == [
        *[f"email subscribed {place}" for place in ("acme", "acme/shop", "acme/shop/-", NEWS)],
        *[f"sms subscribed {place}" for place in ("acme", "acme/shop", SENDER)],
    ]
    assert "* unsubscribed acme" in kept["bea@example.com"]
    assert kept["4711"] == [f"sms unsubscribed {place}" for place in ("acme", "acme/shop", SENDER)]
    assert counted["email subscribed acme"] == 1  # the deleted are not counted
    assert counted["sms unsubscribed acme"] == 1


def test_a_rebuild_and_the_migration_keep_the_same(people: World) -> None:
    with people.connect() as connection:
        kept = _kept(connection)
    rebuild(people.source, PROJECTIONS["all_contacts"])
    with people.connect() as connection:
        assert _kept(connection) == kept
        connection.execute("UPDATE contact_search SET consents = '{}'")
        connection.execute("UPDATE contact_search SET last_updated = '-infinity', created_at = 'infinity'")
        connection.execute("UPDATE contact_search SET deleted_at = CASE WHEN deleted_at IS NULL THEN now() END")
        connection.execute("UPDATE all_contacts SET consents = '{}', marks = '{}', text = '', consented_at = NULL")
        connection.execute("UPDATE all_contacts SET signs = decode(repeat('00', 32), 'hex')")
        connection.execute("DELETE FROM consent_counters")
        for name in MIGRATIONS:
            for statement in files("projections.migrations").joinpath(name).read_text().split(";"):
                if "UPDATE " in statement or "INSERT" in statement:
                    connection.execute(statement.encode())
        signed = files("projections.migrations").joinpath("0270_signs.sql").read_text()
        connection.execute(signed[signed.index("CREATE FUNCTION") : signed.index("CREATE INDEX")].encode())
        assert _kept(connection) == kept


def _filter(state: str, channel: str = "email", place: str | None = None) -> Filter:
    asked = {"source": "subscription", "channel": channel, "state": state, "place": place}
    return Filter(criteria=tree.checked({"all": [asked]}))


def test_who_has_a_consent_twice_over_is_counted_once(people: World) -> None:
    people.record(OptOut(BEA, "email", NEWS, (), "link"))
    people.project()
    with people.connect() as connection:
        for asked, number in ((_filter("unsubscribed"), 1), (_filter("subscribed", "sms", "acme/shop"), 1)):
            assert contact_count.count(connection, "acme", asked) == number
            assert len(contact_list.contacts(connection, "acme", asked)) == number


def test_what_costs_much_to_count_is_not_counted_cheaply(people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_count, "CHEAP", 0)
    ann = Filter(search="ann")
    with people.connect() as connection:
        with pytest.raises(finding.TooSlow):
            contact_count.count(connection, "acme", ann, cheaply=True)
        assert contact_count.count(connection, "acme", ann) == 1
        assert contact_count.count(connection, "acme", _filter("subscribed"), cheaply=True) == 1


def test_of_more_than_a_page_waits_for_none_are_counted(people: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact_count, "CHEAPLY_SEEN", 0)
    lately = tree.checked({"source": "date", "date": "created", "within_days": 400})
    asked = Filter(criteria=lately, at=people.now)
    known = Known()
    with people.connect() as connection:
        assert len(contact_list.contacts(connection, "acme", asked, limit=1, known=known)) == 1
        with pytest.raises(finding.TooSlow):
            contact_count.count(connection, "acme", asked, cheaply=True, known=known)
        assert contact_count.count(connection, "acme", asked, known=known) == len(
            contact_list.contacts(connection, "acme", asked)
        )
