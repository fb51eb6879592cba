"""Signups, opt-outs and confirmations."""

from collections.abc import Mapping
from typing import Any

from consumers.translators.translation import Translation, given, givens, restrictive_channel, restrictive_scope
from ledger.acts.consent import Confirmation, OptOut, Override, SignUp, Subscription
from ledger.errors import MessageRefused
from ledger.events.scope import covers, trimmed
from ledger.rules.scanners import CLICKS, FLAG, suspicion
from schemas import consent as wire


def signup(message: wire.Signup, _: Mapping[str, Any]) -> Translation:
    override = message.override
    body = SignUp(
        identifiers=givens(message.identifiers),
        subscriptions=tuple(
            _subscription(subscription, number, message.organization)
            for number, subscription in enumerate(message.subscriptions)
        ),
        method=message.method,
        profile=message.profile,
        evidence=message.evidence,
        override=Override(override.actor, override.legal_basis) if override else None,
    )
    return Translation(message.organization, body, override.actor if override else None)


def _subscription(wanted: wire.Subscription, number: int, organization: str) -> Subscription:
    scope = trimmed(wanted.scope)
    if not covers(organization, scope):
        field = f"data.subscriptions.{number}.scope"
        raise MessageRefused("wrong_scope", f"{field}: must begin with the organization of the message")
    return Subscription(
        channel=wanted.channel,
        scope=scope,
        purposes=tuple(sorted(set(wanted.purposes))),
        double_opt_in=wanted.double_opt_in,
        expires_at=wanted.expires_at,
        basis=wanted.basis,
    )


def opt_out(message: wire.OptOut, data: Mapping[str, Any]) -> Translation:
    """What cannot be read in an opt-out is read as widely as it can be meant, and flagged."""
    scope, whole = restrictive_scope(message.scope, data.get("scope", ""), message.organization)
    identifier = given(message.identifier)
    channel, elsewhere, is_possible = restrictive_channel(identifier.kind, message.channel)
    unread = {
        "scope": not whole,
        "channel": not is_possible,
        "purposes": message.purposes is None and data.get("purposes") is not None,
        "method": message.method is None,
    }
    body = OptOut(
        identifier=identifier,
        channel=channel,
        scope=scope,
        purposes=tuple(sorted(set(message.purposes or ()))),
        method=message.method or "manual",
        reason=message.reason,
        evidence=message.evidence,
        elsewhere=elsewhere,
    )
    flags = [name for name, is_unread in unread.items() if is_unread]
    if body.method in CLICKS and suspicion(body.evidence or {}) is not None:
        flags.append(FLAG)
    return Translation(message.organization, body, message.actor, tuple(flags))


def confirmation(message: wire.Confirmation, _: Mapping[str, Any]) -> Translation:
    body = Confirmation(
        identifier=given(message.identifier),
        request_id=message.request_id,
        confirmed=message.outcome == "confirmed",
        request_source=message.request_source,
        reply=message.reply,
        evidence=message.evidence,
    )
    return Translation(message.organization, body)
