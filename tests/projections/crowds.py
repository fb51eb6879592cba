"""Random days of a few people who share addresses: signups, opt-outs, links, erasures, in any order."""

from dataclasses import fields, is_dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from ledger.acts.act import Body
from ledger.acts.consent import Confirmation, OptOut, Reply, SignUp, Subscription
from ledger.acts.contact import ContactChange, Identification, Link, ProfileEdit
from ledger.acts.given import Given
from ledger.acts.identifier import DeliverabilityChange, HoldChange, PlatformListing, Reassignment, Receipt
from ledger.acts.settings import PolicyAdoption
from tests.policies import parameters
from tests.projections.world import START

EMAILS = tuple(
    Given("email", f"{name}@example.com", f"{name.title()}@example.com") for name in ("ann", "bea", "cy")
)
PHONES = tuple(Given("phone", f"+1415555010{n}", f"+1 415 555 010{n}") for n in range(2))
OTHERS = (
    Given("external_id", "4711", "4711"),
    Given("tracker", "t-1", "t-1"),
    Given("web_push", "w-1", "w-1"),
)
EVERYONE = (*EMAILS, *PHONES, *OTHERS)
SCOPES = ("acme", "acme/shop", "acme/shop/55512", "acme/shop/-/news", "acme/outlet")
LONGEST = 20
PURPOSES = (("marketing",), ("cart",), ("cart", "marketing"))

anyone = st.sampled_from(EVERYONE)
together = st.lists(anyone, min_size=1, max_size=3, unique=True).map(tuple)


def bodies() -> st.SearchStrategy[Body]:
    """Acts of organization `acme` with moments around START; `moved` brings them elsewhere."""
    moments = st.integers(-40, 400).map(lambda hours: START + timedelta(hours=hours))
    scopes = st.sampled_from(SCOPES)
    subscriptions = st.builds(
        Subscription,
        channel=st.sampled_from(["email", "sms", "mms", "web_push"]),
        scope=scopes,
        purposes=st.sampled_from(PURPOSES),
        double_opt_in=st.booleans(),
        expires_at=st.none() | moments,
    )
    profiles = st.fixed_dictionaries(
        {}, optional={"first_name": st.sampled_from(["Ann", "Béa"]), "city": st.text()}
    )
    links = st.builds(Link, left=anyone, right=anyone)
    signups = st.builds(
        SignUp,
        identifiers=together,
        subscriptions=st.lists(subscriptions, max_size=2).map(tuple),
        method=st.sampled_from(["form", "keyword", "import", "api", "checkout"]),
        profile=st.none() | profiles,
    )
    return st.one_of(
        signups,
        signups,
        signups,
        links,
        st.builds(
            OptOut,
            identifier=anyone,
            channel=st.sampled_from(["email", "sms", "*"]),
            scope=scopes,
            purposes=st.sampled_from([(), *PURPOSES]),
            method=st.sampled_from(["link", "manual", "complaint", "carrier", "import"]),
        ),
        st.builds(
            Reply,
            identifier=st.sampled_from(PHONES),
            sender=st.sampled_from(["acme/shop/55512", "acme/outlet/777"]),
            text=st.sampled_from(["STOP", "START", "Y", "who is this?"]),
        ),
        st.builds(
            Receipt,
            identifier=st.sampled_from([*EMAILS, *PHONES]),
            channel=st.sampled_from(["email", "sms"]),
            outcome=st.sampled_from(["delivered", "soft_bounce", "hard_bounce", "complaint"]),
        ),
        st.builds(
            HoldChange,
            identifier=anyone,
            action=st.sampled_from(["pause", "resume", "block", "unblock", "ban", "unban"]),
            scope=scopes,
            until=st.none() | moments,
        ),
        st.builds(
            DeliverabilityChange,
            identifier=anyone,
            action=st.sampled_from(["reactivate", "blacklist", "unblacklist", "withdraw_complaint"]),
        ),
        st.builds(Reassignment, identifier=st.sampled_from(PHONES), cause=st.sampled_from(["recycled", "ported"])),
        st.builds(
            Confirmation, identifier=anyone, request_id=st.integers(1, LONGEST).map(str), confirmed=st.booleans()
        ),
        st.builds(Identification, identifiers=together, method=st.sampled_from(["form", "import"])),
        st.builds(ProfileEdit, identifier=anyone, set=profiles),
        links,
        st.builds(
            ContactChange,
            action=st.sampled_from(["delete", "delete", "restore", "erase"]),
            subject=anyone,
            request_id=st.just("request-1"),
        ),
        st.builds(PlatformListing, identifier=st.sampled_from(EMAILS), listed=st.booleans()),
        st.builds(
            PolicyAdoption,
            policy=st.sampled_from(["a", "b"]),
            version=st.integers(1, 9).map(str),
            parameters=parameters,
            in_force_from=moments,
        ),
    )


def moved(value: Any, organization: str, now: datetime) -> Any:
    """The same with another organization's scopes, and with moments around `now` instead of START."""
    if isinstance(value, datetime):
        return now + (value - START)
    if isinstance(value, str) and value.split("/")[0] == "acme":
        return organization + value.removeprefix("acme")
    if isinstance(value, tuple):
        return tuple(moved(one, organization, now) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: moved(getattr(value, f.name), organization, now) for f in fields(value)})
    return value


waits = st.sampled_from(
    [timedelta(), timedelta(minutes=1), timedelta(hours=5), timedelta(days=3), timedelta(days=8)]
)
