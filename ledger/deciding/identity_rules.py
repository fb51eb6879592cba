"""Acts on how an organization rolls identifiers up into people."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Final, get_args

from ledger.acts.settings import IdentityRulesChange
from ledger.deciding.rollup import rules_of
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import IdentityRulesSet, OtherEmail, RollUp
from ledger.events.vocabulary import KINDS
from ledger.rules.identity_rules import PATTERN, PRESETS, IdentityRules, Keyed, shape

MOST: Final = 1_000
"""The highest limit that may be set, of a kind or of all."""
MOST_BLOCKED: Final = 1_000
MOST_SHAPES: Final = 16
"""Each shape of pattern costs every identifier of its kind one keyed hash."""
LEAST_PATTERN: Final = 3
"""The fewest characters beside the star, so that no pattern blocks nearly everybody."""


def change_rules(draft: Draft, act: IdentityRulesChange) -> None:
    """Sets the rules that result, stated whole; the same again makes no event. Raises MessageRefused."""
    now = rules_of(draft)
    rules = changed(now, act, lambda kind, text: draft.ids.identifier(draft.act.organization, kind, text))
    if rules == now:
        return
    body = IdentityRulesSet(
        preset=rules.preset,
        roll_up=dict(rules.roll_up),
        same_tracker_other_email=rules.same_tracker_other_email,
        limits=dict(rules.limits),
        most=rules.most,
        blocked=tuple(sorted(rules.blocked)),
        patterns=tuple(sorted(rules.patterns)),
        shapes=rules.shapes,
        pattern_texts=_typed(act.block) or None,
    )
    draft.add(draft.ids.organization(draft.act.organization), body, draft.event_id(body))


def changed(now: IdentityRules, act: IdentityRulesChange, keyed: Keyed) -> IdentityRules:
    """The rules as they are after the act. `keyed` is the organization's. Raises MessageRefused."""
    begun = now
    if act.preset is not None:
        _require("preset", [act.preset], PRESETS)
        begun = replace(PRESETS[act.preset], blocked=now.blocked, patterns=now.patterns, shapes=now.shapes)
    roll_up, limits = act.roll_up or {}, act.limits or {}
    _require("roll_up", roll_up, KINDS)
    _require("roll_up", roll_up.values(), get_args(RollUp))
    _require("limits", limits, KINDS)
    most = begun.most if act.most is None else act.most
    for field, limit in [("most", most), *((f"limits.{kind}", limit) for kind, limit in limits.items())]:
        if not 1 <= limit <= MOST:
            raise MessageRefused(field.partition(".")[0], f"{field}: 1 to {MOST:,}")
    other = act.same_tracker_other_email or begun.same_tracker_other_email
    _require("same_tracker_other_email", [other], get_args(OtherEmail))
    return replace(
        _blocking(begun, act, keyed),
        roll_up={**begun.roll_up, **roll_up},
        limits={**begun.limits, **limits},
        same_tracker_other_email=other,
        most=most,
    )


def _blocking(rules: IdentityRules, act: IdentityRulesChange, keyed: Keyed) -> IdentityRules:
    _require("block", [kind for kind, _ in (*act.block, *act.unblock)], KINDS)
    for _, text in act.block:
        if "*" in text and (text.strip("*").count("*") or text.count("*") > 1 or len(text) <= LEAST_PATTERN):
            raise MessageRefused(
                "block", f"block: one * at the end or the beginning, beside at least {LEAST_PATTERN} characters"
            )
    values = {keyed(kind, text) for kind, text in act.block if "*" not in text}
    patterns = {keyed(PATTERN + kind, text) for kind, text in act.block if "*" in text}
    shapes = {*rules.shapes, *[shape(kind, text) for kind, text in act.block if "*" in text]}
    freed = {keyed(prefix + kind, text) for kind, text in act.unblock for prefix in ("", PATTERN)}
    blocked, standing = (rules.blocked | values) - freed, (rules.patterns | patterns) - freed
    if len(blocked) + len(standing) > MOST_BLOCKED or len(shapes) > MOST_SHAPES:
        raise MessageRefused(
            "block", f"block: at most {MOST_BLOCKED} values and patterns, of {MOST_SHAPES} lengths; unblock some"
        )
    return replace(rules, blocked=blocked, patterns=standing, shapes=tuple(sorted(shapes)) if standing else ())


def _typed(block: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Kind → patterns among what was typed."""
    typed: dict[str, list[str]] = {}
    for kind, text in block:
        if "*" in text:
            typed.setdefault(kind, []).append(text)
    return typed


def _require(field: str, given: Iterable[str], known: Collection[str]) -> None:
    if not set(given) <= set(known):
        raise MessageRefused(field, f"{field}: one of {', '.join(known)}")
