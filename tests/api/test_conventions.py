"""What holds for every route alike: answers that are known already, and requests that are sent twice."""

from collections.abc import Callable
from uuid import uuid4

import httpx

from entrypoints.roles import Role
from tests.api.serving import Caller


def _get(caller: Caller, path: str, tag: str) -> httpx.Response:
    url = f"/v1/organizations/{caller.organization}/{path}"
    return caller.client.get(url, headers={"authorization": f"Bearer {caller.key}", "if-none-match": tag})


def test_an_answer_that_is_known_is_not_sent_again_until_it_changes(admin: Caller) -> None:
    first = admin.get("fields")
    tag = first.headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = _get(admin, "fields", held)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), held
    assert _get(admin, "fields", '"other"').json() == first.json()
    admin.put("fields/shoe_size", {"value_type": "number"})
    changed = _get(admin, "fields", tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_who_may_not_ask_gets_no_304_and_errors_have_no_tag(
    admin: Caller, caller: Callable[[Role], Caller]
) -> None:
    tag = admin.get("keys").headers["etag"]
    refused = _get(caller("analyst"), "keys", tag)
    assert refused.status_code == 403
    assert "etag" not in refused.headers


def test_a_request_that_is_sent_again_does_nothing_again(admin: Caller) -> None:
    asked, key = {"role": "service"}, {"idempotency-key": uuid4().hex}
    assert admin.post("keys", asked, key).status_code == 200
    assert admin.post("keys", asked, key).status_code == 409
    assert admin.post("keys", asked, {"idempotency-key": uuid4().hex}).status_code == 200
    assert sorted(one["role"] for one in admin.get("keys").json()) == ["admin", "service", "service"]


def test_the_same_again_is_answered_as_it_stands_and_another_body_is_a_conflict(admin: Caller) -> None:
    scope, key = f"{admin.organization}/shop", {"idempotency-key": "k-1"}
    first = admin.post("scopes", {"scope": scope, "display_name": "Shop"}, key)
    assert admin.post("scopes", {"scope": scope, "display_name": "Shop"}, key).json() == first.json()
    refused = admin.post("scopes", {"scope": f"{admin.organization}/other"}, key)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:contact-ledger:problem:conflict")
    assert admin.get(f"scopes/{admin.organization}~other").status_code == 404


def test_keys_of_two_callers_may_be_alike(admin: Caller, caller: Callable[[Role], Caller]) -> None:
    asked, key = {"role": "service"}, {"idempotency-key": "k-1"}
    assert admin.post("keys", asked, key).status_code == 200
    assert caller("admin").post("keys", asked, key).status_code == 200
