"""CloudEvents as producers send them."""

from itertools import count
from typing import Any

_NUMBERS = count(1)
EMAIL = {"kind": "email", "value": "ann@example.com"}
PHONE = {"kind": "phone", "value": "+14155550100"}


def event(type_: str, organization: str, **data: Any) -> dict[str, Any]:
    """A CloudEvent of this type with an id of its own."""
    return {
        "specversion": "1.0",
        "id": f"m-{next(_NUMBERS)}",
        "source": "shop/web",
        "type": type_,
        "time": "2026-03-02T09:00:00Z",
        "data": {"organization": organization, **data},
    }


def signup(organization: str, identifier: dict[str, str] = EMAIL, channel: str = "email", **more: Any) -> Any:
    """A form signup for marketing of the organization's shop."""
    subscription = {"channel": channel, "scope": f"{organization}/shop", "purposes": ["marketing"]}
    data = {"identifiers": [identifier], "subscriptions": [subscription], "method": "form", **more}
    return event("contact.signup.v1", organization, **data)


def opt_out(organization: str, identifier: dict[str, str] = EMAIL, channel: str = "email", **more: Any) -> Any:
    """An opt-out by link of the organization's shop, a day after the signup."""
    data = {"identifier": identifier, "channel": channel, "scope": f"{organization}/shop", "method": "link", **more}
    return event("contact.opt-out.v1", organization, **data) | {"time": "2026-03-03T09:00:00Z"}


def question(organization: str, *identifiers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """May marketing mail of the shop be sent to these?"""
    asked = {"channel": "email", "scope": f"{organization}/shop", "purpose": "marketing"}
    return {**asked, "identifiers": list(identifiers or (EMAIL,)), **more}
