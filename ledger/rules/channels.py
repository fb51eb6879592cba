"""The channels that an organization uses, by the events of its settings (L10). Pure; no status depends on it."""

from collections.abc import Iterable

from ledger.events.envelope import Recorded
from ledger.events.settings import ChannelsChosen


def channels_of(settings: Iterable[Recorded]) -> tuple[str, ...] | None:
    """The channels chosen last; None where none ever were."""
    chosen: tuple[str, ...] | None = None
    for event in settings:
        if isinstance(event.body, ChannelsChosen):
            chosen = event.body.channels
    return chosen
