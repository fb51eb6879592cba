"""What an organization's scopes are, by the events of their streams (S1, L3). Pure.

Each scope has a stream of its own; the organization is the topmost scope and its events are among its settings.
Nothing here is asked for the status of an identifier: a retired scope's consents and opt-outs stand as they are.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from ledger.events.envelope import Recorded
from ledger.events.settings import (
    OrganizationRegistered,
    ScopeCreated,
    ScopeRenamed,
    ScopeRetired,
    UnknownScopesSet,
)

LEVELS: Final = ("organization", "merchant", "sender", "list")
SCOPE_EVENTS: Final = (OrganizationRegistered, ScopeCreated, ScopeRenamed, ScopeRetired)
"""Events that make a scope what it is."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope that was created. `retired_at` is None while it is in use."""

    scope: str
    display_name: str
    created_at: datetime
    retired_at: datetime | None = None

    @property
    def level(self) -> str:
        """organization, merchant, sender or list: the place in the path tells."""
        return level(self.scope)


def level(scope: str) -> str:
    """The kind of place a scope is."""
    return LEVELS[scope.count("/")]


@lru_cache(maxsize=65_536)
def lineage(scope: str) -> tuple[str, ...]:
    """The scope after all those that cover it, the organization first; absent levels are no scopes."""
    segments = scope.split("/")
    return tuple("/".join(segments[: n + 1]) for n, segment in enumerate(segments) if segment != "-")


def scope_of(events: Iterable[Recorded]) -> Scope | None:
    """The scope as the events of its stream leave it, in the order of the log; None where nobody created it."""
    scope: Scope | None = None
    for event in events:
        match event.body:
            case ScopeCreated(scope=code, display_name=name):
                scope = Scope(code, name, scope.created_at if scope else event.effective_at)
            case OrganizationRegistered(display_name=name):
                created_at = scope.created_at if scope else event.effective_at
                scope = Scope(event.envelope.organization, name, created_at)
            case ScopeRenamed(display_name=name) if scope:
                scope = Scope(scope.scope, name, scope.created_at, scope.retired_at)
            case ScopeRetired() if scope:
                scope = Scope(scope.scope, scope.display_name, scope.created_at, event.effective_at)
            case _:
                pass
    return scope


@dataclass(frozen=True, slots=True)
class Switch:
    """Something that is off until it is turned on and off at moments of its own."""

    moments: tuple[datetime, ...]
    states: tuple[bool, ...]

    def is_on(self, at: datetime) -> bool:
        place = bisect_right(self.moments, at)
        return place > 0 and self.states[place - 1]


def retired(stream: Iterable[Recorded]) -> Switch:
    """When the scope of this stream was retired, and taken up again."""
    return _switch(
        (event.effective_at, isinstance(event.body, ScopeRetired))
        for event in stream
        if isinstance(event.body, OrganizationRegistered | ScopeCreated | ScopeRetired)
    )


def refuses_unknown(settings: Iterable[Recorded]) -> Switch:
    """When an organization refused grants at scopes that nobody created."""
    return _switch(
        (event.effective_at, event.body.rule == "refuse")
        for event in settings
        if isinstance(event.body, UnknownScopesSet)
    )


def _switch(turns: Iterable[tuple[datetime, bool]]) -> Switch:
    """In the order of the log: where the clocks of two people disagree, the later word holds from its moment on."""
    kept: list[tuple[datetime, bool]] = []
    for moment, state in turns:
        while kept and kept[-1][0] >= moment:
            kept.pop()
        kept.append((moment, state))
    return Switch(tuple(moment for moment, _ in kept), tuple(state for _, state in kept))
