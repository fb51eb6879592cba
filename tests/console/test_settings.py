"""The settings in the console: each change is an act, shown with who made it; a refused form keeps its text."""

import html
import re

import pytest

from tests.api.messages import PHONE, event, signup
from tests.api.serving import Served, wait_until
from tests.console.lists import Lists, Opening, Record

PARTS = ("scopes", "fields", "channels", "keywords", "identity", "calendar", "people", "keys")
CHANGES = {
    "scopes": {"merchant": "shop"},
    "scopes/unknown": {"rule": "refuse"},
    "fields": {"field": "shoe_size", "value_type": "number"},
    "channels": {"sms": "on"},
    "identity": {"preset": "yespo"},
    "identity/check": {"preset": "yespo"},
    "calendar": {"country": "CA", "time_zone": "America/Toronto"},
    "retention/activity": {"days": "100"},
    "people": {"email": "new@example.com", "name": "New", "role": "analyst"},
    "keys": {"role": "service"},
    "keywords/compare": {"base": "2026-2"},
}


def refused(lists: Lists, path: str, *, on: str = "", **fields: str) -> str:
    answer = lists.post(f"settings/{path}", on=f"settings/{on or path}", **fields)
    assert answer.status_code == 422, answer.text
    return answer.text


def taken(lists: Lists, path: str, **fields: str) -> str:
    answer = lists.post(f"settings/{path}", **fields)
    assert answer.status_code == 303, answer.text
    return lists.browser.get(answer.headers["location"]).text


def test_everybody_reads_the_settings_and_administrators_change_them(opening: Opening, record: Record) -> None:
    admin, marketer = opening(), opening("marketer")
    for part in PARTS:
        assert admin.get(f"settings/{part}").status_code == 200, part
        expected = 403 if part in ("people", "keys") else 200
        for ending in ("", ".json", ".csv"):
            assert marketer.get(f"settings/{part}{ending}").status_code == expected, part
    shown = [one["part"] for one in marketer.json("settings")["parts"]]
    assert shown == [part for part in PARTS if part not in ("people", "keys")]
    for path, fields in CHANGES.items():
        assert marketer.post(f"settings/{path}", **fields).status_code == 403, path
    for part in ("scopes", "fields", "identity", "calendar"):
        assert 'class="main"' not in marketer.text(f"settings/{part}"), part


def test_a_place_is_added_renamed_retired_and_taken_up_again(
    organization: str, opening: Opening, record: Record
) -> None:
    lists = opening()
    assert "Give at least one code" in refused(lists, "scopes", display_name="Nothing")
    page = refused(lists, "scopes", merchant="Shop 1", display_name="The shop")
    assert 'value="shop 1"' in page.lower()
    assert "The shop" in page
    taken(lists, "scopes", merchant="shop", display_name="The shop")
    taken(lists, "scopes", merchant="shop", list="news", display_name="News")
    record(signup(organization))
    listed = {one["scope"]: one for one in lists.json("settings/scopes")["scopes"]}
    assert listed[f"{organization}/shop/-/news"]["level"] == "list"
    code = f"scopes/{organization}~shop"
    assert "The shop" in lists.text(f"settings/{code}")
    page = taken(lists, f"{code}/rename", display_name="The other shop")
    assert "The other shop" in page
    assert "Ann Example" in page
    assert "E-mail" in lists.text(f"settings/{code}")
    assert lists.json(f"settings/{code}")["retirement"]["subscribed"][0]["subscriptions"] == 1
    taken(lists, f"{code}/retire")
    assert lists.json(f"settings/{code}")["scope"]["state"] == "retired"
    taken(lists, f"{code}/restore")
    assert lists.json(f"settings/{code}")["scope"]["state"] == "active"
    whole = lists.post(f"settings/scopes/{organization}/retire")
    assert whole.status_code == 422
    assert lists.get("settings/scopes/another~shop").status_code == 404


