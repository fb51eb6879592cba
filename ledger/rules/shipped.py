"""Policies that come with the ledger, by jurisdiction, each in dated versions; adopting them is up to you."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ledger.rules.policy import ALWAYS


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a policy, as it is adopted: parameters that differ from the built-in ones, and its time."""

    policy: str
    version: str
    parameters: dict[str, Any]
    in_force_from: datetime = ALWAYS
    in_force_until: datetime | None = None


_REVOKE_ALL: Final = datetime(2027, 1, 31, 5, tzinfo=UTC)
"""Begin of 31 January 2027 in Washington: until then the revoke-all clause of 47 CFR 64.1200(a)(10) is waived."""
_US: Final = {
    "jurisdiction": "us",
    "inquiry_months": 3,
    "purchase_months": 18,
    "quiet_hours": {
        "start": "21:00",
        "end": "08:00",
        "time_zone": "America/New_York",
        "channels": ["sms", "mms", "voice"],
    },
}

SHIPPED: Final[dict[str, tuple[Version, ...]]] = {
    "us": (
        Version("us", "2026", {**_US, "stop_reach": "sender"}, in_force_until=_REVOKE_ALL),
        Version("us", "2027", {**_US, "stop_reach": "organization"}, _REVOKE_ALL),
    ),
    "ca": (Version("ca", "2026", {"jurisdiction": "ca", "inquiry_months": 6, "purchase_months": 24}),),
    "phone-year": (Version("phone-year", "2026", {"phone_months": 12}),),
}
"""Name → its versions. One without a date is in force from when it is adopted."""
