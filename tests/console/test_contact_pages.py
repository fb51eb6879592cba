"""The pages of one contact, as a browser without a screen gets them: editing, subscribing, linking, comparing."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from entrypoints.roles import Role
from tests.api.messages import event, opt_out, signup
from tests.api.serving import Served
from tests.console.conftest import PASSWORD, Scene

Adding = Callable[..., str]
MAIL = {"kind": "email", "value": "ann0@example.com"}
PHONE = {"kind": "phone", "value": "+14155550100"}


class Pages:
    """Pages of one contact in a browser where somebody is logged in."""

    def __init__(self, browser: httpx.Client, scene: Scene, contact: str) -> None:
        self.browser, self.scene = browser, scene
        self.home = f"{scene.contacts}/{contact}"

    def get(self, tab: str = "", ending: str = "", **query: Any) -> httpx.Response:
        return self.browser.get(self.home + (f"/{tab}" if tab else "") + ending, params=query)

    def text(self, tab: str = "", **query: Any) -> str:
        answer = self.get(tab, **query)
        assert answer.status_code == 200, answer.text
        return unescape(answer.text)

    def json(self, tab: str = "", **query: Any) -> Any:
        return self.get(tab, ".json", **query).json()

    def rows(self, tab: str = "", **query: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.get(tab, ".csv", **query).text)))

    def post(self, tab: str, **fields: str) -> httpx.Response:
        return self.browser.post(f"{self.home}/{tab}", data={"csrf": self.scene.csrf(self.browser), **fields})

    def form(self) -> dict[str, str]:
        """What the edit form would send unchanged."""
        return sent(self.text("edit"))


def sent(page: str) -> dict[str, str]:
    """The fields of a page's first form, as a browser sends them (select elements and radio buttons apart)."""
    form = page.partition('action="/console/')[2] if "<main" not in page else page.partition("<main")[2]
    form = form.partition('action="')[2].partition("</form>")[0]
    fields = {}
    for tag in re.findall(r"<input ([^>]*)>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") not in ("radio", "checkbox") and "name" in attributes:
            fields[attributes["name"]] = unescape(attributes.get("value", ""))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        fields[name] = unescape(text)
    return fields


@pytest.fixture
def looking(server: Served, scene: Scene, person: Adding) -> Iterator[Callable[..., Pages]]:
    """Pages of the contact of this address, in a browser of its own where somebody with the role is logged in."""
    browsers: list[httpx.Client] = []

    def logged_in(role: Role = "admin", address: str = "ann0@example.com") -> Pages:
        browser = httpx.Client(base_url=server.url, timeout=30)
        browsers.append(browser)
        answer = browser.post("/console/login", data={"email": person(role), "password": PASSWORD})
        assert answer.status_code == 303
        return Pages(browser, scene, scene.contact(address)["id"])

    yield logged_in
    for browser in browsers:
        browser.close()


def fields(pages: Pages) -> dict[str, Any]:
    return {one["field"]: one for one in pages.json()["fields"]}


def test_an_edit_is_on_the_page_at_once_with_who_made_it_and_what_it_replaced(
    looking: Callable[..., Pages],
) -> None:
    pages = looking("marketer")
    answer = pages.post(
        "edit", **pages.form() | {"v.city": "Bonn", "v.birthday": "1990-01-31", "v.time_zone": "Europe/Paris"}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"{pages.home}?done=edit")
    page = pages.text(done="edit")
    assert "Saved." in page
    assert "Ann Example, by contact-ledger/console" in page
    shown = fields(pages)
    assert shown["city"]["now"]["value"] == "Bonn"
    assert [one["value"] for one in shown["city"]["before"]] == ["Ulm"]
    assert shown["birthday"]["now"]["value"] == "1990-01-31"
    assert shown["first_name"]["now"]["source"] == "shop/web"
    assert ("city", "Ulm") in {(row["field"], row["value"]) for row in pages.rows("edit")}


def test_what_is_left_as_it_was_is_not_an_edit(looking: Callable[..., Pages]) -> None:
    pages = looking()
    assert pages.post("edit", **pages.form()).headers["location"] == f"{pages.home}?done=same"
    assert [one["how"] for one in [fields(pages)["city"]["now"]]] == ["set"]
    assert fields(pages)["city"]["before"] == []


def test_a_value_can_be_removed_and_a_system_field_stays(looking: Callable[..., Pages]) -> None:
    pages = looking()
    pages.post("edit", **pages.form() | {"v.city": "", "v.first_name": ""})
    shown = fields(pages)
    assert (shown["city"]["now"], shown["first_name"]["now"]) == (None, None)
    assert shown["first_name"]["system"]
    assert 'name="v.first_name"' in pages.text("edit")


