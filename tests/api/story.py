"""Every operation of the API asked once, for real, in an order that makes sense: the examples in its description.

`python -m tests.api.story` tells it on a ledger of its own and writes `entrypoints/api/examples.json`.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final
from uuid import UUID, uuid4

import orjson

from entrypoints.api.bodies import CSV
from entrypoints.api.examples import FILE
from entrypoints.api.messages import BATCH
from ledger.acts.act import Rejection
from tests.api.messages import EMAIL, PHONE, event, opt_out, signup
from tests.api.serving import Caller, Served, served, wait_until
from tests.servers import Postgres, new_database

ROOT: Final = "/v1/organizations/{organization}/"
JSON: Final = "application/json"
NEWS: Final = {"kind": "email", "value": "ann+news@example.com"}
BEN: Final = {"kind": "email", "value": "ben@example.com"}
CUSTOMER: Final = {"kind": "external_id", "value": "4711"}
_LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class Told:
    """What was asked of one operation, and what it answered with 200. Bodies that are no JSON are text."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Any
    body_type: str | None
    answer: Any
    answer_type: str


@dataclass(slots=True)
class Story:
    """`told`: the first time each operation was asked, by `METHOD /path`; `keys`: its Idempotency-Key then."""

    server: Served
    admin: Caller
    told: dict[str, Told] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        operation: str,
        body: Any = None,
        *,
        query: Mapping[str, Any] | None = None,
        kind: str = JSON,
        caller: Caller | None = None,
        reason: str | None = None,
        **ids: str,
    ) -> Any:
        """Asks, and returns the answer, which must be one."""
        method, _, path = operation.partition(" ")
        path = path if path.startswith("/") else ROOT + path
        names = {"organization": self.admin.organization, **ids} if path.startswith(ROOT) else ids
        named = body.get("id") if isinstance(body, dict) else None
        key = named or uuid4().hex
        headers = {"authorization": f"Bearer {(caller or self.admin).key}", "idempotency-key": key}
        if reason:
            headers["ledger-reason"] = reason
        content = None
        if body is not None:
            content = body.encode() if isinstance(body, str) else orjson.dumps(body)
            headers["content-type"] = kind
        url = path.format(**names)
        answer = self.server.client.request(method, url, params=query, content=content, headers=headers)
        assert answer.status_code == 200, (operation, answer.status_code, answer.text)
        answered = answer.headers["content-type"].partition(";")[0]
        said = answer.json() if answered == JSON else answer.text[:_LONGEST]
        body_type = kind if body is not None else None
        self.keys.setdefault(f"{method} {path}", headers["idempotency-key"])
        self.told.setdefault(f"{method} {path}", Told(names, query or {}, body, body_type, said, answered))
        return said

    def record(self, *messages: dict[str, Any]) -> None:
        """Records messages and brings the tables up to them."""
        self.ask("POST messages", list(messages), kind=BATCH)
        self.server.project()

    def contact(self, one: Mapping[str, str]) -> str:
        return str(self.ask("POST lookup", one)["contact_id"])


def told(server: Served, organization: str) -> dict[str, Told]:
    """What is told of an organization that is new."""
    return tell(server, organization).told


def tell(server: Served, organization: str) -> Story:
    """The story of an organization that is new."""
    story = Story(server, server.caller(organization))
    settings(story)
    identities(story)
    policies(story)
    keywords(story)
    answers(story)
    rejections(story)
    contacts(story)
    compliance(story)
    links(story)
    people_as_one(story)
    bulk(story)
    erasure(story)
    for path in ("/livez", "/readyz", "/metrics"):
        story.ask(f"GET {path}")
    return story


