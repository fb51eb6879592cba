"""The SMS contacts of a sender code over HTTP: a tab in any of its orders (S1-S11)."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field, model_validator

from entrypoints import sms_contacts
from entrypoints.api.auth import Caller, Ledger, Values, needs
from entrypoints.api.models import Asked, Scope
from entrypoints.sms_contacts import COLUMNS, ORDERS, PhonesPage, digits_of
from projections import sms_list
from projections.sms_contacts import Tab

router = APIRouter(prefix="/v1/organizations/{organization}/sms-contacts", tags=["contacts"])
Column = Literal["phone", "emails", "subscribed_at", "list", "opted_out_at", "reason", "message_at"]
_USUAL: dict[Tab, Column] = {"contacts": "subscribed_at", "opted-out": "opted_out_at", "other": "message_at"}


class SmsQuestion(Asked):
    """Which phones of a sender, and in which order. By body, so that part of a number shows in no URL."""

    sender: Scope
    tab: Tab = Field("contacts", examples=["opted-out"])
    list: Scope | None = Field(None, description="contacts: of this list only", examples=["acme/shop/48099/vip"])
    reason: str | None = Field(
        None, max_length=40, pattern="^[a-z_]+$", description="opted-out: for this method, or ban", examples=["ban"]
    )
    part: str | None = Field(None, max_length=40, pattern=r"^[+() ./-]*([0-9][+() ./-]*){3,}$", examples=["555 01"])
    sort: Column | None = Field(None, description="a column of the tab; absent: its date", examples=["phone"])
    descending: bool = True
    after: str | None = Field(None, max_length=2_000, description="the `after` of the page before")
    limit: int = Field(50, ge=1, le=1_000)

    @model_validator(mode="after")
    def _of_the_tab(self) -> "SmsQuestion":
        if self.sort is not None and self.sort not in COLUMNS[self.tab]:
            raise ValueError(f"sort: this tab has the columns {', '.join(COLUMNS[self.tab])}")
        return self


@router.post("")
def list_sms_contacts(
    question: SmsQuestion,
    ledger: Ledger,
    caller: Annotated[Caller, Depends(needs("contacts"))],
    values: Values,
) -> PhonesPage:
    """One page of a tab: subscribed (a row for each list), opted out, or declined (a row for each phone)."""
    asked = sms_list.Asked(
        question.sender,
        question.tab,
        question.list if question.tab == "contacts" else None,
        question.reason if question.tab == "opted-out" else None,
        digits_of(question.part, "part") if question.part is not None else None,
        ORDERS[question.sort or _USUAL[question.tab]],
        question.descending,
    )
    return sms_contacts.page(
        ledger, caller.organization, asked, after=question.after, limit=question.limit, values=values
    )
