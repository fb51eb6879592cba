"""What the walk of consent keeps: opt-outs, grants, requests; and which grant lifts which opt-out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ledger.events.scope import covers
from ledger.events.vocabulary import TEXT_CHANNELS, Basis
from ledger.rules.policy import Policy


@dataclass(slots=True)
class StandingOptOut:
    event: UUID
    at: datetime
    scope: str
    method: str
    before_epoch: bool = False


@dataclass(slots=True)
class Grant:
    event: UUID
    at: datetime
    scope: str
    method: str
    expires_at: datetime | None
    own: bool
    own_device: bool = False
    override: bool = False

    def alive(self, moment: datetime) -> bool:
        return self.expires_at is None or moment < self.expires_at


@dataclass(slots=True)
class OpenRequest:
    event: UUID
    act_id: UUID
    at: datetime
    scope: str
    method: str
    ends_at: datetime
    expires_at: datetime | None
    basis: Basis | None = None
    declined_by: UUID | None = None
    declined_at: datetime | None = None


def lifts(grant: Grant, opt_out: StandingOptOut, channel: str, policy: Policy) -> bool:
    """Whether the grant may lift the opt-out: one at its own scope or above it, as its kind allows (DESIGN §4)."""
    return why_it_stands(grant, opt_out, channel, policy) is None


def why_it_stands(grant: Grant, opt_out: StandingOptOut, channel: str, policy: Policy) -> str | None:
    """The rule by which the opt-out stands against the grant; None where the grant may lift it."""
    if not grant.own:
        if not grant.override:
            return "grant.bulk_lifts_nothing"
        if opt_out.before_epoch:
            return "grant.bulk_for_new_holder"
        if opt_out.method in policy.bulk_never_lifts:
            return "grant.bulk_never_lifts_this"
    elif opt_out.before_epoch and opt_out.method != "complaint":
        return None
    elif opt_out.method in policy.own_device_only and channel in TEXT_CHANNELS and not grant.own_device:
        return "grant.not_from_own_device"
    return None if covers(opt_out.scope, grant.scope) else "grant.opt_out_is_narrower"