def settings(story: Story) -> None:
    """Scopes, fields, retention, people and keys."""
    shop = f"{story.admin.organization}/shop"
    story.ask("POST scopes", {"scope": shop, "display_name": "Shop"})
    story.ask("GET scopes")
    code = shop.replace("/", "~")
    story.ask("GET scopes/{code}", code=code)
    story.ask("PATCH scopes/{code}", {"display_name": "The shop"}, code=code)
    story.ask("PUT unknown-scopes", {"rule": "accept"})
    story.ask("POST scopes", {"scope": f"{story.admin.organization}/old"})
    story.ask("POST scopes/{code}/retire", {"dry_run": False}, code=f"{story.admin.organization}~old")
    story.ask("PUT fields/{field}", {"value_type": "number", "display_name": "Shoe size"}, field="shoe_size")
    story.ask("GET fields")
    story.ask("DELETE fields/{field}", field="shoe_size")
    kept = story.ask("GET retention")[0]
    story.ask("PUT retention/{subject}", {"days": max(400, kept["least"])}, subject=kept["subject"])
    story.ask("PUT channels", {"channels": ["email", "sms"]})
    story.ask("GET channels")
    story.ask("GET settings/history", query={"subject": "scopes"})
    story.ask("POST keys", {"role": "service", "expires_at": "2030-01-01T00:00:00Z"})
    keys = story.ask("GET keys")
    story.ask("DELETE keys/{key_id}", key_id=next(one["id"] for one in keys if one["role"] == "service"))
    ann = story.ask("POST people", {"email": EMAIL["value"], "name": "Ann Example", "role": "marketer"})
    story.ask("GET people")
    story.ask("PUT people/{person_id}/role", {"role": "auditor"}, person_id=ann["id"])


def identities(story: Story) -> None:
    """How identifiers become people."""
    story.ask("PUT identity", {"block": ["email:info@*"], "limits": {"external_id": 1}})
    story.ask("GET identity")
    story.ask("POST identity/check", {"limits": {"email": 1}})


def policies(story: Story) -> None:
    """What another policy would change, and its adoption."""
    strict = {"policy": "strict", "version": "1", "parameters": {"bounce_threshold": 2}}
    story.ask("POST policies/diff", {"before": "current", "after": strict})
    story.ask("POST policies", {"policy": strict, "actor": "ann", "confirmed": True})
    story.ask("GET policies")
    story.ask("GET policies/{policy}/{version}", policy="strict", version="1")


def keywords(story: Story) -> None:
    """Which words are read as what, and which earlier replies a set of one's own would read otherwise."""
    story.ask("POST keywords/read", {"text": "please stop texting me"})
    spring = {"version": "2026-2+spring", "words": {"stop": ["basta"]}}
    story.ask("POST keywords/diff", spring)
    story.ask("POST keywords", {**spring, "confirmed": True})
    story.ask("GET keywords")
    story.ask("GET keywords/{version}", version="2026-2")


def rejections(story: Story) -> None:
    """Messages that were not taken: looked at, mended and taken after all, dropped."""
    code = story.admin.organization
    unknown = event("contact.wave.v1", code, identifier=BEN)
    why = Rejection(
        "unknown_type",
        "type: no such message",
        story.server.ledger.now(),
        orjson.dumps(unknown),
        organization=code,
        source="crm",
    )
    with story.server.ledger.writing.writing() as writing:
        one, other = map(str, writing.reject([why, replace(why, source="shop/web")]))
    story.ask("GET rejections", query={"state": "open", "limit": 10})
    story.ask("GET rejections/{rejection_id}", rejection_id=one, reason="case 4711")
    story.ask("POST rejections/{rejection_id}/replay", {"message": signup(code, BEN)}, rejection_id=one)
    story.ask("POST rejections/{rejection_id}/drop", rejection_id=other)
    first = opt_out(code, BEN)
    story.admin.record(first, opt_out(code, BEN, reason="too many") | {"id": first["id"]})
    story.server.project()
    story.ask("GET conflicts", query={"limit": 10})


def answers(story: Story) -> None:
    """May I send, and why."""
    code = story.admin.organization
    evidence = {"form": "footer", "ip": "192.0.2.17"}
    story.record(
        signup(code, EMAIL, profile={"first_name": "Ann", "city": "Ulm"}, evidence=evidence),
        signup(code, PHONE, "sms"),
        event("contact.signup.v1", code, **_texts(code)),
        signup(code, BEN),
        signup(code, NEWS),
        event("contact.identify.v1", code, identifiers=[CUSTOMER], method="login"),
        opt_out(code, BEN, evidence=evidence),
    )
    place = {"channel": "email", "scope": f"{code}/shop", "purpose": "marketing"}
    story.ask("POST sendable", {**place, "identifiers": [EMAIL, BEN]})
    one = story.ask("POST lookup", EMAIL)["identifier_id"]
    moment = {**place, "at": "2026-03-05T00:00:00Z"}
    story.ask("GET identifiers/{identifier_id}/status", query=moment, identifier_id=one)
    story.ask("GET identifiers/{identifier_id}/explain", query=moment, identifier_id=one)
    story.ask("GET identifiers/{identifier_id}/history", identifier_id=one)
    story.ask("GET identifiers/{identifier_id}/epochs", identifier_id=one)
    story.ask("POST suppress", "email\nann@example.com\nben@example.com\n", query=place, kind=CSV)


