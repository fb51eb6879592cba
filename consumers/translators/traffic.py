"""Inbound texts and delivery receipts."""

import re
from collections.abc import Mapping
from typing import Any

from consumers.translators.translation import (
    Translation,
    given,
    given_value,
    restrictive_channel,
    restrictive_scope,
)
from ledger.acts.consent import OptOut, Reply
from ledger.acts.identifier import Receipt
from ledger.errors import MessageRefused
from ledger.events.vocabulary import ALL, CHANNELS_OF
from schemas import traffic as wire

_OPTED_OUT = re.compile(r"\s*opted[\W_]*out\s*", re.IGNORECASE)


def inbound_text(message: wire.InboundText, data: Mapping[str, Any]) -> Translation:
    """A text whose sender cannot be read speaks to the whole organization; both that and a text that is none
    are flagged.
    """
    sender, whole = restrictive_scope(message.to, data.get("to", ""), message.organization)
    unread = {"scope": not whole, "text": message.text is None}
    body = Reply(
        identifier=given_value("phone", message.from_, "data.from"),
        sender=sender,
        text=message.text or "",
        provider_message_id=message.provider_message_id,
        in_reply_to=message.in_reply_to,
    )
    return Translation(message.organization, body, flags=_flags(unread))


def receipt(message: wire.Receipt, data: Mapping[str, Any]) -> Translation:
    """`rejected` with a code that says `opted_out` is the provider's word that the person opted out (beyond 9)."""
    scope, whole = restrictive_scope(message.scope, data.get("scope"), message.organization)
    opted_out = message.outcome == "rejected" and _says_opted_out(data.get("code"))
    channel = message.channel or _only_channel(message, opted_out=opted_out)
    identifier = given(message.identifier)
    unread = {"scope": not whole, "channel": message.channel is None}
    if opted_out:
        channel, elsewhere, is_possible = restrictive_channel(identifier.kind, channel)
        unread["channel"] |= not is_possible
        body = OptOut(identifier, channel, scope, (), "provider_rejection", message.reason, elsewhere=elsewhere)
        return Translation(message.organization, body, flags=_flags(unread))
    outcome = "soft_bounce" if message.outcome == "rejected" else message.outcome
    received = Receipt(
        identifier=identifier,
        channel=channel,
        outcome=outcome,
        scope=scope,
        outbound_id=message.message_id,
        code=message.code,
        reason=message.reason,
    )
    return Translation(message.organization, received, flags=_flags(unread))


def _says_opted_out(code: Any) -> bool:
    """Whether it is `opted_out`, however it is spelt: what can be meant as an opt-out is one."""
    return isinstance(code, str) and _OPTED_OUT.fullmatch(code) is not None


def _flags(unread: Mapping[str, bool]) -> tuple[str, ...]:
    return tuple(name for name, is_unread in unread.items() if is_unread)


def _only_channel(message: wire.Receipt, *, opted_out: bool) -> str:
    """The channel that can only be meant, where it cannot be read: the identifier's one, or all of them for what
    speaks of the person and not of a channel. Raises MessageRefused.
    """
    channels = CHANNELS_OF[message.identifier.kind]
    if len(channels) == 1:
        return channels[0]
    if opted_out or message.outcome == "complaint":
        return ALL
    raise MessageRefused("invalid_data", f"data.channel: one of {', '.join(channels) or 'no channel'} is needed")
