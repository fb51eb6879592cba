"""A contact entered by hand (Y2, C2, S12): only with its owner's consent attested, and never against an opt-out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel

from consumers.translators.translation import given_value
from entrypoints import attestation
from entrypoints.acting import Hand
from ledger.acts.consent import SignUp, Subscription
from ledger.acts.given import Given
from ledger.errors import MessageRefused
from ledger.events.scope import readable_prefix
from ledger.events.vocabulary import CHANNELS_OF, Consent

METHOD: Final = "api"
"""On somebody's behalf: it never lifts an opt-out."""
PURPOSE: Final = "marketing"
CHANNELS: Final = (*CHANNELS_OF["email"], *CHANNELS_OF["phone"])
_NOT_ITS_OWN: Final = frozenset({"never", "pending", "declined", "expired", "unsubscribed"})

Becomes = Literal["subscribed", "already", "stays_unsubscribed", "erased"]


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed, as it was understood. `wanted`: (channel, scope) to subscribe to."""

    identifiers: tuple[Given, ...]
    wanted: tuple[tuple[str, str], ...]
    profile: Mapping[str, Any]


class Forecast(BaseModel):
    """What subscribing comes to at one place, where something is known of the address already."""

    channel: str
    scope: str
    becomes: Becomes
    since: datetime | None
    method: str | None
    reasons: list[str]


class Known(BaseModel):
    """A contact that holds what was entered; `kinds`: which of it."""

    contact: UUID
    kinds: list[str]


def entered(organization: str, form: Mapping[str, str], profile: Mapping[str, Any]) -> Entered:
    """Reads a form: `email`, `phone`, `to.CHANNEL.SCOPE`. Raises MessageRefused naming the field."""
    identifiers = tuple(
        given_value(kind, form[kind].strip(), kind) for kind in ("email", "phone") if form.get(kind, "").strip()
    )
    if not identifiers:
        raise MessageRefused("invalid-request", "email: give an e-mail or a phone")
    if invalid := next((one.kind for one in identifiers if not one.valid), None):
        raise MessageRefused("invalid-request", f"{invalid}: not well-formed")
    kinds = {one.kind for one in identifiers}
    wanted = sorted(_place(organization, name) for name in form if name.startswith("to."))
    for channel, _ in wanted:
        if not any(channel in CHANNELS_OF[kind] for kind in kinds):
            kind = next(kind for kind, channels in CHANNELS_OF.items() if channel in channels)
            raise MessageRefused("invalid-request", f"{kind}: needed for what is ticked below")
    return Entered(identifiers, tuple(wanted), profile)


def known(hand: Hand, given: Entered) -> list[Known]:
    """The contacts that hold what was entered, by the log."""
    found: dict[UUID, list[str]] = {}
    for one in given.identifiers:
        _, contact = hand.ledger.answers.holder(hand.organization, one)
        if contact is not None:
            found.setdefault(contact, []).append(one.kind)
    return [Known(contact=contact, kinds=kinds) for contact, kinds in found.items()]


def forecast(hand: Hand, given: Entered) -> list[Forecast]:
    """What each subscription would come to now: an opt-out stands, whoever subscribes on the person's behalf."""
    found = []
    for channel, scope in given.wanted:
        for one in given.identifiers:
            if channel not in CHANNELS_OF[one.kind]:
                continue
            [status] = hand.ledger.answers.sendable(hand.organization, channel, scope, PURPOSE, [one])
            stays = status.consent is Consent.UNSUBSCRIBED
            found.append(
                Forecast(
                    channel=channel,
                    scope=scope,
                    becomes="erased"
                    if "erased" in status.reasons
                    else "stays_unsubscribed"
                    if stays
                    else "already"
                    if status.consent is Consent.SUBSCRIBED
                    else "subscribed",
                    since=status.consent_since if stays else None,
                    method=status.consent_method if stays else None,
                    reasons=[reason for reason in status.reasons if reason not in _NOT_ITS_OWN],
                )
            )
    return found


def create(hand: Hand, given: Entered, once: str) -> UUID | None:
    """Records it with the attestation on every event; the contact's id. Raises MessageRefused naming the field."""
    evidence = attestation.evidence(hand.actor, hand.ledger.now())
    subscriptions = tuple(Subscription(channel, scope, (PURPOSE,)) for channel, scope in given.wanted)
    body = SignUp(given.identifiers, subscriptions, METHOD, given.profile or None, evidence)
    act = hand.act(body, message_id=once)
    act.origin = attestation.origin(attestation.CURRENT)
    hand.bring_in(act)
    return hand.ledger.answers.holder(hand.organization, given.identifiers[0])[1]


def _place(organization: str, name: str) -> tuple[str, str]:
    _, channel, scope = name.split(".", 2) if name.count(".") >= 2 else ("", "", "")
    found, whole = readable_prefix(scope, organization)
    if channel not in CHANNELS or not whole or found != scope:
        raise MessageRefused("invalid-request", "to: tick places that the page offers")
    return channel, scope
