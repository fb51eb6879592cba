"""What a key may do by message is what it may do by the route of the same act, and the record names the key."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from entrypoints.organizations import issue_key
from entrypoints.roles import MESSAGES, PERMISSIONS, Role
from schemas.registry import MESSAGE_TYPES
from tests.api.messages import EMAIL, PHONE, event, opt_out, question, signup
from tests.api.serving import BATCH, STRUCTURED, Caller, Served

WHO = {"actor": "anybody", "reason": "because"}
ACTS = sorted(name for name, needed in MESSAGES.items() if needed != "messages")


@pytest.fixture
def stopped(admin: Caller) -> str:
    """Ann, by e-mail and phone, signed up and opted out of mail; the id of the opt-out."""
    results = admin.record(signup(admin.organization), signup(admin.organization, PHONE, "sms"))
    assert results[0]["result"] == results[1]["result"] == "recorded"
    return str(admin.record(opt_out(admin.organization))[0]["event_ids"][0])


def _act(name: str, organization: str, stop: str) -> dict[str, Any]:
    """A message of this type that is taken from who may send it, or is refused for what it names."""
    about: dict[str, dict[str, Any]] = {
        "contact.link.v1": {"left": EMAIL, "right": PHONE},
        "contact.unlink.v1": {"link_id": str(uuid4())},
        "contact.delete.v1": {"identifier": EMAIL},
        "contact.restore.v1": {"identifier": EMAIL},
        "contact.erase.v1": {"identifier": EMAIL, "request_id": "DSR-1"},
        "ledger.reversal.v1": {"event_id": stop},
    }
    return event(name, organization, **about[name], **WHO) | {"time": "2026-03-04T09:00:00Z"}


def _sendable(admin: Caller) -> dict[str, Any]:
    return dict(admin.post("sendable", question(admin.organization)).json()["answers"][0])


def _history(admin: Caller) -> list[dict[str, Any]]:
    return list(admin.get(f"identifiers/{admin.identifier(**EMAIL)}/history").json()["events"])


def test_every_message_type_needs_something_that_a_role_has() -> None:
    assert MESSAGES.keys() == MESSAGE_TYPES.keys()
    assert set(ACTS) == {
        "contact.link.v1",
        "contact.unlink.v1",
        "contact.delete.v1",
        "contact.restore.v1",
        "contact.erase.v1",
        "ledger.reversal.v1",
    }
    assert all(needed in PERMISSIONS["admin"] for needed in MESSAGES.values())


@pytest.mark.parametrize("name", ACTS)
def test_what_a_key_may_not_do_it_may_not_do_by_message(
    name: str, server: Served, admin: Caller, caller: Callable[[Role], Caller], stopped: str
) -> None:
    message, before = _act(name, admin.organization, stopped), _history(admin)
    limited = issue_key(server.ledger, admin.organization, "admin", permissions=["messages"])
    for asking in (caller("service"), server.with_key(admin.organization, limited)):
        refused = asking.post("messages", message, STRUCTURED)
        assert refused.status_code == 403
        assert [error["field"] for error in refused.json()["errors"]] == ["type"]
        assert name in refused.text
        assert f"`{MESSAGES[name]}`" in refused.text
    assert _history(admin) == before
    assert _sendable(admin)["reasons"] == ["unsubscribed"]
    assert admin.post("messages", message, STRUCTURED).status_code in (200, 422)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        *[("contact.hold.v1", {"action": action}) for action in ("resume", "unblock", "unban")],
        *[
            ("contact.deliverability.v1", {"action": action})
            for action in ("reactivate", "unblacklist", "withdraw_complaint")
        ],
    ],
)
def test_a_service_closes_and_does_not_open(
    name: str, said: dict[str, str], admin: Caller, caller: Callable[[Role], Caller], stopped: str
) -> None:
    closing = {"contact.hold.v1": "ban", "contact.deliverability.v1": "blacklist"}[name]
    closed = event(name, admin.organization, identifier=EMAIL, **WHO, action=closing)
    assert caller("service").post("messages", closed, STRUCTURED).status_code == 200
    opened = event(name, admin.organization, identifier=EMAIL, **WHO, **said)
    refused = caller("service").post("messages", opened, STRUCTURED)
    assert (refused.status_code, "`act`" in refused.text) == (403, True)
    assert admin.post("messages", opened, STRUCTURED).status_code == 200


def test_a_service_overrides_no_opt_out(admin: Caller, caller: Callable[[Role], Caller], stopped: str) -> None:
    override = {"actor": "anybody", "legal_basis": "contract"}
    message = signup(admin.organization, method="import", override=override) | {"time": "2026-03-05T09:00:00Z"}
    refused = caller("service").post("messages", message, STRUCTURED)
    assert (refused.status_code, "`reverse`" in refused.text) == (403, True)
    assert _sendable(admin)["sendable"] is False
    assert admin.post("messages", message, STRUCTURED).status_code == 200
    assert _sendable(admin)["sendable"] is True


def test_a_batch_with_one_that_may_not_is_refused_whole(
    admin: Caller, caller: Callable[[Role], Caller], stopped: str
) -> None:
    other = signup(admin.organization, {"kind": "email", "value": "ben@example.com"})
    batch = [other, _act("ledger.reversal.v1", admin.organization, stopped), other]
    batch.append(_act("contact.erase.v1", admin.organization, stopped))
    refused = caller("service").post("messages", batch, BATCH)
    assert refused.status_code == 403
    assert [error["field"] for error in refused.json()["errors"]] == ["1.type", "3.type"]
    assert "results" not in refused.json()
    asked = question(admin.organization, {"kind": "email", "value": "ben@example.com"})
    assert admin.post("sendable", asked).json()["answers"][0]["sendable"] is False
    assert _sendable(admin)["sendable"] is False


def test_the_binary_mode_asks_for_the_same(admin: Caller, caller: Callable[[Role], Caller], stopped: str) -> None:
    message = _act("ledger.reversal.v1", admin.organization, stopped)
    headers = {f"ce-{name}": message[name] for name in ("id", "source", "type", "specversion", "time")}
    assert caller("service").post("messages", message["data"], headers).status_code == 403
    assert admin.post("messages", message["data"], headers).status_code == 200


def test_a_rejection_is_not_mended_into_what_the_key_may_not_send(
    server: Served, admin: Caller, stopped: str
) -> None:
    late = signup(admin.organization, {"kind": "email", "value": "ben@example.com"}) | {"time": None}
    assert admin.post("messages", late, STRUCTURED).status_code == 422
    [rejection] = (one["id"] for one in admin.get("rejections").json()["rejections"])
    key = issue_key(server.ledger, admin.organization, "admin", permissions=["settings"])
    limited, mended = server.with_key(admin.organization, key), _act(ACTS[-1], admin.organization, stopped)
    assert limited.post(f"rejections/{rejection}/replay", {"message": mended}).status_code == 403
    assert _sendable(admin)["reasons"] == ["unsubscribed"]
    assert admin.post(f"rejections/{rejection}/replay", {"message": mended}).status_code == 200
    assert _sendable(admin)["sendable"] is True


def test_the_record_names_the_key_whatever_actor_is_given(admin: Caller, stopped: str) -> None:
    admin.record(_act("ledger.reversal.v1", admin.organization, stopped))
    assert _sendable(admin)["sendable"] is True
    [key] = (one["id"] for one in admin.get("keys").json())
    last = max(_history(admin), key=lambda one: one["position"])
    assert last["actor"] == "anybody"
    assert last["origin"].startswith(f"api-key/{key}/")


def test_lists_approved_name_the_key_whatever_actor_is_given(server: Served, admin: Caller, stopped: str) -> None:
    who = {"actor": "anybody", "reason": "because"}
    span = {"from": "2026-03-03T00:00:00Z", "to": "2026-03-04T00:00:00Z", "methods": ["link"]}
    listed = admin.post("reversals/preview", span).json()
    assert admin.post("reversals", {**span, **who, "approve": listed["digest"]}).json()["events"] == 1
    [key] = (one["id"] for one in admin.get("keys").json())
    assert max(_history(admin), key=lambda one: one["position"])["origin"].startswith(f"api-key/{key}/")
    admin.record(opt_out(admin.organization) | {"time": "2026-03-05T09:00:00Z"})
    contact = admin.post("lookup", EMAIL).json()["contact_id"]
    some = {"contacts": [contact]}
    listed = admin.post("deletions/preview", some).json()
    done = admin.post("deletions", {**some, **who, "approve": listed["digest"]})
    assert done.json() == {"deleted": 1}, (listed, done.text)
    told = admin.post("access", {"id": contact}).json()["events"]
    [deleted] = (one for one in told if one["stream_id"] == contact and one["actor"] == "anybody")
    assert deleted["origin"].startswith(f"api-key/{key}/")
