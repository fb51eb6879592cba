"""A policy's parameters in words: what each is called, and what one of this value does."""

from collections.abc import Mapping
from typing import Any, Final

from entrypoints.words import WORDS
from ledger.events.vocabulary import CHANNELS

POLICY_WORDS: Final[Mapping[str, str]] = {
    "parameter.jurisdiction.name": "Whose law",
    "parameter.jurisdiction": "Meant for the law of “{value}”; it decides nothing.",
    "parameter.jurisdiction.none": "Meant for no law in particular.",
    "parameter.request_lifetime_days.name": "Unconfirmed requests",
    "parameter.request_lifetime_days": "A double opt-in not confirmed within {value} days counts as never asked.",
    "parameter.stop_reach.name": "Reach of a STOP",
    "parameter.stop_reach.sender": "A STOP reaches the sender it was written to.",
    "parameter.stop_reach.merchant": "A STOP reaches the whole merchant.",
    "parameter.stop_reach.organization": "A STOP reaches the whole organization.",
    "parameter.bounce_threshold.name": "Bounces in a row",
    "parameter.bounce_threshold": "{value} bounced attempts in a row make an address bounced; a hard bounce does "
    "at once.",
    "parameter.soft_bounces.name": "Soft bounces",
    "parameter.soft_bounces.counted": "Soft bounces are attempts like any other.",
    "parameter.soft_bounces.separate": "Soft bounces have a threshold of their own.",
    "parameter.soft_bounces.never": "Soft bounces never make an address bounced.",
    "parameter.soft_bounce_threshold.name": "Soft bounces in a row",
    "parameter.soft_bounce_threshold": "{value} in a row make an address bounced, where they are counted apart.",
    "parameter.bulk_never_lifts.name": "Never lifted in bulk",
    "parameter.bulk_never_lifts": "No import or API call lifts an opt-out by: {methods}.",
    "parameter.bulk_never_lifts.none": "An override lifts any opt-out in bulk.",
    "parameter.own_device_only.name": "Lifted from the own device only",
    "parameter.own_device_only": "On text channels only a keyword from that phone or a confirmed double opt-in "
    "lifts an opt-out by: {methods}.",
    "parameter.own_device_only.none": "Any later consent of the person lifts an opt-out on text channels.",
    "parameter.transactional_stops.name": "Stop transactional messages too",
    "parameter.transactional_stops": "On text channels these stop transactional messages too: {methods}.",
    "parameter.transactional_stops.none": "No opt-out stops transactional messages.",
    "parameter.express_months.name": "Express consent",
    "parameter.express_months": "Express consent ends after {value} months.",
    "parameter.express_months.none": "Express consent does not end by itself.",
    "parameter.inquiry_months.name": "Consent by an inquiry",
    "parameter.inquiry_months": "Consent implied by an inquiry ends after {value} months.",
    "parameter.inquiry_months.none": "Consent implied by an inquiry does not end by itself.",
    "parameter.purchase_months.name": "Consent by a purchase",
    "parameter.purchase_months": "Consent implied by a purchase ends after {value} months.",
    "parameter.purchase_months.none": "Consent implied by a purchase does not end by itself.",
    "parameter.phone_months.name": "Consent on a phone",
    "parameter.phone_months": "Any consent on a channel of a phone ends after {value} months at the latest.",
    "parameter.phone_months.none": "Consent on a phone ends as on other channels.",
    "parameter.quiet_hours.name": "Quiet hours",
    "parameter.quiet_hours": "From {start} to {end} ({zone}) messages had better wait, by {channels}.",
    "parameter.quiet_hours.none": "No quiet hours.",
}

_CHOICES: Final = ("stop_reach", "soft_bounces")
"""Parameters that have a sentence for each of their values."""


def in_words(name: str, value: Any) -> str:
    """What a parameter of this value does."""
    key = f"parameter.{name}"
    match value:
        case None:
            return POLICY_WORDS[f"{key}.none"]
        case dict():
            channels = ", ".join(WORDS[f"channel.{one}"] for one in CHANNELS if one in value["channels"])
            said = {"start": value["start"], "end": value["end"], "zone": value["time_zone"]}
            return POLICY_WORDS[key].format(**said, channels=channels)
        case []:
            return POLICY_WORDS[f"{key}.none"]
        case list():
            return POLICY_WORDS[key].format(methods=", ".join(WORDS[f"method.{one}"] for one in value))
        case _ if name in _CHOICES:
            return POLICY_WORDS[f"{key}.{value}"]
        case _:
            return POLICY_WORDS[key].format(value=value)
