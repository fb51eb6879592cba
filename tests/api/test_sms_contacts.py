"""The SMS contacts of a sender over HTTP: tabs, orders, pages, and what who may not see values gets."""

from collections.abc import Callable
from typing import Any

from entrypoints.roles import Role
from tests.api.messages import event
from tests.api.serving import Caller, Served


def phone(number: int) -> str:
    return f"+1415555010{number}"


def joined(organization: str, number: int, *lists: str) -> dict[str, Any]:
    said = [
        {"channel": "sms", "scope": f"{organization}/shop/48099/{one}", "purposes": ["marketing"]} for one in lists
    ]
    held = [{"kind": "phone", "value": phone(number)}]
    return event("contact.signup.v1", organization, identifiers=held, subscriptions=said, method="form")


def test_a_tab_is_listed_sorted_and_paged(server: Served, admin: Caller, caller: Callable[[Role], Caller]) -> None:
    sender = f"{admin.organization}/shop/48099"
    admin.record(
        joined(admin.organization, 2, "vip", "news"), *[joined(admin.organization, n, "news") for n in (0, 1)]
    )
    server.project()

    def asked(by: Caller = admin, **more: Any) -> dict[str, Any]:
        answer = by.post("sms/search", {"sender": sender, **more})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    first = asked(sort="phone", descending=False, limit=2)
    assert [one["phone"] for one in first["phones"]] == [phone(0), phone(1)]
    rest = asked(sort="phone", descending=False, after=first["after"])
    assert [one["phone"] for one in rest["phones"]] == [phone(2), phone(2)]
    assert rest["after"] is None
    assert [one["phone"] for one in asked(list=f"{sender}/vip")["phones"]] == [phone(2)]
    assert len(asked(search="555-0102")["phones"]) == 2
    assert asked(tab="opted-out", reason="ban")["phones"] == []
    masked = asked(caller("analyst"), sort="phone", descending=False, limit=2)
    assert not any(phone(number) in str(masked) for number in range(3))
    assert len(asked(caller("analyst"), search="+1 415 555 0102")["phones"]) == 2
    assert caller("analyst").post("sms/search", {"sender": sender, "search": "0102"}).status_code == 422
    for wrong in ({"sort": "reason"}, {"search": "ab12"}, {"after": "x"}, {"tab": "all"}):
        assert admin.post("sms/search", {"sender": sender, **wrong}).status_code == 422, wrong
