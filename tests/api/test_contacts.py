"""People over HTTP: listed page by page, searched, shown by any id, masked for who may not read values."""

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from entrypoints import contact_export
from entrypoints.roles import Role
from projections.contact_query import Filter
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served


@pytest.fixture
def people(server: Served, admin: Caller) -> Caller:
    """Five people, the last of whom has opted out."""
    for number in range(5):
        person = {"kind": "email", "value": f"ann{number}@example.com"}
        admin.record(signup(admin.organization, person, profile={"first_name": f"Ann{number}", "city": "Ulm"}))
    admin.record(opt_out(admin.organization, {"kind": "email", "value": "ann4@example.com"}))
    server.project()
    return admin


def _emails(page: dict[str, Any]) -> list[str]:
    return [email for one in page["contacts"] for email in one["emails"]]


def test_pages_follow_one_another_and_show_everyone_once(people: Caller) -> None:
    seen: list[str] = []
    page = people.get("contacts", limit="2").json()
    seen += _emails(page)
    while page["after"]:
        page = people.get("contacts", limit="2", after=page["after"]).json()
        seen += _emails(page)
    assert sorted(seen) == [f"ann{number}@example.com" for number in range(5)]
    assert page["all"] == 5


def test_search_by_body_finds_parts_and_counts(people: Caller) -> None:
    asked = {"search": "ANN3", "count": True}
    by_body = people.post("contacts/search", asked).json()
    assert _emails(by_body) == ["ann3@example.com"]
    assert (by_body["found"], by_body["found_more"], by_body["all"]) == (1, False, 5)
    assert _emails(people.get("contacts", type="unsubscriber").json()) == ["ann4@example.com"]


def test_one_person_by_any_id_it_ever_had(server: Served, admin: Caller) -> None:
    admin.record(signup(admin.organization), signup(admin.organization, PHONE, "sms"))
    ids = [admin.post("lookup", one).json()["contact_id"] for one in (EMAIL, PHONE)]
    assert ids[0] != ids[1]
    admin.record(event("contact.identify.v1", admin.organization, identifiers=[EMAIL, PHONE], method="form"))
    server.project()
    shown = [admin.get(f"contacts/{one}").json() for one in ids]
    assert shown[0] == shown[1]
    assert sorted(shown[0]["contact_ids"]) == sorted(ids)
    assert {(one["kind"], one["value"]) for one in shown[0]["identifiers"]} == {
        ("email", "ann@example.com"),
        ("phone", "+14155550100"),
    }


def test_who_may_not_read_values_sees_them_masked(people: Caller, caller: Callable[[Role], Caller]) -> None:
    reader = caller("analyst")
    page = reader.get("contacts")
    contact = reader.get(f"contacts/{page.json()['contacts'][0]['id']}")
    for answer in (page, contact):
        assert "a***@example.com" in answer.text
        assert not any(
            value in answer.text for value in ("ann0@", "ann1@", "ann2@", "ann3@", "ann4@", "Ann", "Ulm")
        )


@pytest.mark.parametrize("role", ["analyst", "auditor"])
def test_who_sees_values_masked_finds_whole_ones_only(
    people: Caller, caller: Callable[[Role], Caller], role: Role
) -> None:
    reader, known = caller(role), people.get("contacts").json()["contacts"][0]
    for whole in (known["emails"][0].upper(), known["id"]):
        found = reader.post("contacts/search", {"search": whole, "count": True}).json()
        assert [one["id"] for one in found["contacts"]] == [known["id"]]
        assert found["found"] == 1
    assert reader.post("contacts/search", {"search": "nobody@example.com"}).json()["contacts"] == []
    for part in ("ann", "ann0@", "example.com", "Ann0", "+1415"):
        for route in ("contacts/search", "contacts/export"):
            refused = reader.post(route, {"search": part})
            assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "search"), (part, route)
    assert len(caller("marketer").post("contacts/search", {"search": "ann0@"}).json()["contacts"]) == 1


def test_an_auditor_with_a_reason_searches_by_parts(people: Caller, caller: Callable[[Role], Caller]) -> None:
    found = caller("auditor").post("contacts/search", {"search": "ann0@"}, {"Ledger-Reason": "case 4711"})
    assert _emails(found.json()) == ["ann0@example.com"]


