"""Double opt-in: a confirmation belongs to one request, ends with it, and never revives what was ended since."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from entrypoints.links import ConfirmationLink, Links
from tests.api.clicking import (
    ONE_CLICK,
    click,
    confirmation_path,
    consent,
    ended_confirmation_path,
    signing,
    unsubscribe_path,
)
from tests.api.messages import EMAIL, PHONE, event, signup
from tests.api.serving import Caller, Served


def _request(server: Served, organization: str, identifier: dict[str, str] = EMAIL, channel: str = "email") -> Any:
    """A signup of just now that asks for double opt-in."""
    wanted = [
        {"channel": channel, "scope": f"{organization}/shop", "purposes": ["marketing"], "double_opt_in": True}
    ]
    now = server.ledger.now().isoformat()
    return signup(organization, identifier, channel, subscriptions=wanted) | {"time": now}


def _events(caller: Caller, name: str, identifier: dict[str, str] = EMAIL) -> list[dict[str, Any]]:
    events = caller.get(f"identifiers/{caller.identifier(**identifier)}/history").json()["events"]
    return [event for event in events if event["type"] == name]


def test_the_button_confirms_the_request_it_belongs_to(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    admin.record(request)
    path = confirmation_path(admin, request)
    assert consent(admin) == "pending"
    before = server.ledger.reading.newest()
    assert "Yes, subscribe me" in server.client.get(path).text
    assert server.client.head(path).status_code == 200
    assert server.ledger.reading.newest() == before
    assert "You are subscribed" in click(server, path, {}).text
    assert consent(admin) == "subscribed"
    (confirmed,) = _events(admin, "identifier.subscription-confirmed.v1")
    act = server.ledger.ids.act(admin.organization, request["source"], request["id"])
    assert confirmed["data"]["request_act_id"] == str(act)
    assert confirmed["data"]["evidence"]["ip"] == "127.0.0.1"


def test_a_confirmation_never_revives_a_later_opt_out(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    admin.record(request)
    path = confirmation_path(admin, request)
    click(server, unsubscribe_path(admin), ONE_CLICK)
    assert server.client.get(path).status_code == 410
    answer = click(server, path, {})
    assert answer.status_code == 410
    assert "no longer counts" in answer.text
    assert consent(admin) == "unsubscribed"


def test_a_second_press_after_an_opt_out_does_not_bring_it_back(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    admin.record(request)
    path = confirmation_path(admin, request)
    click(server, path, {})
    click(server, unsubscribe_path(admin), ONE_CLICK)
    assert click(server, path, {}).status_code == 410
    assert consent(admin) == "unsubscribed"


def test_a_link_confirms_no_other_request(server: Served, admin: Caller) -> None:
    first, second = (_request(server, admin.organization) for _ in range(2))
    first["data"]["subscriptions"][0]["scope"] = f"{admin.organization}/other"
    admin.record(first, second)
    click(server, confirmation_path(admin, first), {})
    assert consent(admin, scope=f"{admin.organization}/other") == "subscribed"
    assert consent(admin) == "pending"


def test_a_link_ends_with_its_request(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    admin.record(request)
    wanted = {**EMAIL, "source": request["source"], "message_id": request["id"]}
    made = admin.post("confirmation-links", {"links": [wanted]}).json()["links"][0]
    explained = admin.get(
        f"identifiers/{made['identifier_id']}/status",
        channel="email",
        scope=f"{admin.organization}/shop",
        purpose="marketing",
    ).json()
    assert made["expires_at"] == explained["changes_at"]
    ended = ended_confirmation_path(server, admin, request, server.ledger.now() - timedelta(seconds=1))
    before = server.ledger.reading.newest()
    assert server.client.get(ended).status_code == 410
    assert click(server, ended, {}).status_code == 410
    assert server.ledger.reading.newest() == before
    assert consent(admin) == "pending"


def test_a_request_older_than_its_lifetime_is_not_confirmed(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    request["time"] = (server.ledger.now() - timedelta(days=8)).isoformat()
    admin.record(request)
    assert click(server, confirmation_path(admin, request), {}).status_code == 410
    assert consent(admin) == "never"


def test_a_click_that_comes_before_its_signup_is_not_lost(server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    path = confirmation_path(admin, request)
    assert click(server, path, {}).status_code == 503
    admin.record(event("contact.identify.v1", admin.organization, identifiers=[EMAIL], method="form"))
    answer = click(server, path, {})
    assert answer.status_code == 200
    assert "is noted" in answer.text
    admin.record(request)
    assert consent(admin) == "subscribed"


@pytest.mark.parametrize("method", ["get", "post"])
def test_forged_and_unsubscribe_links_confirm_nothing(method: str, server: Served, admin: Caller) -> None:
    request = _request(server, admin.organization)
    admin.record(request)
    act = server.ledger.ids.act(admin.organization, request["source"], request["id"])
    ends = server.ledger.now() + timedelta(days=1)
    link = ConfirmationLink(UUID(admin.identifier(**EMAIL)), act, admin.organization, ends)
    forged = Links([b"x" * 32]).signed(link)
    genuine = signing(server).signed(link)
    unsubscribing = unsubscribe_path(admin).removeprefix("/u/")
    paths = [f"/c/{forged}", f"/c/{genuine[:-1]}", f"/c/{unsubscribing}", f"/u/{genuine}"]
    answers = [server.client.request(method, path) for path in paths]
    assert {(answer.status_code, answer.text) for answer in answers} == {(404, answers[0].text)}
    assert consent(admin) == "pending"


def test_an_invalid_reply_lands_in_other_with_the_reply_and_a_later_yes_still_counts(
    server: Served, admin: Caller
) -> None:
    admin.record(_request(server, admin.organization, PHONE, "sms"))

    def texted(text: str) -> dict[str, Any]:
        to = f"{admin.organization}/shop"
        reply = event("sms.inbound.v1", admin.organization, **{"from": PHONE["value"], "to": to, "text": text})
        return reply | {"time": server.ledger.now().isoformat()}

    assert consent(admin, PHONE) == "pending"
    admin.record(texted("who is this"))
    assert consent(admin, PHONE) == "declined"
    (reply,) = _events(admin, "identifier.reply-received.v1", PHONE)
    assert (reply["data"]["reply_class"], reply["data"]["text"]) == ("other", "who is this")
    admin.record(texted("Y"))
    assert consent(admin, PHONE) == "subscribed"


def test_a_confirmation_by_link_lifts_a_keyword_opt_out_as_a_confirmed_double_opt_in_does(
    server: Served, admin: Caller
) -> None:
    stop = {"from": PHONE["value"], "to": f"{admin.organization}/shop", "text": "STOP"}
    admin.record(event("sms.inbound.v1", admin.organization, **stop))
    request = _request(server, admin.organization, PHONE, "sms")
    admin.record(request)
    assert consent(admin, PHONE) == "unsubscribed"
    click(server, confirmation_path(admin, request, PHONE), {})
    assert consent(admin, PHONE) == "subscribed"
