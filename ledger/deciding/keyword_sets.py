"""Acts about an organization's keyword sets."""

from ledger.acts.keywords import KeywordAdoption
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import KeywordSetAdopted
from ledger.rules.keyword_sets import keyword_sets, standing_set, with_words


def adopt(draft: Draft, act: KeywordAdoption) -> None:
    """Adopts a set that only adds to the standing one; the standing one again is nothing new."""
    stream = draft.ids.organization(draft.act.organization)
    settings = list(draft.stream(stream).values())
    standing = standing_set(settings)
    words = {name: tuple(listed) for name, listed in act.words.items() if listed}
    try:
        made = with_words(standing, act.version, words)
    except ValueError as wrong:
        raise MessageRefused("keywords", str(wrong)) from None
    known = keyword_sets(settings).get(act.version)
    if known is not None and known.since is not None:
        if made != known.keywords:
            raise MessageRefused("keywords", "version: adopted before with other words; give it another name")
        if act.version == standing.version:
            return
    body = KeywordSetAdopted(version=act.version, words=words, reason=act.reason)
    draft.add(stream, body, draft.event_id(body, act.version))
