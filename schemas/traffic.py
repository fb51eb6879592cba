"""Inbound texts and delivery receipts."""

from typing import Annotated, Literal

from pydantic import Field

from schemas.message import OR_NONE, Channel, Code, Identifier, LenientScope, LenientText, Message, Word, required


class InboundText(Message):
    """A text from a person. Only the number it came from must be readable."""

    model_config = required("from", "to", "text")

    from_: Annotated[Code, Field(alias="from", description="the person's number, as + and digits")]
    to: LenientScope = Field(default=None, description="the scope of the sender written to")
    text: LenientText = None
    provider_message_id: LenientText = None
    in_reply_to: LenientText = None


class Receipt(Message):
    """What became of an outbound message. `rejected` with code `opted_out` is an opt-out, others a soft bounce."""

    model_config = required("identifier", "channel", "outcome")

    identifier: Identifier
    channel: Annotated[Channel | None, OR_NONE] = None
    scope: LenientScope = Field(default=None, description="the sender's scope")
    message_id: LenientText = Field(default=None, description="the outbound message: its receipts count once")
    outcome: Literal["delivered", "soft_bounce", "hard_bounce", "complaint", "rejected"]
    code: Annotated[Word | None, OR_NONE] = None
    reason: LenientText = None
