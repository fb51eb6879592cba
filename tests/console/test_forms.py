"""Forms that cannot be taken: the page again, what was typed still there, the message at its field."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx

from entrypoints import people
from tests.api.messages import event
from tests.api.serving import Served
from tests.console.conftest import Scene

Looking = Callable[..., httpx.Client]
TYPED = "no reason <script> at all"


def field(page: str, name: str) -> str:
    """The one input of this name, and where several have it the one that is said to be wrong."""
    inputs = [tag for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", page) if f'name="{name}"' in tag]
    wrong = [tag for tag in inputs if "aria-invalid" in tag]
    assert len(wrong or inputs) == 1, inputs
    return str((wrong or inputs)[0])


def message(page: str, tag: str) -> str:
    """What is said at the field, found as a screen reader finds it."""
    for one in re.findall(r'aria-describedby="([^"]*)"', tag)[0].split():
        found = re.search(rf'<p class="wrong" id="{one}">([^<]*)</p>', page)
        if found:
            return found[1]
    raise AssertionError("nothing is said at it")


def test_a_form_comes_back_on_its_page_as_it_was_typed(scene: Scene, looking: Looking) -> None:
    gone = [
        event("contact.delete.v1", scene.organization, identifier=one, actor="a", reason="asked to")
        for one in ({"kind": "email", "value": f"ann{number}@example.com"} for number in range(2))
    ]
    scene.record(*gone)
    browser, home = looking(), f"/console/{scene.organization}"
    first, second = re.findall(r'name="contact" value="([^"]*)"', browser.get(f"{home}/deleted").text)
    sent = {"csrf": scene.csrf(browser), "back": f"{home}/deleted?ranked=created", "contact": second}
    answer = browser.post(f"{home}/deleted/restore", data={**sent, "reason": " " * 3})
    assert answer.status_code == 422
    tag = field(answer.text, "reason")
    assert "autofocus" in tag
    assert message(answer.text, tag).startswith("Say why")
    assert f"{second}" in answer.text.partition(tag)[0].rpartition("<form")[2]
    assert first in answer.text
    assert f'name="back" value="{home}/deleted?ranked=created"' in answer.text
    long = TYPED + "x" * 500
    again = browser.post(f"{home}/deleted/restore", data={**sent, "reason": long})
    assert again.status_code == 422
    assert long.replace("<", "&lt;").replace(">", "&gt;") in field(again.text, "reason").replace("&#34;", '"')
    assert browser.post(f"{home}/deleted/restore", data={**sent, "reason": "a mistake"}).headers["location"] == (
        f"{home}/deleted?ranked=created&done=restored"
    )


def test_what_stands_nowhere_on_the_page_is_said_above_it(scene: Scene, looking: Looking) -> None:
    browser, home = looking(), f"/console/{scene.organization}"
    sent = {"csrf": scene.csrf(browser), "back": f"{home}/candidates", "reason": "twins"}
    answer = browser.post(f"{home}/candidates/dismiss", data={**sent, "left": str(uuid4()), "right": str(uuid4())})
    assert answer.status_code in (404, 422)
    assert "Merge candidates" in answer.text
    assert 'role="alert"' in answer.text


def test_nothing_is_given_back_to_a_form_of_another_session_or_place(scene: Scene, looking: Looking) -> None:
    browser, home = looking(), f"/console/{scene.organization}"
    sent = {"contact": str(uuid4()), "reason": "", "back": f"{home}/deleted"}
    strange = browser.post(f"{home}/deleted/restore", data={**sent, "csrf": "0" * 64})
    assert strange.status_code == 403
    assert TYPED not in strange.text
    for back in ("https://elsewhere.example.com/", "//elsewhere", "/v1/organizations", "/console/\\x", ""):
        answer = browser.post(f"{home}/deleted/restore", data={**sent, "csrf": scene.csrf(browser), "back": back})
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_an_address_that_cannot_be_read_is_its_page_without_what_is_wrong(scene: Scene, looking: Looking) -> None:
    browser, home = looking(), f"/console/{scene.organization}"
    answer = browser.get(f"{home}/deleted", params={"ranked": "height", "status": "email.active"})
    assert answer.status_code == 422
    assert "<h1>Deleted</h1>" in answer.text
    assert 'value="email.active" selected' in answer.text
    assert browser.get(f"{home}/deleted.json", params={"ranked": "height"}).headers["content-type"] == (
        "application/problem+json"
    )


def test_a_search_that_is_too_short_stays_on_its_page(scene: Scene, looking: Looking) -> None:
    browser, home = looking(), f"/console/{scene.organization}"
    sent = {"csrf": scene.csrf(browser), "back": f"{home}/deleted", "status": "email.active", "ranked": "created"}
    answer = browser.post(f"{home}/deleted/search", data={**sent, "q": "an"})
    assert answer.status_code == 422
    tag = field(answer.text, "q")
    assert 'value="an"' in tag
    assert "at least 3" in message(answer.text, tag)
    assert 'value="created" selected' in answer.text


def test_a_reason_for_values_and_a_zone_are_given_back(scene: Scene, looking: Looking) -> None:
    browser = looking("auditor")
    sent = {"csrf": scene.csrf(browser), "back": scene.contacts}
    answer = browser.post(f"/console/{scene.organization}/reason", data={**sent, "reason": "case\t12"})
    assert answer.status_code == 422
    assert "1 to 500 printable" in message(answer.text, field(answer.text, "reason"))
    answer = browser.post("/console/appearance", data={**sent, "theme": "dark", "zone": "Mars/Olympus"})
    assert answer.status_code == 422
    tag = field(answer.text, "zone")
    assert 'value="Mars/Olympus"' in tag
    assert "No such time zone" in message(answer.text, tag)


def test_logging_in_gives_the_address_back_and_never_the_password(
    server: Served, person: Callable[..., str], browser: httpx.Client
) -> None:
    email = person()
    answer = browser.post("/console/login", data={"email": email, "password": "not this one"})
    assert answer.status_code == 422
    assert f'value="{email}"' in field(answer.text, "email")
    assert "not this one" not in answer.text
    assert "do not belong together" in message(answer.text, field(answer.text, "password"))
    link = people.password_link(server.ledger, people.person_id(server.ledger, email))
    differ = browser.post(link, data={"password": "long enough to be one", "again": "long enough to be two"})
    assert "long enough" not in differ.text
    assert "not the same" in message(differ.text, field(differ.text, "again"))
    short = browser.post(link, data={"password": "short", "again": "short"})
    assert "12 to 200" in message(short.text, field(short.text, "password"))
