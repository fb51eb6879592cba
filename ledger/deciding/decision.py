"""Decides one act: refuse it, find it already done, or come to new events (DESIGN §3, §8 step 4)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from ledger.acts.act import Act
from ledger.acts.consent import Confirmation, OptOut, Reply, SignUp
from ledger.acts.contact import (
    ContactChange,
    Dismissal,
    Identification,
    IdentifierAssignment,
    Link,
    ProfileEdit,
    Unlink,
)
from ledger.acts.identifier import (
    DeliverabilityChange,
    HoldChange,
    PlatformListing,
    Reassignment,
    Receipt,
    Reversal,
)
from ledger.acts.keywords import KeywordAdoption, Reclassification, ReclassificationApproval
from ledger.acts.settings import (
    BatchApproval,
    CalendarChoice,
    ChannelsChoice,
    FieldChange,
    IdentityRulesChange,
    KeyIssue,
    KeyRevocation,
    PersonAddition,
    PolicyAdoption,
    Registration,
    RetentionRule,
    ReversalApproval,
    RoleChange,
    ScopeChange,
    UnknownScopesRule,
)
from ledger.deciding import (
    assigning,
    batches,
    calendar,
    candidates,
    channels,
    contacts,
    fields,
    identifiers,
    identity_rules,
    keyword_sets,
    linking,
    naming,
    people,
    policy,
    replies,
    retention,
    reversals,
    scopes,
    settings,
    signup,
)
from ledger.deciding.view import Draft, NotLoaded, View
from ledger.errors import MessageRefused
from ledger.ids import Ids

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=24)
_OF_NO_ORGANIZATION = frozenset({Registration, PlatformListing})
"""Acts that an organization need not be registered for."""

DECIDERS: dict[type, Callable[[Draft, Any], None]] = {
    SignUp: signup.sign_up,
    OptOut: identifiers.opt_out,
    Confirmation: identifiers.confirmation,
    Reply: replies.reply,
    Receipt: identifiers.receipt,
    DeliverabilityChange: identifiers.deliverability_change,
    HoldChange: identifiers.hold_change,
    Reassignment: identifiers.reassignment,
    ProfileEdit: contacts.profile_edit,
    Identification: contacts.identification,
    IdentifierAssignment: assigning.assign,
    Link: linking.link_asked,
    Unlink: linking.unlink,
    Dismissal: candidates.dismiss,
    ContactChange: contacts.contact_change,
    Reversal: reversals.reversal,
    ReversalApproval: reversals.approval,
    BatchApproval: batches.approval,
    Registration: settings.register,
    KeyIssue: settings.issue_key,
    PlatformListing: settings.list_on_platform,
    CalendarChoice: calendar.choose_calendar,
    PolicyAdoption: policy.adopt,
    ScopeChange: scopes.change_scope,
    UnknownScopesRule: scopes.set_unknown_scopes,
    KeyRevocation: settings.revoke_key,
    PersonAddition: people.add_person,
    RoleChange: people.change_role,
    ChannelsChoice: channels.choose_channels,
    FieldChange: fields.change_field,
    RetentionRule: retention.set_retention,
    IdentityRulesChange: identity_rules.change_rules,
    KeywordAdoption: keyword_sets.adopt,
    Reclassification: replies.reclassification,
    ReclassificationApproval: replies.approval,
}


def decide(view: View, ids: Ids, act: Act) -> Draft | None:
    """The draft of new events, or None where this act is already in the log.

    Raises MessageRefused where it cannot be taken, NotLoaded where more streams must be read first.
    """
    act_id, digest = naming.act_id(ids, act), naming.digest(ids, act)
    flags = act.flags
    known = view.acts[act_id]
    if digest in known:
        return None
    if known:
        if act.told or not _restrictive(view, ids, act):
            raise MessageRefused(
                "conflict", "id: this message id was used before with other content; send a new id"
            )
        act_id = ids.derived(act_id, "conflict", digest.hex())
        if act_id not in view.acts:
            raise NotLoaded(act_ids=[act_id])
        if view.acts[act_id]:
            return None
        flags = (*flags, "conflict")
    if not _credible(act):
        if not _restrictive(view, ids, act):
            raise MessageRefused(*_time_reason(act))
        flags = (*flags, "time")
    draft = Draft(view, ids, act, act_id, digest, flags)
    if type(act.body) not in _OF_NO_ORGANIZATION:
        settings.require_registered(draft)
    DECIDERS[type(act.body)](draft, act.body)
    return draft


def _restrictive(view: View, ids: Ids, act: Act) -> bool:
    if isinstance(act.body, Reply):
        return replies.is_stop(view, ids, act.organization, act.body)
    return bool(act.body.RESTRICTIVE)


def _credible(act: Act) -> bool:
    when = act.occurred_at
    return when is not None and when >= EARLIEST and when <= act.received_at + AHEAD


def _time_reason(act: Act) -> tuple[str, str]:
    if act.occurred_at is None:
        return "time_missing", "time: say when it happened, as an RFC 3339 timestamp"
    if act.occurred_at < EARLIEST:
        return "time_absurd", "time: lies before 2000; send the time at which it happened"
    return "time_absurd", "time: lies more than 24 hours ahead; send the time at which it happened"
