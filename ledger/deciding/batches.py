"""Bulk actions: the approval's record."""

from dataclasses import asdict

from ledger.acts.settings import BatchApproval
from ledger.deciding.view import Draft
from ledger.events.settings import BatchApproved


def approval(draft: Draft, act: BatchApproval) -> None:
    """Records who asked, who approved and what, before anybody is acted on."""
    body = BatchApproved(**asdict(act))
    draft.add(draft.ids.organization(draft.act.organization), body, draft.event_id(body, act.batch))
