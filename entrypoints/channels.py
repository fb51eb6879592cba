"""The channels that an organization uses, as they are shown and chosen (L10)."""

from collections.abc import Collection
from typing import Final

from pydantic import BaseModel, Field

from entrypoints.acting import Hand
from entrypoints.wiring import Service
from ledger.acts.settings import ChannelsChoice
from ledger.events.vocabulary import CHANNELS
from ledger.rules.channels import channels_of
from projections import counters

USUAL: Final = ("email", "sms", "web_push", "app_push")
"""Channels in use where an organization has not chosen, beside those that somebody subscribed on (L10)."""


class ChannelSeen(BaseModel):
    """A channel. One that is not in use is recorded and answered like the others; it has no column in lists."""

    channel: str = Field(examples=["email"])
    in_use: bool


def in_use(ledger: Service, organization: str) -> tuple[str, ...]:
    """The channels that the organization uses, in the order of all."""
    stream = ledger.ids.organization(organization)
    chosen = channels_of(ledger.reading.growing([stream])[stream])
    if chosen is None:
        with ledger.reading.connection() as connection:
            chosen = (*USUAL, *counters.channels(connection, organization))
    return tuple(channel for channel in CHANNELS if channel in chosen)


def listed(ledger: Service, organization: str) -> list[ChannelSeen]:
    """Every channel there is."""
    used = in_use(ledger, organization)
    return [ChannelSeen(channel=channel, in_use=channel in used) for channel in CHANNELS]


def choose(hand: Hand, channels: Collection[str]) -> bool:
    """Says which channels are in use; False where it is so. Raises MessageRefused."""
    return hand.record(ChannelsChoice(tuple(channels)))
