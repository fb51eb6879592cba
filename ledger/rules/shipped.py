"""Policies that come with the ledger, by name, each in dated versions; docs/policy.md has the sources."""

from datetime import UTC, datetime
from typing import Any, Final

from ledger.rules.parameters import policy_of
from ledger.rules.policy import Adoption

_REVOKE_ALL: Final = datetime(2027, 1, 31, 5, tzinfo=UTC)
"""Begin of 31 January 2027 in Washington: until then the revoke-all clause of 47 CFR 64.1200(a)(10) is waived."""
_US: Final[dict[str, Any]] = {
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

SHIPPED: Final[dict[str, tuple[Adoption, ...]]] = {
    "us": (
        Adoption(policy_of("us/2026", {**_US, "stop_reach": "sender"}), in_force_until=_REVOKE_ALL, name="us"),
        Adoption(policy_of("us/2027", {**_US, "stop_reach": "organization"}), _REVOKE_ALL, name="us"),
    ),
    "ca": (
        Adoption(
            policy_of("ca/2026", {"jurisdiction": "ca", "inquiry_months": 6, "purchase_months": 24}), name="ca"
        ),
    ),
    "phone-year": (Adoption(policy_of("phone-year/2026", {"phone_months": 12}), name="phone-year"),),
}
"""Name → its versions. One without a begin is in force from when it is adopted."""
