"""The channels that the organization uses (L10): those with a column in its lists."""

from typing import Annotated

from fastapi import Query, Response

from entrypoints import channels
from entrypoints.channels import ChannelSeen
from entrypoints.console.pages import twins
from entrypoints.console.refusals import Refused
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, changed, history, router, show_part
from entrypoints.console.view import View
from ledger.events.vocabulary import CHANNELS


class Channels(Part):
    """Every channel, and whether it is in use."""

    channels: list[ChannelSeen]


@twins(router, "/{organization}/settings/channels")
def listed(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The channels."""
    return _list(view, asked)


@router.post("/{organization}/settings/channels")
def choose(view: Admin, form: Form) -> Response:
    """Says which channels are in use."""
    chosen = [channel for channel in CHANNELS if channel in form]

    def act() -> None:
        channels.choose(view.hand(), chosen)

    return changed(view, "channels", "channels", form, act, lambda refused: _list(view, Asked(), refused))


def _list(view: View, asked: Asked, refused: Refused | None = None) -> Response:
    known = channels.listed(view.ledger, view.organization)
    data = Channels(channels=known, history=history(view, "channels"))
    table = (list(ChannelSeen.model_fields), [[one.channel, one.in_use] for one in known])
    return show_part(view, "channels", asked, data, table, refused=refused)
