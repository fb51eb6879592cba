"""The channels that the organization uses (L10): those with a column in its lists."""

from typing import Annotated

from fastapi import Query, Response

from entrypoints import channels
from entrypoints.channels import ChannelSeen
from entrypoints.console.lists import done
from entrypoints.console.pages import twins
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, show_part
from ledger.events.vocabulary import CHANNELS


class Channels(Part):
    """Every channel, and whether it is in use."""

    channels: list[ChannelSeen]


@twins(router, "/{organization}/settings/channels")
def listed(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The channels."""
    known = channels.listed(view.ledger, view.organization)
    data = Channels(channels=known, history=history(view, "channels"))
    table = (list(ChannelSeen.model_fields), [[one.channel, one.in_use] for one in known])
    return show_part(view, "channels", asked, data, table)


@router.post("/{organization}/settings/channels")
def choose(view: Admin, form: Form) -> Response:
    """Says which channels are in use."""
    channels.choose(view.hand(), [channel for channel in CHANNELS if channel in form])
    return done(view, "settings/channels", what="true")
