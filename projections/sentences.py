"""One plain sentence for every event, made of its unsealed fields: no address, name, text or reason in it."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

from ledger.events import contact as c
from ledger.events import identifier as i
from ledger.events import settings as s
from ledger.events.body import Event
from ledger.events.vocabulary import ALL, Confidence

CHANNELS: Final = {
    ALL: "every channel",
    "email": "e-mail",
    "sms": "SMS",
    "mms": "MMS",
    "whatsapp": "WhatsApp",
    "viber": "Viber",
    "voice": "voice calls",
    "web_push": "web push",
    "app_push": "app push",
    "telegram": "Telegram",
}
_SIGNUPS: Final = {
    "form": "by form",
    "keyword": "by texting a keyword",
    "checkout": "at checkout",
    "call": "by call",
    "preference_page": "on the preference page",
    "api": "by another system",
    "import": "by import",
}
_OPT_OUTS: Final = {
    "keyword": "by texting a keyword",
    "link": "by an unsubscribe link",
    "one_click": "by one click in the mail program",
    "manual": "by hand",
    "complaint": "by complaint",
    "carrier": "by the carrier",
    "provider_rejection": "by the provider's refusal",
    "import": "by import",
    "preference_page": "on the preference page",
}
_REPLIES: Final = {
    "stop": "a stop",
    "start": "a start",
    "yes": "a yes",
    "help": "a call for help",
    "other": "unclear",
}
CAUSES: Final = {
    "same_message": "they came together in one message",
    "identified_as": "an anonymous visitor was identified",
    "asked": "somebody asked for it",
    "bulk": "a bulk message named them together",
    "limit": "together they would have too many identifiers",
    "two_external_ids": "each has an external id of its own",
    "rules": "the organization's rules leave such links to a person",
    "unlinked_before": "they were unlinked before",
}
"""Why two contacts are, or may be, one person."""


def sentence(body: Event) -> str:
    """What the event says, in words. Every stored event has one."""
    return _SENTENCES[type(body)](body)


def _subscribed(body: i.Subscribed) -> str:
    what = f"{CHANNELS[body.channel]} for {_purposes(body.purposes)} at {body.scope}"
    said = f"{'Asked to be subscribed' if body.double_opt_in else 'Subscribed'} to {what}"
    said += f" {_SIGNUPS.get(body.method, body.method)}"
    said += ", to be confirmed" if body.double_opt_in else ""
    said += f", until {_day(body.expires_at)}" if body.expires_at is not None else ""
    return said + (", overriding earlier opt-outs." if body.override else ".")


def _opted_out(body: i.OptedOut) -> str:
    purposes = f" for {_purposes(body.purposes)}" if body.purposes else ""
    said = f"Opted out of {CHANNELS[body.channel]}{purposes} at {body.scope}"
    said += f" {_OPT_OUTS.get(body.method, body.method)}"
    return said + (", carried over from another identifier." if body.carried_from is not None else ".")


def _bounced(body: i.Bounced) -> str:
    kind = "permanently" if body.hard else "for the time being"
    return f"A message by {CHANNELS[body.channel]} bounced {kind}{_code(body.code)}."


def _read(body: i.ReplyReceived | i.ReplyReclassified) -> str:
    """What a reply was read as, and how surely."""
    said = _REPLIES[body.reply_class]
    match body.confidence:
        case Confidence.PERSON:
            return f"{said} by a person"
        case Confidence.PHRASE:
            return f"{said} by the phrase “{body.matched}” of keyword set {body.keywords}"
        case Confidence.EXACT:
            return f"{said} by the keyword “{body.matched}” of keyword set {body.keywords}"
        case _:
            return f"{said} under keyword set {body.keywords}"


def _held(word: str) -> Callable[[Any], str]:
    def said(body: i.HoldPlaced) -> str:
        until = f" until {_day(body.until)}" if isinstance(body, i.Paused) and body.until is not None else ""
        deleted = isinstance(body, i.Blocked) and body.cause == "contact_deleted"
        why = " because the contact was deleted" if deleted else ""
        carried = ", carried over from another identifier" if body.carried_from is not None else ""
        return f"{word} at {body.scope}{until}{why}{carried}."

    return said


def _lifted(word: str) -> Callable[[Any], str]:
    return lambda body: f"{word} at {body.scope}."


def _profile(body: c.ProfileChanged) -> str:
    return f"Profile changed: {', '.join(body.fields)}." if body.fields else "Profile changed."


def _linked(body: c.ContactsLinked) -> str:
    return f"Linked with contact {body.other_contact_id}: {CAUSES.get(body.cause, body.cause)}."


def _candidate(body: c.CandidateListed) -> str:
    why = CAUSES.get(body.cause, body.cause)
    return f"May be the same person as contact {body.other_contact_id}, for a human to decide: {why}."


def _purposes(purposes: Collection[str]) -> str:
    return " and ".join(purposes)


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _code(code: str | None) -> str:
    return f" (code {code})" if code else ""


def _said(text: str) -> Callable[[Any], str]:
    return lambda body: text.format(body=body)


_SENTENCES: Final[dict[type[Event], Callable[[Any], str]]] = {
    i.IdentifierClaimed: lambda body: f"This {body.kind.replace('_', ' ')} came to contact {body.contact_id}.",
    i.IdentifierReleased: _said("Left contact {body.contact_id}."),
    i.IdentifierReassigned: lambda body: (
        "The carrier says that the number has a new holder."
        if body.cause == "recycled"
        else "The carrier says that the number changed networks."
    ),
    i.IdentifierErased: _said("Erased on the person's request; opt-outs, bans and complaints stand."),
    i.Subscribed: _subscribed,
    i.SubscriptionConfirmed: _said("Confirmed the subscription asked for."),
    i.ConfirmationDeclined: _said("Did not confirm the subscription asked for."),
    i.OptedOut: _opted_out,
    i.ReplyReceived: lambda body: f"Replied to {body.sender}; read as {_read(body)}.",
    i.ReplyReclassified: lambda body: f"An earlier reply is now read as {_read(body)}.",
    i.Bounced: _bounced,
    i.Delivered: lambda body: f"A message by {CHANNELS[body.channel]} was delivered.",
    i.Complained: lambda body: f"Complained about a message by {CHANNELS[body.channel]}{_code(body.code)}.",
    i.ComplaintWithdrawn: _said("The complaint was withdrawn."),
    i.Blacklisted: _said("Put on the organization's blacklist."),
    i.Unblacklisted: _said("Taken off the organization's blacklist."),
    i.Reactivated: _said("Declared to work again; earlier bounces no longer count."),
    i.Paused: _held("Paused"),
    i.Resumed: _lifted("Resumed"),
    i.Blocked: _held("Blocked"),
    i.Unblocked: _lifted("Unblocked"),
    i.Banned: _held("Banned"),
    i.Unbanned: _lifted("Unbanned"),
    i.EventReversed: _said("Took back event {body.reversed_event_id}."),
    c.ContactCreated: lambda body: f"Contact created: {body.method.replace('_', ' ')}.",
    c.IdentifierAttached: lambda body: f"Got {body.kind.replace('_', ' ')} {body.identifier_id}.",
    c.IdentifierDetached: lambda body: f"Lost {body.kind.replace('_', ' ')} {body.identifier_id}.",
    c.ProfileChanged: _profile,
    c.ContactsLinked: _linked,
    c.ContactsUnlinked: _said("Unlinked from contact {body.other_contact_id}."),
    c.ContactDeleted: _said("Deleted; it can be restored."),
    c.ContactRestored: lambda body: (
        "Restored by the person's own subscription." if body.cause == "own_grant" else "Restored."
    ),
    c.ContactErased: _said("Erased on the person's request."),
    c.Purchased: _said("Placed an order."),
    c.CandidateListed: _candidate,
    c.CandidateDismissed: lambda body: f"Somebody said that contact {body.other_contact_id} is another person.",
    s.OrganizationRegistered: _said("Organization registered."),
    s.ScopeCreated: lambda body: f"{body.level.capitalize()} {body.scope} created.",
    s.ScopeRenamed: _said("{body.scope} renamed."),
    s.ScopeRetired: _said("{body.scope} retired; opt-outs about it stand."),
    s.UnknownScopesSet: lambda body: (
        "Grants at unknown scopes are accepted from now on."
        if body.rule == "accept"
        else "Grants at unknown scopes are refused from now on."
    ),
    s.ChannelsChosen: lambda body: (
        f"Channels in use are {', '.join(CHANNELS.get(channel, channel) for channel in body.channels)}."
    ),
    s.FieldDefined: _said("Field {body.field} defined."),
    s.FieldRetired: _said("Field {body.field} retired."),
    s.KeywordSetAdopted: _said("Keyword set {body.version} adopted."),
    s.RepliesReclassified: lambda body: (
        f"{sum(body.counts.values())} replies approved to be read anew under keyword set {body.keywords}."
    ),
    s.PolicyAdopted: _said("Policy {body.policy}, version {body.version}, adopted."),
    s.RetentionSet: _said("Retention of {body.subject} set to {body.days} days."),
    s.CalendarChosen: lambda body: (
        f"Business days are those of {body.country}{'-' + body.subdivision if body.subdivision else ''},"
        f" with days of {body.time_zone}."
    ),
    s.IdentityRulesSet: _said("Rules of identity set, beginning from {body.preset}."),
    s.PersonAdded: _said("Person {body.person_id} added."),
    s.RoleGranted: _said("Role {body.role} granted to person {body.person_id}."),
    s.RoleRevoked: _said("Role {body.role} revoked from person {body.person_id}."),
    s.ApiKeyIssued: lambda body: (
        f"API key {body.prefix} issued for role {body.role}"
        + (f", limited to {', '.join(body.permissions)}." if body.permissions is not None else ".")
    ),
    s.ApiKeyRevoked: _said("API key {body.key_id} revoked."),
    s.ReversalApproved: lambda body: (
        f"Approved that {body.events:,} "
        + ("reversals be taken back" if body.undoes else "events be taken back")
        + f" together, as batch {body.batch}."
    ),
    s.BatchApproved: lambda body: (
        f"Approved that {body.changes:,} of {body.people:,} listed people be acted on together"
        f" ({body.action.replace('_', ' ')}), as batch {body.batch}."
    ),
    s.ImportStarted: _said("Import started."),
    s.ImportFinished: _said("Import finished."),
    s.ImportUndone: _said("Import undone."),
    s.PlatformBlacklisted: _said("Put on the platform's blacklist, for every organization."),
    s.PlatformUnblacklisted: _said("Taken off the platform's blacklist."),
}
