"""Acts on an organization's scopes, and which scopes grants may still be made at (S1, L3).

Only grants are ever refused for their scope: what restricts is recorded at any scope, for ever.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ledger.acts.settings import ScopeChange, UnknownScopesRule
from ledger.deciding.settings import require_name
from ledger.deciding.view import Draft, Stream
from ledger.errors import MessageRefused
from ledger.events.body import Event
from ledger.events.scope import readable_prefix
from ledger.events.settings import (
    OrganizationRegistered,
    ScopeCreated,
    ScopeRenamed,
    ScopeRetired,
    UnknownScopesSet,
)
from ledger.rules.scopes import Scope, Switch, level, lineage, refuses_unknown, retired, scope_of


def require_grantable(draft: Draft, scope: str, field: str) -> None:
    """Raises MessageRefused where a grant at `scope` may not be taken: a scope that covers it was retired when the
    grant was made, or nobody created it and the organization refused such grants then. `field` names the place in
    the message. Judged by the time of the grant, so that one that comes late is taken like one in time.
    """
    asked: _Asked = draft.view.grantable.get(scope) or _asked(draft, scope)
    draft.look_at(asked.streams)
    for one, retired_when in asked.retired:
        if retired_when.is_on(draft.effective_at):
            raise MessageRefused("retired_scope", f"{field}: {one} is retired; ask for a scope that is in use")
    if asked.refused is not None and asked.refused.is_on(draft.effective_at):
        raise MessageRefused(
            "unknown_scope", f"{field}: nobody created this scope; create it, then replay, or correct it"
        )


class _Asked(NamedTuple):
    """What bears on a grant at a scope: the streams it was read from, covering scopes that were ever retired, and
    when it was refused because nobody created it.
    """

    streams: Mapping[int, Stream]
    retired: list[tuple[str, Switch]]
    refused: Switch | None


def _asked(draft: Draft, scope: str) -> _Asked:
    covering = {one: draft.ids.scope(one) for one in lineage(scope)}
    draft.require(covering.values())
    streams = {stream_id.int: draft.stream(stream_id) for stream_id in covering.values()}
    switches = [(one, retired(draft.stream(stream_id).values())) for one, stream_id in covering.items()]
    refused = refuses_unknown(next(iter(streams.values())).values())
    unknown = not draft.stream(draft.ids.scope(scope))
    asked = _Asked(
        streams,
        [(one, switch) for one, switch in switches if any(switch.states)],
        refused if unknown and any(refused.states) else None,
    )
    draft.view.grantable[scope] = asked
    return asked


def change_scope(draft: Draft, act: ScopeChange) -> None:
    """Creates, renames or retires. What is so already makes no event; a retired scope is created anew under its old
    code, and its consents and opt-outs are what they were. Raises MessageRefused.
    """
    code = _code(draft, act)
    stream = draft.ids.scope(code)
    known = scope_of(draft.stream(stream).values())
    body: Event | None
    match act.action:
        case "create":
            body = _creating(code, act, known)
        case "rename":
            known = _existing(code, known)
            body = ScopeRenamed(scope=code, display_name=act.display_name)
            body = body if act.display_name != known.display_name else None
        case "retire":
            body = ScopeRetired(scope=code) if _existing(code, known).retired_at is None else None
    if body is not None:
        draft.add(stream, body, draft.event_id(body, code))


def set_unknown_scopes(draft: Draft, act: UnknownScopesRule) -> None:
    stream = draft.ids.organization(draft.act.organization)
    rules = [event.body.rule for event in draft.stream(stream).values() if isinstance(event.body, UnknownScopesSet)]
    if act.rule != (rules[-1] if rules else "accept"):
        body = UnknownScopesSet(rule=act.rule)
        draft.add(stream, body, draft.event_id(body))


def _creating(code: str, act: ScopeChange, known: Scope | None) -> Event | None:
    if known is not None and known.retired_at is None:
        return None
    name = act.display_name or (known.display_name if known else code.rpartition("/")[2])
    match level(code):
        case "merchant" | "sender" | "list" as kind:
            return ScopeCreated(scope=code, level=kind, display_name=name)
        case _:
            return OrganizationRegistered(display_name=name)


def _existing(code: str, known: Scope | None) -> Scope:
    if known is None:
        raise MessageRefused("unknown_scope", f"scope: nobody created {code}; create it first")
    return known


def _code(draft: Draft, act: ScopeChange) -> str:
    organization = draft.act.organization
    code, whole = readable_prefix(act.scope, organization)
    if not whole or code != act.scope:
        raise MessageRefused(
            "scope", f"scope: must read {organization}/merchant/sender/list in a-z, 0-9, dots and hyphens"
        )
    if act.action == "rename" and not act.display_name:
        raise MessageRefused("display_name", "display_name: say the name to be shown")
    require_name(act.display_name)
    return code
