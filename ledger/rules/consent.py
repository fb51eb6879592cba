"""Consent of (channel, scope, purpose): a walk over opt-outs, live grants and open requests (DESIGN §4)."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from ledger.events.body import Event
from ledger.events.envelope import Recorded
from ledger.events.identifier import (
    ConfirmationDeclined,
    IdentifierErased,
    IdentifierReassigned,
    OptedOut,
    ReplyReceived,
    Subscribed,
    SubscriptionConfirmed,
)
from ledger.events.scope import covers, related
from ledger.events.vocabulary import ALL, KEYWORD_CHANNELS, OWN_DEVICE_METHODS, OWN_METHODS, Consent, ReplyClass
from ledger.rules.policy import Policies
from ledger.rules.standing import Grant, OpenRequest, StandingOptOut, lifts, why_it_stands
from ledger.rules.timeline import Timeline
from ledger.rules.verdict import Verdict, made


@dataclass(slots=True, unsafe_hash=True)
class ConsentStatus:
    """The answer, the event that decided it, since when, and the moments at which time alone may change it."""

    consent: Consent
    event: UUID | None = None
    since: datetime | None = None
    method: str | None = None
    first_subscribed_at: datetime | None = None
    latest_subscribed_at: datetime | None = None
    erased_event: UUID | None = None
    standing_methods: frozenset[str] = frozenset()
    moments: tuple[datetime, ...] = ()
    policy: str | None = None
    """Version of the policy that shaped the deciding event."""
    verdicts: dict[UUID, Verdict] = field(default_factory=dict)


def consent(timeline: Timeline, channel: str, scope: str, purpose: str, policies: Policies) -> ConsentStatus:
    """Judges consent at the timeline's T. `channel` or `purpose` `*`: only what names no single one counts."""
    walk = _Walk(timeline, channel, scope, purpose, policies)
    for event in timeline.events:
        walk.take(event)
    return walk.result()


HEARD: Final[frozenset[type[Event]]] = frozenset(
    {
        Subscribed,
        OptedOut,
        ReplyReceived,
        SubscriptionConfirmed,
        ConfirmationDeclined,
        IdentifierReassigned,
        IdentifierErased,
    }
)
"""Events the walk takes: most others are claims, and a model's `isinstance` is slow where it says no."""


