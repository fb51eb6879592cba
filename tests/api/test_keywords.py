"""Keyword sets over HTTP: list, show, read a text, count what another would change, adopt."""

from collections.abc import Callable

import pytest

from entrypoints.roles import Role
from tests.api.messages import PHONE, event
from tests.api.serving import Caller

GERMAN = {"version": "2026-2+de", "words": {"stop": ["schluss"]}}


def test_a_set_is_read_compared_then_adopted(admin: Caller) -> None:
    sender = f"{admin.organization}/shop/48100"
    said = [{"channel": "sms", "scope": sender, "purposes": ["marketing"]}]
    admin.record(
        event("contact.signup.v1", admin.organization, identifiers=[PHONE], subscriptions=said, method="form"),
        event("sms.inbound.v1", admin.organization, **{"from": PHONE["value"]}, to=sender, text="Schluss!"),
    )
    assert {one["version"] for one in admin.get("keywords").json()} >= {"2026-1", "2026-2"}
    assert "stop" in admin.get("keywords/2026-2").json()["words"]["stop"]
    assert admin.get("keywords/nobody's").status_code == 404
    assert admin.post("keywords/read", {"text": "Schluss!"}).json()["reply_class"] == "other"
    assert admin.post("keywords/read", {"text": "please stop texting me"}).json()["reply_class"] == "stop"
    diff = admin.post("keywords/diff", GERMAN).json()
    assert (diff["replies"], diff["changed"], diff["changes"][0]["new"]) == (1, 1, "stop")
    assert diff["changes"][0]["stops"] == [f"sms {sender} marketing"]
    counted = admin.post("keywords", GERMAN).json()
    assert (counted["adopted"], counted["difference"]["changed"]) == (False, 1)
    assert admin.post("keywords", {**GERMAN, "confirmed": True}).json()["adopted"]
    assert not admin.post("keywords", {**GERMAN, "confirmed": True}).json()["adopted"]
    assert [one["version"] for one in admin.get("keywords").json() if one["standing"]] == ["2026-2+de"]
    assert admin.post("keywords/read", {"text": "Schluss!"}).json()["reply_class"] == "stop"
    [change] = admin.get("settings/history", subject="keywords").json()
    assert (change["what"], change["by"][:4]) == ("Keyword set 2026-2+de adopted.", "clk_")


def test_a_set_that_would_take_a_word_away_names_its_field(admin: Caller) -> None:
    moved = admin.post("keywords", {"version": "2026-2+x", "words": {"start": ["stop"]}})
    assert (moved.status_code, moved.json()["errors"][0]["field"]) == (422, "words")
    nameless = admin.post("keywords/diff", {"version": "2026-2", "words": {"stop": ["basta"]}})
    assert (nameless.status_code, nameless.json()["errors"][0]["field"]) == (422, "version")


@pytest.mark.parametrize(("role", "subject", "status"), [("marketer", "keys", 403), ("marketer", "scopes", 200)])
def test_changes_of_keys_are_for_administrators(
    caller: Callable[[Role], Caller], admin: Caller, role: Role, subject: str, status: int
) -> None:
    assert caller(role).get("settings/history", subject=subject).status_code == status
