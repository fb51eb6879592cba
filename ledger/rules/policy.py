"""Policy: the rules' parameters, with versions and dates in force (DESIGN §4 "Policy")."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from ledger.events.vocabulary import OWN_DEVICE_METHODS

Reach = Literal["sender", "merchant", "organization"]
_DEPTH: dict[Reach, int] = {"organization": 1, "merchant": 2, "sender": 3}
_ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the parameters. Durations are timedeltas, thresholds counts of attempts."""

    version: str = "built-in/1"
    request_lifetime: timedelta = timedelta(days=7)
    """An unconfirmed double opt-in request lives so long (beyond 15)."""
    stop_reach: Reach = "sender"
    """How far up a STOP reaches (47 CFR 64.1200(a)(10))."""
    bounce_threshold: int = 3
    """So many bounced attempts in a row make an address bounced (C6)."""
    bulk_never_lifts: frozenset[str] = OWN_DEVICE_METHODS | {"complaint"}
    """Opt-outs that a bulk grant does not lift even with an override (S19)."""
    own_device_only: frozenset[str] = OWN_DEVICE_METHODS
    """Opt-outs on text channels that only a keyword or a confirmed double opt-in lifts."""
    transactional_stops: frozenset[str] = OWN_DEVICE_METHODS
    """Standing opt-outs on text channels that stop transactional messages too (C12)."""

    def stop_scope(self, sender: str) -> str:
        """The scope a STOP sent to `sender` covers."""
        return "/".join(sender.split("/")[: _DEPTH[self.stop_reach]]) if self.stop_reach != "sender" else sender


@dataclass(frozen=True, slots=True)
class Adoption:
    """A policy, from when it is in force, and when the ledger learnt of its adoption."""

    policy: Policy
    in_force_from: datetime = _ALWAYS
    adopted_at: datetime = _ALWAYS


@dataclass(frozen=True, slots=True)
class Policies:
    """An organization's policy history, oldest first."""

    adoptions: tuple[Adoption, ...] = field(default=(Adoption(Policy()),))

    def at(self, moment: datetime, known_at: datetime | None = None) -> Policy:
        """The policy in force at `moment`, of those adopted by `known_at`."""
        if len(self.adoptions) == 1:
            return self.adoptions[0].policy
        chosen = self.adoptions[0].policy
        for adoption in self.adoptions:
            if adoption.in_force_from <= moment and (known_at is None or adoption.adopted_at <= known_at):
                chosen = adoption.policy
        return chosen


BUILT_IN = Policies()
