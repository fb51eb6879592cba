"""Subscribing one phone by hand (S12): what stands against it, what is recorded, and what came of it.

An operator adds on somebody's behalf: a grant that lifts nothing. The rules decide; this only says what they said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from consumers.translators.translation import given_value
from entrypoints import attestation
from entrypoints.acting import Hand
from entrypoints.fields import FieldSeen, listed
from entrypoints.wiring import Service
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.contact import ProfileEdit
from ledger.acts.given import Given
from ledger.errors import MessageRefused
from ledger.events.vocabulary import Consent, Hold
from ledger.rules.status import Status

Standing = Literal["free", "already", "keyword", "opted_out", "banned"]
PURPOSE: Final = "marketing"
METHOD: Final = "api"
_EMAIL: Final = "email"


@dataclass(frozen=True, slots=True)
class Stands:
    """How a phone stands at a list: whether it can be subscribed by hand, and since when it stands so."""

    standing: Standing
    since: datetime | None
    method: str | None
    status: Status

    @property
    def open(self) -> bool:
        """Whether anything can be recorded here: a subscription, or profile data of a subscriber."""
        return self.standing in ("free", "already")


def phone_of(text: str, field: str = "phone") -> Given:
    """The number as it is kept. Raises MessageRefused naming the field it was given in."""
    return given_value("phone", text.strip(), field)


def stands(ledger: Service, organization: str, phone: Given, scope: str) -> Stands:
    """How the phone stands at this list now, by the log. Raises LogUnavailable."""
    [status] = ledger.answers.sendable(organization, "sms", scope, PURPOSE, [phone])
    if status.hold is Hold.BANNED:
        return Stands("banned", status.hold_since, "ban", status)
    if status.consent is Consent.UNSUBSCRIBED:
        standing: Standing = "keyword" if status.consent_method == "keyword" else "opted_out"
        return Stands(standing, status.consent_since, status.consent_method, status)
    if status.consent is Consent.SUBSCRIBED:
        return Stands("already", status.first_subscribed_at, status.consent_method, status)
    return Stands("free", None, None, status)


def offered(ledger: Service, organization: str) -> list[FieldSeen]:
    """The profile fields that can be filled in: the system's, then the custom ones in use (S29, S30)."""
    return [field for field in listed(ledger, organization) if not field.retired]


def add(hand: Hand, phone: Given, scope: str, profile: Mapping[str, Any], *, message_id: str) -> Stands:
    """Subscribes the phone with what is known of its owner; how it stands then. Sent again it is the same act.

    Whoever acts has attested that the owner agreed (Y2), which is kept as evidence. Raises MessageRefused, also
    where something stands against it that an operator may not lift.
    """
    before = stands(hand.ledger, hand.organization, phone, scope)
    if not before.open:
        raise MessageRefused("opted_out", "phone: it is opted out or banned, which is not lifted from here")
    known = {name: value for name, value in profile.items() if name != _EMAIL}
    email = (given_value(_EMAIL, profile[_EMAIL], "field.email"),) if _EMAIL in profile else ()
    if before.standing == "free" or email:
        evidence = attestation.evidence(hand.actor, hand.ledger.now())
        body = SignUp((phone, *email), (Subscription("sms", scope, (PURPOSE,)),), METHOD, known or None, evidence)
        act = hand.act(body, message_id=message_id)
        act.origin = attestation.origin(attestation.CURRENT)
        hand.bring_in(act)
    elif known:
        hand.record(ProfileEdit(identifier=phone, set=known), message_id=message_id)
    return stands(hand.ledger, hand.organization, phone, scope)
