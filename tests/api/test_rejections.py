"""Rejected messages over HTTP: counted, opened for a reason, mended in their organization, replayed, dropped."""

import json
from typing import Any

import pytest

from entrypoints import reads
from ledger.acts.act import Rejection
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served


def rejected(server: Served, organization: str, message: Any, reason: str = "unknown_type") -> str:
    payload = json.dumps(message).encode()
    why = Rejection(reason, "type: mend it", server.ledger.now(), payload, organization=organization, source="crm")
    with server.ledger.writing.writing() as writing:
        [made] = writing.reject([why])
    return str(made)


def test_a_rejection_is_listed_opened_mended_and_replayed(server: Served, admin: Caller) -> None:
    one = rejected(server, admin.organization, event("contact.wave.v1", admin.organization, identifier=EMAIL))
    page = admin.get("rejections", reason="unknown_type", source="crm").json()
    assert ([shown["id"] for shown in page["rejections"]], page["counts"]) == ([one], {"unknown_type": 1})
    assert admin.get(f"rejections/{one}").json()["message"] is None
    asking = Caller(admin.organization, admin.key, admin.client, "case 9")
    assert EMAIL["value"] in asking.get(f"rejections/{one}").json()["message"]
    assert [look.reason for look in reads.page(server.ledger, admin.organization).reads] == ["case 9"]
    refused = admin.post(f"rejections/{one}/replay", {})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "type")
    taken = admin.post(f"rejections/{one}/replay", {"message": signup(admin.organization)}).json()
    assert taken["result"] == "recorded"
    [settled] = admin.get("rejections", state="replayed").json()["rejections"]
    assert (settled["mended"], settled["settled_by"][:8]) == (True, "api-key/")
    assert admin.post(f"rejections/{one}/drop", {}).status_code == 422


def test_a_mended_message_stays_in_its_organization(server: Served, admin: Caller) -> None:
    other = server.caller(f"{admin.organization}-b")
    one = rejected(server, admin.organization, event("contact.wave.v1", admin.organization))
    answer = admin.post(f"rejections/{one}/replay", {"message": signup(other.organization)})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "data.organization")
    key = server.ledger.ids.identifier(other.organization, **EMAIL)
    assert server.ledger.reading.read([key])[key] == []


def test_opt_outs_that_share_their_ids_with_others_are_listed_as_conflicts(server: Served, admin: Caller) -> None:
    first, second = signup(admin.organization), opt_out(admin.organization)
    admin.record(first, second)
    for used in (first, second):
        admin.record(opt_out(admin.organization, PHONE, "sms", reason=used["id"]) | {"id": used["id"]})
    server.project()
    newest = admin.get("conflicts", limit="1").json()
    oldest = admin.get("conflicts", before=str(newest["before"])).json()
    [one], [other] = newest["conflicts"], oldest["conflicts"]
    assert one["position"] > other["position"]
    assert {one["stream_id"], other["stream_id"]} == {admin.identifier("phone", PHONE["value"])}
    assert (one["source"], one["said"][:9]) == ("shop/web", "Opted out")
    assert oldest["before"] is None
    assert admin.get("conflicts", before="x").status_code == 422
    assert server.caller(f"{admin.organization}-b").get("conflicts").json()["conflicts"] == []


@pytest.mark.parametrize("path", ["", "/replay", "/drop"])
def test_another_organizations_rejection_is_unknown(server: Served, admin: Caller, path: str) -> None:
    theirs = rejected(server, f"{admin.organization}-b", {})
    asked = admin.post(f"rejections/{theirs}{path}", {}) if path else admin.get(f"rejections/{theirs}")
    assert asked.status_code == 404