class _Walk:
    __slots__ = (
        "channel",
        "ended",
        "erased",
        "first",
        "latest",
        "live",
        "policies",
        "policy",
        "purpose",
        "requests",
        "scope",
        "standing",
        "timeline",
        "verdicts",
    )

    def __init__(self, timeline: Timeline, channel: str, scope: str, purpose: str, policies: Policies) -> None:
        self.timeline = timeline
        self.channel = channel
        self.scope = scope
        self.purpose = purpose
        self.policies = policies
        self.policy = policies.adoptions[0].policy
        self.standing: list[StandingOptOut] = []
        self.live: list[Grant] = []
        self.ended: list[tuple[Grant, UUID]] = []
        self.requests: list[OpenRequest] = []
        self.first: datetime | None = None
        self.latest: datetime | None = None
        self.erased: UUID | None = None
        self.verdicts: dict[UUID, Verdict] = {}

    def take(self, event: Recorded) -> None:
        body = event.body
        if type(body) not in HEARD:
            return
        if len(self.policies.adoptions) > 1:
            self.policy = self.policies.at(event.effective_at, self.timeline.known_at)
        if type(body) is Subscribed:
            self._subscribed(event, body)
        elif type(body) is OptedOut:
            self._opted_out(event, body)
        elif type(body) is ReplyReceived:
            self._reply(event, body)
        elif type(body) is SubscriptionConfirmed:
            self._confirm(event, [r for r in self.requests if r.act_id == body.request_act_id], "confirmation")
        elif type(body) is ConfirmationDeclined:
            self._decline(event, [r for r in self.requests if r.act_id == body.request_act_id])
        elif type(body) is IdentifierErased:
            self._end_all(event.event_id, "erased")
            self.erased = event.event_id
            self._say(event.event_id, "counted", "erased.ends_consent")
        elif type(body) is IdentifierReassigned and body.cause == "recycled":
            self._new_epoch(event)

    def _say(self, event: UUID, effect: str, rule: str, by: UUID | None = None) -> None:
        self.verdicts[event] = made(Verdict, (event, effect, by, rule, self.policy.version))

    def _named(self, channel: str, scope: str) -> bool:
        return channel in (self.channel, ALL) and covers(scope, self.scope)

    # Grants and requests

    def _subscribed(self, event: Recorded, body: Subscribed) -> None:
        own = body.method in OWN_METHODS
        if self.erased is not None and own:
            self.erased = None
        if self.purpose not in body.purposes or not self._named(body.channel, body.scope):
            self._say(event.event_id, "void", "consent.elsewhere")
            return
        if self.erased is not None:
            self._say(event.event_id, "void", "grant.erased", self.erased)
            return
        at = event.effective_at
        if body.double_opt_in:
            ends_at = at + self.policy.request_lifetime
            act_id = event.envelope.act_id
            request = OpenRequest(
                event.event_id, act_id, at, body.scope, body.method, ends_at, body.expires_at, body.basis
            )
            self.requests.append(request)
            self._say(event.event_id, "counted", "request.open")
            return
        keyword = body.method == "keyword"
        expires_at = self.policy.grant_ends(body.basis, self.channel, at, body.expires_at)
        grant = Grant(event.event_id, at, body.scope, body.method, expires_at, own, keyword, body.override)
        self._grant(grant)

    def _grant(self, grant: Grant) -> None:
        if self.standing:
            for opt_out in [o for o in self.standing if lifts(grant, o, self.channel, self.policy)]:
                self._lift(opt_out, grant.event)
        if self.standing:
            first = self.standing[0]
            rule = why_it_stands(grant, first, self.channel, self.policy)
            assert rule is not None, "what the grant lifts does not stand any more"
            self._say(grant.event, "void", rule, first.event)
            return
        self._live(grant, grant.at)
        self._say(grant.event, "counted", "grant.live")

    def _live(self, grant: Grant, moment: datetime) -> None:
        self.live.append(grant)
        self.first = self.first or moment
        self.latest = moment

    def _lift(self, opt_out: StandingOptOut, by: UUID) -> None:
        self.standing.remove(opt_out)
        self._say(opt_out.event, "lifted", "opt_out.lifted", by)

    # Opt-outs and endings

    def _opted_out(self, event: Recorded, body: OptedOut) -> None:
        if (body.purposes and self.purpose not in body.purposes) or not self._named(body.channel, body.scope):
            self._say(event.event_id, "void", "consent.elsewhere")
            return
        self._stand(event, body.scope, body.method)

    def _stand(self, event: Recorded, scope: str, method: str) -> None:
        for grant in self.live:
            self.ended.append((grant, event.event_id))
        self._end_all(event.event_id, "opt_out", forget=False)
        self.standing.append(StandingOptOut(event.event_id, event.effective_at, scope, method))
        self._say(event.event_id, "counted", "opt_out.stands")

    def _end_all(self, by: UUID, why: str, *, forget: bool = True) -> None:
        for grant in self.live:
            self._say(grant.event, "ended", f"grant.ended_by_{why}", by)
        for request in self.requests:
            self._say(request.event, "ended", f"request.ended_by_{why}", by)
        self.live = []
        self.requests = []
        if forget:
            self.ended = []

    def _new_epoch(self, event: Recorded) -> None:
        self._end_all(event.event_id, "reassignment")
        self.standing = [replace(opt_out, before_epoch=True) for opt_out in self.standing]
        self.first = self.latest = None
        self._say(event.event_id, "counted", "epoch.opened")

    # Replies, confirmations, declines

    def _reply(self, event: Recorded, body: ReplyReceived) -> None:
        reply = self.timeline.replies[event.event_id]
        if reply is ReplyClass.START:
            self.erased = None
        if self.channel not in KEYWORD_CHANNELS or reply is ReplyClass.HELP:
            self._say(event.event_id, "void", "reply.no_effect")
            return
        at_sender = [request for request in self.requests if related(request.scope, body.sender)]
        if reply is ReplyClass.STOP:
            scope = self.policy.stop_scope(body.sender)
            if covers(scope, self.scope):
                self._stand(event, scope, "keyword")
            else:
                self._say(event.event_id, "void", "consent.elsewhere")
        elif reply is ReplyClass.START:
            self._start(event, body.sender)
        elif reply is ReplyClass.YES:
            self._confirm(event, at_sender, "keyword")
        else:
            self._decline(event, at_sender)

    def _start(self, event: Recorded, sender: str) -> None:
        if not covers(sender, self.scope):
            self._say(event.event_id, "void", "consent.elsewhere")
            return
        at = event.effective_at
        if self.purpose == "marketing":
            ends = self.policy.grant_ends(None, self.channel, at)
            self._grant(Grant(event.event_id, at, sender, "keyword", ends, own=True, own_device=True))
            return
        lifted = {o.event: o for o in self.standing if o.method in OWN_DEVICE_METHODS and covers(o.scope, sender)}
        for opt_out in lifted.values():
            self._lift(opt_out, event.event_id)
        self._say(event.event_id, "counted" if lifted else "void", "start.lifts")
        if self.standing:
            return
        for grant, ender in [pair for pair in self.ended if pair[1] in lifted]:
            self.ended.remove((grant, ender))
            if grant.alive(at):
                self._live(grant, at)
                self._say(grant.event, "counted", "grant.lives_again", event.event_id)

    def _confirm(self, event: Recorded, requests: Iterable[OpenRequest], method: str) -> None:
        at = event.effective_at
        open_now = [request for request in requests if at < request.ends_at]
        if not open_now:
            self._say(event.event_id, "void", "confirmation.nothing_open")
            return
        for request in open_now:
            self.requests.remove(request)
            ends = self.policy.grant_ends(request.basis, self.channel, at, request.expires_at)
            self._grant(Grant(event.event_id, at, request.scope, method, ends, own=True, own_device=True))
            self._say(request.event, "confirmed", "request.confirmed", event.event_id)

    def _decline(self, event: Recorded, requests: Iterable[OpenRequest]) -> None:
        open_now = [request for request in requests if event.effective_at < request.ends_at]
        for request in open_now:
            request.declined_by = event.event_id
            request.declined_at = event.effective_at
            self._say(request.event, "counted", "request.declined", event.event_id)
        self._say(
            event.event_id, "counted" if open_now else "void", "decline" if open_now else "reply.unclassified"
        )

    # The answer

    def result(self) -> ConsentStatus:
        at = self.timeline.at
        alive = [grant for grant in self.live if grant.alive(at)]
        open_requests = [r for r in self.requests if at < r.ends_at or r.declined_by is not None]
        if len(alive) < len(self.live):
            for grant in self.live:
                if not grant.alive(at):
                    self._say(grant.event, "expired", "grant.expired")
        for request in self.requests:
            if at >= request.ends_at and request.declined_by is None:
                self._say(request.event, "expired", "request.expired")
        moments = [g.expires_at for g in alive if g.expires_at is not None]
        moments += [r.ends_at for r in open_requests if r.declined_by is None]
        answer, event, since, method = self._decide(alive, open_requests)
        policy = None
        if event is not None:
            _, _, by, rule, policy = self.verdicts[event]
            self.verdicts[event] = made(Verdict, (event, "decisive", by, rule, policy))
        return ConsentStatus(
            answer,
            event,
            since,
            method,
            self.first,
            self.latest,
            self.erased,
            frozenset([opt_out.method for opt_out in self.standing]),
            tuple(moments),
            policy,
            self.verdicts,
        )

    def _decide(
        self, alive: list[Grant], open_requests: list[OpenRequest]
    ) -> tuple[Consent, UUID | None, datetime | None, str | None]:
        if self.standing:
            opt_out = self.standing[0]
            return Consent.UNSUBSCRIBED, opt_out.event, opt_out.at, opt_out.method
        if alive:
            return Consent.SUBSCRIBED, alive[0].event, alive[0].at, alive[0].method
        if self.live:
            last = max(self.live, key=lambda grant: (grant.expires_at or grant.at, grant.event))
            return Consent.EXPIRED, last.event, last.expires_at, last.method
        if open_requests:
            request = open_requests[-1]
            if request.declined_by is not None:
                return Consent.DECLINED, request.declined_by, request.declined_at, request.method
            return Consent.PENDING, request.event, request.at, request.method
        return Consent.NEVER, None, None, None