def _texts(code: str) -> dict[str, Any]:
    """A number that signed up by text with a sender code."""
    subscription = {"channel": "sms", "scope": f"{code}/shop/48099", "purposes": ["marketing"]}
    number = {"kind": "phone", "value": "+14155550142"}
    return {"identifiers": [number], "subscriptions": [subscription], "method": "keyword"}


def contacts(story: Story) -> None:
    """People listed, seen, deleted and restored; and by whom values were seen."""
    story.ask("GET contacts", query={"type": "subscriber", "limit": 2})
    story.ask("POST contacts/search", {"search": "ann@exam", "count": True})
    story.ask("POST contacts/export", {"mark": "email.active"})
    ben = story.contact(BEN)
    story.ask("GET contacts/{contact_id}", contact_id=ben)
    profile(story, ben)
    story.ask("POST contacts/{contact_id}/delete", {"reason": "asked by phone"}, contact_id=ben)
    story.ask("POST contacts/{contact_id}/restore", {"reason": "deleted by mistake"}, contact_id=ben)
    story.ask("GET sms/senders")
    story.ask("POST sms/search", {"sender": f"{story.admin.organization}/shop/48099"})
    auditor = story.server.caller(story.admin.organization, "auditor")
    story.ask("GET contacts/{contact_id}", contact_id=ben, caller=auditor, reason="case 4711")
    story.ask("GET reads")


def profile(story: Story, one: str) -> None:
    """A contact edited, given a customer number, and compared with what it was."""
    story.ask("PATCH contacts/{contact_id}/profile", {"set": {"last_name": "Example"}}, contact_id=one)
    story.ask("GET contacts/{contact_id}/profile", contact_id=one)
    number = {"kind": "external_id", "value": "9001"}
    given = {"identifier": number, "reason": "the shop gave a customer number"}
    story.ask("POST contacts/{contact_id}/identifiers", given, contact_id=one)
    moments = {"a": "2026-03-02T12:00:00Z", "b": "2026-03-04T12:00:00Z"}
    story.ask("GET contacts/{contact_id}/compare", query=moments, contact_id=one)


def compliance(story: Story) -> None:
    """The clock of opt-outs, and replies that wait for a person."""
    code = story.admin.organization
    story.ask("PUT compliance/calendar", {"country": "CA", "subdivision": "QC", "time_zone": "America/Toronto"})
    story.ask("GET compliance/calendar")
    said = {"from": PHONE["value"], "to": f"{code}/shop", "text": "what is this?"}
    story.record(event("sms.inbound.v1", code, **said) | {"time": "2026-03-03T10:00:00Z"})
    story.ask("GET compliance/clock", query={"overdue": False, "limit": 10})
    story.ask("GET compliance/summary")
    story.ask("GET trends", query={"since": "2026-03-01", "until": "2026-03-05"})
    story.ask("POST opt-outs/search", {"identifier": BEN, "since": "2026-03-01T00:00:00Z"})
    story.ask("GET compliance/unclassified")
    [waiting] = story.ask("GET replies", query={"state": "open"})["replies"]
    meaning = {"meaning": "stop", "actor": "ann", "reason": "wants no more"}
    story.ask("POST replies/{event_id}/reading", meaning, event_id=waiting["event_id"])


def links(story: Story) -> None:
    """Links that go into messages."""
    mail = {**EMAIL, "channel": "email", "scope": f"{story.admin.organization}/shop", "message_id": "m-2026-17"}
    story.ask("POST unsubscribe-links", {"links": [mail]})
    confirmed = {**BEN, "message_id": "s-1", "source": "shop/web"}
    story.ask("POST confirmation-links", {"links": [confirmed]})


