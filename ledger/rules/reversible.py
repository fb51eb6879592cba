"""What can be taken back in bulk: which opt-outs fit a question, and what would change without them (beyond 13)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Final

from ledger.events.envelope import Recorded
from ledger.events.identifier import Banned, Complained, IdentifierClaimed, OptedOut, ReplyReceived
from ledger.events.scope import covers
from ledger.events.vocabulary import ALL, CHANNELS_OF, OPT_OUT_METHODS, PURPOSES, ReplyClass
from ledger.rules.places import Place, named_places
from ledger.rules.policy import BUILT_IN, Policies
from ledger.rules.scanners import FLAG
from ledger.rules.status import reasons
from ledger.rules.timeline import timeline

METHODS: Final = OPT_OUT_METHODS | {"ban"}
"""What may be named: how somebody opted out, `complaint` also a reported complaint, `ban` an operator's."""
UNNAMED: Final = frozenset({"link", "one_click", "preference_page", "manual", "import"})
"""Meant where no method is named. A person's own STOP or complaint, a carrier's word and a ban must be named."""


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which opt-outs: effective from `begin` and before `end`, and fitting everything else that is given.

    `user_agent` is any part of it, `network` an address or a network in CIDR notation, `scope` covers theirs;
    `suspected`: only those flagged as a scanner's.
    """

    begin: datetime
    end: datetime
    methods: frozenset[str] = UNNAMED
    user_agent: str | None = None
    network: str | None = None
    scope: str | None = None
    source: str | None = None
    import_id: str | None = None
    suspected: bool = False
    of_batch: str | None = None
    """The bulk action that did it."""

    def __post_init__(self) -> None:
        """Raises ValueError naming the field that cannot be."""
        if self.begin >= self.end:
            raise ValueError("to: must lie after `from`")
        if not self.methods or self.methods - METHODS:
            raise ValueError(f"method: any of {', '.join(sorted(METHODS))}")
        if self.network is not None:
            try:
                ip_network(self.network, strict=False)
            except ValueError:
                raise ValueError("network: an IP address, or a network such as 192.0.2.0/24") from None

    @property
    def asks_evidence(self) -> bool:
        """Whether sealed evidence must be opened to answer."""
        return self.user_agent is not None or self.network is not None

    def fits(self, event: Recorded) -> bool:
        """Whether the event is meant, evidence apart. What was carried from another identifier goes with that."""
        envelope = event.envelope
        scope = getattr(event.body, "scope", None) or getattr(event.body, "sender", None) or envelope.organization
        return (
            method(event.body) in self.methods
            and self.begin <= event.effective_at < self.end
            and getattr(event.body, "carried_from", None) is None
            and (self.scope is None or covers(self.scope, scope))
            and self.source in (None, envelope.source)
            and (self.import_id is None or (envelope.origin or "").startswith(f"import:{self.import_id}/"))
            and (not self.suspected or FLAG in envelope.flags)
            and self.of_batch in (None, envelope.correlation_id)
        )

    def fits_evidence(self, evidence: Mapping[str, Any] | None) -> bool:
        """Whether opened evidence shows the user agent and the network asked for."""
        agent, address = (evidence or {}).get("user_agent"), (evidence or {}).get("ip")
        if self.user_agent is not None and self.user_agent.lower() not in str(agent or "").lower():
            return False
        return self.network is None or _within(address, ip_network(self.network, strict=False))


def method(body: object) -> str | None:
    """How somebody opted out by this event; None where it is no opt-out."""
    match body:
        case OptedOut():
            return body.method
        case ReplyReceived(reply_class=ReplyClass.STOP):
            return "keyword"
        case Complained():
            return "complaint"
        case Banned():
            return "ban"
        case _:
            return None


def _within(address: object, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(str(address)) in network
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Change:
    """Places at which one identifier could be written to without some events but not with them, or the reverse."""

    makes_sendable: tuple[Place, ...]
    stops: tuple[Place, ...]


def change(
    events: Sequence[Recorded],
    without: Collection[Any],
    *,
    at: datetime,
    platform: Sequence[Recorded] = (),
    policies: Policies = BUILT_IN,
) -> Change:
    """What taking back the events of the ids in `without` would change, at every place the stream names."""
    listed = timeline(platform, at=at) if platform else None
    before = timeline(events, at=at)
    after = timeline([event for event in events if event.event_id not in without], at=at)
    freed: list[Place] = []
    stopped: list[Place] = []
    for channel, scope, purpose in _places(events, policies):
        was, is_ = (
            reasons(line, channel=channel, scope=scope, purpose=purpose, platform=listed, policies=policies)
            for line in (before, after)
        )
        if bool(was) != bool(is_):
            (freed if was else stopped).append((channel, scope, purpose))
    return Change(tuple(freed), tuple(stopped))


def _places(events: Sequence[Recorded], policies: Policies) -> list[Place]:
    """Every scope the stream names, on the channels and for the purposes that it names, and transactional ones."""
    named = named_places(events, policies)
    kind = next((event.body.kind for event in events if isinstance(event.body, IdentifierClaimed)), None)
    own = CHANNELS_OF.get(kind or "", ())
    channels = {channel for channel, _, _ in named if channel != ALL} & set(own or (c for c, _, _ in named))
    purposes = {purpose for _, _, purpose in named if purpose != ALL} | {"transactional"}
    scopes = {scope for _, scope, _ in named}
    return sorted(
        (channel, scope, purpose)
        for channel in channels or own
        for scope in scopes
        for purpose in purposes & set(PURPOSES)
    )
