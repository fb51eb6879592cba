"""The consents that a row of the contact list shows, one for each channel (L10)."""

from collections.abc import Sequence
from typing import Final

from entrypoints.contacts import ContactSeen
from ledger.events.vocabulary import ALL, CHANNELS_OF


def subscribed(contact: ContactSeen, channels: Sequence[str], merchant: str | None) -> list[tuple[str, str | None]]:
    """Each channel with the consent to show: at the merchant, or the best at any; None: nothing was ever said.

    What holds for the whole organization holds for a merchant that nothing else is said of, and so do channels.
    """
    places = [merchant, merchant.split("/")[0]] if merchant else list(contact.subscriptions)
    said = [at for place in places if (at := contact.subscriptions.get(place))]
    if merchant:
        said = said[:1]
    return [(channel, _best(contact, channel, said)) for channel in channels]


ORDER: Final = ("subscribed", "pending", "unsubscribed", "declined", "expired", "never")


def _best(contact: ContactSeen, channel: str, said: Sequence[dict[str, str]]) -> str | None:
    found = [consents[channel] for consents in said if channel in consents]
    if not found and any(ALL in consents for consents in said) and _has(contact, channel):
        found = [consents[ALL] for consents in said if ALL in consents]
    return min(found, key=ORDER.index) if found else None


def _has(contact: ContactSeen, channel: str) -> bool:
    """Whether it has an identifier of this channel, so far as the list shows."""
    held = [kind for kind, values in (("email", contact.emails), ("phone", contact.phones)) if values]
    return any(channel in CHANNELS_OF[kind] for kind in held)
