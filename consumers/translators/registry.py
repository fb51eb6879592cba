"""Which translator takes which message type: a new type is a schema, a translator and a row here."""

from consumers.translators import consent, operations, traffic
from consumers.translators.translation import Translator

TRANSLATORS: dict[str, Translator] = {
    "contact.signup.v1": consent.signup,
    "contact.opt-out.v1": consent.opt_out,
    "contact.confirmation.v1": consent.confirmation,
    "sms.inbound.v1": traffic.inbound_text,
    "delivery.receipt.v1": traffic.receipt,
    "contact.deliverability.v1": operations.deliverability,
    "contact.hold.v1": operations.hold,
    "contact.reassign.v1": operations.reassignment,
    "contact.profile.v1": operations.profile,
    "contact.identify.v1": operations.identify,
    "contact.link.v1": operations.link,
    "contact.unlink.v1": operations.unlink,
    "contact.delete.v1": operations.deletion,
    "contact.restore.v1": operations.restoration,
    "contact.erase.v1": operations.erasure,
    "ledger.reversal.v1": operations.reversal,
}
