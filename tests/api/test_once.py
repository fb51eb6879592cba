"""A request is made once under its Idempotency-Key: on every route another one under the same key is a conflict."""

from uuid import uuid4

import httpx
import orjson
import pytest

from tests.api.messages import signup
from tests.api.serving import Caller, Served, wait_until
from tests.api.story import JSON, ROOT, Told, tell
from tests.api.test_everybody import NEEDED

REMEMBERED = {
    "PATCH contacts/{contact_id}/profile",
    "POST contacts/{contact_id}/identifiers",
    "POST contacts/{contact_id}/delete",
    "POST contacts/{contact_id}/restore",
    "POST batches",
    "PUT compliance/calendar",
    "POST scopes",
    "PATCH scopes/{code}",
    "POST scopes/{code}/retire",
    "POST keys",
    "DELETE keys/{key_id}",
    "PUT fields/{field}",
    "DELETE fields/{field}",
    "POST keywords",
    "PUT channels",
    "PUT retention/{subject}",
    "POST people",
    "PUT people/{person_id}/role",
    "PUT identity",
    "POST candidates/dismiss",
    "POST contact-links/{link_id}/unlink",
    "POST contact-links/unlink-whole",
}
"""Routes that remember the key of what they did. All others name what they do once by themselves: a digest, a
message's or request's id, a state that is left for good; or they change nothing, as `PUT unknown-scopes` there.
"""


def test_on_every_route_the_key_of_another_request_is_refused_and_nothing_happens(
    server: Served, admin: Caller
) -> None:
    used = {"idempotency-key": uuid4().hex}
    assert admin.post("scopes", {"scope": f"{admin.organization}/shop"}, used).status_code == 200
    before = server.ledger.reading.newest()
    for route in NEEDED:
        method, _, path = route.partition(" ")
        if method != "GET":
            filled = "/".join(str(uuid4()) if "{" in part else part for part in path.split("/"))
            refused = _send(admin, method, filled, used["idempotency-key"], b"{}")
            assert refused.status_code == 409, route
            assert refused.json()["errors"][0]["field"] == "Idempotency-Key", route
    assert server.ledger.reading.newest() == before


def test_each_route_that_did_something_knows_its_request_again_and_refuses_another_body_or_path(
    server: Served, organization: str
) -> None:
    story = tell(server, organization)
    wait_until(
        lambda: {one["state"] for one in story.admin.get("batches").json()["batches"]} == {"done", "withdrawn"}
    )
    before = server.ledger.reading.newest()
    for route in sorted(REMEMBERED):
        method, _, path = route.partition(" ")
        one, key = story.told[f"{method} {ROOT}{path}"], story.keys[f"{method} {ROOT}{path}"]
        again = _send(story.admin, method, _url(path, one), key, _body(one))
        assert "another request" not in again.text, route
        assert _send(story.admin, method, _url(path, one), key, _body(one, other=True)).status_code == 409, route
        if "{" in path:
            elsewhere = _url(path, one, other=True)
            assert _send(story.admin, method, elsewhere, key, _body(one)).status_code == 409, route
        assert server.ledger.reading.newest() == before, route


def test_a_contact_is_not_deleted_under_the_key_of_another_one(admin: Caller) -> None:
    people = [{"kind": "email", "value": f"person{number}@example.com"} for number in range(2)]
    admin.record(*[signup(admin.organization, one) for one in people])
    one, other = (admin.post("lookup", each).json()["contact_id"] for each in people)
    under, why = {"idempotency-key": "d-1"}, {"reason": "asked by phone"}
    assert admin.post(f"contacts/{one}/delete", why, under).json() == {"changed": True}
    for path, body in ((other, why), (one, {"reason": "another"})):
        assert admin.post(f"contacts/{path}/delete", body, under).status_code == 409
    question = {"channel": "email", "scope": f"{admin.organization}/shop", "purpose": "marketing"}
    answers = admin.post("sendable", {**question, "identifiers": people}).json()["answers"]
    assert ["blocked" in answer["reasons"] for answer in answers] == [True, False]


@pytest.mark.parametrize("path", ["contact-links", "contact-links/unlink-whole", "candidates/dismiss"])
def test_what_names_itself_takes_no_other_key_beside_it(admin: Caller, path: str) -> None:
    people = [{"kind": "email", "value": f"person{number}@example.com"} for number in range(2)]
    admin.record(*[signup(admin.organization, one) for one in people])
    one, other = (admin.post("lookup", each).json()["contact_id"] for each in people)
    about = {
        "contact-links": {"left": people[0], "right": people[1]},
        "contact-links/unlink-whole": {"contact_id": one},
        "candidates/dismiss": {"left_id": one, "right_id": other},
    }[path]
    named = {**about, "reason": "the same person", "id": "mine"}
    refused = admin.post(path, named, {"idempotency-key": "another"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "id")
    taken = admin.post(path, named, {"idempotency-key": "mine"})
    assert "names the request already" not in taken.text


def test_who_is_deleted_is_not_deleted_again(server: Served, admin: Caller) -> None:
    one = {"kind": "email", "value": "person@example.com"}
    admin.record(signup(admin.organization, one))
    path = f"contacts/{admin.post('lookup', one).json()['contact_id']}/delete"
    assert admin.post(path, {"reason": "asked by phone"}).json() == {"changed": True}
    before = server.ledger.reading.newest()
    assert admin.post(path, {"reason": "once more"}).json() == {"changed": False}
    assert server.ledger.reading.newest() == before


def test_a_key_that_was_issued_is_said_to_have_been(admin: Caller) -> None:
    under = {"idempotency-key": "k-1"}
    assert admin.post("keys", {"role": "service"}, under).status_code == 200
    again = admin.post("keys", {"role": "service"}, under)
    assert again.status_code == 409
    assert "was issued under it before" in again.json()["detail"]
    other = admin.post("keys", {"role": "analyst"}, under)
    assert other.status_code == 409
    assert "another request" in other.json()["detail"]


def _send(caller: Caller, method: str, path: str, key: str, body: bytes) -> httpx.Response:
    proof = {"authorization": f"Bearer {caller.key}", "content-type": JSON, "idempotency-key": key}
    url = f"/v1/organizations/{caller.organization}/{path}"
    return caller.client.request(method, url, content=body, headers=proof)


def _url(path: str, one: Told, *, other: bool = False) -> str:
    given = {name: str(uuid4()) if other and name != "organization" else text for name, text in one.path.items()}
    return path.format(**given)


def _body(one: Told, *, other: bool = False) -> bytes:
    """What was sent, its fields in another order; or `other` than it."""
    if not isinstance(one.body, dict):
        return b'{"more":"x"}' if other else b""
    turned = dict(reversed(one.body.items()))
    return orjson.dumps({**turned, "reason": "another one"} if other else turned)