def test_places_nobody_added_are_listed_or_refused(organization: str, opening: Opening, record: Record) -> None:
    record(signup(organization))
    lists = opening()
    assert [one["scope"] for one in lists.json("settings/scopes")["unknown"]] == [f"{organization}/shop"]
    taken(lists, "scopes/unknown", rule="refuse")
    assert "are refused" in lists.text("settings/scopes")
    assert "Grants at unknown scopes are refused" in lists.text("settings/scopes")
    refused(lists, "scopes/unknown", on="scopes", rule="perhaps")


def test_a_field_is_defined_named_retired_and_taken_up_again(opening: Opening) -> None:
    lists = opening()
    page = refused(lists, "fields", field="Shoe Size", value_type="number", display_name="Shoe size")
    assert 'value="Shoe Size"' in page
    assert 'aria-invalid="true"' in page
    taken(lists, "fields", field="shoe_size", value_type="number", display_name="Shoe size")
    taken(lists, "fields/shoe_size/rename", display_name="Size of shoe")
    taken(lists, "fields/shoe_size/retire")
    [own] = [one for one in lists.json("settings/fields")["fields"] if not one["system"]]
    assert (own["display_name"], own["retired"], own["value_type"]) == ("Size of shoe", True, "number")
    taken(lists, "fields/shoe_size/rename", display_name="Size of shoe")
    [own] = [one for one in lists.json("settings/fields")["fields"] if not one["system"]]
    assert not own["retired"]
    assert [one["what"] for one in lists.json("settings/fields")["history"]][-1] == "Field shoe_size defined."


def test_the_channels_in_use_have_a_column_in_the_list(opening: Opening, record: Record) -> None:
    lists = opening()
    assert list(lists.rows("contacts")) == []
    assert "sms" in lists.text("contacts.csv")
    assert "At least one of" in refused(lists, "channels")
    page = taken(lists, "channels", email="on", viber="on")
    assert "Channels in use are e-mail, Viber." in page
    columns = lists.text("contacts.csv").splitlines()[0].split(",")
    assert ("sms" in columns, "viber" in columns, "email" in columns) == (False, True, True)


def test_calendar_and_retention_are_set(opening: Opening) -> None:
    lists = opening()
    page = refused(lists, "calendar", country="CA", subdivision="QC", time_zone="America/Nowhere")
    assert 'value="America/Nowhere"' in page
    taken(lists, "calendar", country="ca", subdivision="qc", time_zone="America/Toronto")
    assert lists.json("settings/calendar")["calendar"]["subdivision"] == "QC"
    refused(lists, "retention/activity", on="calendar", days="10")
    assert 'value="many"' in refused(lists, "retention/activity", on="calendar", days="many")
    taken(lists, "retention/activity", days="100")
    assert {"subject": "activity", "days": 100, "least": 90} in lists.json("settings/calendar")["retention"]


def test_people_are_added_given_roles_and_never_take_their_own(opening: Opening) -> None:
    lists = opening()
    page = refused(lists, "people", email="nobody", name="No Body", role="analyst")
    assert "No Body" in page
    taken(lists, "people", email="bob@example.com", name="Bob Example", role="analyst")
    known = {one["name"]: one for one in lists.json("settings/people")["people"]}
    bob = known["Bob Example"]
    page = taken(lists, f"people/{bob['id']}", role="auditor")
    assert "Role auditor granted to person Bob Example." in page
    taken(lists, f"people/{bob['id']}", role="")
    assert {one["name"]: one["role"] for one in lists.json("settings/people")["people"]}["Bob Example"] is None
    oneself = refused(lists, f"people/{known['Ann Example']['id']}", on="people", role="")
    assert "obody changes their own role" in oneself


def test_a_key_is_shown_once_works_and_is_revoked(server: Served, organization: str, opening: Opening) -> None:
    lists = opening()
    once = re.search(r'name="once" value="([^"]+)"', lists.text("settings/keys"))
    assert once is not None
    refused(lists, "keys", role="service", once=once[1], expires_at="2020-01-01")
    answer = lists.post("settings/keys", role="analyst", once=once[1])
    found = re.search(r"clk_[0-9a-f]{12}_[\w-]+", answer.text)
    assert found is not None
    assert server.with_key(organization, found[0]).get("contacts").status_code == 200
    assert found[0] not in lists.text("settings/keys")
    assert "has issued a key already" in refused(lists, "keys", role="analyst", once=once[1])
    [key] = [one for one in lists.json("settings/keys")["keys"] if one["role"] == "analyst"]
    taken(lists, f"keys/{key['id']}/revoke")
    assert server.with_key(organization, found[0]).get("contacts").status_code == 401


