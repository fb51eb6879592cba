"""Every POST that only reads, by every role: values for none who may not see them; a look for a reason is kept."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from entrypoints.roles import PERMISSIONS, ROLES, Role
from tests.api.messages import EMAIL, PHONE, opt_out, signup
from tests.api.serving import Caller, Served
from tests.api.test_everybody import NEEDED, ROOT

SECRETS = ("ann@example.com", "4155550100", "Annabel", "Wiblingen", "203.0.113.7")
READING: dict[str, Mapping[str, Any]] = {
    "POST sendable": {
        "channel": "email",
        "scope": "{organization}",
        "purpose": "marketing",
        "identifiers": [EMAIL],
    },
    "POST lookup": EMAIL,
    "POST contacts/search": {"fields": ["first_name", "city"]},
    "POST contacts/export": {},
    "POST access": {"id": "{contact_id}"},
    "POST opt-outs/search": {},
    "POST sms/search": {"sender": "{organization}/shop"},
    "POST duplicates/holders": {"channel": "email", "value": EMAIL["value"]},
    "POST duplicates/preview": {"channel": "email", "created": "later"},
    "POST deletions/preview": {"contacts": ["{contact_id}"]},
    "POST erasures/preview": {"id": "{contact_id}"},
    "POST reversals/preview": {"from": "2026-03-03T00:00:00Z", "to": "2026-03-04T00:00:00Z", "methods": ["link"]},
    "POST contact-links/preview": {"left": {"contact_id": "{contact_id}"}, "right": PHONE},
    "POST contact-links/unlink-whole/preview": {"contact_id": "{contact_id}"},
    "POST identity/check": {"limits": {"email": 1}},
    "POST keywords/read": {"text": "stop"},
    "POST keywords/diff": {"version": "2026-2+spring", "words": {"stop": ["basta"]}},
    "POST policies/diff": {
        "before": "current",
        "after": {"policy": "strict", "version": "1", "parameters": {"bounce_threshold": 2}},
    },
}
"""A body for each POST that only reads, as its answer names people."""
UNREAD = {
    "POST suppress",
    "POST contact-links/{link_id}/unlink/preview",
    "POST unsubscribe-links",
    "POST confirmation-links",
}
"""Those that are asked by a file or by ids of their own, in tests of their own, and answer without values."""
CHANGING = {
    "POST contacts/{contact_id}/identifiers",
    "POST contacts/{contact_id}/delete",
    "POST contacts/{contact_id}/restore",
    "POST batches",
    "POST batches/{batch_id}/approve",
    "POST batches/{batch_id}/withdraw",
    "POST deletions",
    "POST deactivations",
    "POST messages",
    "POST policies",
    "POST scopes",
    "POST scopes/{code}/retire",
    "POST keys",
    "POST keywords",
    "POST rejections/{rejection_id}/replay",
    "POST rejections/{rejection_id}/drop",
    "POST reversals",
    "POST replies/{event_id}/reading",
    "POST people",
    "POST candidates/dismiss",
    "POST duplicates/removals",
    "POST erasures",
    "POST contact-links",
    "POST contact-links/unlink-whole",
    "POST contact-links/{link_id}/unlink",
}


def test_every_post_is_known_to_read_or_to_change() -> None:
    assert {route for route in NEEDED if route.startswith("POST ")} == READING.keys() | UNREAD | CHANGING


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_no_post_shows_a_value_to_a_role_that_may_not_read_values(
    accept: str, server: Served, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    contact, shown = _planted(server, admin), set()
    for role in ROLES:
        key = caller(role).key
        for route, asked in READING.items():
            answer = _read(server, route, asked, admin.organization, key, contact, {"accept": accept})
            assert answer.status_code == (200 if NEEDED[route] in PERMISSIONS[role] else 403), (role, route)
            seen = {secret for secret in SECRETS if secret in answer.text}
            if "values" not in PERMISSIONS[role]:
                assert not seen, (role, route)
            shown |= seen
    assert shown == set(SECRETS)


def test_every_post_that_shows_a_value_for_a_reason_records_the_look(
    server: Served, caller: Callable[[Role], Caller], admin: Caller
) -> None:
    contact, key = _planted(server, admin), caller("auditor").key
    showing = set()
    for route, asked in READING.items():
        before = len(admin.get("reads", limit="200").json()["reads"])
        answer = _read(server, route, asked, admin.organization, key, contact, {"ledger-reason": "case 4711"})
        if any(secret in answer.text for secret in SECRETS):
            showing.add(route)
            assert len(admin.get("reads", limit="200").json()["reads"]) == before + 1, route
    assert {"POST access", "POST contacts/search", "POST contacts/export", "POST opt-outs/search"} <= showing


def _planted(server: Served, admin: Caller) -> str:
    """A person with an e-mail, names and evidence, who opted out, and a phone of somebody else; the contact id."""
    profile = {"first_name": "Annabel", "city": "Ulm-Wiblingen"}
    admin.record(signup(admin.organization, profile=profile, evidence={"ip": "203.0.113.7"}))
    admin.record(opt_out(admin.organization), signup(admin.organization, PHONE, "sms"))
    server.project()
    return str(admin.post("lookup", EMAIL).json()["contact_id"])


def _read(
    server: Served,
    route: str,
    asked: Mapping[str, Any],
    organization: str,
    key: str,
    contact: str,
    headers: dict[str, str],
) -> httpx.Response:
    """Asks a POST that reads, with the body written down for it."""
    body = json.dumps(asked)
    for name, value in {"organization": organization, "contact_id": contact}.items():
        body = body.replace(f"{{{name}}}", value)
    sent = {"authorization": f"Bearer {key}", "content-type": "application/json", **headers}
    path = f"{ROOT}{route.removeprefix('POST ')}".replace("{organization}", organization)
    return server.client.post(path, content=body, headers=sent)