@pytest.mark.parametrize(
    ("criterion", "status"),
    [
        ({"field": "first_name", "test": "is", "value": "ann0"}, 200),
        ({"field": "first_name", "test": "filled"}, 200),
        ({"field": "points", "test": "above", "value": "3"}, 200),
        ({"field": "first_name", "test": "begins", "value": "a"}, 422),
        ({"field": "city", "test": "contains", "value": "l"}, 422),
        ({"field": "birthday", "test": "after", "value": "1980-01-01"}, 422),
    ],
)
def test_criteria_spell_no_masked_value_out(
    people: Caller, caller: Callable[[Role], Caller], criterion: dict[str, str], status: int
) -> None:
    asked = {"criteria": {"all": [{"not": {"source": "profile", **criterion}}]}}
    assert caller("analyst").post("contacts/search", asked).status_code == status
    assert people.post("contacts/search", asked).status_code == 200


def test_another_organizations_person_is_not_there(people: Caller, server: Served) -> None:
    contact = people.get("contacts").json()["contacts"][0]["id"]
    elsewhere = server.caller(f"{people.organization}-b")
    assert elsewhere.get(f"contacts/{contact}").status_code == 404
    assert elsewhere.get("contacts").json()["contacts"] == []
    assert people.get(f"contacts/{uuid4()}").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("search", "ann3"),
        ("type", "friend"),
        ("mark", "Robert'); --"),
        ("mark", "email.unsubscribd"),
        ("after", "x"),
        ("after", "bm90IGEgY3Vyc29y"),
        ("limit", "0"),
        ("limit", "201"),
        ("deleted", "perhaps"),
        ("wave", "1"),
    ],
)
def test_what_cannot_be_listed_is_refused_with_the_field_named(field: str, value: str, admin: Caller) -> None:
    refused = admin.get("contacts", **{field: value})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_a_mark_that_is_none_is_refused_wherever_people_are_named_by_it(admin: Caller) -> None:
    wanted: dict[str, Any] = {"mark": "nonsense"}
    bulk = {"people": wanted, "action": "pause", "reason": "the shop moves"}
    asked = [
        ("contacts/search", wanted),
        ("contacts/export", wanted),
        ("batches", bulk),
        ("deletions/preview", wanted),
    ]
    for path, body in asked:
        refused = admin.post(path, body)
        assert refused.status_code == 422, path
        assert "email" in refused.json()["errors"][0]["message"], path
        assert "banned" in refused.json()["errors"][0]["message"], path
    assert admin.get("batches").json()["batches"] == []


@pytest.mark.parametrize("text", ["an", "ann\0", "a" * 201])
def test_what_cannot_be_searched_for_is_refused(text: str, admin: Caller) -> None:
    refused = admin.post("contacts/search", {"search": text})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["search"]


def test_the_description_has_no_text_to_search_for_in_an_address(admin: Caller) -> None:
    paths = admin.client.get("/openapi.json").json()["paths"]
    listing = paths["/v1/organizations/{organization}/contacts"]["get"]
    assert "search" not in [one["name"] for one in listing["parameters"]]


def test_what_looks_like_a_pattern_or_an_id_is_searched_for_as_it_is(people: Caller) -> None:
    for text in ("%%%", "___", "\\\\\\", str(uuid4())):
        assert people.post("contacts/search", {"search": text}).json()["contacts"] == []


def test_the_deleted_are_ranked_filtered_and_exported_whole(
    people: Caller, server: Served, caller: Callable[[Role], Caller]
) -> None:
    """Y9: everyone of the tab as one CSV, masked for who may not read values."""
    by_email = {one["emails"][0]: one["id"] for one in people.get("contacts").json()["contacts"]}
    order = [f"ann{number}@example.com" for number in (3, 1, 4)]
    for one in order:
        deletion = event("contact.delete.v1", people.organization, contact_id=by_email[one], actor="x", reason="y")
        people.record({**deletion, "time": server.ledger.now().isoformat()})
    server.project()
    tab: dict[str, Any] = {"deleted": True, "ranked": "deleted"}
    assert _emails(people.post("contacts/search", tab).json()) == order[::-1]
    first = people.get("contacts", deleted="true", ranked="deleted", limit="2").json()
    rest = people.get("contacts", deleted="true", ranked="deleted", limit="2", after=first["after"]).json()
    assert _emails(first) + _emails(rest) == order[::-1]
    assert people.get("contacts", ranked="deleted").json()["errors"][0]["field"] == "ranked"
    exported = people.post("contacts/export", tab)
    assert exported.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(exported.text)))
    assert [line["emails"] for line in lines] == order[::-1]
    assert all(line["deleted_at"] for line in lines)
    unsubscribed = people.post("contacts/export", {**tab, "mark": "email.unsubscribed"}).text
    assert [line["emails"] for line in csv.DictReader(io.StringIO(unsubscribed))] == ["ann4@example.com"]
    assert people.post("contacts/export", {"ranked": "deleted"}).status_code == 422
    masked = caller("analyst").post("contacts/export", tab).text
    assert "a***@example.com" in masked
    assert not any(one in masked for one in ("ann1@", "Ann1"))


