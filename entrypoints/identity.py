"""How an organization rolls identifiers up into people: shown, changed, and who breaks the rules already."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from consumers.translators.translation import given_value
from entrypoints.acting import Hand
from entrypoints.masking import masked
from entrypoints.wiring import Service
from ledger.acts.settings import IdentityRulesChange
from ledger.deciding.identity_rules import changed
from ledger.errors import MessageRefused
from ledger.events.settings import IdentityRulesSet
from ledger.events.vocabulary import KINDS
from ledger.ids import Ids
from ledger.rules.identity_rules import PATTERN, IdentityRules, identity_rules
from projections.rule_breakers import Held, people


class RulesSeen(BaseModel):
    """The rules in force. Blocked values are kept as keyed ids only, so they are counted, not shown."""

    preset: str = Field(description="the rules these began from: listrak, connectif or yespo")
    version: int = Field(description="how often they were set; 0: the built-in ones")
    roll_up: dict[str, str] = Field(description="kind → automatic, or candidates: links are left to a person")
    same_tracker_other_email: str = Field(description="roll_up or new_contact")
    limits: dict[str, int] = Field(description="kind → the most a person may hold")
    most: int = Field(description="the most a person may hold of all kinds")
    blocked_values: int = Field(description="values of the organization's own that name nobody")
    blocked_patterns: dict[str, list[str]] = Field(description="kind → patterns of its own that name nobody")


class Breaker(BaseModel):
    """A person who breaks a rule already; it stays one person, and takes no more."""

    person_id: UUID
    kind: str = Field(description="kind of identifier, or `*`: all kinds together")
    count: int
    limit: int
    rule: str = Field(description="limit, or blocked: beside others it holds `count` values that name nobody")
    values: list[str] = Field(description="masked")


def named(texts: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """`kind:value` or `kind:pattern`, each as kind and canonical text. Raises MessageRefused."""
    found = []
    for text in texts:
        kind, colon, value = text.partition(":")
        if not colon or kind not in KINDS:
            raise MessageRefused("block", f"block: write kind:value, with a kind of {', '.join(KINDS)}")
        pattern = value.strip().lower() if kind == "email" else value.strip()
        found.append((kind, pattern if "*" in value else given_value(kind, value, "block").value))
    return tuple(found)


def in_force(ledger: Service, organization: str) -> IdentityRules:
    """The organization's rules now."""
    stream = ledger.ids.organization(organization)
    return identity_rules(ledger.reading.read([stream])[stream])


def seen(ledger: Service, organization: str, *, values: bool = True) -> RulesSeen:
    """The rules now, as people read them; patterns only for who may read `values`."""
    stream = ledger.ids.organization(organization)
    events = ledger.reading.read([stream])[stream]
    set_ = [event for event in events if isinstance(event.body, IdentityRulesSet)]
    rules = identity_rules(events)
    return RulesSeen(
        preset=rules.preset,
        version=len(set_),
        roll_up=dict(rules.roll_up),
        same_tracker_other_email=rules.same_tracker_other_email,
        limits=dict(rules.limits),
        most=rules.most,
        blocked_values=len(rules.blocked),
        blocked_patterns=_patterns(ledger, organization, rules, ledger.reading.open(set_)) if values else {},
    )


def _patterns(ledger: Service, organization: str, rules: IdentityRules, opened: Any) -> dict[str, list[str]]:
    standing: dict[str, set[str]] = {}
    for event in opened:
        for kind, texts in (event.body.pattern_texts or {}).items():
            for text in texts:
                if ledger.ids.identifier(organization, PATTERN + kind, text) in rules.patterns:
                    standing.setdefault(kind, set()).add(text)
    return {kind: sorted(texts) for kind, texts in standing.items()}


def proposed(ledger: Service, organization: str, change: IdentityRulesChange) -> IdentityRules:
    """The rules as they would be. Raises MessageRefused."""
    return changed(in_force(ledger, organization), change, partial(ledger.ids.identifier, organization))


def set_rules(hand: Hand, change: IdentityRulesChange) -> bool:
    """Changes the rules; False where they are so already. Raises MessageRefused."""
    return hand.record(change)


def breakers(
    ledger: Service, organization: str, rules: IdentityRules, told: Callable[[int], None] = lambda people: None
) -> Iterator[Breaker]:
    """Everybody who breaks these rules, as the tables know them. `told` hears how many people were looked at."""
    checks_values = bool(rules.blocked or rules.patterns)
    least = 1 if checks_values else min(*rules.limits.values(), rules.most) + 1
    looked_at = 0
    with ledger.reading.connection() as connection:
        for number, page in people(connection, organization, least=least):
            for person, held in page.items():
                yield from _broken(person, held, rules, ledger.ids, organization)
            looked_at += number
            told(looked_at)


def _broken(person: UUID, held: list[Held], rules: IdentityRules, ids: Ids, organization: str) -> Iterator[Breaker]:
    kinds = [one.kind for one in held]
    for kind in sorted({*kinds}):
        if kinds.count(kind) > rules.limits[kind]:
            shown = [one for one in held if one.kind == kind]
            yield _breaker(person, kind, len(shown), rules.limits[kind], "limit", shown)
    if len(held) > rules.most:
        yield _breaker(person, "*", len(held), rules.most, "limit", [])
    if len(held) > 1:
        keyed = partial(ids.identifier, organization)
        blocked = [one for one in held if one.value is not None and rules.blocks(one.kind, one.value, keyed)]
        for kind in sorted({one.kind for one in blocked}):
            shown = [one for one in blocked if one.kind == kind]
            yield _breaker(person, kind, len(shown), 0, "blocked", shown)


def _breaker(person: UUID, kind: str, count: int, limit: int, rule: str, held: list[Held]) -> Breaker:
    values = [masked(one.kind, one.value) or "" for one in held]
    return Breaker(person_id=person, kind=kind, count=count, limit=limit, rule=rule, values=values)
