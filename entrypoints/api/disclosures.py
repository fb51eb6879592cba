"""One person's everything over HTTP (GDPR Art. 15): as JSON, or as a page where HTML is asked for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from entrypoints.api.auth import Caller, Ledger, Reason, needs, shows_values
from entrypoints.api.erasures import who
from entrypoints.api.models import IdentifierGiven
from entrypoints.disclosing import Disclosure, disclosure
from entrypoints.whom import contact_of

router = APIRouter(prefix="/v1/organizations/{organization}/access", tags=["access"])
_PRIVATE = {"Cache-Control": "no-store"}


@router.post(
    "",
    response_model=Disclosure,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def access(
    asked: IdentifierGiven,
    request: Request,
    response: Response,
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("access"))],
    ledger_reason: Reason = None,
) -> Disclosure | Response:
    """Everything held of the person, every sealed part opened; as a page with `Accept: text/html`.

    Values are masked or left out for who may read them for a reason only and gives none (`Ledger-Reason`).
    """
    contact = contact_of(ledger, caller.organization, who(asked))
    values = shows_values(request, ledger, caller, ledger_reason, subject=contact)
    one = disclosure(ledger, caller.organization, contact, values=values)
    if "text/html" in request.headers.get("accept", ""):
        from entrypoints.disclosure_page import page

        return Response(page(one), headers=_PRIVATE, media_type="text/html")
    response.headers.update(_PRIVATE)
    return one
