"""Rejections in the console: found by reason and producer, opened for a reason, mended, replayed one and many."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from entrypoints import reads
from ledger.acts.act import Rejection
from ledger.store import rejections
from tests.api.messages import EMAIL, event, signup
from tests.api.serving import Served
from tests.console.lists import Lists, Opening, Record

Rejecting = Callable[..., str]


@pytest.fixture
def rejecting(server: Served, organization: str) -> Rejecting:
    """Rejects a message of the organization (or another), and returns the rejection's id."""

    def rejected(message: Any, reason: str = "unknown_type", source: str = "crm", *, of: str | None = None) -> str:
        payload = message if isinstance(message, bytes) else json.dumps(message).encode()
        why = Rejection(
            reason, "type: mend it", server.ledger.now(), payload, organization=of or organization, source=source
        )
        with server.ledger.writing.writing() as writing:
            [made] = writing.reject([why])
        return str(made)

    return rejected


def opened(lists: Lists, rejection: str) -> str:
    """The rejection's page, its message opened for a reason."""
    here = f"/console/{lists.organization}/rejections/{rejection}"
    assert lists.post("reason", reason="case 9", back=here).status_code == 303
    return lists.text(f"rejections/{rejection}")


def test_rejections_are_counted_and_found_by_reason_producer_and_time(
    opening: Opening, rejecting: Rejecting
) -> None:
    lists = opening()
    assert "Nothing was rejected." in lists.text("rejections")
    first, second = rejecting({}, "bad_json", "crm"), rejecting({}, "unknown_type", "shop")
    third = rejecting({}, "unknown_type", "crm")
    data = lists.json("rejections")
    assert (data["counts"], data["sources"]) == ({"bad_json": 1, "unknown_type": 2}, ["crm", "shop"])

    def found(**asked: str) -> set[str]:
        return {row["id"] for row in lists.rows("rejections", **asked)}

    assert found() == {first, second, third}
    assert found(reason="unknown_type") == {second, third}
    assert found(reason="unknown_type", source="crm") == {third}
    assert found(until="2020-01-01") == set()
    assert found(since="2020-01-01", source="shop") == {second}
    page = lists.json("rejections", limit="2")
    assert {one["id"] for one in page["rejections"]} == {second, third}
    assert {one["id"] for one in lists.json("rejections", limit="2", after=page["after"])["rejections"]} == {first}
    assert opening("marketer").get("rejections").status_code == 403
    assert lists.get("rejections", after="x").status_code == 422


def test_a_message_is_opened_for_a_reason_and_every_look_is_kept(
    server: Served, organization: str, opening: Opening, rejecting: Rejecting
) -> None:
    rejection = rejecting(event("contact.wave.v1", organization, identifier=EMAIL))
    lists = opening()
    for ending in ("", ".json", ".csv"):
        assert EMAIL["value"] not in lists.text(f"rejections/{rejection}{ending}")
    assert reads.page(server.ledger, organization).reads == []
    assert EMAIL["value"] in opened(lists, rejection)
    [look] = reads.page(server.ledger, organization).reads
    assert (look.reason, str(look.subject)) == ("case 9", rejection)


def test_another_organizations_rejection_is_unknown(
    server: Served, organization: str, opening: Opening, rejecting: Rejecting
) -> None:
    theirs = rejecting(b"{ theirs", "bad_json", of=f"{organization}-other")
    lists = opening()
    assert lists.get(f"rejections/{theirs}").status_code == 404
    for path, fields in (
        ("drop", {"rejection": theirs}),
        ("replay", {"rejection": theirs}),
        ("replay-many", {f"id.{theirs}": "on"}),
        (f"{theirs}/check", {"message": "{}"}),
        (f"{theirs}/mend", {"message": "{}"}),
    ):
        assert lists.post(f"rejections/{path}", **fields).status_code == 404, path
    with server.ledger.reading.connection() as connection:
        assert rejections.get(connection, UUID(theirs)).state == "open"


def test_a_message_is_mended_seen_before_and_after_and_taken(
    server: Served, organization: str, opening: Opening, rejecting: Rejecting, record: Record
) -> None:
    rejection = rejecting(event("contact.wave.v1", organization, identifier=EMAIL))
    lists = opening()
    opened(lists, rejection)
    here = f"rejections/{rejection}"
    bad = lists.post(f"{here}/check", on=here, message='{"specversion": "1.0", "typed": 17')
    assert bad.status_code == 422
    assert "&#34;typed&#34;: 17" in bad.text
    mended = json.dumps(signup(organization), indent=2)
    page = lists.post(f"rejections/{rejection}/check", message=mended).text
    assert "It can be taken" in page
    assert "<del>" in page
    assert "<ins>" in page
    assert lists.json(f"rejections/{rejection}")["rejection"]["state"] == "open"
    assert lists.post(f"rejections/{rejection}/mend", message=mended).status_code == 303
    shown = lists.json(f"rejections/{rejection}")["rejection"]
    assert (shown["state"], shown["mended"], shown["settled_by"][:7]) == ("replayed", True, "person/")
    record()
    one = server.caller(organization).post("contacts/search", {"search": EMAIL["value"]}).json()["contacts"][0]
    timeline = lists.json(f"contacts/{one['id']}")["timeline"]
    assert "mended by a person" in json.dumps(timeline)
    again = lists.post(f"{here}/mend", on=here, message=mended)
    assert again.status_code == 422


