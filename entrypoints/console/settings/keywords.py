"""Keyword sets: listed, shown, tried on a text; words of one's own are compared with what stands, then adopted."""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import RedirectResponse, StreamingResponse

from entrypoints import forecasting, keyword_forecast, keyword_sets, keywords
from entrypoints.console.forecasts import ForecastSeen, Found, found_by, looked_at, seen, whole_file
from entrypoints.console.forms import keep
from entrypoints.console.lists import State, done
from entrypoints.console.pages import twins
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import Form
from entrypoints.console.settings.frame import Admin, Asked, Part, Reader, history, router, said_at, show_part
from entrypoints.console.view import View
from entrypoints.keyword_sets import SetSeen, SetWhole
from entrypoints.reads import checked
from ledger.rules.keyword_sets import OWN_CLASSES
from ledger.rules.keywords import BUILT_IN, read_reply

_LONGEST: Final = 1_600
"""Characters of a text that is tried: ten parts of an SMS."""
_COLUMNS: Final = ("reply_event_id", "identifier_id", "sender", "received_at", "old", "new", "matched")


class Keywords(Part):
    """The sets there are, and the comparisons made lately."""

    sets: list[SetSeen]
    forecasts: list[ForecastSeen]


class OneSet(Part):
    """A set with its words by class."""

    keywords: SetWhole


class KeywordsForecast(Found):
    """What a set would read otherwise, in full the `changes` kept."""

    forecast: ForecastSeen


@twins(router, "/{organization}/settings/keywords")
def listed(view: Reader, asked: Annotated[Asked, Query()]) -> Response:
    """The sets, and the forms that try a text and compare a set of one's own."""
    return _list(view, asked)


@router.post("/{organization}/settings/keywords/read")
def read(view: Reader, form: Form) -> Response:
    """What a text would be read as now. Nothing is recorded."""
    version = keywords.sets(view.ledger, view.organization)[1]
    standing = keywords.known_set(view.ledger, view.organization, version)
    reading = read_reply(form.get("text", "")[:_LONGEST], standing)
    keep(view.request, form)
    return _list(view, Asked(), reading=reading)


@router.post("/{organization}/settings/keywords/compare")
def compare(view: Admin, form: Form) -> Response:
    """Begins to work out what a set would read otherwise, and goes to where that is shown."""
    question = _question(form)
    with said_at(version="name", words=f"words.{OWN_CLASSES[0]}"):
        keyword_forecast.compared_set(view.ledger, view.organization, question)
    actor = f"person/{view.viewer.person}"
    begun = forecasting.begin(view.ledger, view.organization, "keywords", question, asked_by=actor)
    return RedirectResponse(f"/console/{view.organization}/settings/keywords/forecasts/{begun}", 303, HEADERS)


@router.get("/{organization}/settings/keywords/forecasts/{forecast_id}/changes.csv")
def changes(view: Reader, forecast_id: UUID) -> StreamingResponse:
    """Each reply that would be read otherwise, as a file."""
    found = looked_at(view, forecast_id, "keywords")
    return whole_file(view, found, _COLUMNS, lambda change: [change[name] for name in _COLUMNS])


@twins(router, "/{organization}/settings/keywords/forecasts/{forecast_id}")
def forecast(view: Reader, forecast_id: UUID, asked: Annotated[State, Query()]) -> Response:
    """How far the comparison is, and what came of it."""
    found = looked_at(view, forecast_id, "keywords")
    page = found_by(view, found, asked.after)
    data = KeywordsForecast(forecast=seen(found), **page.model_dump())
    rows = [[change[name] for name in _COLUMNS] for change in page.changes]
    path, template = f"keywords/forecasts/{forecast_id}", "settings/keywords-forecast.html"
    return show_part(view, "keywords", asked, data, (_COLUMNS, rows), path=path, template=template)


@router.post("/{organization}/settings/keywords/forecasts/{forecast_id}/adopt")
def adopt(view: Admin, forecast_id: UUID, form: Form) -> Response:
    """Adopts what was compared, for a reason, once it was looked at."""
    found = forecasting.get(view.ledger, view.organization, forecast_id)
    forecasting.require_seen(view.ledger, found)
    words, reason = keyword_forecast.words(found.question), checked(form.get("reason", ""))
    hand = view.hand(correlation_id=str(forecast_id))
    keywords.adopt(hand, str(found.question["version"]), words, reason)
    forecasting.adopted(view.ledger, found, hand.actor)
    return done(view, "settings/keywords", what="true")


@twins(router, "/{organization}/settings/keywords/{version}")
def one(view: Reader, version: str, asked: Annotated[Asked, Query()]) -> Response:
    """The words of a set, by class."""
    known = keyword_sets.whole(view.ledger, view.organization, version)
    data = OneSet(keywords=known, history=history(view, "keywords"))
    table = (["class", "word"], [[kind, word] for kind, words in known.words.items() for word in words])
    path = f"keywords/{version}"
    return show_part(view, "keywords", asked, data, table, path=path, template="settings/keyword-set.html")


def _list(view: View, asked: Asked, **shown: Any) -> Response:
    known = keyword_sets.listed(view.ledger, view.organization)
    lately = [seen(one) for one in forecasting.latest(view.ledger, view.organization, "keywords")]
    data = Keywords(sets=known, forecasts=lately, history=history(view, "keywords"))
    rows = [list(one.model_dump(mode="json").values()) for one in known]
    return show_part(
        view,
        "keywords",
        asked,
        data,
        (list(SetSeen.model_fields), rows),
        classes=OWN_CLASSES,
        built_in=list(BUILT_IN),
        **{"reading": None, **shown},
    )


def _question(form: Form) -> dict[str, Any]:
    """The version and the words of one's own that a form asks about."""
    base, name = form.get("base", ""), form.get("name", "").strip()
    words = {str(kind): _words(form.get(f"words.{kind}", "")) for kind in OWN_CLASSES}
    return {
        "version": f"{base}+{name}" if name else base,
        "words": {kind: listed for kind, listed in words.items() if listed},
    }


def _words(text: str) -> list[str]:
    """Words as they are typed: one a line, or with commas between them."""
    return [word for one in re.split(r"[\n,]", text) if (word := one.strip())]
