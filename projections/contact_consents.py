"""Consents of a person by which criteria find and count it: on a channel, at a place or anywhere below it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Final

from ledger.events.vocabulary import ALL, Consent
from projections.portion import Judged

STATES: Final = tuple(consent.value for consent in Consent if consent is not Consent.NEVER)


def consent_at(channel: str, state: str, place: str) -> str:
    """A consent as it is kept, counted and asked for; its place begins with the organization."""
    return f"{channel} {state} {place}"


def kept(statuses: Sequence[Judged]) -> Iterator[str]:
    """What is kept of an identifier: each consent at its scope and at every place above it."""
    for status in statuses:
        if (state := status.consent.consent.value) in STATES:
            for place in accumulate(status.scope.split("/"), "{}/{}".format):
                yield consent_at(status.channel, state, place)


def moments(statuses: Sequence[Judged]) -> Iterator[datetime]:
    """Since when each consent of an identifier is as it is, and when it subscribed."""
    for status in statuses:
        yield from filter(None, (status.consent.since, status.consent.latest_subscribed_at))


def asked(channel: str, states: Sequence[str], place: str) -> list[str]:
    """One of these is kept of everybody who is in one of the states there; what holds for all channels counts."""
    return [consent_at(each, state, place) for each in (channel, ALL) for state in states]
