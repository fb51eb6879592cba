"""Adopting a policy: names, dates and parameters are checked (what it changes `ledger.comparison` says)."""

import re
from datetime import UTC, datetime
from typing import Final

from ledger.acts.settings import PolicyAdoption
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import PolicyAdopted
from ledger.rules.adopted import overlapping, policies
from ledger.rules.parameters import PolicyInvalid, parameters_of, policy_of
from ledger.rules.policy import Adoption, Policies

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)


def adopt(draft: Draft, act: PolicyAdoption) -> None:
    """Records the adoption, every parameter written out. Raises MessageRefused, naming the field."""
    stream = draft.ids.organization(draft.act.organization)
    adopted = joining(policies(draft.stream(stream).values()), act)
    body = PolicyAdopted(
        policy=act.policy,
        version=act.version,
        parameters=parameters_of(adopted.policy),
        in_force_from=act.in_force_from,
        in_force_until=act.in_force_until,
        reason=act.reason,
    )
    draft.add(stream, body, draft.event_id(body, act.policy, act.version))


def joining(history: Policies, act: PolicyAdoption) -> Adoption:
    """The adoption, if it can join this history. Raises MessageRefused, naming the field."""
    adopted = checked(act)
    if any(one.policy.version == adopted.policy.version for one in history.adoptions):
        raise _refused("version: this version was adopted before; give the new parameters a new version")
    other = overlapping(history, act.policy, adopted)
    if other is not None:
        raise _refused(
            f"in_force_from: overlaps {other.policy.version}, in force from {other.in_force_from.isoformat()}; "
            "begin after it ends, or adopt under another policy name"
        )
    return adopted


def checked(act: PolicyAdoption) -> Adoption:
    """The adoption, if it can be taken by itself. Raises MessageRefused, naming the field."""
    for field, name in (("policy", act.policy), ("version", act.version)):
        if not _NAME.fullmatch(name):
            raise _refused(f"{field}: 1 to 63 of a-z, 0-9, dots and hyphens, no hyphen first")
    if act.policy == "built-in":
        raise _refused("policy: built-in is the ledger's own; choose another name")
    if act.in_force_from < _EARLIEST:
        raise _refused("in_force_from: lies before 2000; say from when the policy is in force")
    if act.in_force_until is not None and act.in_force_until <= act.in_force_from:
        raise _refused("in_force_until: lies before in_force_from; leave it out where there is no end")
    try:
        policy = policy_of(f"{act.policy}/{act.version}", act.parameters)
    except PolicyInvalid as invalid:
        raise MessageRefused("policy", str(invalid), invalid.errors) from None
    return Adoption(policy, act.in_force_from, in_force_until=act.in_force_until, name=act.policy)


def _refused(detail: str) -> MessageRefused:
    return MessageRefused("policy", detail)
