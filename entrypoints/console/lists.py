"""What the pages that list something have in common: their state in the address, their links, their names."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from fastapi import Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field, model_validator

from entrypoints import typed
from entrypoints.console.forms import BACK
from entrypoints.console.pages import Table, show
from entrypoints.console.rendering import HEADERS
from entrypoints.console.session import inside
from entrypoints.console.texts import TEXTS, say
from entrypoints.console.view import View
from ledger.errors import MessageRefused


class State(BaseModel):
    """The state of a list, as its address has it; a field left empty in a form is not said."""

    after: str | None = Field(None, max_length=400)
    limit: int = Field(50, ge=1, le=1_000)
    done: str | None = Field(None, max_length=40, description="what a form has just done")

    @model_validator(mode="before")
    @classmethod
    def _said(cls, given: Any) -> Any:
        return {name: value for name, value in given.items() if value != ""} if isinstance(given, dict) else given


def show_list(
    view: View,
    path: str,
    asked: State,
    data: BaseModel,
    table: Table,
    *,
    template: str | None = None,
    status: int = 200,
    **shown: Any,
) -> Response:
    """A list in the form it was asked for, by the template of its path's name where no other is given.

    The template's `link(name=value)` is the list with that changed, from its first page on.
    """
    return show(
        view,
        template or f"{path}.html",
        data,
        table,
        status=status,
        asked=asked,
        names=view.names(),
        link=_links(view, path, asked),
        **shown,
    )


def _links(view: View, path: str, asked: State) -> Callable[..., str]:
    """Gives the address of the list with changes; the first page unless `after` is among them."""
    now = asked.model_dump(mode="json", exclude_defaults=True, exclude={"after", "done"})

    def link(**changes: Any) -> str:
        state = {**now, **changes}
        query = urlencode({name: value for name, value in state.items() if value not in (None, "")}, doseq=True)
        return f"/console/{view.organization}/{path}" + (f"?{query}" if query else "")

    return link


def search_address(
    view: View, form: Mapping[str, str], path: str, *, sealed: Sequence[str], plain: Sequence[str]
) -> RedirectResponse:
    """Goes to the list that a form asks for; what was typed in the `sealed` fields shows in no address."""
    state = {name: form.get(name, "").strip() for name in plain}
    for name in sealed:
        text = form.get(name, "").strip()[:200]
        state[name] = typed.sealed(view.ledger, view.organization, text) if text else ""
    query = urlencode({name: value for name, value in state.items() if value})
    return RedirectResponse(f"/console/{view.organization}/{path}" + (f"?{query}" if query else ""), 303, HEADERS)


def searched(view: View, token: str | None) -> str | None:
    """What was typed into a sealed field. Raises MessageRefused for what this console did not seal."""
    text = typed.opened(view.ledger, view.organization, token) if token else None
    if token and text is None:
        raise MessageRefused("invalid-request", TEXTS["error.q"])
    return text


def refuse_unknown(asked: BaseModel, **known: Collection[str]) -> None:
    """Raises MessageRefused where a field of an address says something that the page does not offer."""
    for name, offered in known.items():
        if getattr(asked, name) not in (None, *offered):
            raise MessageRefused("invalid-request", say("form.unknown", name=name))


def wrong_fields(refused: MessageRefused | None) -> dict[str, str]:
    """Field → what is wrong with it; under an empty name what is wrong with the whole."""
    if refused is None:
        return {}
    field, separator, message = refused.detail.partition(": ")
    return {field: message} if separator else {"": refused.detail}


def done(view: View, path: str, form: Mapping[str, str] | None = None, what: str = "") -> RedirectResponse:
    """Back to the page under the form, which is the list at `path` or a page below it; it says `what` was done."""
    home = f"/console/{view.organization}/{path}"
    address, _, query = inside((form or {}).get(BACK, "")).partition("?")
    if address != home and not address.startswith(f"{home}/"):
        address, query = home, ""
    state = [pair for pair in parse_qsl(query) if pair[0] != "done"] + ([("done", what)] if what else [])
    return RedirectResponse(address + (f"?{urlencode(state)}" if state else ""), 303, HEADERS)
