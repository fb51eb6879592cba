"""What is said about people in the demo: for each message type, a source and the data of one message.

Each function takes the random source and a person, and gives `(source, data)`; field names are those of the
message contract. None of them keeps anything.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from entrypoints.demo.people import Person, household, spoken

Claim = tuple[str, dict[str, Any]]

AGENTS = ("Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (iPhone)", "Mozilla/5.0 (Windows NT 10.0)")
STOPS = ("STOP", "Stop", "stop.", "S.T.O.P.", "UNSUBSCRIBE", "Arrêt", "cancel", "opt out", "“STOP”", "END", "basta")
CHATTER = (
    "when does the sale end?",
    "thx!",
    "who is this",
    "Is the lodge open in March?",
    "please stop texting me",
    "👍",
    "call me back",
)
BOUNCES = (
    ("550", "mailbox unavailable"),
    ("552", "mailbox full"),
    ("450", "greylisted"),
    ("30005", "unknown handset"),
)


def email(person: Person, rng: Random) -> dict[str, Any]:
    """One of the person's e-mails, now and then as a person types it."""
    address = person.emails[0] if rng.random() < 0.9 else person.emails[-1]
    return {"kind": "email", "value": address.title() if rng.random() < 0.05 else address}


def tagged(person: Person) -> dict[str, Any]:
    """The person's mailbox with a tag, by which it is another identifier: a duplicate for a human to find."""
    return {"kind": "email", "value": person.emails[0].replace("@", "+news@")}


def phone(person: Person, rng: Random) -> dict[str, Any]:
    """The person's phone; one in five as written in a form."""
    number = person.phones[0]
    return {"kind": "phone", "value": spoken(number) if rng.random() < 0.2 else number}


def reachable(person: Person, rng: Random) -> tuple[dict[str, Any], str, str]:
    """One address of the person with a channel of it and a scope of that channel."""
    if person.phones and rng.random() < 0.4:
        return phone(person, rng), "sms", rng.choice(person.organization.senders)
    return email(person, rng), "email", rng.choice(person.organization.lists)


def signup(rng: Random, person: Person) -> Claim:
    """A form takes one address, a checkout often both; only customers have an id and a name on file."""
    method = _picked(rng, form=46, checkout=20, call=3, preference_page=4, api=12, **{"import": 15})
    customer = method in ("checkout", "api", "import")
    identifiers: list[dict[str, Any]] = []
    subscriptions: list[dict[str, Any]] = []
    texted = bool(person.phones) and rng.random() < (0.5 if method == "checkout" else 0.25)
    if not texted or method == "checkout":
        identifiers.append(tagged(person) if method == "form" and rng.random() < 0.01 else email(person, rng))
        purposes = ["marketing", "cart"] if method == "checkout" else ["marketing"]
        scope = rng.choice(person.organization.lists)
        subscriptions.append({"channel": "email", "scope": scope, "purposes": purposes})
    if texted:
        identifiers.append(phone(person, rng))
        sender = rng.choice(person.organization.senders)
        scope = f"{sender}/vip" if rng.random() < 0.3 else sender
        subscriptions.append({"channel": "sms", "scope": scope, "purposes": ["marketing"]})
    if person.push and method == "form":
        identifiers.append({"kind": "web_push", "value": person.push})
        scope = person.organization.lists[0]
        subscriptions.append({"channel": "web_push", "scope": scope, "purposes": ["marketing"]})
    if person.external_id and customer and rng.random() < 0.5:
        identifiers.append({"kind": "external_id", "value": person.external_id})
    if method == "form" and rng.random() < 0.6:
        subscriptions = [{**subscription, "double_opt_in": True} for subscription in subscriptions]
    data: dict[str, Any] = {"identifiers": identifiers, "subscriptions": subscriptions, "method": method}
    if customer and rng.random() < 0.6:
        data["profile"] = {"first_name": person.given, "last_name": person.family}
    data["evidence"] = _signup_evidence(rng, person, method)
    source = {"import": "/imports", "api": "/crm", "checkout": "/shop/checkout"}.get(method, "/site/forms")
    return source, data


def _signup_evidence(rng: Random, person: Person, method: str) -> dict[str, Any]:
    if method == "import":
        return {"file": "members.csv", "row": person.number}
    if method == "api":
        return {"batch": f"sync-{rng.randrange(24):02d}"}
    return {
        "form": "footer" if method == "form" else method,
        "notice": "I agree to receive news and offers. I can leave at any time.",
        "ip": f"203.0.113.{rng.randrange(1, 255)}",
        "user_agent": rng.choice(AGENTS),
    }


def opt_out(rng: Random, person: Person) -> Claim:
    identifier, channel, scope = reachable(person, rng)
    method = _picked(rng, link=45, one_click=25, manual=10, preference_page=12, carrier=3, **{"import": 5})
    data: dict[str, Any] = {"identifier": identifier, "channel": channel, "scope": scope, "method": method}
    if rng.random() < 0.3:
        data["purposes"] = ["marketing"]
    if rng.random() < 0.08:
        data |= {"channel": "*", "scope": person.organization.code}
    if method == "manual":
        data |= {"reason": "asked on the phone", "actor": "desk-3"}
    if method in ("link", "one_click"):
        data["evidence"] = {"user_agent": rng.choice(AGENTS), "ip": f"198.51.100.{rng.randrange(1, 255)}"}
    return "/mailer" if channel == "email" else "/site/preferences", data