def test_a_key_is_limited_to_some_of_what_its_role_may_do(
    server: Served, organization: str, opening: Opening
) -> None:
    lists = opening()
    page = refused(lists, "keys", role="analyst", **{"may.contacts": "on", "may.erase": "on"})
    assert "The role Analyst may not: Erase a person" in page
    assert re.search(r'name="may\.contacts" checked', page)
    assert re.search(r'name="may\.status" checked', page) is None
    answer = lists.post("settings/keys", role="analyst", **{"may.contacts": "on"})
    found = re.search(r"clk_[0-9a-f]{12}_[\w-]+", answer.text)
    assert found is not None
    key = server.with_key(organization, found[0])
    assert key.get("contacts").status_code == 200
    assert key.get("policies").status_code == 403
    [shown] = [one for one in lists.json("settings/keys")["keys"] if one["role"] == "analyst"]
    assert shown["permissions"] == ["contacts"]
    assert "Only: List contacts" in lists.text("settings/keys")


def test_what_is_answered_to_a_form_leads_back_to_a_page_when_the_appearance_is_chosen(opening: Opening) -> None:
    lists = opening()
    answers = {
        "settings/keywords": lists.post("settings/keywords/read", text="stop"),
        "settings/fields": lists.post("settings/fields/nowhere/retire", on="settings/fields"),
        "settings/identity": lists.post("settings/identity/check", on="settings/identity", preset="none"),
        "policies/new": lists.post(
            "policies/forecasts", on="policies/new", policy="strict", bounce_threshold="often"
        ),
    }
    for path, answer in answers.items():
        _, _, form = answer.text.partition('action="/console/appearance"')
        back = re.search(r'name="back" value="([^"]+)"', form)
        assert back is not None
        assert back[1] == f"/console/{lists.organization}/{path}"
        assert lists.browser.get(back[1]).status_code == 200
    of_no_page = lists.post("rejections/drop")
    assert of_no_page.status_code == 422
    _, _, form = of_no_page.text.partition('action="/console/appearance"')
    assert 'name="back" value="/console"' in form.partition("</form>")[0]


def test_links_and_forms_of_these_pages_lead_to_pages_below_their_place(opening: Opening) -> None:
    lists = opening()
    taken(lists, "scopes", merchant="shop")
    for path in ("settings", *(f"settings/{part}" for part in PARTS), "policies", "policies/new", "rejections"):
        content = lists.text(path).partition("<main")[2]
        for address in {*re.findall(r'(?:href|action)="(/console/[^"]+)"', content)}:
            assert address.startswith(f"/console/{lists.organization}/{path.partition('/')[0]}"), (path, address)
        for address in {*re.findall(r'href="(/console/[^"]+)"', content)}:
            assert lists.browser.get(html.unescape(address)).status_code == 200, (path, address)


