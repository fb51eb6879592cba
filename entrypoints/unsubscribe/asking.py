"""What people ask by their links, as acts: opt-outs, pauses and confirmations, recorded like any other.

The same thing asked again within a minute, with nothing but opt-outs in between, is the same act: a program's
retry, a double click, twenty at once. Asked later, or after a new signup, it is a new act and counts anew.
"""

from datetime import datetime, timedelta
from typing import Any, Final

import orjson

from entrypoints.links import ConfirmationLink, UnsubscribeLink
from entrypoints.unsubscribe.subjects import Subject
from entrypoints.unsubscribe.visits import Visit
from entrypoints.wiring import Service
from ledger.acts.act import Act, Body
from ledger.acts.consent import Confirmation, OptOut
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from ledger.errors import LogUnavailable
from ledger.events.identifier import OptedOut
from ledger.events.vocabulary import PURPOSES, Consent
from ledger.rules.scanners import FLAG
from ledger.rules.status import status

SOURCE: Final = "contact-ledger/links"
_AGAIN: Final = timedelta(minutes=1)


def opt_out(
    ledger: Service,
    subject: Subject,
    link: UnsubscribeLink,
    visit: Visit,
    *,
    channel: str,
    scope: str,
    method: str,
    suspicions: list[str],
) -> None:
    """Records an opt-out made now, however old the link; a suspected scanner's is flagged.

    Raises LogUnavailable.
    """
    delay = (visit.at - link.issued_at).total_seconds()
    evidence: dict[str, Any] = {
        **visit.evidence,
        "message": str(link.message),
        "channel": link.channel,
        "scope": link.scope,
        "subscription": _subscription(subject, link, visit.at),
        "issued_at": link.issued_at.isoformat(),
        "delay_seconds": round(max(delay, 0)),
    }
    if suspicions:
        evidence["suspicions"] = ", ".join(suspicions)
    body = OptOut(subject.identifier, channel, scope, (), method, evidence=evidence)
    flags = (FLAG,) if suspicions else ()
    asked = f"{visit.link}/opt-out/{channel}/{scope}"
    _record(ledger, subject, visit, "contact.opt-out.v1", asked, body, flags)


def pause(ledger: Service, subject: Subject, visit: Visit, until: datetime) -> None:
    """Records a pause of everything the organization sends to this identifier. Raises LogUnavailable."""
    assert isinstance(subject.identifier, Given)
    reason = "asked for on the preference page"
    body = HoldChange(subject.identifier, "pause", subject.organization, until, reason)
    asked = f"{visit.link}/pause/{(until - visit.at).days}"
    _record(ledger, subject, visit, "contact.hold.v1", asked, body)


def confirm(ledger: Service, subject: Subject, link: ConfirmationLink, visit: Visit) -> None:
    """Records that the person confirmed the request; whether that still counts is the rules' matter."""
    assert isinstance(subject.identifier, Given)
    body = Confirmation(subject.identifier, link.request_act_id, confirmed=True, evidence=visit.evidence)
    _record(ledger, subject, visit, "contact.confirmation.v1", f"{visit.link}/confirm", body)


def _record(
    ledger: Service, subject: Subject, visit: Visit, type_: str, asked: str, body: Body, flags: tuple[str, ...] = ()
) -> None:
    """The content leaves out how it was asked, so that several who ask at once with one link do one thing."""
    message_id = _message_id(ledger, subject, asked, visit.at)
    if message_id is None:
        return
    act = Act(
        subject.organization,
        SOURCE,
        message_id,
        type_,
        received_at=visit.at,
        content=orjson.dumps([type_, message_id]),
        body=body,
        occurred_at=visit.at,
        origin=f"link:{visit.link}",
        flags=flags,
    )
    outcome = ledger.recording.record([act])[0]
    if outcome.result == "refused" and body.RESTRICTIVE:
        raise LogUnavailable(f"not recorded: {outcome.reason}")


def _message_id(ledger: Service, subject: Subject, asked: str, now: datetime) -> str | None:
    """Id of the message that asks this; None where it was asked just now."""
    by_act = {event.envelope.act_id: event for event in subject.events}
    number, last = 0, None
    while (act_id := ledger.ids.act(subject.organization, SOURCE, f"{asked}/{number}")) in by_act:
        number, last = number + 1, by_act[act_id]
    if last is not None and last.envelope.recorded_at is not None and now - last.envelope.recorded_at < _AGAIN:
        since = [event for event in subject.events if event.position > last.position]
        if all(isinstance(event.body, OptedOut) for event in since):
            return None
    return f"{asked}/{number}"


def _subscription(subject: Subject, link: UnsubscribeLink, at: datetime) -> str | None:
    """The event by which the message's own subscription stood, so far as one did."""
    for purpose in PURPOSES:
        now = status(
            subject.events,
            channel=link.channel,
            scope=link.scope,
            purpose=purpose,
            at=at,
            policies=subject.policies,
        )
        if now.consent is Consent.SUBSCRIBED:
            return str(now.consent_event)
    return None
