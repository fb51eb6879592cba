"""Inbound texts and delivery receipts."""

from collections.abc import Mapping
from typing import Any

from consumers.translators.translation import Translation, given, given_value, restrictive_scope
from ledger.acts import OptOut, Receipt, Reply
from ledger.errors import MessageRefused
from ledger.events.vocabulary import CHANNELS
from schemas import traffic as wire


def inbound_text(message: wire.InboundText, data: Mapping[str, Any]) -> Translation:
    sender, whole = restrictive_scope(message.to, data, "to", message.organization)
    body = Reply(
        identifier=given_value("phone", message.from_, "data.from"),
        sender=sender,
        text=message.text or "",
        provider_message_id=message.provider_message_id,
        in_reply_to=message.in_reply_to,
    )
    return Translation(message.organization, body, flags=() if whole else ("scope",))


def receipt(message: wire.Receipt, data: Mapping[str, Any]) -> Translation:
    """`rejected` with code `opted_out` is the provider's word that the person opted out (beyond 9)."""
    if message.channel not in CHANNELS:
        raise MessageRefused("invalid_data", "data.channel: no such channel")
    scope, whole = restrictive_scope(message.scope, data, "scope", message.organization)
    flags = () if whole else ("scope",)
    identifier = given(message.identifier)
    if message.outcome == "rejected" and message.code == "opted_out":
        opt_out = OptOut(identifier, message.channel, scope, (), "provider_rejection", message.reason)
        return Translation(message.organization, opt_out, flags=flags)
    body = Receipt(
        identifier=identifier,
        channel=message.channel,
        outcome="soft_bounce" if message.outcome == "rejected" else message.outcome,
        scope=scope,
        outbound_id=message.message_id,
        code=message.code,
        reason=message.reason,
    )
    return Translation(message.organization, body, flags=flags)
