"""Criteria in the console: built step by step, said in words, taken away again, the state in the address."""

import csv
import io
import json
import re
from collections.abc import Callable
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from entrypoints.console import building
from entrypoints.roles import Role
from projections.criteria import tree
from projections.criteria.registry import SOURCES
from tests.api.messages import event, signup
from tests.console.conftest import PASSWORD, Scene

Looking = Callable[..., httpx.Client]
BANNED = {"source": "hold", "hold": "banned"}
SUBSCRIBED = {"source": "subscription", "channel": "email", "state": "subscribed"}
ULM = {"source": "profile", "field": "city", "test": "is", "value": "Ulm"}


@pytest.fixture
def looking(scene: Scene, person: Callable[..., str], browser: httpx.Client) -> Looking:
    """A browser in which somebody with the role is logged in."""

    def logged_in(role: Role = "admin") -> httpx.Client:
        answer = browser.post("/console/login", data={"email": person(role), "password": PASSWORD})
        assert answer.status_code == 303
        return browser

    return logged_in


def _add(scene: Scene, browser: httpx.Client, address: str, source: str, **fields: str) -> httpx.Response:
    form = {"csrf": scene.csrf(browser), "list": urlsplit(address).query, "source": source, **fields}
    return browser.post(f"{scene.contacts}/criteria", data=form)


