"""Policies of an organization: what there is, what another would change, adopting it. An act like any other."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, Final

import orjson

from entrypoints.wiring import Service, reading_within
from ledger.acts.act import Act
from ledger.acts.settings import PolicyAdoption
from ledger.comparison import Comparison, Progress, compare
from ledger.deciding.policy import joining
from ledger.errors import MessageRefused, NotFound, UnknownOrganization
from ledger.rules.adopted import policies
from ledger.rules.difference import Change
from ledger.rules.parameters import parameters_of
from ledger.rules.policy import ALWAYS, BUILT_IN, Adoption, Policies
from ledger.rules.shipped import SHIPPED

CURRENT: Final = "current"
"""Names the organization's own history in a comparison."""
_LAST: Final = datetime.max.replace(tzinfo=UTC)
"""What is adopted next is adopted after all that was."""


@dataclass(slots=True)
class Counts:
    """How many statuses a comparison found to differ, and of how many identifiers."""

    identifiers: int = 0
    statuses: int = 0
    become_sendable: int = 0
    become_unsendable: int = 0


def history(ledger: Service, organization: str) -> Policies:
    """The organization's policy history. Raises UnknownOrganization."""
    stream = ledger.ids.organization(organization)
    events = ledger.reading.read([stream])[stream]
    if not events:
        raise UnknownOrganization(f"{organization}: not registered; run `contact-ledger organizations add` first")
    return policies(events)


def listed(known: Policies, now: datetime) -> list[dict[str, Any]]:
    """The history's adoptions, in the order of coming into force."""
    in_force = known.at(now).version
    return [
        {**_head(one), "adopted_at": _or_none(one.adopted_at), "now": one.policy.version == in_force}
        for one in known.adoptions
    ]


def offered() -> list[dict[str, Any]]:
    """The policies that come with the ledger."""
    return [_head(one) for one in _shipped()]


def parameters(known: Policies, version: str, now: datetime) -> dict[str, Any]:
    """A version with every parameter; no version: the one in force now. Raises NotFound."""
    one = _found(known, version or known.at(now).version)
    return {**_head(one), "parameters": parameters_of(one.policy)}


def meant(known: Policies, which: str, now: datetime, document: bytes | None, always: bool) -> Policies:
    """The history that a word (or a policy written down) stands for in a comparison.

    It is the `known` one with that policy adopted next, as it is dated or from now; or, `always`, as if nothing
    else had ever been in force. Raises NotFound, MessageRefused.
    """
    if which == CURRENT and document is None:
        return known
    if document is not None or which in SHIPPED:
        named = [written(document)] if document is not None else shipped(which, now)
        adoptions = [joining(BUILT_IN, one) for one in dated(named, now)]
    else:
        adoptions = [replace(_found(known, which), in_force_from=now, in_force_until=None)]
    if always:
        first, *others = adoptions
        return Policies((replace(first, in_force_from=ALWAYS), *others))
    for one in adoptions:
        known = known.adding(replace(one, adopted_at=_LAST))
    return known


def written(document: bytes) -> PolicyAdoption:
    """The policy that a JSON document writes down. Raises MessageRefused, naming the field."""
    try:
        read = orjson.loads(document)
    except orjson.JSONDecodeError:
        raise MessageRefused("policy", "file: is not JSON; see docs/policy.md for an example") from None
    fields = [one.name for one in dataclass_fields(PolicyAdoption) if one.name != "reason"]
    unknown = sorted(read.keys() - {*fields}) if isinstance(read, dict) else ["file"]
    missing = sorted({"policy", "version"} - read.keys()) if isinstance(read, dict) else []
    if unknown or missing:
        raise MessageRefused("policy", f"{(missing or unknown)[0]}: a policy has {', '.join(fields)}")
    return PolicyAdoption(
        policy=str(read["policy"]),
        version=str(read["version"]),
        parameters=_mapping(read.get("parameters", {})),
        in_force_from=_moment("in_force_from", read.get("in_force_from")) or ALWAYS,
        in_force_until=_moment("in_force_until", read.get("in_force_until")),
    )


def shipped(name: str, now: datetime) -> list[PolicyAdoption]:
    """The versions of a policy that comes with the ledger, less those whose time is over. Raises NotFound."""
    if name not in SHIPPED:
        raise NotFound(f"no such policy comes with the ledger; there are {', '.join(SHIPPED)}")
    return [_as_asked(one) for one in SHIPPED[name] if one.in_force_until is None or one.in_force_until > now]


def dated(wanted: list[PolicyAdoption], now: datetime) -> list[PolicyAdoption]:
    """The same, those without a date in force from now."""
    return [replace(one, in_force_from=now) if one.in_force_from == ALWAYS else one for one in wanted]


def with_adopted(known: Policies, wanted: list[PolicyAdoption]) -> Policies:
    """The history as it would be with these adopted. Raises MessageRefused where one cannot join it."""
    for one in wanted:
        known = known.adding(replace(joining(known, one), adopted_at=_LAST))
    return known


