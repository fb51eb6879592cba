"""What a person who works with the ledger does to somebody's identifier, in words and as an act (Y28, C12, S3)."""

from typing import Final, Literal, get_args

from ledger.acts.act import Body
from ledger.acts.consent import OptOut
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange
from ledger.events.vocabulary import ALL

Action = Literal[
    "unsubscribe",
    "blacklist",
    "unblacklist",
    "withdraw_complaint",
    "reactivate",
    "pause",
    "resume",
    "block",
    "unblock",
    "ban",
    "unban",
]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
HOLDS: Final = frozenset({"pause", "resume", "block", "unblock", "ban", "unban"})
AT_A_SCOPE: Final = HOLDS | {"unsubscribe"}
"""Those that are done at a merchant, sender or list; the others are the whole organization's."""


def by_hand(action: str, given: Given, scope: str, reason: str, *, channel: str = ALL) -> Body:
    """The act. `channel` is what is unsubscribed from; the others speak of the identifier as a whole."""
    if action == "unsubscribe":
        return OptOut(given, channel, scope, (), "manual", reason)
    if action in HOLDS:
        return HoldChange(given, action, scope, None, reason)
    return DeliverabilityChange(given, action, reason)
