"""Whether an act by hand would change where an identifier stands, or it is so already. Pure."""

from typing import Final

from ledger.events.identifier import HoldPlaced
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, CHANNELS_OF, Consent, Deliverability, Hold
from ledger.rules.consent import consent
from ledger.rules.deliverability import deliverability
from ledger.rules.hold import hold
from ledger.rules.places import named_places
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.timeline import Timeline

_PLACED: Final = {"pause": Hold.PAUSED, "block": Hold.BLOCKED, "ban": Hold.BANNED}
_LIFTED: Final = {"resume": Hold.PAUSED, "unblock": Hold.BLOCKED, "unban": Hold.BANNED}
_TAKEN_BACK: Final = {
    "unblacklist": Deliverability.BLACKLISTED,
    "withdraw_complaint": Deliverability.COMPLAINED,
    "reactivate": Deliverability.BOUNCED,
}


def changes(
    line: Timeline, kind: str, action: str, scope: str, *, channel: str = ALL, policies: Policies = BUILT_IN
) -> bool:
    """Whether `action` at `scope` would change anything for an identifier of this kind.

    What the platform lists is not the organization's to take back, so it does not count here.
    """
    if action == "unsubscribe":
        return not _opted_out(line, kind, channel, scope, policies)
    if action in _PLACED:
        return _PLACED[action] not in hold(line, scope, policies).failing
    if action in _LIFTED:
        held = {e.body.scope for e in line.events if isinstance(e.body, HoldPlaced) and covers(scope, e.body.scope)}
        return any(_LIFTED[action] in hold(line, place, policies).failing for place in held)
    failing = {
        reason for one in CHANNELS_OF.get(kind, ()) for reason in deliverability(line, None, one, policies).failing
    }
    if action == "blacklist":
        return Deliverability.BLACKLISTED not in failing
    return _TAKEN_BACK[action] in failing


def _opted_out(line: Timeline, kind: str, channel: str, scope: str, policies: Policies) -> bool:
    """Whether an opt-out stands against everything that one of this channel and scope would end."""
    places = named_places(line.events, policies)
    scopes = {scope} | {place for _, place, _ in places if covers(scope, place)}
    purposes = {ALL} | {purpose for _, _, purpose in places}
    return all(
        consent(line, one, place, purpose, policies).consent is Consent.UNSUBSCRIBED
        for one in (CHANNELS_OF.get(kind, ()) if channel == ALL else (channel,))
        for place in scopes
        for purpose in purposes
    )
