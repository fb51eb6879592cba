"""Message types by name: the inbound contract, version 1 (DESIGN §12)."""

from schemas.consent import Confirmation, OptOut, Signup
from schemas.message import Message
from schemas.operations import (
    Deletion,
    Deliverability,
    Erasure,
    Hold,
    Identify,
    Link,
    Reassignment,
    Restoration,
    Reversal,
    Unlink,
)
from schemas.profile import Profile
from schemas.traffic import InboundText, Receipt

MESSAGE_TYPES: dict[str, type[Message]] = {
    "contact.signup.v1": Signup,
    "contact.opt-out.v1": OptOut,
    "contact.confirmation.v1": Confirmation,
    "sms.inbound.v1": InboundText,
    "delivery.receipt.v1": Receipt,
    "contact.deliverability.v1": Deliverability,
    "contact.hold.v1": Hold,
    "contact.reassign.v1": Reassignment,
    "contact.profile.v1": Profile,
    "contact.identify.v1": Identify,
    "contact.link.v1": Link,
    "contact.unlink.v1": Unlink,
    "contact.delete.v1": Deletion,
    "contact.restore.v1": Restoration,
    "contact.erase.v1": Erasure,
    "ledger.reversal.v1": Reversal,
}

RESTRICTIVE_TYPES = frozenset(
    {
        "contact.opt-out.v1",
        "sms.inbound.v1",
        "delivery.receipt.v1",
        "contact.hold.v1",
        "contact.reassign.v1",
        "contact.deliverability.v1",
        "contact.delete.v1",
    }
)
"""Types whose messages are taken wherever they can still be understood, with a flag."""
