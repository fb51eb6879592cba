"""Inbound texts: read under the organization's keyword set, and read anew later."""

from uuid import UUID

from ledger.acts.consent import Reply
from ledger.acts.keywords import Reclassification, ReclassificationApproval
from ledger.deciding.deletion import restore_if_own_grant
from ledger.deciding.present import is_closed, require_open, require_open_for_grant
from ledger.deciding.rollup import identifier_id, settle
from ledger.deciding.scopes import require_grantable
from ledger.deciding.view import Draft, NotLoaded, View
from ledger.errors import MessageRefused
from ledger.events.identifier import ReplyReceived, ReplyReclassified
from ledger.events.settings import RepliesReclassified
from ledger.events.vocabulary import Confidence, ReplyClass
from ledger.ids import Ids
from ledger.rules.keyword_sets import standing_set
from ledger.rules.keywords import read_reply
from ledger.rules.replies import reading_of


def is_stop(view: View, ids: Ids, organization: str, act: Reply) -> bool:
    """Whether the organization's set reads the text as a stop. Raises NotLoaded."""
    stream = ids.organization(organization)
    if not view.has(stream):
        raise NotLoaded([stream])
    reading = read_reply(act.text, standing_set(view.events(stream)))
    return reading.reply_class is ReplyClass.STOP


def reply(draft: Draft, act: Reply) -> None:
    """Records an inbound text under its class; what a YES confirms is left to the walk."""
    keywords = draft.fold(draft.ids.organization(draft.act.organization), standing_set)
    reading = read_reply(act.text, keywords)
    body = ReplyReceived(
        sender=act.sender,
        reply_class=reading.reply_class,
        keywords=reading.version,
        confidence=reading.confidence,
        matched=reading.matched,
        text=act.text,
        provider_message_id=act.provider_message_id,
        in_reply_to=act.in_reply_to,
        message_id=draft.act.message_id,
    )
    is_start = reading.reply_class is ReplyClass.START
    stream = identifier_id(draft, act.identifier)
    if is_start:
        require_grantable(draft, act.sender, "data.to")
        require_open_for_grant(draft, stream, own=True)
        settle(draft, [act.identifier], "keyword", bulk=False)
    elif not is_closed(draft, stream):
        settle(draft, [act.identifier], "keyword", bulk=False)
    event_id = draft.event_id(body, stream, act.sender)
    draft.add(stream, body, event_id)
    if reading.reply_class in (ReplyClass.START, ReplyClass.YES):
        restore_if_own_grant(draft, stream, event_id)


def reclassification(draft: Draft, act: Reclassification) -> None:
    """Reads an earlier reply anew, at its own time. What a person read, no keyword set reads again.

    The same class again is nothing new, unless it is a person who says so.
    """
    stream = draft.place_of(act.reply_event_id)
    events = draft.stream(stream) if stream is not None else {}
    event = events.get(act.reply_event_id.int)
    if stream is None or event is None or event.envelope.organization != draft.act.organization:
        raise MessageRefused("unknown_event", "reply_event_id: no such event in this organization")
    if not isinstance(event.body, ReplyReceived):
        raise MessageRefused("not_a_reply", "reply_event_id: only a reply can be read anew")
    by_person = act.confidence is Confidence.PERSON
    last = reading_of(event, events.values())
    if last.confidence is Confidence.PERSON and not by_person:
        raise MessageRefused(
            "read_by_person", "reply_event_id: a person has read it; only a person may read it anew"
        )
    if last.reply_class is act.reply_class and (not by_person or last.confidence is Confidence.PERSON):
        return
    if act.reply_class is not ReplyClass.STOP:
        require_open(draft, stream)
    body = ReplyReclassified(
        reply_event_id=act.reply_event_id,
        reply_class=act.reply_class,
        keywords=act.keywords,
        confidence=act.confidence,
        matched=act.matched,
        batch=act.batch,
        reason=act.reason,
        message_id=draft.act.message_id,
    )
    draft.add(stream, body, draft.event_id(body, act.reply_event_id))


def approval(draft: Draft, act: ReclassificationApproval) -> None:
    stream: UUID = draft.ids.organization(draft.act.organization)
    body = RepliesReclassified(batch=act.batch, keywords=act.keywords, counts=dict(act.counts), reason=act.reason)
    draft.add(stream, body, draft.event_id(body, act.batch))
