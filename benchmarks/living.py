"""What happens to the people of `make bench-console`: lists, opt-outs, bounces, complaints, bans, deletions."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from benchmarks.crowd import email, message, phone
from benchmarks.stand import START
from consumers.intake import Message
from entrypoints.demo.people import FAMILY, GIVEN, ORGANIZATIONS

CITIES = ("Ulm", "Lyon", "Leeds", "Graz", "Turin", "Malmö", "Porto", "Gdynia", "Split", "Bergen", "Cork", "Ghent")
_ORGANIZATION = ORGANIZATIONS[0]
_DAYS = 700


def lives(number: int) -> Iterator[Message]:
    """The messages about one of them, in order; a pure function of the number."""
    yield _signup(number)
    mail = {"kind": "email", "value": email(number)}
    why: dict[str, Any] = {"actor": "bench", "reason": "bench"}
    if number % 10 == 3:
        yield _later("contact.opt-out.v1", f"o{number}", {**_place(number), "identifier": mail, "method": "link"})
    if number % 50 == 7:
        bounce = {"identifier": mail, "channel": "email", "outcome": "hard_bounce"}
        yield _later("delivery.receipt.v1", f"b{number}", bounce)
    if number % 100 == 11:
        complaint = {"identifier": mail, "channel": "email", "outcome": "complaint"}
        yield _later("delivery.receipt.v1", f"c{number}", complaint)
    if number % 1_000 == 15:
        yield _later("contact.hold.v1", f"h{number}", {"identifier": mail, "action": "ban", **why})
    if number % 500 == 19:
        yield _later("contact.delete.v1", f"d{number}", {"identifier": mail, **why})
    if number % 40 == 21:
        text = "what is this?" if number % 2_000 == 21 else "STOP"
        inbound = {"from": phone(number), "to": _ORGANIZATION.senders[0], "text": text}
        yield _later("sms.inbound.v1", f"t{number}", inbound)


def _signup(number: int) -> Message:
    identifiers = [{"kind": "email", "value": email(number)}]
    lists = _ORGANIZATION.lists
    subscriptions = [{"channel": "email", "scope": lists[number % len(lists)], "purposes": ["marketing"]}]
    if number % 2:
        identifiers.append({"kind": "phone", "value": phone(number)})
        sender = _ORGANIZATION.senders[number % len(_ORGANIZATION.senders)]
        subscriptions.append({"channel": "sms", "scope": sender, "purposes": ["marketing"]})
    profile = {
        "first_name": GIVEN[number % len(GIVEN)],
        "last_name": FAMILY[number // 7 % len(FAMILY)],
        "city": CITIES[number % len(CITIES)] if number % 300 else "Vaduz",
        "orders": number % 40,
    }
    data = {"identifiers": identifiers, "subscriptions": subscriptions, "method": "form", "profile": profile}
    at = START - timedelta(days=_DAYS * (number * 7_919 % 1_000) / 1_000)
    return message("contact.signup.v1", str(number), data, at.isoformat())


def _place(number: int) -> dict[str, str]:
    return {"channel": "email", "scope": _ORGANIZATION.lists[number % len(_ORGANIZATION.lists)]}


def _later(kind: str, name: str, data: dict[str, Any]) -> Message:
    return message(kind, name, data, (START + timedelta(hours=1)).isoformat())