def _added(scene: Scene, browser: httpx.Client, address: str, source: str, **fields: str) -> str:
    answer = _add(scene, browser, address, source, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def _criteria(address: str) -> str:
    return parse_qs(urlsplit(address).query)["criteria"][0]


def test_criteria_are_added_said_and_taken_away_by_links(scene: Scene, looking: Looking) -> None:
    browser = looking()
    start = f"{scene.contacts}?type=subscriber"
    address = _added(scene, browser, start, "subscription", channel="email", state="subscribed")
    assert json.loads(_criteria(address)) == {"all": [SUBSCRIBED]}
    assert "type=subscriber" in address
    page = browser.get(address).text
    assert "4 profiles out of 5" in page
    assert "E-mail: Subscribed" in page
    address = _added(scene, browser, address, "profile", field="first_name", test="is", value="Ann3", sense="not")
    page = browser.get(address).text
    assert "3 profiles out of 5" in page
    assert "First name is Ann3" in page
    links = [unescape(one) for one in re.findall(r'<li><a href="([^"]*)" title="Remove First', page)]
    assert len(links) == 1
    assert json.loads(_criteria(links[0])) == {"all": [SUBSCRIBED]}
    assert "4 profiles out of 5" in browser.get(links[0]).text


def test_what_was_typed_stands_in_no_address(scene: Scene, looking: Looking) -> None:
    browser = looking()
    address = _added(scene, browser, scene.contacts, "profile", field="city", test="is", value="Ulm")
    assert "ulm" not in address.lower()
    assert "profile" not in address
    page = browser.get(address).text
    assert "5 profiles out of 5" in page
    for link in re.findall(r'(?:href|value|action)="([^"]*criteria[^"]*)"', page):
        assert "ulm" not in link.lower()
    broken = browser.get(f"{scene.contacts}?criteria=~{'A' * 60}")
    assert broken.status_code == 422


def test_groups_are_joined_by_or_and_turned_into_and(scene: Scene, looking: Looking) -> None:
    browser = looking()
    address = _added(scene, browser, scene.contacts, "hold", hold="banned", into="any")
    address = _added(scene, browser, address, "subscription", channel="email", state="unsubscribed", into="0")
    assert json.loads(_criteria(address)) == {"all": [{"any": [BANNED, {**SUBSCRIBED, "state": "unsubscribed"}]}]}
    page = browser.get(address).text
    assert "1 profiles out of 5" in page
    [switch] = re.findall(r'class="joined" href="([^"]*)" title="[^"]*">Any of', page)
    assert "0 profiles out of 5" in browser.get(unescape(switch)).text
    state = {"channel": "email", "state": "unsubscribed"}
    none = _added(scene, browser, scene.contacts, "subscription", **state, into="none")
    assert "4 profiles out of 5" in browser.get(none).text


@pytest.mark.parametrize(
    ("source", "fields", "wrong"),
    [
        ("profile", {"field": "city", "test": "above", "value": "many"}, "give a number"),
        ("profile", {"field": "city", "test": "is"}, "say with what to compare"),
        ("subscription", {"channel": "email"}, "is needed"),
        ("date", {"date": "created"}, "give within_days"),
        ("date", {"date": "created", "within_days": "0"}, "greater than or equal to 1"),
    ],
)
def test_a_form_that_cannot_be_taken_comes_back_with_what_was_typed(
    source: str, fields: dict[str, str], wrong: str, scene: Scene, looking: Looking
) -> None:
    browser = looking()
    answer = _add(scene, browser, scene.contacts, source, **fields, sense="not")
    assert answer.status_code == 422
    assert wrong in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert '<option value="not" selected>' in answer.text
    for value in fields.values():
        assert f'value="{value}"' in answer.text


def test_a_place_of_another_organization_is_refused_in_words(scene: Scene, looking: Looking) -> None:
    browser = looking()
    place, mend = "elsewhere/shop", f"must be {scene.organization}, or begin with {scene.organization}/"
    answer = _add(scene, browser, scene.contacts, "subscription", channel="email", state="subscribed", place=place)
    assert (answer.status_code, mend in answer.text) == (422, True)
    assert 'aria-invalid="true"' in answer.text
    address = f"{scene.contacts}?{urlencode({'criteria': json.dumps({**SUBSCRIBED, 'place': place})})}"
    shown = browser.get(address)
    assert (shown.status_code, mend in shown.text) == (422, True)
    assert browser.get(address.replace("contacts?", "contacts.json?")).json()["errors"][0]["field"] == "criteria"


def test_an_unknown_source_or_state_is_refused(scene: Scene, looking: Looking) -> None:
    browser = looking()
    assert _add(scene, browser, scene.contacts, "astrology").status_code == 422
    assert _add(scene, browser, f"{scene.contacts}?ranked=sideways", "hold", hold="banned").status_code == 422
    assert browser.get(f"{scene.contacts}?criteria=%7B%7D").status_code == 422


def test_every_source_has_a_form_that_says_what_it_asks(scene: Scene, looking: Looking) -> None:
    browser = looking()
    page = browser.get(scene.contacts).text
    sources = re.findall(r'href="[^"]*build=([a-z]+)#criteria"', page)
    assert set(sources) == set(SOURCES)
    for source in sources:
        form = browser.get(f"{scene.contacts}?build={source}").text
        labels = re.findall(r'<label for="c-[a-z_]+">([^<]+)</label>', form)
        assert labels
        assert all(label[0].isupper() for label in labels), labels


def test_the_twins_hold_the_criteria_and_the_fields_that_are_columns(scene: Scene, looking: Looking) -> None:
    browser = looking()
    start = f"{scene.contacts}?fields=city"
    address = _added(scene, browser, start, "profile", field="city", test="is", value="Ulm")
    query = urlsplit(address).query
    shown = browser.get(f"{scene.contacts}.json?{query}").json()
    assert [one["field"] for one in shown["applied"]] == ["criteria"]
    assert {one["fields"]["city"] for one in shown["contacts"]} == {"Ulm"}
    rows = list(csv.DictReader(io.StringIO(browser.get(f"{scene.contacts}.csv?{query}").text)))
    assert {row["city"] for row in rows} == {"Ulm"}
    masked = looking("analyst").get(f"{scene.contacts}?fields=city").text
    assert "Ulm" not in masked


def test_a_search_keeps_the_criteria(scene: Scene, looking: Looking) -> None:
    browser = looking()
    address = _added(scene, browser, scene.contacts, "subscription", channel="email", state="subscribed")
    form = {"csrf": scene.csrf(browser), "text": "ann3", "state": urlsplit(address).query}
    found = browser.post(f"{scene.contacts}/search", data=form).headers["location"]
    assert "1 profiles out of 5" in browser.get(found).text
    assert json.loads(_criteria(found)) == {"all": [SUBSCRIBED]}


def test_all_with_email_counts_the_deleted(scene: Scene, looking: Looking) -> None:
    """Y15: active, unsubscribed, deleted, spam."""
    browser, one = looking(), scene.contact("ann2@example.com")
    scene.record(
        event("contact.delete.v1", scene.organization, contact_id=one["id"], actor="agent", reason="asked")
    )
    page = browser.get(f"{scene.contacts}?status=email").text
    assert "5 profiles out of 5" in page
    assert "ann2@example.com" in page
    assert ">Deleted</span>" in page
    assert "4 profiles out of 4" in browser.get(scene.contacts).text


def test_the_list_is_ranked_by_creation_from_either_end(scene: Scene, looking: Looking) -> None:
    browser = looking()
    mail = {"kind": "email", "value": "zoe@example.com"}
    scene.record({**signup(scene.organization, mail), "time": "2020-01-01T00:00:00Z"})
    for ranked, place in (("earliest", 0), ("created", -1), ("updated", 0)):
        shown = browser.get(f"{scene.contacts}.json?ranked={ranked}").json()["contacts"]
        assert shown[place]["emails"] == ["zoe@example.com"], ranked


def test_nothing_is_lost_where_one_node_goes() -> None:
    root = None
    for into in ("", "any", "0", "1"):
        root = building.added(root, tree.checked(BANNED), into)
    assert root == tree.checked({"all": [BANNED, {"any": [BANNED, BANNED]}, BANNED]})
    root = building.removed(root, "2")
    assert root == tree.checked({"all": [BANNED, {"any": [BANNED, BANNED]}]})
    assert building.removed(root, "1.0") == tree.checked({"all": [BANNED, {"any": [BANNED]}]})
    assert building.removed(root, "1") == tree.checked({"all": [BANNED]})
    assert building.removed(tree.checked({"all": [{"not": {"any": [BANNED]}}]}), "0.0.0") is None
    assert building.switched(root) == tree.checked({"any": [BANNED, {"any": [BANNED, BANNED]}]})
    assert building.switched(root, "1") == tree.checked({"all": [BANNED, {"all": [BANNED, BANNED]}]})
