"""Policies: those there are, what another would change, adopting one."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from entrypoints import policies
from entrypoints.api.auth import Caller, Ledger, needs
from entrypoints.api.models import Asked, Moment
from entrypoints.wiring import Service
from ledger.comparison import Comparison
from ledger.rules.policy import Policies

router = APIRouter(prefix="/v1/organizations/{organization}/policies", tags=["policies"])
Name = Annotated[str, Field(max_length=63, pattern=r"^[a-z0-9][a-z0-9.-]*$")]


class Version(BaseModel):
    """A version of a policy with its time in force; no begin: always."""

    version: str = Field(examples=["us/2027"])
    jurisdiction: str | None
    in_force_from: datetime | None
    in_force_until: datetime | None


class AdoptedVersion(Version):
    """An adopted version; `now`: it is the one in force."""

    adopted_at: datetime | None
    now: bool


class PoliciesAnswer(BaseModel):
    """The organization's history, in the order of coming into force, and what comes with the ledger."""

    adopted: list[AdoptedVersion]
    shipped: list[Version]


class PolicyAnswer(Version):
    """A version with every parameter."""

    parameters: dict[str, Any]


class PolicyGiven(Asked):
    """A policy written down; docs/policy.md lists the parameters. Those left out have their built-in values."""

    policy: Name
    version: Name
    parameters: dict[str, Any] = Field(default_factory=dict, examples=[{"bounce_threshold": 5}])
    in_force_from: Moment | None = Field(None, description="absent: from now")
    in_force_until: Moment | None = None


class AdoptionQuestion(Asked):
    """Adopts a policy written down, or the versions of one that comes with the ledger by its name."""

    policy: PolicyGiven | Name
    actor: str = Field(min_length=1, max_length=200)
    reason: str | None = Field(None, max_length=500, description="why; kept with the adoption")
    confirmed: bool = Field(False, description="adopt; without it only what would change is counted")


class DiffQuestion(Asked):
    """Two histories: `current`, `built-in`, a name, an adopted version, or a policy written down."""

    before: PolicyGiven | Annotated[str, Field(max_length=130)] = policies.CURRENT
    after: PolicyGiven | Annotated[str, Field(max_length=130)]
    at: Moment | None = Field(None, description="the moment judged; absent: now")
    always: bool = Field(False, description="as if each had always been in force, not only as dated")


class DiffAnswer(BaseModel):
    """How many statuses differ at a moment; `contact-ledger policy diff` names each."""

    at: datetime
    identifiers: int
    statuses: int
    become_sendable: int
    become_unsendable: int


class AdoptionAnswer(BaseModel):
    """What was or would be adopted, and what it changes at each moment it comes into force."""

    versions: list[str]
    adopted: bool
    changes: list[DiffAnswer]


@router.get("")
def list_policies(ledger: Ledger, caller: Annotated[Caller, Depends(needs("policies"))]) -> PoliciesAnswer:
    """The policies adopted, and those that come with the ledger."""
    adopted = policies.listed(policies.history(ledger, caller.organization), ledger.now())
    return PoliciesAnswer.model_validate({"adopted": adopted, "shipped": policies.offered()})


@router.get("/{policy}/{version}")
def show_policy(
    policy: str, version: str, ledger: Ledger, caller: Annotated[Caller, Depends(needs("policies"))]
) -> PolicyAnswer:
    """Every parameter of one version."""
    known = policies.history(ledger, caller.organization)
    return PolicyAnswer.model_validate(policies.parameters(known, f"{policy}/{version}", ledger.now()))


@router.post("/diff")
def diff_policies(
    question: DiffQuestion, ledger: Ledger, caller: Annotated[Caller, Depends(needs("policies"))]
) -> DiffAnswer:
    """How many statuses would differ. It looks through the whole log: a minute for a million identifiers."""
    before, after = (_side(ledger, caller, side, question.always) for side in (question.before, question.after))
    return _counted(ledger, policies.comparison(ledger, caller.organization, before, after, question.at))


@router.post("")
def adopt_policy(
    question: AdoptionQuestion, ledger: Ledger, caller: Annotated[Caller, Depends(needs("settings"))]
) -> AdoptionAnswer:
    """Adopts a policy once `confirmed`; before, counts whose status it would change."""
    given = question.policy
    now = ledger.now()
    named = policies.shipped(given, now) if isinstance(given, str) else [policies.written(_document(given))]
    wanted = policies.dated(named, now)
    foreseen = policies.foreseen(ledger, caller.organization, wanted)
    changes = [] if question.confirmed else [_counted(ledger, one) for one in foreseen]
    if question.confirmed:
        policies.adopt(
            ledger, caller.organization, wanted, actor=question.actor, source=_SOURCE, reason=question.reason
        )
    versions = [f"{one.policy}/{one.version}" for one in wanted]
    return AdoptionAnswer(versions=versions, adopted=question.confirmed, changes=changes)


_SOURCE = "contact-ledger/api"


def _side(ledger: Service, caller: Caller, side: PolicyGiven | str, always: bool) -> Policies:
    document = None if isinstance(side, str) else _document(side)
    known = policies.history(ledger, caller.organization)
    return policies.meant(known, side if isinstance(side, str) else side.policy, ledger.now(), document, always)


def _document(given: PolicyGiven) -> bytes:
    return orjson.dumps(given.model_dump())


def _counted(ledger: Service, asked: Comparison) -> DiffAnswer:
    counts = policies.Counts()
    for _ in policies.compared(ledger, asked, counts):
        pass
    return DiffAnswer(at=asked.at, **asdict(counts))