def customer_opt_out(rng: Random, person: Person) -> Claim:
    """ "Customer 4711 wants no more texts": said of an identifier that has no such channel."""
    identifier = {"kind": "external_id", "value": person.external_id}
    scope = person.organization.code
    return "/crm", {
        "identifier": identifier,
        "channel": "sms",
        "scope": scope,
        "method": "manual",
        "actor": "desk-1",
    }


def text(rng: Random, person: Person) -> Claim:
    kind = _picked(rng, stop=46, start=12, help=10, other=32)
    words = {
        "stop": STOPS,
        "start": ("START", "Unstop", "JOIN", "Deals!"),
        "help": ("HELP", "info"),
        "other": CHATTER,
    }
    return texted(rng, person, rng.choice(person.organization.senders), rng.choice(words[kind]))


def texted(rng: Random, person: Person, sender: str, words: str) -> Claim:
    """An inbound text with these words."""
    message = {
        "from": person.phones[0],
        "to": sender,
        "text": words,
        "provider_message_id": f"SM{rng.getrandbits(64):016x}",
    }
    return "/sms-gateway", message


def receipt(rng: Random, person: Person) -> Claim:
    identifier, channel, scope = reachable(person, rng)
    outcome = _picked(rng, delivered=80, soft_bounce=9, hard_bounce=6, complaint=2, rejected=3)
    data: dict[str, Any] = {
        "identifier": identifier,
        "channel": channel,
        "scope": scope,
        "message_id": f"out-{rng.getrandbits(48):012x}",
        "outcome": outcome,
    }
    if outcome in ("soft_bounce", "hard_bounce"):
        data["code"], data["reason"] = rng.choice(BOUNCES)
    if outcome == "rejected":
        data["code"] = rng.choice(("opted_out", "filtered"))
    return "/mailer" if channel == "email" else "/sms-gateway", data


def deliverability(rng: Random, person: Person) -> Claim:
    action = _picked(rng, reactivate=45, blacklist=30, unblacklist=15, withdraw_complaint=10)
    reason = "seen working again" if action != "blacklist" else "role address"
    return "/crm", {"identifier": email(person, rng), "action": action, "actor": "desk-2", "reason": reason}


def hold(rng: Random, person: Person, at: datetime) -> Claim:
    identifier, _, scope = reachable(person, rng)
    action = _picked(rng, pause=45, resume=20, block=15, unblock=8, ban=8, unban=4)
    data: dict[str, Any] = {
        "identifier": identifier,
        "action": action,
        "actor": "desk-3",
        "reason": "asked by phone",
    }
    if rng.random() < 0.5:
        data["scope"] = scope
    if action == "pause" and rng.random() < 0.8:
        data["until"] = (at + timedelta(days=rng.randrange(3, 60))).isoformat()
    return "/crm", data


def reassign(rng: Random, person: Person) -> Claim:
    cause = _picked(rng, recycled=30, deactivated=45, ported=25)
    return "/carrier-feed", {"identifier": {"kind": "phone", "value": person.phones[0]}, "cause": cause}


def profile(rng: Random, person: Person) -> Claim:
    data: dict[str, Any] = {"identifier": email(person, rng)}
    match rng.randrange(4):
        case 0:
            names = {"first_name": person.given, "last_name": person.family}
            data |= {"set": names | _shared_phone(rng, person), "actor": "desk-1"}
        case 1:
            data["append"] = {"interests": [rng.choice(("garden", "kitchen", "travel", "music"))]}
        case 2:
            data["fill"] = {
                "language": rng.choice(("en", "fr")),
                "city": rng.choice(("Springfield", "Lyon", "Leeds")),
            }
        case _:
            data |= {"set": {"loyalty": rng.choice(("green", "silver", "gold"))}, "remove": ["trial"]}
    return "/crm", data


def _shared_phone(rng: Random, person: Person) -> dict[str, str]:
    """Now and then a number that somebody else of the household holds."""
    other = household(person)
    return {"mobile": other.phones[0]} if other and other.phones and rng.random() < 0.04 else {}


def identify(rng: Random, person: Person) -> Claim:
    seen = [email(person, rng)]
    if person.tracker:
        seen.append({"kind": "tracker", "value": person.tracker})
    if person.external_id:
        seen.append({"kind": "external_id", "value": person.external_id})
    if person.phones and (len(seen) == 1 or rng.random() < 0.3):
        seen.append(phone(person, rng))
    return "/site/login", {"identifiers": seen, "method": "login"}


def link(person: Person, other: Person) -> Claim:
    sides = {"left": _primary(person), "right": _primary(other)}
    return "/crm", {**sides, "actor": "desk-1", "reason": "same household account"}


def contact_change(person: Person, reason: str) -> Claim:
    """Deleting, restoring and erasing have the same data."""
    return "/crm", {"identifier": _primary(person), "actor": "desk-1", "reason": reason}


def _primary(person: Person) -> dict[str, Any]:
    return {"kind": "email", "value": person.emails[0]}


def _picked(rng: Random, **weights: int) -> str:
    """One of the words, each as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]
