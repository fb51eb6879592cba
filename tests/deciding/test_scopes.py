"""Scopes: what may still be granted where; and that nothing else ever depends on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.acts.act import Act, Body
from ledger.acts.consent import Confirmation, OptOut, Reply, SignUp, Subscription
from ledger.acts.identifier import HoldChange, Receipt
from ledger.acts.settings import ScopeChange, UnknownScopesRule
from ledger.events.settings import OrganizationRegistered
from ledger.rules.keywords import classify
from ledger.rules.scopes import lineage, scope_of
from ledger.rules.status import Status, status
from tests.histories import LEARNT, ORGANIZATION, PHONE, SCOPES, START, act_of, histories, moments, places
from tests.memory_log import IDS, MemoryLog

FOR_ITS_SCOPE = ("retired_scope", "unknown_scope")
changes = st.one_of(
    st.builds(
        ScopeChange, st.sampled_from(["create", "rename", "retire"]), st.sampled_from(SCOPES), st.just("A name")
    ),
    st.builds(UnknownScopesRule, st.sampled_from(["accept", "refuse"])),
)


def log() -> MemoryLog:
    made = MemoryLog()
    made.register(ORGANIZATION, START - timedelta(days=1))
    return made


def record(into: MemoryLog, acts: Sequence[Act]) -> list[str]:
    return [into.record(act, LEARNT) for act in acts]


def answers(of: MemoryLog, asked: Sequence[tuple[str, str, str]], at: datetime) -> list[Status]:
    stream = of.streams.get(IDS.identifier(ORGANIZATION, PHONE.kind, PHONE.value), [])
    return [status(stream, channel=c, scope=s, purpose=p, at=at) for c, s, p in asked]


def plain(answer: Status) -> tuple[Any, ...]:
    return answer.consent, answer.deliverability, answer.hold, answer.reasons, answer.deciding_event


@settings(max_examples=300)
@given(
    history=histories(),
    changed=st.lists(st.tuples(changes, moments, st.integers(0, 12)), min_size=1, max_size=6),
    asked=st.lists(places, min_size=1, max_size=5),
    at=moments,
)
def test_no_status_changes_by_a_change_of_scopes_but_for_the_grants_it_refused(
    history: list[Act],
    changed: list[tuple[Body, datetime, int]],
    asked: list[tuple[str, str, str]],
    at: datetime,
) -> None:
    mixed = list(history)
    for number, (body, moment, place) in enumerate(changed):
        mixed.insert(place, act_of(body, 1000 + number, moment))
    with_changes, without = log(), log()
    became = dict(zip([act.message_id for act in mixed], record(with_changes, mixed), strict=True))
    refused = [act for act in history if became[act.message_id] in FOR_ITS_SCOPE]
    assert all(
        isinstance(act.body, SignUp) or (isinstance(act.body, Reply) and classify(act.body.text) == "start")
        for act in refused
    )
    record(without, [act for act in history if act not in refused])
    for moment in (at, LEARNT):
        assert list(map(plain, answers(with_changes, asked, moment))) == list(
            map(plain, answers(without, asked, moment))
        )


def signup(scope: str) -> SignUp:
    return SignUp((PHONE,), (Subscription("sms", scope, ("marketing",)),), "form")


def later(hours: float) -> datetime:
    return START + timedelta(hours=hours)


class Numbered:
    """A log that numbers its messages."""

    def __init__(self) -> None:
        self.log = log()
        self.number = 0

    def __call__(self, body: Body, hours: float = 0) -> str:
        self.number += 1
        return self.log.record(act_of(body, self.number, later(hours)), LEARNT)


@pytest.fixture
def take() -> Numbered:
    return Numbered()


@pytest.mark.parametrize("retired", ["acme", "acme/shop", "acme/shop/55512", "acme/shop/55512/vip"])
def test_a_grant_is_judged_by_when_it_was_made_and_by_every_scope_that_covers_it(
    take: Numbered, retired: str
) -> None:
    for scope in lineage("acme/shop/55512/vip")[1:]:
        assert take(ScopeChange("create", scope)) == "recorded"
    assert take(ScopeChange("retire", retired), 10) == "recorded"
    place = "acme/shop/55512/vip"
    assert take(signup(place), 9) == "recorded"
    assert take(signup(place), 10) == "retired_scope"
    assert take(signup("acme/outlet"), 11) == ("retired_scope" if retired == "acme" else "recorded")
    assert take(ScopeChange("create", retired), 20) == "recorded"
    assert take(signup(place), 15) == "retired_scope"
    assert take(signup(place), 21) == "recorded"


@pytest.mark.parametrize(
    "body",
    [
        OptOut(PHONE, "sms", "acme/shop", (), "link"),
        Reply(PHONE, "acme/shop", "STOP"),
        Reply(PHONE, "acme/shop", "who is this?"),
        HoldChange(PHONE, "ban", "acme/shop"),
        Receipt(PHONE, "sms", "hard_bounce", "acme/shop"),
        Receipt(PHONE, "sms", "complaint", "acme/shop"),
    ],
    ids=lambda body: type(body).__name__,
)
def test_what_restricts_is_recorded_at_any_scope_for_ever(take: Numbered, body: Body) -> None:
    take(UnknownScopesRule("refuse"))
    assert take(body, 1) == "recorded"
    take(ScopeChange("create", "acme/shop"), 2)
    take(ScopeChange("retire", "acme"), 3)
    assert take(body, 4) == "recorded"


def test_a_request_made_before_its_scope_was_retired_can_be_confirmed_after(take: Numbered) -> None:
    asked = SignUp((PHONE,), (Subscription("sms", "acme/shop", ("marketing",), double_opt_in=True),), "form")
    take(ScopeChange("create", "acme/shop"))
    take(asked, 1)
    request = str(take.number)
    take(ScopeChange("retire", "acme/shop"), 2)
    assert take(Confirmation(PHONE, request, confirmed=True), 3) == "recorded"
    [answer] = answers(take.log, [("sms", "acme/shop", "marketing")], later(4))
    assert answer.consent == "subscribed"


def test_unknown_scopes_are_accepted_until_the_organization_refuses_them(take: Numbered) -> None:
    assert take(signup("acme/typo"), 1) == "recorded"
    assert take(UnknownScopesRule("accept"), 2) == "unchanged"
    assert take(UnknownScopesRule("refuse"), 2) == "recorded"
    assert take(signup("acme/typo"), 1.5) == "recorded"
    assert take(signup("acme/typo"), 3) == "unknown_scope"
    assert take(Reply(PHONE, "acme/typo", "START"), 3) == "unknown_scope"
    assert take(signup("acme"), 3) == "recorded"
    take(ScopeChange("create", "acme/typo"), 4)
    assert take(signup("acme/typo"), 3) == "recorded"
    assert take(signup("acme/typo/-/other"), 5) == "unknown_scope"


def test_what_is_so_already_makes_no_event_and_what_was_never_created_cannot_change(take: Numbered) -> None:
    assert take(ScopeChange("rename", "acme/shop", "Shop")) == "unknown_scope"
    assert take(ScopeChange("retire", "acme/shop")) == "unknown_scope"
    made = [ScopeChange("create", "acme/shop"), ScopeChange("rename", "acme/shop", "Shop")]
    for body in (*made, ScopeChange("retire", "acme/shop")):
        assert [take(body), take(body)] == ["recorded", "unchanged"]
    known = scope_of(take.log.streams[IDS.scope("acme/shop")])
    assert known
    assert (known.display_name, known.level, known.retired_at) == ("Shop", "merchant", later(0))
    take(made[0], 5)
    again = scope_of(take.log.streams[IDS.scope("acme/shop")])
    assert again
    assert (again.display_name, again.created_at, again.retired_at) == ("Shop", later(0), None)


@pytest.mark.parametrize(
    "scope", ["globex/shop", "acme/Shop", "acme/a/b/c/d", "acme/-", "acme/shop/-", "", "acme//x"]
)
def test_what_reads_as_no_scope_of_the_organization_cannot_be_created(take: Numbered, scope: str) -> None:
    assert take(ScopeChange("create", scope)) == "scope"


@pytest.mark.parametrize("name", ["a\0b", "line\nbreak", "x" * 201, "\ud800"])
def test_a_name_that_nobody_could_read_is_refused(take: Numbered, name: str) -> None:
    assert take(ScopeChange("create", "acme/shop", name)) == "display_name"


def test_the_organization_is_the_topmost_scope(take: Numbered) -> None:
    assert take(ScopeChange("create", "acme")) == "unchanged"
    assert take(ScopeChange("rename", "acme", "Acme Stores"), 1) == "recorded"
    take(ScopeChange("retire", "acme"), 2)
    assert take(signup("acme/shop"), 3) == "retired_scope"
    take(ScopeChange("create", "acme"), 4)
    assert take(signup("acme/shop"), 5) == "recorded"
    stream = take.log.streams[IDS.organization("acme")]
    assert isinstance(stream[-1].body, OrganizationRegistered)
    known = scope_of(stream)
    assert known
    assert (known.scope, known.display_name, known.level) == ("acme", "Acme Stores", "organization")