@pytest.mark.parametrize(
    ("field", "typed"),
    [("birthday", "31.1.1990"), ("time_zone", "Europe/Ulm"), ("language", "German!"), ("birthday", "1021-01-01")],
)
def test_what_cannot_be_read_is_given_back_with_the_message_at_the_field(
    field: str, typed: str, looking: Callable[..., Pages]
) -> None:
    pages = looking()
    answer = pages.post("edit", **pages.form() | {f"v.{field}": typed, "v.city": "Bonn"})
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert f'id="f-{field}-wrong"' in page
    assert re.search(rf'<input id="f-{field}"[^>]* value="{re.escape(typed)}"[^>]* aria-invalid="true"', page)
    assert 'name="v.city" value="Bonn"' in page
    assert fields(pages)["city"]["now"]["value"] == "Ulm"


def test_the_second_of_two_editors_sees_both_values_and_chooses(looking: Callable[..., Pages]) -> None:
    first, second = looking(), looking("marketer")
    seen = second.form()
    first.post("edit", **first.form() | {"v.city": "Bonn"})
    answer = second.post("edit", **seen | {"v.city": "Köln", "v.address": "Main St. 1"})
    assert answer.status_code == 409
    page = unescape(answer.text)
    assert "Changed while you were editing." in page
    assert "Keep theirs: “Bonn”" in " ".join(page.split())
    assert "Save mine: “Köln”" in " ".join(page.split())
    assert fields(first)["city"]["now"]["value"] == "Bonn"
    assert fields(first)["address"]["now"] is None
    again = sent(page)
    assert again["v.city"] == "Köln"
    assert second.post("edit", **again).status_code == 409
    kept = second.post("edit", **again | {"pick.city": "theirs"})
    assert kept.headers["location"].endswith("?done=edit")
    assert (fields(first)["city"]["now"]["value"], fields(first)["address"]["now"]["value"]) == (
        "Bonn",
        "Main St. 1",
    )
    mine = sent(unescape(second.post("edit", **seen | {"v.city": "Köln"}).text))
    assert second.post("edit", **mine | {"pick.city": "mine"}).status_code == 303
    assert [one["value"] for one in fields(first)["city"]["before"]] == ["Bonn", "Ulm"]
    assert fields(first)["city"]["now"]["value"] == "Köln"


def test_two_who_edit_different_fields_or_the_same_way_are_not_in_each_others_way(
    looking: Callable[..., Pages],
) -> None:
    first, second = looking(), looking()
    seen = second.form()
    first.post("edit", **first.form() | {"v.city": "Bonn"})
    assert second.post("edit", **seen | {"v.last_name": "Berg"}).headers["location"].endswith("?done=edit")
    assert second.post("edit", **seen | {"v.city": "Bonn"}).headers["location"].endswith("?done=same")


def test_what_two_people_add_to_a_list_is_all_there(scene: Scene, looking: Callable[..., Pages]) -> None:
    scene.record(event("contact.profile.v1", scene.organization, identifier=MAIL, set={"tags": ["new"]}))
    first, second = looking(), looking()
    seen = second.form()
    assert seen["v.tags"] == "new"
    first.post("edit", **first.form() | {"v.tags": "new\r\nvip"})
    assert second.post("edit", **seen | {"v.tags": "new\r\nlocal"}).status_code == 303
    assert fields(first)["tags"]["now"]["value"] == ["new", "vip", "local"]
    answer = second.post("edit", **seen | {"v.tags": "vip"})
    assert answer.status_code == 409


def test_custom_fields_are_edited_by_their_type(scene: Scene, looking: Callable[..., Pages]) -> None:
    scene.caller.put("fields/shoe_size", {"value_type": "number", "display_name": "Shoe size"})
    scene.caller.put("fields/member", {"value_type": "boolean", "display_name": "Member"})
    pages = looking()
    assert "Shoe size" in pages.text("edit")
    pages.post("edit", **pages.form() | {"v.shoe_size": "38.5", "v.member": "true"})
    shown = fields(pages)
    assert (shown["shoe_size"]["now"]["value"], shown["member"]["now"]["value"]) == (38.5, True)
    assert pages.post("edit", **pages.form() | {"v.shoe_size": "big", "v.member": "true"}).status_code == 422