def comparison(
    ledger: Service, organization: str, before: Policies, after: Policies, at: datetime | None
) -> Comparison:
    """What to compare, over the log as it is now. `at` absent: now, or the log's end where that is later."""
    upto = ledger.reading.newest().position
    return Comparison(organization, before, after, at or ledger.answers.moment(), upto)


def compared(
    ledger: Service, asked: Comparison, counts: Counts, *, workers: int = 2, progress: Progress = lambda part: None
) -> Iterator[Change]:
    """Every status that differs, counted as it goes by."""
    last = None
    open_log = partial(reading_within, ledger.settings, asked.organization) if workers > 1 else None
    for change in compare(asked, ledger.reading, open_log=open_log, workers=workers, progress=progress):
        counts.statuses += 1
        counts.identifiers += change.identifier_id != last
        counts.become_sendable += change.after.sendable and not change.before.sendable
        counts.become_unsendable += change.before.sendable and not change.after.sendable
        last = change.identifier_id
        yield change


def foreseen(ledger: Service, organization: str, wanted: list[PolicyAdoption]) -> list[Comparison]:
    """What adopting these changes: now, and when each later one comes into force. Raises MessageRefused."""
    known, now = history(ledger, organization), ledger.answers.moment()
    after = with_adopted(known, wanted)
    moments = sorted({max(one.in_force_from, now) for one in wanted})
    return [comparison(ledger, organization, known, after, moment) for moment in moments]


def adopt(
    ledger: Service,
    organization: str,
    wanted: list[PolicyAdoption],
    *,
    actor: str,
    source: str,
    reason: str | None = None,
    correlation_id: str | None = None,
) -> None:
    """Records the adoptions, none where one cannot be taken. Raises MessageRefused, naming the field.

    `correlation_id`: the forecast that led to them.
    """
    now = ledger.now()
    with_adopted(history(ledger, organization), wanted)
    acts = [
        replace(_act(organization, replace(one, reason=reason), now, actor, source), correlation_id=correlation_id)
        for one in wanted
    ]
    for outcome in ledger.recording.record(acts):
        if outcome.result == "refused":
            raise MessageRefused(outcome.reason or "refused", outcome.detail or "")


def shown(change: Change) -> dict[str, Any]:
    """A change as one line of JSON: ids and words only."""
    sides = {}
    for name, side in (("before", change.before), ("after", change.after)):
        sides[name] = {**side._asdict(), "reasons": list(side.reasons)}
    head = {name: getattr(change, name) for name in ("identifier_id", "channel", "scope", "purpose")}
    return {**head, "sendability_changes": change.before.sendable != change.after.sendable, **sides}


def _head(one: Adoption) -> dict[str, Any]:
    return {
        "version": one.policy.version,
        "jurisdiction": one.policy.jurisdiction,
        "in_force_from": _or_none(one.in_force_from),
        "in_force_until": one.in_force_until,
    }


def _or_none(moment: datetime) -> datetime | None:
    return moment if moment > ALWAYS else None


def _found(known: Policies, which: str) -> Adoption:
    """An adopted or shipped version, by its name. Raises NotFound."""
    for one in (*known.adoptions, *_shipped()):
        if which in (one.policy.version, one.name):
            return one
    raise NotFound(f"{which}: no such policy, version or file; `contact-ledger policy list` shows those there are")


def _shipped() -> list[Adoption]:
    return [one for versions in SHIPPED.values() for one in versions]


def _as_asked(one: Adoption) -> PolicyAdoption:
    """The adoption as an act asks for it."""
    version = one.policy.version.removeprefix(f"{one.name}/")
    return PolicyAdoption(one.name, version, parameters_of(one.policy), one.in_force_from, one.in_force_until)


def _mapping(parameters: object) -> dict[str, Any]:
    if not isinstance(parameters, dict):
        raise MessageRefused("policy", "parameters: takes an object of names and values")
    return parameters


def _moment(field: str, text: object) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise MessageRefused("policy", f"{field}: takes a moment such as 2027-01-31T00:00:00-05:00")
    return moment


def _act(organization: str, wanted: PolicyAdoption, now: datetime, actor: str, source: str) -> Act:
    content = orjson.dumps(
        {
            "type": "PolicyAdoption",
            "organization": organization,
            "policy": wanted.policy,
            "version": wanted.version,
            "parameters": wanted.parameters,
            "in_force_from": wanted.in_force_from,
            "in_force_until": wanted.in_force_until,
        },
        default=sorted,
        option=orjson.OPT_SORT_KEYS,
    )
    message_id = f"policy/{wanted.policy}/{wanted.version}/{sha256(content).hexdigest()[:16]}"
    return Act(
        organization, source, message_id, "PolicyAdoption", now, content, wanted, occurred_at=now, actor=actor
    )
