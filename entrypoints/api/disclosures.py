"""One person's everything over HTTP (GDPR Art. 15): as JSON, or as a page where HTML is asked for."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.erasures import who
from entrypoints.api.models import IdentifierGiven
from entrypoints.disclosing import Disclosure, disclosure

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
) -> Disclosure | Response:
    """Everything held of the person, every sealed part opened; as a page with `Accept: text/html`."""
    one = disclosure(ledger, caller.organization, who(asked))
    if "text/html" in request.headers.get("accept", ""):
        from entrypoints.disclosure_page import page

        return Response(page(one), headers=_PRIVATE, media_type="text/html")
    response.headers.update(_PRIVATE)
    return one
