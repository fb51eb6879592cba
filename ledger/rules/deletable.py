"""Which addresses may be deleted in bulk: only those that are of no use to anybody who sends (Y6)."""

from ledger.events.vocabulary import CHANNELS_OF, Consent, Deliverability
from ledger.rules.consent import consent
from ledger.rules.deliverability import deliverability
from ledger.rules.places import named_places
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.timeline import Timeline

_USELESS = {Deliverability.COMPLAINED, Deliverability.BLACKLISTED}


def obstacle(
    line: Timeline, kind: str, *, platform: Timeline | None = None, policies: Policies = BUILT_IN
) -> str | None:
    """Why this e-mail or phone may not be deleted with many others; None where it may.

    It may where it is reported as spam, blacklisted, unsubscribed, or not confirmed: and nowhere subscribed, unless
    the first two hold. `subscribed` and `never_subscribed` stand against it.
    """
    for channel in CHANNELS_OF[kind]:
        if _USELESS & deliverability(line, platform, channel, policies).failing.keys():
            return None
    places = named_places(line.events, policies)
    consents = {consent(line, *place, policies).consent for place in places}
    if Consent.SUBSCRIBED in consents:
        return "subscribed"
    return None if consents & {Consent.UNSUBSCRIBED, Consent.PENDING} else "never_subscribed"
