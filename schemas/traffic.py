"""Inbound texts and delivery receipts."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.message import Code, Data, Identifier, Lenient


class InboundText(Data):
    """sms.inbound.v1: `from_` (wire name `from`) is the sender's number, `to` the sender scope it was sent to."""

    from_: Annotated[Code, Field(alias="from")]
    to: Lenient = None
    text: Lenient = None
    provider_message_id: Lenient = None
    in_reply_to: Lenient = None


class Receipt(Data):
    """delivery.receipt.v1. `rejected` with code `opted_out` is an opt-out; other codes are soft bounces."""

    identifier: Identifier
    channel: Code
    scope: Lenient = None
    message_id: Lenient = None
    outcome: Literal["delivered", "soft_bounce", "hard_bounce", "complaint", "rejected"]
    code: Lenient = None
    reason: Lenient = None
