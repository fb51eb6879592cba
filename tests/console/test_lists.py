"""The lists beside the contacts, as a browser without a screen gets them: page, twins, masks and who may look."""

from typing import Any

from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.console.lists import Opening, Record

MASKED = "a***@example.com"


def test_the_clock_shows_each_opt_out_and_how_far_it_came(
    organization: str, opening: Opening, record: Record
) -> None:
    lists = opening("auditor")
    assert "No opt-outs here." in lists.text("clock")
    record(signup(organization), opt_out(organization))
    assert "Link" in lists.text("clock")
    [row] = lists.rows("clock")
    assert (row["method"], row["waiting_for"], row["overdue"]) == ("link", "published", "")
    assert lists.json("clock")["summary"]["opt_outs"] == 1
    assert lists.rows("clock", show="overdue") == []
    assert lists.rows("clock", since="2199-01-01") == []
    assert lists.get("clock", since="soon").status_code == 422
    assert opening("marketer").get("clock").status_code == 403


def test_opt_outs_are_found_by_each_thing_auditors_ask_for(
    organization: str, opening: Opening, record: Record
) -> None:
    other = {"kind": "email", "value": "bob@example.com"}
    record(signup(organization), opt_out(organization, reason="too many mails", actor="agent-7"))
    record(opt_out(organization, other, method="manual", scope=f"{organization}/-/-/news"))
    lists = opening()

    def found(**asked: str) -> set[str]:
        return {row["value"] for row in lists.rows("opt-outs", **asked)}

    assert found() == {EMAIL["value"], other["value"]}
    assert found(method="manual") == {other["value"]}
    assert found(actor="agent-7") == {EMAIL["value"]}
    assert found(scope=f"{organization}/shop/-/offers") == {EMAIL["value"]}
    assert found(scope=organization) == {EMAIL["value"], other["value"]}
    assert found(until="2020-01-01") == set()
    answer = lists.post("opt-outs/search", q="ANN@example.com", method="link")
    assert "example" not in answer.headers["location"].lower()
    assert EMAIL["value"] in (page := lists.browser.get(answer.headers["location"]).text)
    assert other["value"] not in page
    answer = lists.post("opt-outs/search", reason="Too Many")
    assert "too many mails" in lists.browser.get(answer.headers["location"]).text
    first = lists.json("opt-outs", limit="1")
    second = lists.json("opt-outs", limit="1", after=first["after"])
    assert second["after"] is None
    assert {first["opt_outs"][0]["value"], second["opt_outs"][0]["value"]} == found()


def test_auditors_see_whose_opt_out_it_was_only_for_a_reason(
    organization: str, opening: Opening, record: Record
) -> None:
    record(opt_out(organization, reason="too many mails"))
    lists = opening("auditor")
    page = lists.text("opt-outs")
    assert MASKED in page
    assert "too many" not in page
    assert EMAIL["value"] not in page
    assert lists.post("reason", reason="case 12", back="/console").status_code == 303
    page = lists.text("opt-outs")
    assert EMAIL["value"] in page
    assert "too many mails" in page


def test_each_tab_of_a_sender_has_its_phones_and_exactly_its_columns(
    organization: str, opening: Opening, record: Record
) -> None:
    sender = f"{organization}/shop/48100"

    def number(last: int) -> dict[str, str]:
        return {"kind": "phone", "value": f"+1415555010{last}"}

    def joined(phone: dict[str, str], *places: str, **more: bool) -> dict[str, Any]:
        said = [{"channel": "sms", "scope": place, "purposes": ["marketing"], **more} for place in places]
        return event("contact.signup.v1", organization, identifiers=[phone], subscriptions=said, method="form")

    ban = {"action": "ban", "actor": "agent", "reason": "abuse"}
    record(
        joined(number(0), f"{sender}/news", f"{sender}/offers"),
        *[joined(number(one), f"{sender}/news") for one in (1, 2)],
        joined(number(3), f"{sender}/news", double_opt_in=True),
        opt_out(organization, number(1), "sms", scope=sender, method="keyword"),
        event("contact.hold.v1", organization, identifier=number(2), scope=sender, **ban),
        event("sms.inbound.v1", organization, **{"from": number(3)["value"]}, to=sender, text="what?"),
    )
    lists = opening()
    rows = lists.rows("sms")
    assert list(rows[0]) == ["phone", "emails", "subscribed_at", "list"]
    assert [row["phone"] for row in rows] == [PHONE["value"]] * 2
    assert {row["list"] for row in rows} == {f"{sender}/news", f"{sender}/offers"}
    assert len(lists.rows("sms", list=f"{sender}/offers")) == 1
    rows = lists.rows("sms", tab="opted-out")
    assert list(rows[0]) == ["phone", "emails", "opted_out_at", "reason"]
    assert {row["phone"][-1]: row["reason"] for row in rows} == {"1": "keyword", "2": "ban"}
    assert [row["phone"][-1] for row in lists.rows("sms", tab="opted-out", reason="ban")] == ["2"]
    [row] = lists.rows("sms", tab="other")
    assert list(row) == ["phone", "message_at", "emails"]
    assert row["phone"] == number(3)["value"]
    answer = lists.post("sms/search", q="555-0102", state="tab=opted-out")
    page = lists.browser.get(answer.headers["location"]).text
    assert number(2)["value"] in page
    assert number(1)["value"] not in page
    assert PHONE["value"] not in opening("analyst").text("sms")