def test_an_export_misses_nobody_who_is_updated_meanwhile(
    people: Caller, server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contact_export, "PAGE", 1)
    exported = contact_export.everyone(server.ledger, people.organization, Filter())
    seen = [next(exported).emails[0]]
    last = _emails(people.get("contacts").json())[-1]
    people.record(opt_out(people.organization, {"kind": "email", "value": last}))
    server.project()
    assert _emails(people.get("contacts").json())[0] == last
    seen += [row.emails[0] for row in exported]
    assert sorted(seen) == [f"ann{number}@example.com" for number in range(5)]


def test_criteria_find_people_over_http_and_show_fields_of_theirs(
    people: Caller, caller: Callable[[Role], Caller]
) -> None:
    place = f"{people.organization}/shop"
    criteria = {
        "all": [
            {"source": "subscription", "channel": "email", "state": "subscribed", "place": place},
            {"not": {"source": "profile", "field": "first_name", "test": "is", "value": "ann0"}},
            {"source": "date", "date": "created", "until_day": "2026-03-02"},
        ]
    }
    asked = {"criteria": criteria, "count": True, "limit": 2, "fields": ["city"], "ranked": "earliest"}
    first = people.post("contacts/search", asked).json()
    rest = people.post("contacts/search", {**asked, "after": first["after"]}).json()
    assert (first["found"], first["found_more"], rest["after"]) == (3, False, None)
    assert sorted(_emails(first) + _emails(rest)) == [f"ann{number}@example.com" for number in (1, 2, 3)]
    assert first["contacts"][0]["fields"] == {"city": "Ulm"}
    exported = people.post("contacts/export", {"criteria": criteria})
    assert sorted(row["emails"] for row in csv.DictReader(io.StringIO(exported.text))) == [
        f"ann{number}@example.com" for number in (1, 2, 3)
    ]
    masked = caller("analyst").post("contacts/search", asked).json()
    assert masked["contacts"][0]["fields"] == {"city": "***"}


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({"source": "astrology"}, "criteria.criterion"),
        ({"all": [{"source": "hold", "hold": "free"}]}, "criteria.all.all.0.criterion.hold.hold"),
        ({"all": []}, "criteria.all.all"),
        ({"source": "date", "date": "created"}, "criteria.criterion.date"),
    ],
)
def test_criteria_that_cannot_be_taken_are_named(criteria: Any, field: str, admin: Caller) -> None:
    refused = admin.post("contacts/search", {"criteria": criteria})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_a_place_of_another_organization_is_refused_whether_it_is_there_or_not(
    admin: Caller, server: Served
) -> None:
    other = server.caller(f"{admin.organization}-other")
    other.record(signup(other.organization))
    server.project()
    answers = []
    for organization in (other.organization, f"{admin.organization}-nobody"):
        place = f"{organization}/shop"
        criteria = {"not": {"source": "subscription", "state": "subscribed", "place": place}}
        for path, body in (
            ("contacts/search", {"criteria": criteria}),
            ("contacts/export", {"criteria": criteria}),
            ("batches", {"action": "block", "people": {"criteria": criteria}, "reason": "test"}),
        ):
            refused = admin.post(path, body)
            assert refused.status_code == 422, path
            assert place not in refused.text
            answers.append(refused.json()["errors"])
    mend = f"place: must be {admin.organization}, or begin with {admin.organization}/"
    assert answers == [[{"field": "criteria", "message": mend}]] * 6


def test_the_description_shows_how_criteria_look(server: Served) -> None:
    schemas = server.client.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["ContactsSearch"]["properties"]["criteria"]["examples"][0]["all"]
    assert "place" in schemas["SubscriptionCriterion"]["properties"]
