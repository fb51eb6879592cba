"""Signups: grants and requests on every given identifier that has the channel."""

from math import inf

from ledger.acts.consent import SignUp, Subscription
from ledger.acts.given import Given
from ledger.deciding.contacts import change_profile
from ledger.deciding.deletion import restore_by_own_grant
from ledger.deciding.present import require_open_for_grant, standing_repeat
from ledger.deciding.rollup import identifier_id, settle
from ledger.deciding.scopes import require_grantable
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.identifier import Subscribed
from ledger.events.vocabulary import BULK_METHODS, CHANNELS_OF


def sign_up(draft: Draft, act: SignUp) -> None:
    """Records who signed up for what. A bulk grant that repeats a standing one is left out (DESIGN §3)."""
    bulk = act.method in BULK_METHODS
    pairs = _pairs(act)
    for place, subscription in enumerate(act.subscriptions):
        require_grantable(draft, subscription.scope, f"data.subscriptions.{place}.scope")
    for given in act.identifiers:
        require_open_for_grant(draft, identifier_id(draft, given), own=not bulk)
    contact = settle(draft, act.identifiers, act.method, bulk=bulk)
    for given, subscription in pairs:
        _subscribe(draft, act, given, subscription, bulk=bulk)
    if not bulk and any(not subscription.double_opt_in for _, subscription in pairs):
        restore_by_own_grant(draft, contact)
    if act.profile:
        change_profile(draft, contact, set_=act.profile)


def _pairs(act: SignUp) -> list[tuple[Given, Subscription]]:
    """Each identifier with each subscription it has the channel for, the more restrictive first."""
    pairs = []
    for subscription in (
        sorted(act.subscriptions, key=_restrictive_first) if act.subscriptions[1:] else act.subscriptions
    ):
        having = [given for given in act.identifiers if subscription.channel in CHANNELS_OF[given.kind]]
        if not having:
            raise MessageRefused(
                "no_identifier_for_channel",
                "data.subscriptions: none of the identifiers can be reached on one of the channels asked for",
            )
        pairs += [(given, subscription) for given in having]
    return pairs


def _restrictive_first(wanted: Subscription) -> tuple[object, ...]:
    ends = wanted.expires_at.timestamp() if wanted.expires_at is not None else inf
    return not wanted.double_opt_in, ends, wanted.channel, wanted.scope, wanted.purposes


def _subscribe(draft: Draft, act: SignUp, given: Given, wanted: Subscription, *, bulk: bool) -> None:
    stream = identifier_id(draft, given)
    body = Subscribed(
        channel=wanted.channel,
        scope=wanted.scope,
        purposes=wanted.purposes,
        method=act.method,
        double_opt_in=wanted.double_opt_in,
        expires_at=wanted.expires_at,
        basis=wanted.basis,
        override=act.override is not None,
        override_actor=act.override.actor if act.override else None,
        legal_basis=act.override.legal_basis if act.override else None,
        evidence=dict(act.evidence) if act.evidence else None,
        message_id=draft.act.message_id,
    )
    if bulk and standing_repeat(draft, stream, body):
        return
    role = (stream, wanted.channel, wanted.scope, ",".join(wanted.purposes))
    draft.add(stream, body, draft.event_id(body, *role))
