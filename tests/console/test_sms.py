"""The SMS contacts: a sender, its tabs in every order, one number, and what an operator may do to it."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from entrypoints import scopes
from entrypoints.acting import Hand
from tests.api.messages import event, signup
from tests.console.conftest import Scene

Looking = Callable[..., httpx.Client]


def number(last: int) -> dict[str, str]:
    return {"kind": "phone", "value": f"+1415555010{last}"}


class Texts:
    """The SMS pages of a scene with one sender of two lists, in a browser."""

    def __init__(self, scene: Scene, browser: httpx.Client) -> None:
        self.scene = scene
        self.browser = browser
        self.sender = f"{scene.organization}/shop/48099"
        self.home = f"/console/{scene.organization}/sms"

    def joined(self, phone: dict[str, str], *lists: str, sender: str | None = None, **more: Any) -> dict[str, Any]:
        places = [f"{sender or self.sender}/{one}" for one in lists]
        said = [{"channel": "sms", "scope": place, "purposes": ["marketing"], **more} for place in places]
        return event(
            "contact.signup.v1", self.scene.organization, identifiers=[phone], subscriptions=said, method="form"
        )

    def said(self, phone: dict[str, str], text: str) -> dict[str, Any]:
        return event(
            "sms.inbound.v1", self.scene.organization, **{"from": phone["value"]}, to=self.sender, text=text
        )

    def page(self, path: str = "", **query: str) -> httpx.Response:
        return self.browser.get(self.home + path, params=query)

    def rows(self, **query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.page(".csv", **query).text)))

    def phones(self, **query: str) -> list[dict[str, Any]]:
        return list(self.page(".json", **query).json()["phones"])

    def send(self, path: str, back: str = "", **fields: str) -> httpx.Response:
        sent = {"csrf": self.scene.csrf(self.browser), "back": back or self.home, **fields}
        return self.browser.post(self.home + path, data=sent)

    def hidden(self, page: str, name: str) -> str:
        return page.partition(f'name="{name}" value="')[2].partition('"')[0]


@pytest.fixture
def texts(scene: Scene, looking: Looking) -> Texts:
    made = Texts(scene, looking())
    scene.record(made.joined(number(0), "news", "vip"), *[made.joined(number(one), "news") for one in (1, 2, 3)])
    return made


def test_a_sender_is_chosen_first_where_there_are_several(texts: Texts) -> None:
    assert texts.page(".json").json()["sender"] == texts.sender
    other = f"{texts.scene.organization}/shop/55555"
    texts.scene.record(texts.joined(number(7), "club", sender=other))
    shown = texts.page(".json").json()
    assert (shown["sender"], shown["phones"]) == (None, [])
    assert set(shown["senders"]) == {texts.sender, other}
    page = texts.page().text
    assert "Choose a sender code" in page
    assert "news, vip" in page
    assert [row["phone"] for row in texts.rows(sender=other)] == [number(7)["value"]]
    assert texts.page(sender=f"{texts.scene.organization}/shop/1").status_code == 404


def test_every_column_sorts_and_what_is_hidden_stays_hidden(texts: Texts) -> None:
    up = [row["phone"] for row in texts.rows(sort="phone", way="asc")]
    assert up == sorted(up)
    assert [row["phone"] for row in texts.rows(sort="phone", way="desc")] == up[::-1]
    assert [row["list"] for row in texts.rows(sort="list", way="asc")] == [f"{texts.sender}/news"] * 4 + [
        f"{texts.sender}/vip"
    ]
    first = texts.page(".json", sort="phone", way="asc", limit="2").json()
    assert not any(digits in first["after"] for digits in ("+1415", "5550"))
    rest = texts.page(".json", sort="phone", way="asc", after=first["after"]).json()
    assert [one["phone"] for one in first["phones"] + rest["phones"]] == up
    assert list(texts.rows(columns="list")[0]) == ["phone", "list"]
    page = texts.page(sort="phone", way="asc").text
    assert 'aria-sort="ascending"' in page
    assert "sort=phone&amp;way=desc" in page
    assert texts.page(sort="height").status_code == 422


def test_lists_are_sorted_by_the_names_they_are_shown_by(texts: Texts) -> None:
    hand = Hand(texts.scene.server.ledger, texts.scene.organization)
    scopes.create(hand, f"{texts.sender}/news", "Weekly news")
    scopes.create(hand, f"{texts.sender}/vip", "An inner circle")
    texts.scene.record(texts.joined(number(4), "odds"))
    odds = f"{texts.sender}/odds"
    names = ["An inner circle", odds, *["Weekly news"] * 4]
    assert [row["list"] for row in texts.rows(sort="list", way="asc")] == names
    assert [row["list"] for row in texts.rows(sort="list", way="desc")] == names[::-1]
    for way, expected in (("asc", names), ("desc", names[::-1])):
        seen: list[dict[str, Any]] = []
        after = None
        while after is not None or not seen:
            page = texts.page(
                ".json", sort="list", way=way, limit="2", **({"after": after} if after else {})
            ).json()
            seen += page["phones"]
            after = page["after"]
        assert [one["list"] for one in seen] == expected
        assert len({(one["identifier_id"], one["scope"]) for one in seen}) == len(names)
    offered = texts.page().text.partition('id="f-list"')[2].partition("</select>")[0]
    assert re.findall(r">([^<>]+)</option>", offered)[1:] == ["An inner circle", "odds", "Weekly news"]


def test_a_number_has_a_page_by_its_id_with_what_it_texted(texts: Texts, looking: Looking) -> None:
    texts.scene.record(texts.said(number(1), "what is offer 9?"), texts.said(number(1), "help"))
    one = next(row for row in texts.phones() if row["phone"] == number(1)["value"])
    path = f"/numbers/{one['identifier_id']}"
    page = texts.page(path, sender=texts.sender).text
    assert number(1)["value"] in page
    assert "what is offer 9?" in page
    assert "Say what it means" in page
    known = texts.page(f"{path}.json").json()
    assert {text["reply_class"] for text in known["texts"]} == {"other", "help"}
    assert [place["consent"] for place in known["places"]] == ["subscribed"]
    masked = Texts(texts.scene, looking("analyst"))
    page = masked.page(path).text
    assert not any(told in page for told in (number(1)["value"], "offer 9"))
    mail = texts.scene.contact("ann0@example.com")["identifier_ids"][0]
    assert texts.page(f"/numbers/{mail}").status_code == 404


@pytest.mark.parametrize(("action", "reason"), [("unsubscribe", "manual"), ("ban", "ban")])
def test_a_row_is_acted_on_for_a_reason_and_once(action: str, reason: str, texts: Texts) -> None:
    one = next(row for row in texts.phones() if row["phone"] == number(2)["value"])
    once = texts.hidden(texts.page().text, "once")
    sent = {"identifier": one["identifier_id"], "sender": texts.sender, "at": one["scope"], "once": once}
    refused = texts.send("/act", **sent, action=action, reason="  ")
    assert refused.status_code == 422
    assert 'acts-menu" open' in refused.text
    for _ in range(2):
        assert texts.send("/act", **sent, action=action, reason="asked by phone").status_code == 303
    texts.scene.record()
    [out] = texts.rows(tab="opted-out")
    assert (out["phone"], out["reason"]) == (number(2)["value"], reason)
    assert number(2)["value"] not in {row["phone"] for row in texts.rows()}
    history = texts.browser.get(f"/console/{texts.scene.organization}/contacts/{one['contact_id']}.csv").text
    assert history.count("asked by phone") == 1


def test_only_administrators_ban_and_lift_a_ban(texts: Texts, looking: Looking) -> None:
    one = texts.phones()[0]
    sent = {
        "identifier": one["identifier_id"],
        "sender": texts.sender,
        "once": texts.hidden(texts.page().text, "once"),
    }
    marketer = Texts(texts.scene, looking("marketer"))
    assert "Ban" not in marketer.page().text
    assert "Only administrators" in marketer.send("/act", **sent, action="ban", reason="fraud").text
    analyst = Texts(texts.scene, looking("analyst"))
    assert analyst.send("/act", **sent, action="unsubscribe", reason="x").status_code == 403
    elsewhere = {**sent, "sender": "another/shop/1"}
    admin = Texts(texts.scene, looking())
    assert admin.send("/act", **elsewhere, action="ban", reason="fraud").status_code == 404


def test_a_phone_is_added_to_one_list_and_then_to_the_next(texts: Texts) -> None:
    news = f"{texts.sender}/news"
    assert texts.page("/add", sender=texts.sender).status_code == 200
    bad = texts.send(
        "/add/continue", f"{texts.home}/add?sender={texts.sender}", sender=texts.sender, number="12", list=news
    )
    assert bad.status_code == 422
    assert 'value="12"' in bad.text
    assert "Not a phone number" in bad.text
    step = texts.send("/add/continue", sender=texts.sender, number="+1 (415) 555-0109", list=news)
    address = step.headers["location"]
    assert not any(digits in address for digits in ("4155550109", "555-0109"))
    page = texts.browser.get(address).text
    assert "will be subscribed" in page
    kept = {name: texts.hidden(page, name) for name in ("sender", "phone", "list", "once")}
    typed = {"field.first_name": "Zoë", "field.birthday": "1990-02-30", "field.email": "zoe@example.com"}
    refused = texts.send("/add/save", address, **kept, **typed, attested="yes")
    assert refused.status_code == 422
    assert 'value="Zoë"' in refused.text
    assert "Type a day as" in refused.text
    typed["field.birthday"] = "1990-02-28"
    refused = texts.send("/add/save", address, **kept, **typed)
    assert refused.status_code == 422
    assert "Confirm it first" in refused.text
    done = texts.send("/add/save", address, **kept, **typed, attested="yes")
    assert done.status_code == 303
    page = texts.browser.get(done.headers["location"]).text
    assert "Subscribed to" in page
    texts.scene.record()
    added = texts.scene.contact("zoe@example.com")
    assert (added["name"], added["phones"]) == ("Zoë", [number(9)["value"]])
    history = texts.browser.get(f"/console/{texts.scene.organization}/contacts/{added['id']}.csv").text
    assert "attestation" in history
    kept["list"] = f"{texts.sender}/vip"
    step = texts.send("/add/continue", sender=texts.sender, phone=texts.hidden(page, "phone"), list=kept["list"])
    kept["once"] = texts.hidden(texts.browser.get(step.headers["location"]).text, "once")
    assert texts.send("/add/save", **kept, attested="yes").status_code == 303
    texts.scene.record()
    lists = {row["list"] for row in texts.rows() if row["phone"] == number(9)["value"]}
    assert lists == {news, f"{texts.sender}/vip"}


def test_a_phone_that_texted_stop_is_told_so_and_not_subscribed(texts: Texts) -> None:
    texts.scene.record(texts.said(number(3), "STOP"))
    one = next(row for row in texts.phones(tab="opted-out"))
    at = {"sender": texts.sender, "list": f"{texts.sender}/vip"}
    page = texts.page("/add", number=one["identifier_id"], **at).text
    assert "texted STOP" in page
    assert 'name="attested"' not in page
    sealed = texts.send("/add/continue", **at, number=number(3)["value"]).headers["location"]
    phone = httpx.URL(sealed).params["phone"]
    once = texts.hidden(texts.page().text, "once")
    answer = texts.send("/add/save", **at, phone=phone, once=once, attested="yes")
    assert answer.status_code == 422
    texts.scene.record()
    assert number(3)["value"] not in {row["phone"] for row in texts.rows()}


def test_several_replies_are_given_one_meaning(texts: Texts) -> None:
    texts.scene.record(*[texts.said(number(one), "no more of this rubbish") for one in (1, 2)])
    home = f"/console/{texts.scene.organization}/replies"
    waiting = [one["event_id"] for one in texts.browser.get(f"{home}.json").json()["replies"]]
    assert len(waiting) == 2
    sent = {"csrf": texts.scene.csrf(texts.browser), "back": home, "meaning": "stop", "reason": "read them"}
    none = texts.browser.post(f"{home}/meanings", data=sent)
    assert none.status_code == 422
    assert "Tick at least one" in none.text
    ticked = {f"reply-{one}": "yes" for one in waiting}
    refused = texts.browser.post(f"{home}/meanings", data={**sent, **ticked, "reason": ""})
    assert refused.status_code == 422
    assert refused.text.count(" checked") == 3
    assert texts.browser.post(f"{home}/meanings", data={**sent, **ticked}).status_code == 303
    texts.scene.record()
    assert texts.browser.get(f"{home}.json").json()["replies"] == []
    assert len(texts.rows(tab="opted-out")) == 2


def test_duplicates_are_removed_as_they_were_listed(texts: Texts) -> None:
    organization, browser = texts.scene.organization, texts.browser
    alike = [{"kind": "email", "value": f"ann0+{one}@example.com"} for one in range(3)]
    texts.scene.record(*[signup(organization, one) for one in alike[:2]])
    home = f"/console/{organization}/duplicates"
    page = browser.get(f"{home}/removal", params={"created": "later"}).text
    listed = browser.get(f"{home}/removal.json", params={"created": "later"}).json()
    assert len(listed["contacts"]) == 2
    assert "2 would be deleted" in page
    texts.scene.record(signup(organization, alike[2]))
    back = f"{home}/removal?created=later"
    sent = {"csrf": texts.scene.csrf(browser), "back": back, "channel": "email", "created": "later"}
    sent |= {"approve": listed["digest"], "reason": "the same mailbox"}
    changed = browser.post(f"{home}/remove", data=sent)
    assert changed.status_code == 409
    assert "3 would be deleted" in changed.text
    assert 'value="the same mailbox"' in changed.text
    sent["approve"] = texts.hidden(changed.text, "approve")
    assert browser.post(f"{home}/remove", data=sent).status_code == 303
    texts.scene.record()
    assert browser.get(f"{home}.json").json()["values"] == []
    deleted = browser.get(f"/console/{organization}/deleted.json").json()["contacts"]
    assert len(deleted) == 3
    whole = browser.get(f"/console/{organization}/deleted/all.csv", params={"limit": "1"}).text
    assert all(one["id"] in whole for one in deleted)
