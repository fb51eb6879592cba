"""The pages of one contact in a real browser: no fault that axe finds, every flow by hand."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.api.messages import event, opt_out, signup
from tests.console.conftest import Scene
from tests.console.looking import PICTURES, faults, looked_over
from tests.console.test_browser import Opening, chromium, opening

__all__ = ["chromium", "opening"]

MAIL = {"kind": "email", "value": "ann4@example.com"}
PHONE = {"kind": "phone", "value": "+14155550100"}


@pytest.fixture
def ann(scene: Scene) -> dict[str, Any]:
    """Somebody with a history: an address that bounced, a recycled phone, a link, edits, an opt-out."""
    organization = scene.organization
    scene.caller.put("fields/shoe_size", {"value_type": "number", "display_name": "Shoe size"})
    scene.caller.put("fields/interests", {"value_type": "list", "display_name": "Interests"})
    bounce = {"identifier": MAIL, "channel": "email", "reason": "mailbox full", "code": "452"}
    scene.record(
        event("contact.reassign.v1", organization, identifier=PHONE, cause="recycled")
        | {"time": "2026-02-01T09:00:00Z"},
        signup(organization, PHONE, "sms", profile={"first_name": "Annabel", "interests": ["shoes", "hats"]}),
        event("contact.identify.v1", organization, identifiers=[MAIL, PHONE], method="form"),
        event("contact.profile.v1", organization, identifier=MAIL, set={"city": "Bonn", "birthday": "1990-01-31"})
        | {"time": "2026-04-02T09:00:00Z"},
        *[
            event("delivery.receipt.v1", organization, outcome="soft_bounce", message_id=f"x-{n}", **bounce)
            | {"time": f"2026-04-0{n + 3}T09:00:00Z"}
            for n in range(4)
        ],
        event(
            "contact.hold.v1", organization, identifier=MAIL, action="pause", actor="agent-7", reason="on holiday"
        ),
        opt_out(organization, PHONE, "sms", reason="too many texts"),
    )
    return scene.contact(MAIL["value"])


def test_no_page_of_a_contact_has_a_fault_that_axe_finds(
    opening: Opening, scene: Scene, ann: dict[str, Any]
) -> None:
    page = opening(bypass_csp=True)
    home, other = f"{scene.contacts}/{ann['id']}", scene.contact("ann1@example.com")["id"]
    [link] = scene.caller.get("contact-links", contact_id=ann["id"]).json()
    mail = scene.caller.identifier(**MAIL)
    scope = f"{scene.organization}/shop"
    why = f"identifier={mail}&channel=email&scope={scope}&purpose=marketing"
    places = {
        "profile": f"{home}?{why}&known_at=2026-04-01T00:00",
        "edit": f"{home}/edit",
        "subscriptions": f"{home}/subscriptions?{why}&done=subscribe",
        "links": f"{home}/links",
        "link-preview": f"{home}/links/preview?with={other}",
        "unlink-preview": f"{home}/links/preview?link={link['link_id']}",
        "compare": f"{home}/compare?a=2026-03-02T12:00&b=2026-11-28T00:00",
        "identifier": f"{home}/identifiers/{scene.caller.identifier(**PHONE)}",
    }
    for name, address in places.items():
        page.goto(address)
        looked_over(page, f"contact-{name}")


def test_two_people_edit_one_contact(opening: Opening, scene: Scene, ann: dict[str, Any]) -> None:
    mine, theirs = opening(bypass_csp=True, java_script_enabled=True), opening()
    for page in (mine, theirs):
        page.goto(f"{scene.contacts}/{ann['id']}/edit")
    theirs.fill("#f-city", "Paris")
    theirs.fill("#f-interests", "shoes\nhats\nsocks")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_role("status")).to_contain_text("Saved.")
    mine.fill("#f-city", "Rome")
    mine.fill("#f-interests", "shoes\nhats\ngloves")
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_role("alert")).to_contain_text("Nothing was saved yet.")
    expect(mine.locator(".clash")).to_contain_text("Changed while you were editing.")
    expect(mine.locator(".clash")).to_contain_text("“Paris”")
    mine.screenshot(path=PICTURES / "contact-clash-light.png", full_page=True)
    assert faults(mine) == []
    mine.get_by_label("Save mine").check()
    mine.get_by_role("button", name="Save", exact=True).click()
    expect(mine.get_by_role("status")).to_contain_text("Saved.")
    facts = mine.locator("section", has=mine.locator("#h-fields"))
    expect(facts).to_contain_text("Rome")
    expect(facts).to_contain_text("shoes, hats, socks, gloves")
    facts.locator("summary", has_text="City").click()
    expect(facts.locator("details[open]")).to_contain_text("Paris")


def test_a_bad_value_comes_back_with_its_message(opening: Opening, scene: Scene, ann: dict[str, Any]) -> None:
    page = opening(java_script_enabled=False)
    page.goto(f"{scene.contacts}/{ann['id']}/edit")
    page.fill("#f-time_zone", "Europe/Ulm")
    page.fill("#f-last_name", "Berg")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("textbox", name="Time zone")).to_have_value("Europe/Ulm")
    expect(page.get_by_role("textbox", name="Time zone")).to_have_accessible_description(
        "A name such as Europe/Paris. There is no such time zone; type a name such as Europe/Paris."
    )
    expect(page.get_by_label("Last name")).to_have_value("Berg")


def test_subscribing_after_an_opt_out_changes_nothing_and_says_so(
    opening: Opening,
    scene: Scene,
    ann: dict[str, Any],
) -> None:
    page = opening(bypass_csp=True)
    page.goto(f"{scene.contacts}/{ann['id']}")
    page.get_by_role("link", name="Subscribe or unsubscribe").first.click()
    page.get_by_label("Subscribe", exact=True).check()
    page.get_by_label("Identifier").select_option(label=f"Phone: {PHONE['value']}")
    page.get_by_label("Channel").select_option(label="SMS")
    page.get_by_label("Merchant, sender or list").fill(f"{scene.organization}/shop")
    page.get_by_label("Marketing").check()
    page.get_by_label("Reason, kept with the event").fill("asked at the counter")
    page.get_by_label("How the person agreed").select_option("spoken")
    page.get_by_label("Where the proof is").fill("call 17")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("#e-attested")).to_be_visible()
    expect(page.get_by_label("Where the proof is")).to_have_value("call 17")
    page.screenshot(path=PICTURES / "contact-subscriptions-refused-light.png", full_page=True)
    assert faults(page) == []
    page.get_by_label("I confirm that the owner").check()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("status")).to_contain_text("Marketing: Unsubscribed, may not be sent.")


def test_a_link_is_looked_at_made_and_removed(opening: Opening, scene: Scene, ann: dict[str, Any]) -> None:
    page = opening()
    page.goto(f"{scene.contacts}/{ann['id']}/links")
    page.get_by_label("E-mail, phone, contact key or contact id").fill("ann1@example.com")
    page.get_by_role("button", name="See what it comes to").click()
    assert "ann1" not in page.url
    expect(page.get_by_role("heading", level=1)).to_have_text("What linking the two comes to")
    page.get_by_label("Reason, kept with the event").fill("she called")
    page.get_by_role("button", name="Link them").click()
    expect(page.get_by_role("status")).to_contain_text("Linked.")
    scene.record()
    page.get_by_role("link", name="Links").first.click()
    page.get_by_role("row", name="By hand").or_(
        page.get_by_role("row").filter(has_text="by hand")
    ).first.get_by_role("link").click()
    page.get_by_label("Reason, kept with the event").fill("two people")
    page.get_by_role("button", name="Remove the link").click()
    expect(page.get_by_role("status")).to_contain_text("The link was removed.")


def test_two_moments_are_chosen_and_compared_without_scripts(
    opening: Opening,
    scene: Scene,
    ann: dict[str, Any],
) -> None:
    page = opening(java_script_enabled=False)
    page.goto(f"{scene.contacts}/{ann['id']}")
    page.get_by_role("link", name="Compare two moments").click()
    page.get_by_label("Moment A").fill("2026-03-02T12:00:00")
    page.get_by_label("Moment B").fill("2026-04-01T00:00:00")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_contain_text("differences")
    expect(page.get_by_label("Moment A")).to_have_value("2026-03-02T12:00")
    expect(page.locator("section", has=page.locator("#h-statuses"))).to_contain_text("Changed")


def test_the_timeline_is_narrowed_to_a_kind(opening: Opening, scene: Scene, ann: dict[str, Any]) -> None:
    page = opening()
    page.goto(f"{scene.contacts}/{ann['id']}")
    page.get_by_label("Show", exact=True).select_option(label="Holds")
    page.locator("#timeline").get_by_role("button", name="Apply").click()
    expect(page.locator("#timeline li")).to_have_count(1)
    expect(page.locator("#timeline li")).to_contain_text("Paused")