def test_who_would_break_tightened_rules_is_seen_before_they_are_set(
    organization: str, opening: Opening, record: Record
) -> None:
    both = signup(organization)
    both["data"]["identifiers"] = [
        {"kind": "email", "value": "ann@example.com"},
        {"kind": "email", "value": "ann2@example.com"},
    ]
    record(both)
    lists = opening()
    look = {"preset": "yespo"}
    answer = lists.post("settings/identity/check", **look)
    assert answer.status_code == 303
    address = answer.headers["location"].partition(f"{organization}/")[2]
    path, _, sealed = address.partition("?typed=")
    wait_until(lambda: lists.json(path)["forecast"]["state"] != "running", 120)
    whole = lists.json(path)
    assert whole["forecast"]["result"] == {
        "everyone": 1,
        "people": 1,
        "by_rule": {"limit": 1, "blocked": 0},
        "kept": 1,
    }
    [breaker] = whole["changes"]
    assert (breaker["kind"], breaker["count"], breaker["limit"], breaker["rule"]) == ("email", 2, 1, "limit")
    assert sorted(whole["named"][breaker["person_id"]]["emails"]) == ["ann2@example.com", "ann@example.com"]
    assert [row["person_id"] for row in lists.rows(path)] == [breaker["person_id"]]
    assert breaker["person_id"] in lists.text(f"{path}/changes.csv")
    assert "yespo" not in sealed
    assert '<input type="hidden" name="preset" value="yespo">' in lists.text(path, typed=sealed)
    assert "ann2@example.com" not in opening("analyst").text(path, typed=sealed)
    assert 'name="preset"' not in opening("analyst").text(path, typed=sealed)
    assert lists.get(path, typed=sealed[:-4]).status_code == 422
    assert lists.json("settings/identity")["rules"]["preset"] == "listrak"
    assert len(lists.json("settings/identity")["forecasts"]) == 1
    page = refused(lists, "identity", preset="none")
    assert re.search(r'id="rules-limits.email" value="20"', page), "the other form is as it was"
    rules = {"limits.email": "0", "most": "300", "block": "email:info@*"}
    page = refused(lists, "identity", **rules)
    assert "email:info@*" in page
    assert 'value="0"' in page
    blocked = lists.post("settings/identity/check", **{**rules, "limits.email": "2"})
    assert "info" not in blocked.headers["location"]
    taken(lists, "identity", **{**rules, "limits.email": "2"})
    shown = lists.json("settings/identity")["rules"]
    assert (shown["limits"]["email"], shown["blocked_patterns"]) == (2, {"email": ["info@*"]})
    assert "info@" not in opening("analyst").text("settings/identity")


def test_a_keyword_set_is_compared_looked_at_and_adopted(
    server: Served, organization: str, opening: Opening, record: Record
) -> None:
    sender = f"{organization}/shop/48100"
    said = [{"channel": "sms", "scope": sender, "purposes": ["marketing"]}]
    record(
        event("contact.signup.v1", organization, identifiers=[PHONE], subscriptions=said, method="form"),
        event("sms.inbound.v1", organization, **{"from": PHONE["value"]}, to=sender, text="Schluss!"),
    )
    lists = opening()
    assert "Unclear" in lists.post("settings/keywords/read", text="Schluss!").text
    assert "A stop" in lists.post("settings/keywords/read", text="please stop texting me").text
    page = refused(lists, "keywords/compare", on="keywords", base="2026-2", **{"words.stop": "schluss"})
    assert "schluss" in page
    assert re.search(r'id="compare-name"[^>]*aria-invalid="true"', page)
    answer = lists.post(
        "settings/keywords/compare", base="2026-2", name="de", **{"words.stop": "schluss, aufhören"}
    )
    assert answer.status_code == 303
    path = answer.headers["location"].partition(f"{organization}/")[2]
    wait_until(lambda: lists.json(path)["forecast"]["state"] != "running", 120)
    assert lists.json(path)["forecast"]["result"]["stops"] == 1
    early = lists.post(f"{path}/adopt", reason="German")
    assert early.status_code == 422
    page = lists.text(path)
    assert "stop" in page
    assert [row["new"] for row in lists.rows(path)] == ["stop"]
    assert "schluss" in lists.text(f"{path}/changes.csv")
    assert lists.post(f"{path}/adopt", reason=" ").status_code == 422
    assert opening("marketer").post(f"{path}/adopt", reason="German").status_code == 403
    assert lists.post(f"{path}/adopt", reason="German").status_code == 303
    [standing] = [one["version"] for one in lists.json("settings/keywords")["sets"] if one["standing"]]
    assert standing == "2026-2+de"
    assert "schluss" in lists.text("settings/keywords/2026-2+de")
    assert lists.json("settings/keywords")["history"][0]["by"] == "Ann Example"


@pytest.mark.parametrize("part", ["people", "keys"])
def test_changes_of_people_and_keys_are_for_administrators(part: str, opening: Opening) -> None:
    assert opening("auditor").get(f"settings/{part}").status_code == 403
