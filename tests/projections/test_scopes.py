"""The tables of scopes: what was created, what events name, and who is subscribed where."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from ledger.acts.consent import OptOut, Reply, SignUp, Subscription
from ledger.acts.given import Given
from ledger.acts.identifier import HoldChange
from ledger.acts.settings import ScopeChange
from ledger.recording import Recording
from ledger.store.store import Store
from projections import scopes
from projections.rebuild import rebuild, verify
from projections.registry import PROJECTIONS
from tests.ledgers import store_on
from tests.projections.world import START, World
from tests.store.making import IDS

EMAIL = Given("email", "ann@example.com", "ann@example.com")
PHONE = Given("phone", "+14155550100", "+14155550100")


def lived(world: World) -> None:
    world.record(ScopeChange("create", "acme/shop", "Shop"), ScopeChange("create", "acme/shop/-/news"))
    wanted = [Subscription("email", f"acme/shop/-/{name}", ("cart", "marketing")) for name in ("news", "typo")]
    world.record(SignUp((EMAIL, PHONE), tuple(wanted), "form"))
    world.pass_time(timedelta(hours=1))
    world.record(Reply(PHONE, "acme/other", "what?"), OptOut(EMAIL, "email", "acme/shop/-/typo", (), "link"))
    world.record(ScopeChange("rename", "acme/shop", "Shoes"), ScopeChange("retire", "acme/shop/-/news"))
    world.record(HoldChange(PHONE, "pause", "acme"))


def test_scopes_are_listed_with_the_events_that_name_them(world: World) -> None:
    lived(world)
    world.project(batch=2)
    with world.connect() as connection:
        listed = scopes.created(connection, "acme")
        retired = scopes.created(connection, "acme", retired=True)
        active = scopes.created(connection, "acme", retired=False, limit=1)
        others = scopes.unknown(connection, "acme")
    assert [(one.scope, one.display_name, one.events) for one in listed] == [
        ("acme", "acme", 1),
        ("acme/shop", "Shoes", 0),
        ("acme/shop/-/news", "news", 1),
    ]
    assert [(one.scope, one.retired_at) for one in retired] == [("acme/shop/-/news", world.now)]
    assert [one.scope for one in active] == ["acme"]
    assert [(one.scope, one.events, one.first_seen, one.last_seen) for one in others] == [
        ("acme/other", 1, world.now, world.now),
        ("acme/shop/-/typo", 2, START, world.now),
    ]


def test_pages_follow_each_other(world: World) -> None:
    world.record(*[ScopeChange("create", f"acme/m{number}") for number in range(5)])
    world.project()
    seen: list[str] = []
    with world.connect() as connection:
        while page := scopes.created(connection, "acme", after=seen[-1] if seen else "", limit=2):
            seen += [one.scope for one in page]
    assert seen == ["acme", *[f"acme/m{number}" for number in range(5)]]


def test_who_is_subscribed_at_a_scope_and_below_it(world: World) -> None:
    lived(world)
    world.record(SignUp((PHONE,), (Subscription("sms", "acme/shopping", ("marketing",)),), "form"))
    world.project()
    with world.connect() as connection:
        assert scopes.subscribed(connection, "acme", "acme/shop") == {
            ("email", "cart"): 1,
            ("email", "marketing"): 1,
        }
        assert scopes.subscribed(connection, "acme", "acme/shop/-/typo") == {}


def test_counts_made_anew_equal_those_kept_up(world: World) -> None:
    lived(world)
    world.project(batch=3)
    for name in ("scopes", "audit_history"):
        kept = world.rows("SELECT * FROM scopes_seen ORDER BY scope")
        assert verify(world.source, PROJECTIONS[name]).equal
        rebuild(world.source, PROJECTIONS[name])
        assert world.rows("SELECT * FROM scopes_seen ORDER BY scope") == kept != []


def test_a_scope_created_by_two_at_once_is_one_scope(world: World) -> None:
    codes = [f"acme/m{number}" for number in range(20)]
    ready = Barrier(2)
    with store_on(world.url) as mine, store_on(world.url) as theirs:

        def create_all(store: Store, first: int) -> list[str]:
            results = []
            for number, code in enumerate(codes, first):
                act = world.act(ScopeChange("create", code), number=number)
                ready.wait()
                results.append(Recording(store, IDS).record([act])[0].result)
            return results

        with ThreadPoolExecutor(2) as both:
            one, other = both.map(create_all, (mine, theirs), (1_000, 2_000))
    assert [{a, b} for a, b in zip(one, other, strict=True)] == [{"recorded", "unchanged"}] * len(codes)
    streams = world.store.read([IDS.scope(code) for code in codes])
    assert [len(events) for events in streams.values()] == [1] * len(codes)
