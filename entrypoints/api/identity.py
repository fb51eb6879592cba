"""How an organization rolls identifiers up into people: the rules, and who breaks them."""

from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field

from entrypoints import identity
from entrypoints.api.auth import Caller, Ledger, hand, needs
from entrypoints.api.models import Asked, Kind
from entrypoints.identity import Breaker, RulesSeen
from ledger.acts.settings import IdentityRulesChange
from ledger.events.settings import OtherEmail, RollUp

router = APIRouter(prefix="/v1/organizations/{organization}/identity", tags=["settings"])
_Reader = Annotated[Caller, Depends(needs("organization"))]
_Admin = Annotated[Caller, Depends(needs("settings"))]
_SHOWN = 1_000
_Named = Annotated[str, Field(max_length=400, examples=["email:info@*"])]


class RulesGiven(Asked):
    """A change of the rules; what is left out stays as it is."""

    preset: str | None = Field(None, description="begin from listrak, connectif or yespo", examples=["yespo"])
    roll_up: dict[Kind, RollUp] = Field({}, examples=[{"phone": "candidates"}])
    same_tracker_other_email: OtherEmail | None = None
    limits: dict[Kind, int] = Field({}, examples=[{"email": 1}])
    most: int | None = None
    block: list[_Named] = Field([], max_length=1_000, description="kind:value, kind:begin* or kind:*end")
    unblock: list[_Named] = Field([], max_length=1_000)

    def change(self) -> IdentityRulesChange:
        """As an act's body. Raises MessageRefused."""
        return IdentityRulesChange(
            self.preset,
            self.roll_up,
            self.same_tracker_other_email,
            self.limits,
            self.most,
            identity.named(self.block),
            identity.named(self.unblock),
        )


@router.get("")
def show_rules(ledger: Ledger, caller: _Reader) -> RulesSeen:
    """The rules in force; patterns that block are shown to whoever may read values."""
    return identity.seen(ledger, caller.organization, values=caller.may("values"))


@router.put("")
def set_rules(given: RulesGiven, ledger: Ledger, caller: _Admin) -> RulesSeen:
    """Changes the rules. People that exist stay as they are: `check` lists who breaks them."""
    identity.set_rules(hand(ledger, caller), given.change())
    return identity.seen(ledger, caller.organization, values=caller.may("values"))


@router.post("/check")
def check_rules(given: RulesGiven, ledger: Ledger, caller: _Admin) -> list[Breaker]:
    """The first 1,000 people who would break the rules after this change; `{}` asks about those in force."""
    rules = identity.proposed(ledger, caller.organization, given.change())
    return list(islice(identity.breakers(ledger, caller.organization, rules), _SHOWN))
