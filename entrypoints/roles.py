"""Roles of people and keys, and what each may do."""

from typing import Final, Literal, get_args

from ledger.acts.act import Act
from ledger.acts.consent import Override, SignUp
from ledger.acts.identifier import DeliverabilityChange, HoldChange

Role = Literal["service", "marketer", "analyst", "auditor", "admin"]
Permission = Literal[
    "sendable",
    "lookup",
    "status",
    "explain",
    "contacts",
    "values",
    "values_for_reason",
    "reads",
    "messages",
    "links",
    "replies",
    "act",
    "reverse",
    "linking",
    "deletion",
    "organization",
    "policies",
    "settings",
    "erase",
    "access",
]

ROLES: Final[tuple[Role, ...]] = get_args(Role)
PERMISSIONS: Final[dict[str, frozenset[Permission]]] = {
    "service": frozenset({"sendable", "lookup", "status", "messages", "links", "organization"}),
    "marketer": frozenset(
        {
            "sendable",
            "lookup",
            "status",
            "contacts",
            "values",
            "replies",
            "linking",
            "deletion",
            "act",
            "organization",
        }
    ),
    "analyst": frozenset({"status", "explain", "contacts", "organization", "policies"}),
    "auditor": frozenset(
        {
            "lookup",
            "status",
            "explain",
            "contacts",
            "values_for_reason",
            "reads",
            "access",
            "organization",
            "policies",
        }
    ),
    "admin": frozenset(get_args(Permission)),
}
"""`explain` includes history; `organization` reads scopes and settings, `policies` the policies; `settings` changes
them all and issues keys. `act` is what the console does to a contact by hand, `linking` makes and removes links,
`deletion` deletes and restores one; many at once is `reverse`. `replies` is saying what a reply means; listing them
is `contacts`, their texts `values`. `erase` erases people, `access` gives a person everything held of them. Without
`values` addresses and names are shown masked, evidence not at all; with `values_for_reason` they are shown to who
gives a reason, and `reads` is the list of those looks."""

MESSAGES: Final[dict[str, Permission]] = {
    "contact.signup.v1": "messages",
    "contact.opt-out.v1": "messages",
    "contact.confirmation.v1": "messages",
    "sms.inbound.v1": "messages",
    "delivery.receipt.v1": "messages",
    "contact.deliverability.v1": "messages",
    "contact.hold.v1": "messages",
    "contact.reassign.v1": "messages",
    "contact.profile.v1": "messages",
    "contact.identify.v1": "messages",
    "contact.link.v1": "linking",
    "contact.unlink.v1": "linking",
    "contact.delete.v1": "deletion",
    "contact.restore.v1": "deletion",
    "contact.erase.v1": "erase",
    "ledger.reversal.v1": "reverse",
}
"""What a message of each type needs over HTTP, beside `messages`: what the route of the same act needs. Some need
more: `needed_for`."""


def needed_for(act: Act) -> Permission:
    """What the act of a message needs: that of its type, or more where it opens what was closed (decision 050)."""
    match act.body:
        case HoldChange() | DeliverabilityChange() if not act.body.RESTRICTIVE:
            return "act"
        case SignUp(override=Override()):
            return "reverse"
    return MESSAGES[act.type]