def people_as_one(story: Story) -> None:
    """Two contacts that may be one person: dismissed, linked, parted."""
    code = story.admin.organization
    pair = {"left": CUSTOMER, "right": EMAIL}
    story.ask("POST contact-links/preview", pair)
    why = {"reason": "the same person: she called"}
    done = story.ask("POST contact-links", {**pair, **why, "id": "l-1"})
    ann = story.contact(EMAIL)
    story.ask("GET contact-links", query={"contact_id": ann})
    [link] = done["links"]
    story.ask("POST contact-links/{link_id}/unlink/preview", link_id=link)
    story.ask("POST contact-links/{link_id}/unlink", {"reason": "two people after all"}, link_id=link)
    story.ask("POST contact-links", {**pair, **why})
    story.ask("POST contact-links/unlink-whole/preview", {"contact_id": ann})
    story.ask("POST contact-links/unlink-whole", {"contact_id": ann, "reason": "two people after all"})
    together = {"identifiers": [CUSTOMER, PHONE], "method": "import"}
    story.record(event("contact.identify.v1", code, **together))
    two = {"left_id": story.contact(CUSTOMER), "right_id": story.contact(PHONE)}
    story.ask("GET candidates")
    story.ask("POST candidates/dismiss", {**two, "reason": "father and son"})


def bulk(story: Story) -> None:
    """Many at once: shown first, then approved by the digest of what was shown."""
    who = {"actor": "ann", "reason": "a scanner"}
    burst = {"from": "2026-03-03T00:00:00Z", "to": "2026-03-04T00:00:00Z", "methods": ["link"]}
    listed = story.ask("POST reversals/preview", burst)
    story.ask("POST reversals", {**burst, **who, "approve": listed["digest"]})
    batches(story)
    file = "number,date,status\n+14155550101,2026-03-04,deactivated\n"
    story.ask("POST deactivations", file, query={"record": True}, kind=CSV)
    story.ask("GET duplicates", query={"channel": "email"})
    story.ask("POST duplicates/holders", {"channel": "email", "value": NEWS["value"]})
    later = {"channel": "email", "created": "later"}
    listed = story.ask("POST duplicates/preview", later)
    story.ask("POST duplicates/removals", {**later, **who, "approve": listed["digest"], "reason": "duplicate"})
    story.record(opt_out(story.admin.organization, BEN) | {"time": "2026-03-06T09:00:00Z"})
    wanted = {"mark": "email.unsubscribed"}
    listed = story.ask("POST deletions/preview", wanted)
    story.ask("POST deletions", {**wanted, **who, "approve": listed["digest"], "reason": "of no use"})


def batches(story: Story) -> None:
    """A bulk action looked at and approved, and another one given up."""
    everyone = {"people": {"type": "subscriber"}, "action": "pause", "reason": "the shop moves"}
    batch = story.ask("POST batches", everyone)["id"]
    wait_until(lambda: story.admin.get(f"batches/{batch}").json()["state"] == "waiting")
    shown = story.ask("GET batches/{batch_id}", batch_id=batch)
    story.ask("GET batches/{batch_id}/people", batch_id=batch, query={"limit": 2})
    approval = {"digest": shown["digest"], "reason": "as agreed"}
    story.ask("POST batches/{batch_id}/approve", approval, batch_id=batch)
    other = story.ask("POST batches", {**everyone, "action": "resume"})["id"]
    story.ask("POST batches/{batch_id}/withdraw", batch_id=other)
    story.ask("GET batches")


def erasure(story: Story) -> None:
    """A person is given everything held of it, and goes for good."""
    story.ask("POST access", BEN)
    story.ask("POST erasures/preview", BEN)
    story.ask("POST erasures", {**BEN, "request_id": "DSR-17", "reason": "asked by letter"})
    story.ask("GET erasures")
    story.ask("GET erasures/{request_id}", request_id="DSR-17")


def write() -> None:
    """Tells it of `acme` and writes the examples, without the one secret in them."""
    with ExitStack() as stack:
        server = stack.enter_context(Postgres())
        url = stack.enter_context(new_database(server.url))
        found = told(stack.enter_context(served(url)), "acme")
    examples = {operation: asdict(one) for operation, one in sorted(found.items())}
    examples[f"POST {ROOT}keys"]["answer"] = {"key": "clk_0123456789ab_…"}
    FILE.write_text(json.dumps(examples, indent=1, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> str:
    assert isinstance(value, UUID)
    return str(value)


if __name__ == "__main__":
    write()
