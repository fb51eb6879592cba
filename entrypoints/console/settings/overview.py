"""The first page of the settings: what there is to set, and how it stands."""

from typing import Annotated

from fastapi import Query, Response
from pydantic import BaseModel

from entrypoints import channels, fields, identity, keys, keywords, people, scopes
from entrypoints.calendar import calendar_for
from entrypoints.console.lists import show_list
from entrypoints.console.pages import twins
from entrypoints.console.settings.frame import Asked, Reader, parts, router
from entrypoints.console.texts import say
from entrypoints.console.view import View
from entrypoints.console.wording import word
from entrypoints.settings_history import Subject


class PartSeen(BaseModel):
    """A part of the settings and, in a line, how it stands."""

    part: Subject
    standing: str


class Settings(BaseModel):
    """What the viewer may look at."""

    parts: list[PartSeen]


@twins(router, "/{organization}/settings")
def overview(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The parts of the settings."""
    seen = [PartSeen(part=part, standing=_standing(view, part)) for part in parts(view)]
    table = (["part", "standing"], [[one.part, one.standing] for one in seen])
    home = f"/console/{view.organization}/settings"
    data = Settings(parts=seen)
    return show_list(view, "settings", asked, data, table, template="settings/overview.html", home=home)


def _standing(view: View, part: Subject) -> str:
    ledger, organization = view.ledger, view.organization
    match part:
        case "scopes":
            rule = scopes.unknown_rule(ledger, organization)
            return say(f"settings.scopes.rule.{rule}")
        case "fields":
            own = [one for one in fields.listed(ledger, organization) if not one.system and not one.retired]
            return say("settings.fields.standing", number=len(own))
        case "channels":
            used = channels.in_use(ledger, organization)
            return ", ".join(word(channel, "channel") for channel in used)
        case "keywords":
            return say("settings.keywords.standing", version=keywords.sets(ledger, organization)[1])
        case "identity":
            return say(
                "settings.identity.standing", preset=identity.seen(ledger, organization, values=False).preset
            )
        case "calendar":
            calendar = calendar_for(ledger, organization)
            place = f"{calendar.country}-{calendar.subdivision}" if calendar.subdivision else calendar.country
            return say("settings.calendar.standing", place=place, zone=calendar.time_zone)
        case "people":
            working = [one for one in people.listed(ledger, organization) if one.role]
            return say("settings.people.standing", number=len(working))
        case _:
            usable = [one for one in keys.listed(ledger, organization) if one.state == "usable"]
            return say("settings.keys.standing", number=len(usable))
