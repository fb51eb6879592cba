"""What a request to the console comes with: who looks at which organization, in which form and time zone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from fastapi import Depends, Request

from entrypoints.acting import Hand
from entrypoints.api.problems import Problem
from entrypoints.console import session
from entrypoints.console.forms import Returned, returned
from entrypoints.console.reasons import looked
from entrypoints.console.rendering import Appearance, appearance, here
from entrypoints.console.texts import TEXTS
from entrypoints.roles import Permission
from entrypoints.unknown_parameters import unknown_parameters
from entrypoints.viewer import Viewer
from entrypoints.wiring import Service
from projections import scopes

Twin = Literal["html", "json", "csv"]
SOURCE: Final = "contact-ledger/console"


@dataclass(frozen=True, slots=True)
class View:
    """A signed-in person at one organization. `twin` is the form the page is asked for in."""

    request: Request
    ledger: Service
    viewer: Viewer
    organization: str
    twin: Twin
    appearance: Appearance
    csrf: str
    now: datetime
    values: bool
    """Whether e-mails, phones and names may be shown unmasked."""

    def may(self, permission: Permission) -> bool:
        return self.viewer.may(self.organization, permission)

    def names(self) -> dict[str, str]:
        """Organization → display name, of those the person works for: what the switcher offers."""
        with self.ledger.overseeing.connection() as connection:
            return scopes.names(connection, list(self.viewer.organizations))

    @property
    def returned(self) -> Returned:
        """The form that could not be taken and is given back on this page."""
        return returned(self.request)

    @property
    def here(self) -> str:
        """An address that this page can be had at again, as its forms say it; a form has none of its own."""
        told: str | None = getattr(self.request.state, "here", None)
        return told or (session.HOME if self.request.method == "POST" else here(self.request))

    def hand(self, *, correlation_id: str | None = None) -> Hand:
        """The person as who acts: every change made here is an act like any other."""
        return Hand(self.ledger, self.organization, SOURCE, f"person/{self.viewer.person}", None, correlation_id)


def looking(permission: Permission) -> Callable[..., View]:
    """A dependency that admits only people whose role in the organization of the path may do this."""

    def view(organization: str, request: Request, who: Annotated[Viewer, Depends(session.viewer)]) -> View:
        if organization not in who.organizations:
            raise Problem(404, "not-found", TEXTS["error.no_organization"])
        if not who.may(organization, permission):
            role = who.organizations[organization]
            raise Problem(403, "forbidden", TEXTS["error.forbidden"].format(role=role, permission=permission))
        if request.method != "POST" and (unknown := unknown_parameters(request)):
            raise Problem(422, "invalid-request", TEXTS["error.unknown"].format(names=", ".join(unknown)))
        held: Service = request.app.state.service
        ledger = held.within(organization)
        request.state.view = seen = View(
            request,
            ledger,
            who,
            organization,
            _twin(request.url.path),
            appearance(request),
            session.csrf(request),
            ledger.now(),
            who.may(organization, "values")
            or (who.may(organization, "values_for_reason") and looked(request, ledger, who, organization)),
        )
        return seen

    return view


def _twin(path: str) -> Twin:
    return "json" if path.endswith(".json") else "csv" if path.endswith(".csv") else "html"