@pytest.mark.parametrize("step", ["check", "mend"])
def test_a_mended_message_cannot_name_another_organization(
    server: Served, organization: str, opening: Opening, rejecting: Rejecting, step: str
) -> None:
    other = server.caller(f"{organization}-b")
    rejection = rejecting(event("contact.wave.v1", organization))
    lists = opening()
    answer = lists.post(f"rejections/{rejection}/{step}", message=json.dumps(signup(other.organization)))
    assert answer.status_code == 422
    assert "the organization of the rejection" in answer.text
    foreign = signup(organization)
    foreign["data"]["subscriptions"][0]["scope"] = f"{other.organization}/shop"
    assert lists.post(f"rejections/{rejection}/{step}", message=json.dumps(foreign)).status_code == 422
    key = server.ledger.ids.identifier(other.organization, **EMAIL)
    assert server.ledger.reading.read([key])[key] == []
    assert lists.json(f"rejections/{rejection}")["rejection"]["state"] == "open"


def test_a_message_that_named_another_organization_is_not_replayed_as_it_came(
    server: Served, organization: str, opening: Opening, rejecting: Rejecting
) -> None:
    other = server.caller(f"{organization}-b")
    rejection = rejecting(signup(other.organization))
    lists = opening()
    assert lists.post("rejections/replay", rejection=rejection).status_code == 422
    assert "Refused again" in lists.post("rejections/replay-many", **{f"id.{rejection}": "on"}).text
    key = server.ledger.ids.identifier(other.organization, **EMAIL)
    assert server.ledger.reading.read([key])[key] == []


def test_what_is_refused_when_mended_is_shown_and_leaves_no_other_rejection(
    organization: str, opening: Opening, rejecting: Rejecting
) -> None:
    rejection = rejecting(event("contact.wave.v1", organization))
    lists = opening()
    late = signup(organization) | {"time": "2199-01-01T00:00:00Z"}
    here = f"rejections/{rejection}"
    answer = lists.post(f"{here}/mend", on=here, message=json.dumps(late))
    assert answer.status_code == 422
    assert "24 hours ahead" in answer.text
    assert "2199-01-01" in answer.text
    assert [row["id"] for row in lists.rows("rejections")] == [rejection]


def test_many_are_replayed_each_by_itself(organization: str, opening: Opening, rejecting: Rejecting) -> None:
    good = [rejecting(signup(organization, {"kind": "email", "value": f"m{n}@example.com"})) for n in range(3)]
    bad = rejecting(b"{", "bad_json")
    lists = opening()
    assert lists.post("rejections/replay-many").status_code == 422
    page = lists.post("rejections/replay-many", **{f"id.{good[0]}": "on", f"id.{bad}": "on"}).text
    assert "Refused again" in page
    assert {row["id"] for row in lists.rows("rejections")} == {good[1], good[2], bad}
    lists.post("rejections/replay-many", all="on", reason="unknown_type")
    assert {row["id"] for row in lists.rows("rejections")} == {bad}
    assert {row["id"] for row in lists.rows("rejections", state="replayed")} == set(good)
    assert lists.post("rejections/drop", **{f"id.{bad}": "on"}).status_code == 303
    assert {row["id"] for row in lists.rows("rejections", state="dropped")} == {bad}


def test_a_message_in_binary_mode_is_mended_as_a_whole_event(
    server: Served, organization: str, opening: Opening
) -> None:
    whole = event("contact.wave.v1", organization, identifier=EMAIL)
    heads = tuple(
        (f"ce_{name}", str(whole[name]).encode()) for name in ("id", "source", "type", "specversion", "time")
    )
    why = Rejection(
        "unknown_type",
        "type: mend it",
        server.ledger.now(),
        json.dumps(whole["data"]).encode(),
        headers=heads,
        organization=organization,
        origin=f"kafka:{uuid4()}/0/1",
    )
    with server.ledger.writing.writing() as writing:
        [made] = writing.reject([why])
    lists = opening()
    opened(lists, str(made))
    shown = json.loads(lists.json(f"rejections/{made}")["message"])
    assert shown == whole
