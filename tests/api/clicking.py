"""Unsubscribe and confirmation links as people, mail providers and scanners use them."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from entrypoints.links import ConfirmationLink, Links, UnsubscribeLink
from tests.api.messages import EMAIL
from tests.api.serving import Caller, Served

BROWSER = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0"}
PROVIDER = {"user-agent": "Mailer One-Click/1.0"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
FROM_PAGE = {"from": "page"}


def path_of(url: str) -> str:
    """The path a link leads to on the test's own server."""
    return urlsplit(url).path


def unsubscribe_path(caller: Caller, identifier: dict[str, str] = EMAIL, **more: str) -> str:
    """A link as a sender gets it: for mail of the organization's shop unless told otherwise."""
    wanted = {
        **identifier,
        "channel": "email",
        "scope": f"{caller.organization}/shop",
        "message_id": "mail-1",
        **more,
    }
    answer = caller.post("unsubscribe-links", {"links": [wanted]})
    assert answer.status_code == 200, answer.text
    return path_of(answer.json()["links"][0]["url"])


def aged_path(served: Served, caller: Caller, age: timedelta, identifier: dict[str, str] = EMAIL) -> str:
    """A genuine link that was made so long ago."""
    key = UUID(caller.identifier(**identifier))
    message = served.ledger.ids.attempt(caller.organization, "mail-1")
    channel = "email" if identifier["kind"] == "email" else "sms"
    made = served.ledger.now() - age
    return (
        f"/u/{signing(served).signed(UnsubscribeLink(key, message, channel, f'{caller.organization}/shop', made))}"
    )


def confirmation_path(caller: Caller, request: dict[str, Any], identifier: dict[str, str] = EMAIL) -> str:
    """A link that confirms this signup."""
    wanted = {**identifier, "source": request["source"], "message_id": request["id"]}
    answer = caller.post("confirmation-links", {"links": [wanted]})
    assert answer.status_code == 200, answer.text
    return path_of(answer.json()["links"][0]["url"])


def ended_confirmation_path(served: Served, caller: Caller, request: dict[str, Any], ended: datetime) -> str:
    """A genuine confirmation link that ended then."""
    act = served.ledger.ids.act(caller.organization, request["source"], request["id"])
    link = ConfirmationLink(UUID(caller.identifier(**EMAIL)), act, caller.organization, ended)
    return f"/c/{signing(served).signed(link)}"


def signing(served: Served) -> Links:
    """Signs as the server does."""
    return Links(served.ledger.settings.link_secrets)


def click(served: Served, path: str, form: dict[str, str], headers: dict[str, str] = BROWSER) -> httpx.Response:
    """Posts a form, url-encoded."""
    return served.client.post(path, data=form, headers=headers)


def opt_outs(caller: Caller, identifier: dict[str, str] = EMAIL) -> list[dict[str, Any]]:
    """The opt-outs of the identifier's stream, as the API shows them."""
    events = caller.get(f"identifiers/{caller.identifier(**identifier)}/history").json()["events"]
    return [event for event in events if event["type"] == "identifier.opted-out.v1"]


def consent(caller: Caller, identifier: dict[str, str] = EMAIL, **more: str) -> str:
    """Consent for marketing of the organization's shop."""
    channel = "email" if identifier["kind"] == "email" else "sms"
    asked = {"channel": channel, "scope": f"{caller.organization}/shop", "purpose": "marketing", **more}
    answer = caller.post("sendable", {**asked, "identifiers": [identifier]})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["answers"][0]["consent"])