def test_the_contact_key_is_given_by_hand_and_what_others_hold_is_not(
    scene: Scene, looking: Callable[..., Pages]
) -> None:
    pages = looking()
    form = {"once": str(uuid4()), "kind": "external_id", "value": "4711", "instead_of": "", "reason": "the shop's"}
    assert pages.post("edit/identifier", **form).headers["location"].endswith("?done=identifier")
    scene.record()
    assert pages.json()["contact"]["external_ids"] == ["4711"]
    taken = {**form, "once": str(uuid4()), "kind": "email", "value": "ann1@example.com"}
    answer = pages.post("edit/identifier", **taken)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "another contact holds this" in page
    assert f"/links/preview?with={scene.contact('ann1@example.com')['id']}" in page
    assert 'value="ann1@example.com"' in page
    for wrong in ({"value": "nonsense"}, {"reason": " "}, {"value": ""}):
        assert pages.post("edit/identifier", **taken | wrong).status_code == 422


def test_an_operator_subscribes_with_evidence(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages = looking("marketer")
    scope = f"{scene.organization}/-/-/news"
    form = {
        "once": str(uuid4()),
        "what": "subscribe",
        "identifier": pages.json()["contact"]["identifier_ids"][0],
        "channel": "email",
        "scope": scope,
        "purpose.marketing": "on",
        "reason": "asked at the counter",
        "obtained": "written",
        "proof": "paper 17",
        "attested": "on",
    }
    for missing, said in {
        "attested": "without the consent",
        "proof": "where the proof is",
        "obtained": "how the person agreed",
        "reason": "Say why",
        "purpose.marketing": "at least one",
        "what": "what to do",
    }.items():
        answer = pages.post("subscriptions", **{name: value for name, value in form.items() if name != missing})
        assert answer.status_code == 422
        assert said in answer.text
        assert ("paper 17" in answer.text) is (missing != "proof")
    assert pages.post("subscriptions", **form | {"scope": "other/shop"}).status_code == 422
    assert pages.post("subscriptions", **form | {"channel": "sms"}).status_code == 422
    for _ in range(2):
        answer = pages.post("subscriptions", **form)
        assert answer.status_code == 303
    page = unescape(pages.browser.get(answer.headers["location"]).text)
    assert "Marketing: Subscribed, may be sent." in page
    scene.record()
    [made] = [one for one in pages.json()["timeline"] if scope in one["sentence"]]
    assert made["evidence"]["evidence.proof"] == "paper 17"
    assert made["evidence"]["evidence.attested"].startswith("I confirm")
    assert made["actor"].startswith("person/")


def test_an_operators_subscription_does_not_lift_an_opt_out(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages = looking("marketer", "ann4@example.com")
    place = {
        "identifier": pages.json()["contact"]["identifier_ids"][0],
        "channel": "email",
        "scope": f"{scene.organization}/shop",
    }
    form = {"once": str(uuid4()), "what": "subscribe", "purpose.marketing": "on", "reason": "asked", **place}
    answer = pages.post("subscriptions", **form, obtained="spoken", proof="call 4", attested="on")
    page = unescape(pages.browser.get(answer.headers["location"]).text)
    assert "Marketing: Unsubscribed, may not be sent." in page
    assert "Has no effect on this" in page
    [came] = pages.json("subscriptions", done="subscribe", purpose="marketing", **place)["came"]
    assert (came["consent"], came["sendable"]) == ("unsubscribed", False)


def test_an_operator_unsubscribes(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages = looking("marketer")
    place = {"identifier": pages.json()["contact"]["identifier_ids"][0], "channel": "email"}
    form = {"once": str(uuid4()), "what": "unsubscribe", "purpose.marketing": "on", "reason": "asked", **place}
    answer = pages.post("subscriptions", **form, scope=f"{scene.organization}/shop")
    assert "Marketing: Unsubscribed" in pages.browser.get(answer.headers["location"]).text
    scene.record()
    [row] = [one for one in pages.json()["subscriptions"] if one["purpose"] == "marketing"]
    assert (row["consent"], row["consent_cause"]["reason"]) == ("unsubscribed", "asked")


def test_the_timeline_is_narrowed_by_kind_and_goes_back_page_by_page(
    scene: Scene, looking: Callable[..., Pages]
) -> None:
    bounces = [
        event(
            "delivery.receipt.v1",
            scene.organization,
            identifier=MAIL,
            channel="email",
            outcome="soft_bounce",
            message_id=f"x-{n}",
        )
        | {"time": f"2026-04-{n % 28 + 1:02}T{n // 28:02}:00:00Z"}
        for n in range(130)
    ]
    scene.record(*bounces)
    pages = looking()
    whole, before = 0, ""
    seen: set[str] = set()
    while True:
        page = pages.json(kind="delivery", before=before) if before else pages.json(kind="delivery")
        assert {one["sentence"].split()[3:5][0] for one in page["timeline"]} == {"e-mail"}
        seen |= {one["event_id"] for one in page["timeline"]}
        whole += len(page["timeline"])
        before = page["older"]
        if before is None:
            break
    assert (whole, len(seen)) == (130, 130)
    consent = pages.json(kind="consent")
    assert [one["tone"] for one in consent["timeline"]] == ["good"]
    assert consent["older"] is None
    assert "Nothing of this kind has happened." in pages.text(kind="holds")
    assert pages.get(kind="nonsense").status_code == 422


def test_a_bounced_address_says_why_since_when_and_how_often(scene: Scene, looking: Callable[..., Pages]) -> None:
    said = {"identifier": MAIL, "channel": "email", "reason": "mailbox full", "code": "452"}
    bounces = [
        event("delivery.receipt.v1", scene.organization, outcome="soft_bounce", message_id=f"x-{n}", **said)
        | {"time": f"2026-04-0{n + 1}T09:00:00Z"}
        for n in range(4)
    ]
    scene.record(*bounces)
    pages = looking()
    [trouble] = pages.json()["undelivered"].values()
    assert trouble["last_bounce"]["at"].startswith("2026-04-04")
    assert trouble["cause"]["at"].startswith("2026-04-03")
    assert trouble["cause"]["reason"] == "mailbox full"
    page = pages.text()
    assert "4 temporary bounces" in page
    codes = page.partition("4 temporary bounces")[2].partition("</td>")[0].count("452")
    assert codes == 2, "once of the bounce that decided, once of the last"
    assert "mailbox full" in page
    assert "mailbox full" not in looking("analyst").text()


def test_why_is_asked_by_what_was_known_and_gives_a_bad_question_back(
    scene: Scene, looking: Callable[..., Pages]
) -> None:
    pages = looking("auditor", "ann4@example.com")
    row = next(one for one in pages.json()["subscriptions"] if one["purpose"] == "marketing")
    asked = {"identifier": row["identifier_id"], "channel": "email", "scope": row["scope"], "purpose": "marketing"}
    knew = pages.json(**asked, known_at="2026-01-01T00:00")["why"]
    assert (knew["status"]["consent"], knew["known_at"][:10]) == ("never", "2026-01-01")
    assert knew["today"].startswith("No: ")
    for wrong in ({"at": "yesterday"}, {"known_at": "then"}, {"scope": "elsewhere/shop"}, {"channel": "sms"}):
        answer = pages.get(**asked | wrong)
        [(name, typed)] = wrong.items()
        assert answer.status_code == 422
        assert f'id="e-{name}"' in answer.text
        assert name == "channel" or f'value="{typed}"' in answer.text
        assert pages.get(ending=".json", **asked | wrong).status_code == 422


def test_an_identifier_tells_who_held_it(scene: Scene, looking: Callable[..., Pages]) -> None:
    scene.record(
        signup(scene.organization, PHONE, "sms"),
        event("contact.reassign.v1", scene.organization, identifier=PHONE, cause="recycled")
        | {"time": "2026-05-01T00:00:00Z"},
        signup(scene.organization, PHONE, "sms", profile={"first_name": "Bea"}) | {"time": "2026-05-02T00:00:00Z"},
    )
    pages = looking(address=PHONE["value"])
    [held] = pages.json()["contact"]["identifiers"]
    tab = f"identifiers/{held['id']}"
    told = pages.json(tab)
    assert [(one["number"], one["cause"]) for one in told["epochs"]] == [(1, "first_heard_of"), (2, "recycled")]
    assert [len(one["contacts"]) for one in told["epochs"]] == [1, 1]
    assert [one["came"] for one in told["holders"]] == [True, False, True]
    before = Pages(pages.browser, scene, told["epochs"][0]["contacts"][0])
    [once] = before.json()["held_once"]
    assert (once["value"], once["since"][:10], once["until"][:10]) == (PHONE["value"], "2026-03-02", "2026-05-01")
    assert "Held once" in before.text()
    assert "New holder, says the carrier" in pages.text(tab)
    assert pages.get(f"identifiers/{UUID(int=7)}").status_code == 404
    assert PHONE["value"] not in looking("analyst", PHONE["value"]).text(tab)


def test_a_link_is_shown_first_then_made_then_removed(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages, other = looking("marketer"), scene.contact("ann1@example.com")["id"]
    assert "This contact stands alone." in pages.text("links")
    for who in ("nobody@example.com", "", "ann0@example.com"):
        answer = pages.post("links/find", who=who)
        assert answer.status_code == 422
        assert f'value="{who}"' in answer.text
    found = pages.post("links/find", who="ANN1@example.com")
    assert found.headers["location"] == f"{pages.home}/links/preview?with={other}"
    page = pages.text("links/preview", **{"with": other})
    assert "What linking the two comes to" in page
    assert "ann1@example.com" in page
    decide = {"once": str(uuid4()), "with": other}
    refused = pages.post("links/decide", **decide, reason=" ")
    assert (refused.status_code, "Say why" in refused.text) == (422, True)
    assert pages.post("links/decide", **decide, reason="she called").headers["location"].endswith("?done=linked")
    scene.record()
    assert set(pages.json("links")["contact_ids"]) == {other, pages.home.rpartition("/")[2]}
    [link] = pages.json("links")["links"]
    assert "What removing the link comes to" in pages.text("links/preview", link=link["link_id"])
    parted = pages.json("links/preview", link=link["link_id"])["preview"]
    assert (len(parted["before"]), len(parted["after"])) == (1, 2)
    undone = pages.post("links/decide", once=str(uuid4()), link=link["link_id"], reason="two people after all")
    assert undone.headers["location"].endswith("?done=unlinked")
    scene.record()
    assert pages.json("links")["links"] == []
    assert (
        pages.text("links/preview", alone=pages.json("links")["contact_id"]).count("It would change nothing.") == 1
    )


def test_two_moments_are_compared_in_words(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages = looking("auditor", "ann4@example.com")
    asked = {"a": "2026-03-02T12:00", "b": "2026-03-04T00:00"}
    page = pages.text("compare", **asked)
    assert "1 difference" in page
    assert "Counts at B only" in page
    assert "Changed" in page
    row = next(one for one in pages.rows("compare", **asked) if one["what"] == "status")
    assert row["at_a"].startswith("subscribed; active")
    assert row["at_b"] == "unsubscribed; active; hold none; not sendable (unsubscribed)"
    assert row["change"] == "changed"
    told = pages.json("compare", **asked)["comparison"]
    assert told["a"]["at"].startswith("2026-03-02T12:00")
    assert "Nobody knew of this contact" in pages.text("compare", a="2020-01-01T00:00")
    bad = pages.get("compare", a="then")
    assert bad.status_code == 422
    assert 'id="e-a"' in bad.text
    assert pages.get("compare", ".json", a="then").status_code == 422


@pytest.mark.parametrize(
    ("role", "tab", "status"),
    [
        ("analyst", "edit", 403),
        ("auditor", "subscriptions", 403),
        ("marketer", "compare", 403),
        ("analyst", "links", 200),
        ("analyst", "compare", 200),
        ("admin", "edit", 200),
    ],
)
def test_each_page_is_for_who_may_see_it(role: Role, tab: str, status: int, looking: Callable[..., Pages]) -> None:
    pages = looking(role)
    answer = pages.get(tab)
    assert answer.status_code == status
    assert (f"{pages.home}/{tab}" in pages.text()) is (status == 200)
    if role == "analyst" and status == 200:
        for ending in ("", ".json", ".csv"):
            text = pages.get(tab, ending).text
            assert not any(value in text for value in ("ann0@", "Ann0", "Ulm"))


def test_who_only_reads_changes_nothing_by_any_form(scene: Scene, looking: Callable[..., Pages]) -> None:
    pages = looking("auditor")
    for tab in ("edit", "edit/identifier", "subscriptions", "links/find", "links/decide"):
        assert pages.post(tab, **{"v.city": "x"}).status_code == 403
    scene.record(opt_out(scene.organization, MAIL))
    assert fields(looking())["city"]["now"]["value"] == "Ulm"


@pytest.mark.parametrize(
    "value", ["31.1.1990", "a\nb", "a\r\nb\r", ["x", "y"], {"lat": 48.4, "lng": 10}, "  padded ", True, 7]
)
def test_whatever_a_field_holds_an_edit_of_another_leaves_it(
    value: Any, scene: Scene, looking: Callable[..., Pages]
) -> None:
    named = dict.fromkeys(("birthday", "location", "nickname"), value)
    scene.record(event("contact.profile.v1", scene.organization, identifier=MAIL, set=named))
    pages = looking()
    assert pages.post("edit", **pages.form() | {"v.city": "Bonn"}).headers["location"].endswith("?done=edit")
    shown = fields(pages)
    assert {name: shown[name]["now"]["value"] for name in named} == named
    assert [shown[name]["before"] for name in named] == [[], [], []]
