"""Bulk actions and acts from a row of the list, by the forms that people fill in."""

import csv
import io
from collections.abc import Callable, Iterator

import httpx
import pytest

from entrypoints.roles import Role
from tests.api.serving import wait_until
from tests.console.conftest import Scene
from tests.console.hands import Hands, logged_in

Opening = Callable[..., Hands]


@pytest.fixture
def opening(scene: Scene, person: Callable[..., str]) -> Iterator[Opening]:
    """Logs somebody else in, with the role, each time."""
    clients: list[httpx.Client] = []

    def opened(role: Role = "admin") -> Hands:
        clients.append(httpx.Client(base_url=scene.server.url, timeout=30))
        return logged_in(clients[-1], scene, person(role))

    yield opened
    for client in clients:
        client.close()


def frozen(hands: Hands, state: str = "", **typed: str) -> httpx.Response:
    """The page of a bulk action asked for on a list in this state."""
    page = hands.get("bulk/new", of=state)
    typed = {
        "scope": f"{hands.scene.organization}/shop",
        "channel": "email",
        "reason": "the shop was sold",
        **typed,
    }
    return looked_at(hands, hands.send(page, "bulk", **typed))


def looked_at(hands: Hands, answer: httpx.Response) -> httpx.Response:
    """The page of the bulk action, once everybody on its list was looked at."""
    where = answer.headers["location"]
    wait_until(lambda: hands.get(f"{where}.json").json()["state"] != "looking")
    return hands.get(where)


def test_a_filter_on_screen_becomes_a_list_that_is_looked_at_approved_and_done(opening: Opening) -> None:
    hands = opening()
    listed = hands.get("contacts", type="subscriber")
    assert "bulk/new?of=type%3Dsubscriber" in listed.text
    page = frozen(hands, "type=subscriber", action="unsubscribe")
    assert "4 people on the list" in page.text
    assert "Type: Subscriber" in page.text
    assert ">To be approved<" in page.text
    hands.scene.record()
    done = hands.follow(hands.send(page, f"{page.url.path}/approve"))
    assert done.status_code == 200
    wait_until(lambda: hands.get(f"{page.url.path}.json").json()["state"] == "done")
    hands.scene.record()
    assert "5 profiles out of 5" in hands.get("contacts", status="email.unsubscribed").text
    last = hands.get(str(page.url.path)).text
    assert "contact-ledger reverse" in last
    assert "refresh" not in hands.get(str(page.url.path)).headers


def test_the_csv_is_the_whole_list_by_ids_alone(opening: Opening) -> None:
    hands = opening()
    page = frozen(hands, action="unsubscribe")
    text = hands.get(f"{page.url.path}/list.csv").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["state"] for row in rows) == ["already", "change", "change", "change", "change"]
    assert "example.com" not in text
    one = hands.get(f"{page.url.path}.csv", show="already").text
    assert one.count("\n") == 2


def test_a_form_that_is_refused_comes_back_with_what_was_typed(opening: Opening) -> None:
    hands = opening()
    page = hands.get("bulk/new", of="type=subscriber")
    typed = {"action": "blacklist", "scope": f"{hands.scene.organization}/shop", "reason": "case 4711"}
    answer = hands.send(page, "bulk", **typed)
    assert answer.status_code == 422
    assert 'value="case 4711"' in answer.text
    assert '<option value="blacklist" selected>' in answer.text
    assert 'name="scope"' in answer.text
    assert answer.text.count('aria-invalid="true"') == 1
    assert 'name="of" value="type=subscriber"' in answer.text
    batch = looked_at(hands, hands.send(answer, "bulk", scope=hands.scene.organization))
    approved = hands.send(batch, f"{batch.url.path}/approve", reason=" ")
    assert approved.status_code == 422
    assert 'aria-invalid="true"' in approved.text


def test_the_list_of_bulk_actions_says_who_asked(opening: Opening) -> None:
    hands = opening()
    assert "No bulk action yet." in hands.get("bulk").text
    frozen(hands, action="unsubscribe")
    page = hands.get("bulk").text
    assert "the shop was sold" in page
    assert "Ann Example" in page
    [row] = csv.DictReader(io.StringIO(hands.get("bulk.csv").text))
    assert (row["action"], row["state"], row["people"]) == ("unsubscribe", "waiting", "5")


def test_a_withdrawn_list_is_gone(opening: Opening) -> None:
    hands = opening()
    page = frozen(hands, action="unsubscribe")
    assert hands.follow(hands.send(page, f"{page.url.path}/withdraw")).status_code == 200
    assert ">Withdrawn<" in hands.get("bulk").text


@pytest.mark.parametrize("role", ["marketer", "analyst", "auditor"])
def test_who_may_not_do_it_to_one_cannot_to_many(role: Role, opening: Opening) -> None:
    hands = opening(role)
    assert hands.get("bulk").status_code == 403
    assert hands.get("bulk/new").status_code == 403
    assert "bulk/new" not in hands.get("contacts").text


def act(hands: Hands, one: dict[str, object], state: str, **query: str) -> httpx.Response:
    return hands.get(f"contacts/{one['id']}/act", of=state, **query)


def test_an_act_from_a_row_leads_back_to_the_list_as_it_was(opening: Opening) -> None:
    hands = opening("marketer")
    one = hands.scene.contact("ann0@example.com")
    row = hands.get("contacts", type="subscriber").text
    assert f"contacts/{one['id']}/act?of=type%3Dsubscriber&amp;action=blacklist&amp;kind=email" in row
    page = act(hands, one, "type=subscriber&columns=type", action="blacklist", kind="email")
    answer = hands.send(page, f"contacts/{one['id']}/act", reason="asked for by phone")
    where = answer.headers["location"]
    assert where.startswith(f"{hands.scene.contacts}?type=subscriber&columns=type&done=blacklist")
    back = hands.follow(answer).text
    assert "Recorded: Move to the blacklist." in back
    hands.scene.record()
    assert "1 profiles out of 5" in hands.get("contacts", status="email.blacklisted").text


def test_an_act_that_is_refused_comes_back_with_the_message_at_the_field(opening: Opening) -> None:
    hands = opening()
    one = hands.scene.contact("ann0@example.com")
    page = act(hands, one, "type=subscriber", action="pause")
    answer = hands.send(page, f"contacts/{one['id']}/act", reason="   ")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'name="of" value="type=subscriber"' in answer.text
    again = hands.send(answer, f"contacts/{one['id']}/act", reason="on holiday")
    assert again.status_code == 303
    hands.scene.record()
    assert "1 profiles out of 5" in hands.get("contacts", status="paused").text


def test_the_same_form_twice_is_one_act(opening: Opening) -> None:
    hands = opening()
    one = hands.scene.contact("ann0@example.com")
    page = act(hands, one, "", action="unsubscribe")
    for _ in range(2):
        assert hands.send(page, f"contacts/{one['id']}/act", reason="wants no more").status_code == 303
    hands.scene.record()
    happened = hands.get(f"contacts/{one['id']}.json").json()["timeline"]
    assert sum("Opted out" in event["sentence"] for event in happened) == 1
