"""Policy: the rules' parameters, with versions and dates in force (DESIGN §4 "Policy")."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ledger.events.vocabulary import CHANNELS_OF, OWN_DEVICE_METHODS, Basis

Reach = Literal["sender", "merchant", "organization"]
SoftBounces = Literal["counted", "separate", "never"]
_DEPTH: dict[Reach, int] = {"organization": 1, "merchant": 2, "sender": 3}
_PHONE_CHANNELS = frozenset(CHANNELS_OF["phone"])
ALWAYS = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A daily window in a time zone, by which a message had better wait; it may cross midnight."""

    start: time
    end: time
    time_zone: str
    channels: frozenset[str]

    def until(self, moment: datetime) -> datetime | None:
        """The end of the window that `moment` lies in, in UTC; None outside of it."""
        local = moment.astimezone(ZoneInfo(self.time_zone))
        for begins in (local.date() - timedelta(days=1), local.date()):
            ends = begins if self.start < self.end else begins + timedelta(days=1)
            start = datetime.combine(begins, self.start, local.tzinfo)
            end = datetime.combine(ends, self.end, local.tzinfo)
            if start.astimezone(UTC) <= moment < end.astimezone(UTC):
                return end.astimezone(UTC)
        return None


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the parameters. Lifetimes of consents are calendar months (None: for ever)."""

    version: str = "built-in/1"
    jurisdiction: str | None = None
    """Whose law it is meant for; it decides nothing."""
    request_lifetime: timedelta = timedelta(days=7)
    """An unconfirmed double opt-in request lives so long (beyond 15)."""
    stop_reach: Reach = "sender"
    """How far up a STOP reaches (47 CFR 64.1200(a)(10))."""
    bounce_threshold: int = 3
    """So many bounced attempts in a row make an address bounced (C6)."""
    soft_bounces: SoftBounces = "counted"
    """Whether soft bounces are attempts like any other, have their own threshold, or never count (beyond 17)."""
    soft_bounce_threshold: int = 10
    """So many soft bounces in a row make an address bounced where they are counted separately."""
    bulk_never_lifts: frozenset[str] = OWN_DEVICE_METHODS | {"complaint"}
    """Opt-outs that a bulk grant does not lift even with an override (S19)."""
    own_device_only: frozenset[str] = OWN_DEVICE_METHODS
    """Opt-outs on text channels that only a keyword or a confirmed double opt-in lifts."""
    transactional_stops: frozenset[str] = OWN_DEVICE_METHODS
    """Standing opt-outs on text channels that stop transactional messages too (C12)."""
    express_months: int | None = None
    """Express consent lives so long."""
    inquiry_months: int | None = 6
    """Consent implied by an inquiry lives so long (CASL s. 10(10)(e))."""
    purchase_months: int | None = 24
    """Consent implied by a purchase lives so long (CASL s. 10(10)(a))."""
    phone_months: int | None = None
    """Any consent on a channel of a phone lives at most so long."""
    quiet_hours: QuietHours | None = None
    """When a message had better wait: an answer beside the status, never a reason against sending."""

    def stop_scope(self, sender: str) -> str:
        """The scope a STOP sent to `sender` covers."""
        return "/".join(sender.split("/")[: _DEPTH[self.stop_reach]]) if self.stop_reach != "sender" else sender

    def grant_ends(
        self, basis: Basis | None, channel: str, at: datetime, named: datetime | None = None
    ) -> datetime | None:
        """When a consent given at `at` ends: at the `named` moment or by its lifetime here; None: never."""
        match basis:
            case "inquiry":
                months = self.inquiry_months
            case "purchase":
                months = self.purchase_months
            case _:
                months = self.express_months
        if self.phone_months is not None and channel in _PHONE_CHANNELS:
            months = min(self.phone_months, months) if months is not None else self.phone_months
        if months is None:
            return named
        lived = _months_after(at, months)
        return min(named, lived) if named is not None else lived

    def quiet_until(self, channel: str, purpose: str, moment: datetime) -> datetime | None:
        """Until when a message had better wait; None where it need not. Transactional ones never do."""
        hours = self.quiet_hours
        if hours is None or purpose == "transactional" or channel not in hours.channels:
            return None
        return hours.until(moment)


def _months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has no such day."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, day = moment.year + years, moment.day
    if day > 28:
        day = min(day, monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A policy, from when until when it is in force, and when the ledger learnt of its adoption."""

    policy: Policy
    in_force_from: datetime = ALWAYS
    adopted_at: datetime = ALWAYS
    in_force_until: datetime | None = None
    name: str = "built-in"

    def covers(self, moment: datetime) -> bool:
        """Whether `moment` lies in the time it is in force."""
        return self.in_force_from <= moment and (self.in_force_until is None or moment < self.in_force_until)


@dataclass(frozen=True, slots=True)
class Policies:
    """An organization's policy history, in the order of coming into force, then of adoption."""

    adoptions: tuple[Adoption, ...] = field(default=(Adoption(Policy()),))

    def at(self, moment: datetime, known_at: datetime | None = None) -> Policy:
        """The policy in force at `moment`, of those adopted by `known_at`: the last to have come into force."""
        chosen = self.adoptions[0].policy
        if len(self.adoptions) == 1:
            return chosen
        for adoption in self.adoptions:
            if adoption.covers(moment) and (known_at is None or adoption.adopted_at <= known_at):
                chosen = adoption.policy
        return chosen

    def covering(self, moment: datetime) -> Sequence[Policy]:
        """Every policy whose time in force holds `moment`, whichever of them decides."""
        return [adoption.policy for adoption in self.adoptions if adoption.covers(moment)]

    def boundaries(self) -> list[datetime]:
        """The moments at which the policy in force may change, in order."""
        moments = {adoption.in_force_from for adoption in self.adoptions}
        moments |= {a.in_force_until for a in self.adoptions if a.in_force_until is not None}
        return sorted(moments)

    def next_change(self, moment: datetime, known_at: datetime | None = None) -> datetime | None:
        """The next moment at which another policy comes into force; None where none will."""
        if len(self.adoptions) == 1:
            return None
        now = self.at(moment, known_at).version
        return next((b for b in self.boundaries() if b > moment and self.at(b, known_at).version != now), None)

    def adding(self, adoption: Adoption) -> "Policies":
        """The history with one more adoption."""
        adoptions = sorted((*self.adoptions, adoption), key=lambda one: (one.in_force_from, one.adopted_at))
        return Policies(tuple(adoptions))


BUILT_IN = Policies()
