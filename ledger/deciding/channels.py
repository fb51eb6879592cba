"""The act that says which channels an organization uses."""

from ledger.acts.settings import ChannelsChoice
from ledger.deciding.view import Draft
from ledger.errors import MessageRefused
from ledger.events.settings import ChannelsChosen
from ledger.events.vocabulary import CHANNELS
from ledger.rules.channels import channels_of


def choose_channels(draft: Draft, act: ChannelsChoice) -> None:
    """Those in use again are nothing new. Raises MessageRefused for one that is none, and for none at all."""
    chosen = tuple(channel for channel in CHANNELS if channel in act.channels)
    if not chosen or len(chosen) != len({*act.channels}):
        raise MessageRefused("channels", f"channels: at least one of {', '.join(CHANNELS)}")
    stream = draft.ids.organization(draft.act.organization)
    if channels_of(draft.stream(stream).values()) != chosen:
        body = ChannelsChosen(channels=chosen)
        draft.add(stream, body, draft.event_id(body))