def test_deleted_contacts_are_found_and_restored_for_a_reason(
    organization: str, opening: Opening, record: Record
) -> None:
    gone = event("contact.delete.v1", organization, identifier=EMAIL, actor="agent", reason="asked to")
    record(signup(organization), gone)
    lists = opening()
    [row] = lists.rows("deleted")
    assert row["emails"] == EMAIL["value"]
    assert row["deleted_at"]
    assert EMAIL["value"] in lists.text("deleted")
    assert EMAIL["value"] not in opening("analyst").text("deleted")
    assert lists.post("deleted/restore", contact=row["id"], reason="").status_code == 422
    assert opening("analyst").post("deleted/restore", contact=row["id"], reason="again").status_code == 403
    assert lists.post("deleted/restore", contact=row["id"], reason="a mistake").status_code == 303
    record()
    assert lists.rows("deleted") == []


def test_who_is_known_by_a_contact_key_alone_is_called_by_it(
    organization: str, opening: Opening, record: Record
) -> None:
    keys = [{"kind": "external_id", "value": f"customer-{number}"} for number in (1, 2)]
    known = [event("contact.identify.v1", organization, identifiers=[one], method="login") for one in keys]
    together = signup(organization)
    together["data"] = {**together["data"], "identifiers": [keys[0], EMAIL], "method": "import"}
    gone = event("contact.delete.v1", organization, identifier=keys[1], actor="agent", reason="asked to")
    record(*known, signup(organization), together, gone)
    lists = opening()
    assert "customer-1" in lists.text("candidates")
    assert "customer-2" in lists.text("deleted")


def test_a_merge_candidate_is_previewed_and_merged_or_dismissed(
    organization: str, opening: Opening, record: Record
) -> None:
    def pair(number: int) -> list[dict[str, Any]]:
        mail = {"kind": "email", "value": f"pair{number}@example.com"}
        phone = {"kind": "phone", "value": f"+1415555011{number}"}
        both = signup(organization, mail) | {}
        both["data"] = {**both["data"], "identifiers": [mail, phone], "method": "import"}
        return [signup(organization, mail), signup(organization, phone, "sms"), both]

    record(*pair(1), *pair(2))
    lists = opening()
    first, second = lists.json("candidates")["candidates"]
    sides = {"left": first["low_id"], "right": first["high_id"]}
    assert "pair" in lists.text("candidates")
    page = lists.text("candidates/preview", **sides)
    assert "What merging the two comes to" in page
    assert len(lists.json("candidates/preview", **sides)["after"]) == 1
    assert opening("auditor").post("candidates/merge", **sides, reason="same").status_code == 403
    assert lists.post("candidates/merge", **sides, reason="").status_code == 422
    assert lists.post("candidates/merge", **sides, reason="the same address").status_code == 303
    others = {"left": second["low_id"], "right": second["high_id"]}
    assert lists.post("candidates/dismiss", **others, reason="twins").status_code == 303
    record()
    assert lists.rows("candidates") == []


def test_a_reply_nobody_understood_waits_until_somebody_says_what_it_means(
    organization: str, opening: Opening, record: Record
) -> None:
    sender = f"{organization}/shop/48100"
    said = [{"channel": "sms", "scope": sender, "purposes": ["marketing"]}]
    record(
        event("contact.signup.v1", organization, identifiers=[PHONE], subscriptions=said, method="form"),
        event("sms.inbound.v1", organization, **{"from": PHONE["value"]}, to=sender, text="what is offer 9?"),
    )
    lists = opening("marketer")
    assert "what is offer" in lists.text("replies")
    assert "what is offer" not in opening("analyst").text("replies")
    [row] = lists.rows("replies")
    asked = {"reply": row["event_id"], "reason": "read it"}
    assert lists.post("replies/meaning", **asked, meaning="perhaps").status_code == 422
    assert opening("analyst").post("replies/meaning", **asked, meaning="stop").status_code == 403
    assert lists.post("replies/meaning", **asked, meaning="stop").status_code == 303
    record()
    assert lists.rows("replies") == []
    assert [one["phone"] for one in lists.rows("sms", tab="opted-out")] == [PHONE["value"]]


def test_a_value_that_two_people_share_leads_to_them_and_one_is_deleted(
    organization: str, opening: Opening, record: Record
) -> None:
    alike = {"kind": "email", "value": "ann+news@example.com"}
    record(signup(organization), signup(organization, alike))
    lists = opening()
    [row] = lists.rows("duplicates")
    assert row == {"value": EMAIL["value"], "people": "2"}
    address = lists.text("duplicates").partition('class="open" href="')[2].partition('"')[0]
    assert "example" not in address
    page = lists.browser.get(address.replace("&amp;", "&")).text
    assert alike["value"] in page
    assert MASKED in opening("analyst").text("duplicates")
    contact = page.partition('name="contact" value="')[2].partition('"')[0]
    assert lists.post("duplicates/delete", contact=contact, reason="twice").status_code == 303
    record()
    assert [one["id"] for one in lists.rows("deleted")] == [contact]


def test_operations_say_how_things_stand(organization: str, opening: Opening, record: Record) -> None:
    record(signup(organization))
    assert "channel_status" in opening().text("operations")
    assert opening("marketer").get("operations").status_code == 403
